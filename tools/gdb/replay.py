# SPDX-License-Identifier: MIT
"""In a replay (`make replay`): go to an instruction by its number, or to a stage that has been passed."""
import re

import gdb

import snapshots
from kernel import Command, Problem

passed_at = {}      # stage -> number of the instruction at which it was passed last
replaying = None    # not known before the first question


def count():
    """Instructions since the start of the replay; None: this is no replay."""
    global replaying
    if replaying is False:
        return None
    m = re.match(r'Replaying.*instruction count = (\d+)', snapshots.monitor('info replay'))
    replaying = m is not None
    return int(m.group(1)) if m else None


def passed(stage):
    """Called at each record of the exec film."""
    n = count()
    if n is not None:
        passed_at[stage] = n


class quiet:
    """With no breakpoint in the way: `with quiet(): ...`"""

    def __enter__(self):
        self.off = [b for b in gdb.breakpoints() if b.enabled]
        for b in self.off:
            b.enabled = False

    def __exit__(self, *unused):
        for b in self.off:
            if b.is_valid():
                b.enabled = True


def go_to(n):
    """From the newest snapshot before it, forward to instruction @n."""
    saved = {name: at for name, at in snapshots.names().items() if at is not None and at <= n}
    if not saved:
        raise Problem('no snapshot lies before instruction %d' % n)
    snapshots.load(max(saved, key=saved.get))
    if count() == n:
        return
    said = snapshots.monitor('replay_break %d' % n)
    if said:
        raise Problem('QEMU: %s' % said)
    with quiet():
        gdb.execute('continue', to_string=True)
    snapshots.refresh()


class Goto(Command):
    """Go to a moment of a replay, forward or back.

    xgoto             which instruction this is, and at which the stages were passed
    xgoto NUMBER      to an instruction by its number
    xgoto STAGE       to where a stage was passed last"""
    name = 'xgoto'

    def complete(self, text, word):
        return [s for s in passed_at if s.startswith(word)]

    def run(self, argv):
        here = count()
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
        print('instruction %d' % count())
        gdb.execute('frame')


Goto()
