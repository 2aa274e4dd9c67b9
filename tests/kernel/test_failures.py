# SPDX-License-Identifier: MIT
"""Memory is missing, or user memory cannot be copied, at every place in turn: the kernel of make DEBUG=1 fails on request."""
import os
import re

import pytest

import vm
from conftest import TOP

PROGRAM = os.path.join(TOP, 'build', 'tests', 'programs', 'fail', 'each_allocation')
# The ends of a machine whose init has no memory.
ENDS = ('no working init', 'Attempted to kill init!', 'System is deadlocked on memory: no process may be killed')


@pytest.mark.parametrize('kind', ['alloc', 'copy'])
def test_each_place_may_fail(kind):
    """No panic, no leak, and only errors that the manual has; the program's first comment says more. With the page of vsyscall=emulate,
    the only one of the kernel that users may read."""
    text, status = vm.run('debug', 'cd /tmp; /t/each_allocation %s' % kind, cmdline='norandmaps loglevel=3 vsyscall=emulate', memory=128, seconds=200,
                          extra_args=['--file', 't/each_allocation:755=' + PROGRAM])
    assert status == 0, text
    runs = re.findall(r'^(\w+): (\d+) failures, 0 bad$', text, re.M)
    assert len(runs) == 14 and all(int(n) > 3 for _, n in runs), text


def test_a_boot_without_memory_says_so(tmp_path):
    initrd = str(tmp_path / 'initrd.cpio')
    vm.pack('echo hello; exit 0\n', initrd)
    for nth in (1, 8, 25, 60, 100, 130, 220, 600):
        text, status, _ = vm.boot('debug', initrd, 'norandmaps loglevel=3 fail_alloc_nth=%d' % nth, memory=128, seconds=30)
        panics = re.findall(r'end Kernel panic - not syncing: (.*) \]---', text)
        assert status in (0, 3) and (panics or '=== end' in text), (nth, text)
        assert all(p.startswith(ENDS) for p in panics), (nth, text)
