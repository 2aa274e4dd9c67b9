# SPDX-License-Identifier: MIT
"""3,521 good, odd and malformed executables: Exon must answer as Linux did when they were recorded, and as it does now."""
import os
import subprocess
import sys

import pytest

import vm
from conftest import KERNELS, TOP

ORACLE = os.path.join(TOP, 'tests', 'oracle', 'oracle.py')
EXPECTED = os.path.join(TOP, 'tests', 'oracle', 'expected.tsv')


@pytest.fixture(scope='module')
def cpio(tmp_path_factory):
    out = str(tmp_path_factory.mktemp('oracle') / 'oracle.cpio')
    subprocess.run([sys.executable, ORACLE, 'build', '-o', out], check=True)
    return out


@pytest.mark.parametrize('kernel', KERNELS)
def test_oracle(cpio, kernel, tmp_path):
    text, status, took = vm.boot(kernel, cpio, 'norandmaps vsyscall=emulate', seconds=600)
    log = tmp_path / 'log'
    log.write_text(text)
    p = subprocess.run([sys.executable, ORACLE, 'compare', str(log), EXPECTED], stdout=subprocess.PIPE)
    assert p.returncode == 0, '%s after %.0f s (QEMU status %d):\n%s' % (kernel, took, status, p.stdout.decode()[-5000:])
