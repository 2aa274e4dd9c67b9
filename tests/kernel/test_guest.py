# SPDX-License-Identifier: MIT
"""One program a claim (tests/guest), run on both kernels: what fails on Linux is a wrong test."""
import glob
import os

import pytest

from conftest import KERNELS, TOP, Batch

ROOT = os.path.join(TOP, 'build', 'tests', 'guest')
PROGRAMS = sorted(os.path.relpath(p, ROOT) for p in glob.glob(os.path.join(ROOT, '*', '*')) if os.access(p, os.X_OK))


@pytest.fixture(scope='module')
def batch():
    files = []
    for p in PROGRAMS:
        files += ['--file', 't/%s:755=%s' % (p, os.path.join(ROOT, p))]
    return Batch({p: '/t/' + p for p in PROGRAMS}, extra_args=files)


@pytest.mark.parametrize('kernel', KERNELS)
@pytest.mark.parametrize('program', PROGRAMS)
def test_guest(batch, program, kernel):
    output, status = batch.get(kernel, program)
    assert status == 0, '%s ended with %d on %s:\n%s' % (program, status, kernel, output)


def test_there_are_guest_tests():
    assert len(PROGRAMS) >= 20
