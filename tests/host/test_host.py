# SPDX-License-Identifier: MIT
"""Pure functions, built for this machine under ASan and UBSan: each binary is a set of cmocka tests. And a short run of the fuzzer."""
import glob
import os
import subprocess

import pytest

from conftest import TOP

BINARIES = sorted(glob.glob(os.path.join(TOP, 'build', 'tests', 'host', 'test_*')))
BINARIES = [b for b in BINARIES if '.' not in os.path.basename(b)]


@pytest.mark.parametrize('binary', BINARIES, ids=os.path.basename)
def test_host(binary):
    p = subprocess.run([binary], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       timeout=300 * float(os.environ.get('TIMEOUT_SCALE', '1')))
    assert p.returncode == 0, p.stdout.decode('utf-8', 'replace')[-6000:]


def test_there_are_host_tests():
    assert len(BINARIES) >= 3


def test_fuzz(tmp_path):
    fuzzer = os.path.join(TOP, 'build', 'tests', 'host', 'fuzz_elf_plan')
    p = subprocess.run([fuzzer, '-max_total_time=5', '-max_len=4608', '-seed=1', '-artifact_prefix=%s/' % tmp_path,
                        str(tmp_path), os.path.join(TOP, 'tests', 'host', 'corpus', 'elf')],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert p.returncode == 0, p.stdout.decode('utf-8', 'replace')[-5000:]
