# SPDX-License-Identifier: MIT
"""The same commands on Exon and on Debian's Linux 6.1: what they print must be the same, byte for byte."""
import pytest

import claims
from claims import MAPS
from conftest import Batch

COMMANDS = claims.read_commands('commands.txt')
VSYSCALL = {'inf': '/usr/local/bin/inf & sleep 0.3; cat /proc/$!/maps; kill $!',
            'self': '/bin/cat /proc/self/maps'}


def together(item):
    """For parallel.py."""
    return claims.GROUP if item.originalname == 'test_maps' else None


@pytest.fixture(scope='module')
def commands():
    return Batch(COMMANDS)


@pytest.fixture(scope='module', params=['none', 'xonly', 'emulate'])
def vsyscall(request):
    return Batch(VSYSCALL, 'norandmaps vsyscall=' + request.param)


@pytest.mark.parametrize('number', COMMANDS, ids=lambda n: '%s %s' % (n, COMMANDS[n][:50]))
def test_command(commands, number):
    commands.assert_same(number)


@pytest.mark.parametrize('number', MAPS, ids=lambda n: '%s %s' % (n, MAPS[n][:50]))
def test_maps(number):
    claims.batch().assert_same('maps.txt:' + number)


@pytest.mark.parametrize('name', VSYSCALL)
def test_vsyscall(vsyscall, name):
    vsyscall.assert_same(name)
