# SPDX-License-Identifier: MIT
"""The stack that an exec builds: argc, argv, envp, auxv by name, and the strings."""
import struct

import gdb

import kernel
from kernel import Command, Problem

AT = {0: 'AT_NULL', 2: 'AT_EXECFD', 3: 'AT_PHDR', 4: 'AT_PHENT', 5: 'AT_PHNUM', 6: 'AT_PAGESZ', 7: 'AT_BASE', 8: 'AT_FLAGS',
      9: 'AT_ENTRY', 11: 'AT_UID', 12: 'AT_EUID', 13: 'AT_GID', 14: 'AT_EGID', 15: 'AT_PLATFORM', 16: 'AT_HWCAP',
      17: 'AT_CLKTCK', 23: 'AT_SECURE', 25: 'AT_RANDOM', 26: 'AT_HWCAP2', 31: 'AT_EXECFN', 33: 'AT_SYSINFO_EHDR',
      51: 'AT_MINSIGSTKSZ'}
STRINGS = (15, 31)


def word(address):
    return struct.unpack('<Q', kernel.memory(address, 8))[0]


def user_string(address):
    return kernel.text(gdb.Value(address).cast(gdb.lookup_type('char').pointer()), 60)


class Auxv(Command):
    """The auxiliary vector that the kernel keeps for a process (mm->saved_auxv).

    xauxv [PID]"""
    name = 'xauxv'

    def run(self, argv):
        auxv = kernel.mm_of(kernel.task_or_current(argv[0] if argv else ''))['saved_auxv']
        for i in range(0, auxv.type.range()[1], 2):
            kind, value = int(auxv[i]), int(auxv[i + 1])
            print('%-16s %#x' % (AT.get(kind, kind), value))
            if kind == 0:
                break


class Stack(Command):
    """The new program's stack, from argc up, with who wrote what.

    xstack       at the stage start-thread or at the first user instruction"""
    name = 'xstack'

    def run(self, argv):
        mm = kernel.mm_of(kernel.task_or_current(''))
        p = int(mm['start_stack'])
        if not int(mm['arg_end']):
            raise Problem('the tables are not written yet: go on to `xstage start-thread`')
        argc = word(p)
        print('%x  argc = %d                       <- rsp; create_elf_tables' % (p, argc))
        p = self.pointers(p + 8, 'argv')
        p = self.pointers(p, 'envp')
        while True:
            kind, value = word(p), word(p + 8)
            extra = ' "%s"' % user_string(value) if kind in STRINGS and value else ''
            print('%x  %-16s %#x%s' % (p, AT.get(kind, kind), value, extra))
            p += 16
            if kind == 0:
                break
        print('%x  .. random bytes, "x86_64"        create_elf_tables' % p)
        print('%x  argv strings                     copy_strings' % int(mm['arg_start']))
        print('%x  envp strings                     copy_strings' % int(mm['env_start']))
        print('%x  file name, 8 bytes of zero       copy_string_kernel' % int(mm['env_end']))

    def pointers(self, p, name):
        i = 0
        while True:
            value = word(p)
            print('%x  %s[%d] = %s' % (p, name, i, '%#x "%s"' % (value, user_string(value)) if value else 'NULL'))
            p, i = p + 8, i + 1
            if not value:
                return p


Auxv()
Stack()
