# SPDX-License-Identifier: MIT
"""Save the whole machine at a stop, and go back to it."""
import re

import gdb

import kernel
import symbols
from kernel import Command, Problem

saved_at = {}       # name -> (newest record of the exec film, of the ring beside it) when it was saved
auto = False


def monitor(command):
    """What QEMU answers to a line of its monitor."""
    return gdb.execute('monitor ' + command, to_string=True).strip()


def names():
    """{name: instruction count or None}, oldest first; QEMU itself knows them, also those of an earlier GDB."""
    found = {}
    for name, count in re.findall(r'^\S+ +(\S+) +[\d.]+ \S+ \d{4}-\d\d-\d\d \S+ \S+ *(\d*)', monitor('info snapshots'), re.M):
        found[name] = int(count) if count else None
    return found


def save(name):
    said = monitor('savevm ' + name)
    if said:
        raise Problem('QEMU: %s (`make debug` and `make replay` give it a disk for snapshots)' % said)
    saved_at[name] = counters()


def counters():
    try:
        return int(kernel.symbol('exec_trace_seq')), int(kernel.symbol('mm_trace_seq'))
    except gdb.MemoryError:     # before the kernel's own page tables
        return 0, 0


def load(name):
    said = monitor('loadvm ' + name)
    if said:
        raise Problem('QEMU: %s' % said)
    refresh()


def refresh():
    """The machine has changed behind GDB's back."""
    gdb.execute('maintenance flush register-cache', to_string=True)
    gdb.execute('maintenance flush dcache', to_string=True)
    symbols.follow()


def at_stage(stage):
    """Called at each stop at a stage."""
    if auto:
        save(stage)


class PowerOff(gdb.Breakpoint):
    """The last moment from which one can go back: without a machine there is no QEMU to ask."""

    def __init__(self, function):
        super().__init__('*' + function, internal=True)
        self.silent = True

    def stop(self):
        print('the machine is about to switch itself off: `xback NAME` goes back, `continue` lets it end')
        return True


class Save(Command):
    """Save the machine as it is now under a name, or list what is saved.

    xsave               the names
    xsave NAME          save now; an older one of that name is replaced
    xsave auto | off    save at each stop at a stage, under the stage's name; or no more"""
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
        gdb.execute('frame')


PowerOff('machine_power_off')
PowerOff('machine_restart')
Save()
Back()
