# SPDX-License-Identifier: MIT
"""In a replay (`make replay`): go to an instruction by its number, or to a stage that has been passed.

A snapshot taken during a replay is of no use: QEMU 7.2 hangs when it goes on from one. The snapshot with which
the recording began does work, and any instruction is a matter of seconds from there.
"""
import gdb

import snapshots
from kernel import Command, Problem
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


class Goto(Command):
    """Go to a moment of a replay, forward or back.

    xgoto             the number of this instruction, and those at which the stages were passed
    xgoto NUMBER      to an instruction by its number
    xgoto STAGE       to where the last exec passed that stage

    reverse-stepi goes back by one instruction."""
    name = 'xgoto'

    def complete(self, text, word):
        return [s for s in passed_at if s.startswith(word)]

    def run(self, argv):
        here = instructions()
        if here is None:
            raise Problem('this machine is not a replay: `make record`, then `make replay`; here xsave and xback go back')
        if not argv:
            for stage, n in sorted(passed_at.items(), key=lambda item: item[1]):
                print('%12d  %s' % (n, stage))
            print('%12d  here' % here)
            return
        if len(argv) != 1 or not (argv[0].isdigit() or argv[0] in passed_at):
            raise Problem('usage: xgoto NUMBER, or a stage passed so far: %s' % (
                ' '.join(passed_at) or 'none yet; `xstage NAME`, then continue'))
        go_to(int(argv[0]) if argv[0].isdigit() else passed_at[argv[0]])
        print('instruction %d' % instructions())
        gdb.execute('frame')


class ReverseContinue(Command):
    """Does not work with QEMU 7.2, which never returns from it.

    xgoto STAGE, xback NAME and who-mapped -b ADDRESS go back to a moment."""
    name = 'reverse-continue'

    def run(self, argv):
        raise Problem('QEMU 7.2 hangs in reverse-continue; use xgoto STAGE, xback NAME or who-mapped -b ADDRESS')


Goto()
ReverseContinue()

# QEMU steps back by going forward from a snapshot, and hangs if it meets a breakpoint on the way.
gdb.execute('''define hook-reverse-stepi
python replay.breakpoints_off()
end
define hookpost-reverse-stepi
python replay.breakpoints_on()
end''')
