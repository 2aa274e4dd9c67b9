# SPDX-License-Identifier: MIT
"""The pure logic, built for this machine under ASan and UBSan: each binary is a set of cmocka tests."""
import glob
import os
import subprocess

import pytest

from conftest import TOP

BINARIES = sorted(glob.glob(os.path.join(TOP, 'build', 'tests', 'host', 'test_*')))
BINARIES = [b for b in BINARIES if '.' not in os.path.basename(b)]


@pytest.mark.parametrize('binary', BINARIES, ids=os.path.basename)
def test_host(binary):
    p = subprocess.run([binary], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    assert p.returncode == 0, p.stdout.decode('utf-8', 'replace')[-6000:]


def test_there_are_host_tests():
    assert len(BINARIES) >= 3
