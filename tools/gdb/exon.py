# SPDX-License-Identifier: MIT
"""GDB commands for watching an exec. Loaded by `make gdb`; type xhelp."""
import os
import sys

import gdb

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import kernel       # noqa: E402
import maps         # noqa: E402,F401
import snapshots    # noqa: E402,F401
import stack        # noqa: E402,F401
import stages       # noqa: E402,F401
import symbols      # noqa: E402,F401
import tables       # noqa: E402,F401
import tasks        # noqa: E402,F401
import trace        # noqa: E402,F401

COMMANDS = ['xstage', 'xbprm', 'xmaps', 'xdiff', 'xpwalk', 'xptes', 'xstack', 'xauxv', 'xps', 'xtask', 'xcpu', 'xsyms', 'ubreak',
            'xfault', 'xtrace', 'who-mapped', 'xsave', 'xback']


class Help(kernel.Command):
    """What the commands for watching an exec are."""
    name = 'xhelp'

    def run(self, argv):
        for name in COMMANDS:
            first = gdb.execute('help ' + name, to_string=True).strip().split('\n')[0]
            print('%-11s %s' % (name, first))
        print('`help COMMAND` says more. Begin: xstage load-elf of cat, then continue.')


Help()
gdb.execute('set pagination off')
gdb.execute('set confirm off')
gdb.execute('set print pretty on')
# Constants come from the file: they can be read before the kernel has switched paging on.
gdb.execute('set trust-readonly-sections on')
