# SPDX-License-Identifier: MIT
"""GDB commands for watching an exec. Loaded by `make gdb`; type xhelp."""
import os
import sys

import gdb

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

gdb.execute('set pagination off')
gdb.execute('set confirm off')
gdb.execute('set print pretty on')
# Saving a machine may take QEMU more than the 2 seconds after which GDB asks again.
gdb.execute('set remotetimeout 120')
# Constants come from the file: they can be read before the kernel has switched paging on,
# and the code of a program before a fault has brought its page.
gdb.execute('set trust-readonly-sections on')

import guest        # noqa: E402
import kernel       # noqa: E402
import stages       # noqa: E402
# What is stripped in the guest has its symbols from the guest's Debian, not from this machine.
gdb.execute('set debug-file-directory ' + guest.SYMBOLS)
for topic in ('binprm', 'elf', 'maps', 'diff', 'tables', 'stack', 'tasks', 'symbols', 'ubreak', 'faults', 'trace',
              'filming', 'who', 'snapshots', 'goal', 'reverse', 'unwind'):
    __import__(topic)

COMMANDS = ['xconnect', 'xprog', 'xstage', 'xbprm', 'xelf', 'xmaps', 'xdiff', 'xpwalk', 'xptes', 'xstack', 'xauxv', 'xps', 'xtask',
            'xcpu', 'xsyms', 'ubreak', 'xfault', 'xtrace', 'xfilm', 'who-mapped', 'xsave', 'xback', 'xgoto']


class Help(kernel.Command):
    """List the commands for watching an exec, the stages, and the task that runs now."""
    name = 'xhelp'

    def run(self, argv):
        for name in COMMANDS:
            first = gdb.execute('help ' + name, to_string=True).strip().split('\n')[0]
            print('%-11s %s' % (name, first))
        print('stages      %s' % ' '.join(stages.names()))
        task = kernel.current()
        mm = kernel.current_mm()
        print('now         %s' % ('no task runs yet' if task is None else 'pid %d, %s' % (
            int(task['pid']), 'a kernel thread' if mm is None else kernel.comm(task))))
        print('`help COMMAND` says more. Begin: xstage load-elf of cat, then continue.')


Help()
