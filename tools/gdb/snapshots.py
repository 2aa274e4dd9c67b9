# SPDX-License-Identifier: MIT
"""Save the whole machine at a stop, and return to it."""
import re

import gdb

import kernel
import symbols
from kernel import Command, Problem
from monitor import instructions, monitor

saved_at = {}       # name -> number of the newest record of mm_trace when it was saved
auto = False
at_the_end = []     # called before the machine is switched off; each returns a line to print, or ''
loads = 0           # how often the machine went back
end_of = -1         # the same, when that was printed


def names():
    """{name: instruction count or None}, oldest first. QEMU has the list, so those of an earlier GDB are in it."""
    found = {}
    for name, count in re.findall(r'^\S+ +(\S+) +[\d.]+ \S+ \d{4}-\d\d-\d\d \S+ \S+ *(\d*)', monitor('info snapshots'), re.M):
        found[name] = int(count) if count else None
    return found


def save(name):
    if instructions() is not None:
        raise Problem('a replay cannot go on from a snapshot taken on its way; `xgoto STAGE` goes to where a stage was passed')
    said = monitor('savevm ' + name)
    if said:
        raise Problem('QEMU: %s (`make debug` and `make replay` give it a disk for snapshots)' % said)
    try:
        saved_at[name] = int(kernel.symbol('mm_trace_seq'))
    except gdb.MemoryError:     # before the kernel's own page tables
        saved_at[name] = 0


def before(seq):
    """The newest snapshot that is older than record @seq of mm_trace, or None."""
    if instructions() is not None:
        return 'init'           # what a recording begins with
    known = names()
    older = {n: at for n, at in saved_at.items() if at < seq and n in known}
    return max(older, key=older.get) if older else None


def load(name):
    global loads
    loads += 1
    said = monitor('loadvm ' + name)
    if said:
        raise Problem('QEMU: %s' % said)
    refresh()


def refresh():
    """The machine has changed, and GDB does not know it yet."""
    gdb.execute('maintenance flush register-cache', to_string=True)
    gdb.execute('maintenance flush dcache', to_string=True)
    symbols.follow()


def show_place():
    """As at a stop: before the first instruction of an inlined function the frame is that of its caller."""
    frame = gdb.newest_frame()
    while frame.type() == gdb.INLINE_FRAME and frame.block().start == frame.pc():
        frame = frame.older()
    frame.select()
    gdb.execute('frame')


def keep(name):
    """Saves the machine, except in a replay, which needs no snapshots (replay.py)."""
    if instructions() is None:
        save(name)


def at_stage(stage):
    """Called at each stop at a stage."""
    if auto:
        keep(stage)


def say_at_the_end(event=None):
    global end_of
    if end_of != loads:
        end_of = loads
        for line in filter(None, (call() for call in at_the_end)):
            print(line)


class PowerOff(gdb.Breakpoint):
    """Stops before the machine is switched off: after that QEMU is gone, and no snapshot can be loaded."""

    def __init__(self, function):
        super().__init__('*' + function, internal=True)
        self.silent = True

    def stop(self):
        say_at_the_end()
        print('the machine is about to switch itself off: `xback NAME` goes back, `continue` lets it end')
        return True


class Save(Command):
    """Save the machine as it is now under a name, or list what is saved.

    xsave               the names
    xsave NAME          save now; an older one of that name is replaced
    xsave auto | off    save at each stop at a stage, under the name of the stage; off ends this"""
    name = 'xsave'

    def complete(self, text, word):
        return [n for n in ('auto', 'off') if n.startswith(word)]

    def run(self, argv):
        global auto
        if not argv:
            print('\n'.join(names()) or 'nothing is saved')
        elif len(argv) > 1:
            raise Problem('usage: xsave NAME; a name is one word')
        elif argv[0] in ('auto', 'off'):
            auto = argv[0] == 'auto'
            print('each stop at a stage will be saved: xback STAGE' if auto else 'stops at stages are not saved any more')
        else:
            save(argv[0])
            print('saved: xback %s returns here' % argv[0])


class Back(Command):
    """Return to a saved machine: registers, memory and devices are as they were.

    xback NAME      xsave lists the names; with `xsave auto` they are those of the stages"""
    name = 'xback'

    def complete(self, text, word):
        return [n for n in names() if n.startswith(word)]

    def run(self, argv):
        known = names()
        if len(argv) != 1 or argv[0] not in known:
            raise Problem('usage: xback NAME, one of: %s' % (', '.join(known) or 'none saved yet, see `help xsave`'))
        load(argv[0])
        show_place()


PowerOff('machine_power_off')
PowerOff('machine_restart')
gdb.events.exited.connect(say_at_the_end)       # a replay ends a moment before
Save()
Back()
