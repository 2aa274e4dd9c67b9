# SPDX-License-Identifier: MIT
"""The commands that move in a replay: to an instruction, to a stage, one instruction back."""
import gdb

import goal
import replay
import snapshots
import stages
from kernel import Command, Problem
from monitor import instructions


def needed():
    here = instructions()
    if here is None:
        raise Problem('this machine is not a replay: `make record`, then `make replay`; here xsave and xback go back')
    return here


class others_off:
    """Only the breakpoints of these commands stop: `with others_off(): ...`"""

    def __enter__(self):
        self.off = [b for b in gdb.breakpoints() if b.enabled and b.number > 0]
        for b in self.off:
            b.enabled = False

    def __exit__(self, *unused):
        for b in self.off:
            b.enabled = b.is_valid()


def forward(stage):
    """On to the next exec of PROG that passes a stage."""
    hook, given = stages.hook, goal.given()
    program = given[0] if given and given[0] != '-' else hook.program
    before = hook.wanted, hook.program
    hook.want([stage], program)
    try:
        with others_off():
            gdb.execute('continue', to_string=True)
        found = hook.stops
    except gdb.error:
        found = 0
    finally:
        hook.want(*before)
    if not found:
        raise Problem('the recording ends, and after this moment no exec%s passes %s; this replay is over: `make replay` starts it again' % (
            ' of ' + program if program else '', stage))


class Goto(Command):
    """Go to a moment of a replay, forward or back.

    xgoto             the number of this instruction, and those at which the stages were passed
    xgoto NUMBER      to an instruction by its number
    xgoto STAGE       to where the last exec passed that stage; if it has not yet, on to where it does

    reverse-stepi goes back by one instruction."""
    name = 'xgoto'

    def complete(self, text, word):
        return [s for s in ['fork'] + stages.names() if s.startswith(word)]

    def run(self, argv):
        here = needed()
        if not argv:
            for stage, n in sorted(replay.passed_at.items(), key=lambda item: item[1]):
                print('%12d  %s' % (n, stage))
            print('%12d  here' % here)
            return
        if len(argv) != 1 or not (argv[0].isdigit() or argv[0] in replay.passed_at or argv[0] in stages.names()):
            raise Problem('usage: xgoto NUMBER, or a stage, one of: %s' % ' '.join(['fork'] + stages.names()))
        if argv[0].isdigit() or argv[0] in replay.passed_at:
            replay.go_to(int(argv[0]) if argv[0].isdigit() else replay.passed_at[argv[0]])
        else:
            forward(argv[0])
        print('instruction %d' % instructions())
        snapshots.show_place()


class ReverseStepi(Command):
    """In a replay: go back by one instruction, or by COUNT.

    reverse-stepi [COUNT]"""
    name = 'reverse-stepi'

    def run(self, argv):
        here = needed()
        if len(argv) > 1 or argv and not argv[0].isdigit():
            raise Problem('usage: reverse-stepi [COUNT]')
        # QEMU does the same for GDB's own command, but sometimes hangs in it.
        replay.go_to(max(1, here - int((argv or ['1'])[0])))
        snapshots.show_place()


class Hangs(Command):
    """Does not work with QEMU 7.2, which never returns from it.

    reverse-stepi goes back by one instruction; xgoto STAGE, xback NAME and who-mapped -b ADDRESS go to a moment."""

    def __init__(self, name):
        self.name = name
        super().__init__()

    def run(self, argv):
        raise Problem('QEMU 7.2 hangs in %s; use reverse-stepi, xgoto STAGE, xback NAME or who-mapped -b ADDRESS' % self.name)


Goto()
ReverseStepi()
for reverse in ('continue', 'step', 'next', 'finish'):
    Hangs('reverse-' + reverse)
