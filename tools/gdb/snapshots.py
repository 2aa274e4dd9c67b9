# SPDX-License-Identifier: MIT
"""Save the whole machine at a stop, and go back to it."""
import gdb

from kernel import Command, Problem

names = []


def monitor(command):
    return gdb.execute('monitor ' + command, to_string=True).strip()


class Save(Command):
    """Save the machine as it is now under a name.

    xsave NAME      (xsave alone lists what is saved)"""
    name = 'xsave'

    def run(self, argv):
        if not argv:
            print('\n'.join(names) or 'nothing is saved')
            return
        said = monitor('savevm ' + argv[0])
        if said:
            raise Problem('QEMU: %s (start it by `make debug`, which gives it a disk for snapshots)' % said)
        names.append(argv[0])
        print('saved: xback %s returns here' % argv[0])


class Back(Command):
    """Return to a saved machine.

    xback NAME"""
    name = 'xback'

    def complete(self, text, word):
        return [n for n in names if n.startswith(word)]

    def run(self, argv):
        if len(argv) != 1 or argv[0] not in names:
            raise Problem('usage: xback NAME, one of: %s' % (', '.join(names) or 'none saved yet, see xsave'))
        said = monitor('loadvm ' + argv[0])
        if said:
            raise Problem('QEMU: %s' % said)
        gdb.execute('maintenance flush register-cache', to_string=True)
        gdb.execute('frame', to_string=False)


Save()
Back()
