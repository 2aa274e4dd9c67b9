# SPDX-License-Identifier: MIT
"""One program a claim (tests/guest), run on both kernels: what fails on Linux is a wrong test."""
import pytest

import claims
from claims import PROGRAMS
from conftest import KERNELS


def together(item):
    """For parallel.py."""
    return claims.GROUP


@pytest.mark.parametrize('kernel', KERNELS)
@pytest.mark.parametrize('program', PROGRAMS)
def test_guest(program, kernel):
    output, status = claims.batch().get(kernel, program)
    assert status == 0, '%s ended with %d on %s:\n%s' % (program, status, kernel, output)


def test_there_are_guest_tests():
    assert len(PROGRAMS) >= 20
