# SPDX-License-Identifier: MIT
"""Hostile programs, as root and as a user, on the kernel of make DEBUG=1: the shell lives, and no memory is lost."""
import os
import random
import re

import pytest

import vm
from conftest import TOP

FUZZ = os.path.join(TOP, 'build', 'tests', 'programs', 'fuzz')
STORMS = ('memory', 'bomb', 'bomb_with_limit', 'tmpfs', 'sockets', 'epolls', 'terminals', 'pipes', 'memory_files', 'timers')


def run(program, script, memory):
    text, status = vm.run('debug', script, cmdline='norandmaps loglevel=1', memory=memory, seconds=200,
                          extra_args=['--file', 't/%s:755=%s' % (program, os.path.join(FUZZ, program))])
    assert status == 0, text
    return text


@pytest.mark.parametrize('who', ['root', 'user'])
def test_random_calls_with_hostile_arguments(who):
    """A new seed each time; it is in the output of a test that fails. FUZZ_SEED=N FUZZ_CALLS=N: that one, so many calls."""
    seed = int(os.environ.get('FUZZ_SEED', random.randrange(1, 1 << 32)))
    count = int(os.environ.get('FUZZ_CALLS', 12000))
    print('FUZZ_SEED=%d' % seed)
    text = run('calls', '/t/calls %d %d %s\necho lives' % (seed, count, 'user' if who == 'user' else ''), 256)
    done = re.search(r'seed %d: (\d+) calls returned in \d+ processes\nlives$' % seed, text.rstrip())
    assert done and int(done.group(1)) > count / 2, text


def test_storms_leave_nothing():
    text = run('storms', '/t/storms; echo lives', 128)
    left = {name: (abs(int(free)), abs(int(objects)))
            for name, free, objects in re.findall(r'^(\w+): ([-+]\d+) KiB free, ([-+]\d+) objects$', text, re.M)}
    assert sorted(left) == sorted(STORMS) and text.endswith('lives\n'), text
    # One slab more or less, and what the log of /proc keeps of the last execs.
    assert all(free <= 64 and objects <= 8 for free, objects in left.values()), text
