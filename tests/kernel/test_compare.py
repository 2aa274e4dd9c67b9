# SPDX-License-Identifier: MIT
"""The same commands on Exon and on Debian's Linux 6.1: what they print must be the same, byte for byte."""
import os

import pytest

from conftest import TOP, Batch

HERE = os.path.dirname(os.path.abspath(__file__))


def read_commands(name):
    """Non-empty lines that are no comments, numbered."""
    with open(os.path.join(HERE, name)) as f:
        lines = [l.rstrip('\n') for l in f]
    return {'%03d' % i: l for i, l in enumerate(lines, 1) if l.strip() and not l.startswith('#')}


COMMANDS = read_commands('commands.txt')
MAPS = read_commands('maps.txt')
VSYSCALL = {'inf': '/usr/local/bin/inf & sleep 0.3; cat /proc/$!/maps; kill $!',
            'self': '/bin/cat /proc/self/maps'}


@pytest.fixture(scope='module')
def commands():
    return Batch(COMMANDS)


@pytest.fixture(scope='module')
def maps():
    files = []
    for name in sorted(os.listdir(os.path.join(TOP, 'build', 'tests', 'programs', 'maps'))):
        files += ['--file', 'p/%s:755=%s' % (name, os.path.join(TOP, 'build', 'tests', 'programs', 'maps', name))]
    return Batch(MAPS, extra_args=files)


@pytest.fixture(scope='module', params=['none', 'xonly', 'emulate'])
def vsyscall(request):
    return Batch(VSYSCALL, 'norandmaps vsyscall=' + request.param)


@pytest.mark.parametrize('number', COMMANDS, ids=lambda n: '%s %s' % (n, COMMANDS[n][:50]))
def test_command(commands, number):
    commands.assert_same(number)


@pytest.mark.parametrize('number', MAPS, ids=lambda n: '%s %s' % (n, MAPS[n][:50]))
def test_maps(maps, number):
    maps.assert_same(number)


@pytest.mark.parametrize('name', VSYSCALL)
def test_vsyscall(vsyscall, name):
    vsyscall.assert_same(name)
