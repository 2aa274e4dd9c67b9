# SPDX-License-Identifier: MIT
"""In a replay (`make replay`): go to an instruction by its number. Its commands are in reverse.py.

A snapshot taken during a replay is of no use: QEMU 7.2 hangs when it goes on from one. The snapshot with which
the recording began does work, and any instruction is a matter of seconds from there.
"""
import gdb

import snapshots
from kernel import Problem
from monitor import instructions, monitor

passed_at = {}      # stage of the last exec -> number of the instruction at which it was passed last


def passed(stage):
    """Called at each record of the exec film, and at the fork before the exec that is waited for."""
    n = instructions()
    if n is None:
        return
    if stage == 'mm-init':
        for old in [s for s in passed_at if s != 'fork']:
            del passed_at[old]
    passed_at[stage] = n


switched_off = []   # breakpoints that are disabled for a moment


def breakpoints_off():
    switched_off.extend(b for b in gdb.breakpoints() if b.enabled)
    for b in switched_off:
        b.enabled = False


def breakpoints_on():
    while switched_off:
        b = switched_off.pop()
        if b.is_valid():
            b.enabled = True


class quiet:
    """Without breakpoints and without messages about stops: `with quiet(): ...`"""

    def __enter__(self):
        breakpoints_off()
        gdb.execute('set suppress-cli-notifications on')

    def __exit__(self, *unused):
        gdb.execute('set suppress-cli-notifications off')
        breakpoints_on()


def run_to(n):
    """Forward from an earlier instruction to instruction @n, or to the exception that it raised."""
    said = monitor('replay_break %d' % n)
    if said:
        raise Problem('QEMU: %s' % said)
    gdb.execute('continue', to_string=True)


def go_to(n):
    """From the beginning, forward to instruction @n.

    An exception counts no instruction: when QEMU stops there, it may or may not have been raised already
    (the first instruction of a program raises a page fault). So the last instruction is a step.
    """
    snapshots.load('init')
    try:
        with quiet():
            if n > 1:
                run_to(n - 1)
            while instructions() < n:
                gdb.execute('stepi', to_string=True)
        snapshots.refresh()
    except gdb.error:
        raise Problem('the recording ends before instruction %d, and with it this replay: `make replay` starts it again' % n)
