# SPDX-License-Identifier: MIT
"""The stack that an exec builds: argc, argv, envp, auxv by name, and the strings."""
import struct

import kernel
import tables
from kernel import Problem

AT = {0: 'AT_NULL', 2: 'AT_EXECFD', 3: 'AT_PHDR', 4: 'AT_PHENT', 5: 'AT_PHNUM', 6: 'AT_PAGESZ', 7: 'AT_BASE', 8: 'AT_FLAGS',
      9: 'AT_ENTRY', 11: 'AT_UID', 12: 'AT_EUID', 13: 'AT_GID', 14: 'AT_EGID', 15: 'AT_PLATFORM', 16: 'AT_HWCAP',
      17: 'AT_CLKTCK', 23: 'AT_SECURE', 25: 'AT_RANDOM', 26: 'AT_HWCAP2', 31: 'AT_EXECFN', 33: 'AT_SYSINFO_EHDR',
      51: 'AT_MINSIGSTKSZ'}
STRINGS = (15, 31)
AT_BASE, AT_ENTRY, AT_PLATFORM, AT_RANDOM, AT_SYSINFO_EHDR = 7, 9, 15, 25, 33


def auxv(mm):
    """{type: value} of a program, as its exec left it."""
    words = mm['saved_auxv']
    return {int(words[i]): int(words[i + 1]) for i in range(0, words.type.range()[1], 2)}


class Auxv(kernel.PidCommand):
    """The auxiliary vector that the kernel keeps for a process (mm->saved_auxv).

    xauxv [PID]"""
    name = 'xauxv'

    def run(self, argv):
        mm = kernel.mm_of(kernel.task_or_current(argv[0] if argv else ''))
        if not auxv(mm).get(AT_ENTRY):
            raise Problem('the vector is not written yet: go on to `xstage start-thread`')
        for kind, value in auxv(mm).items():
            extra = ' "%s"' % tables.user_string(mm, value) if kind in STRINGS and value else ''
            print('%-16s %#x%s' % (AT.get(kind, kind), value, extra))


class Stack(kernel.PidCommand):
    """The stack that an exec has built, from argc up, and the function that wrote each part.

    xstack [PID]     from the stage start-thread on; what the program has pushed since is below it"""
    name = 'xstack'

    def run(self, argv):
        self.mm = mm = kernel.mm_of(kernel.task_or_current(argv[0] if argv else ''))
        if not auxv(mm).get(AT_ENTRY) or not int(mm['env_end']):
            raise Problem('the tables are not written yet: go on to `xstage start-thread`')
        p = int(mm['start_stack'])
        self.row(p, 'argc = %d' % self.word(p), 'write_tables; rsp at the first instruction')
        p = self.pointers(p + 8, 'argv')
        p = self.pointers(p, 'envp')
        for kind, value in auxv(mm).items():
            extra = ' "%s"' % tables.user_string(mm, value) if kind in STRINGS and value else ''
            self.row(p, '%-16s %#x%s' % (AT.get(kind, kind), value, extra), 'fill_auxv' if kind == AT_SYSINFO_EHDR else '')
            p += 16
        at = auxv(mm)
        self.row(at[AT_RANDOM], tables.read_user(mm, at[AT_RANDOM], 16).hex(' '), 'create_elf_tables, AT_RANDOM')
        self.row(at[AT_PLATFORM], '"%s"' % tables.user_string(mm, at[AT_PLATFORM]), 'create_elf_tables, AT_PLATFORM')
        self.strings(int(mm['arg_start']), int(mm['arg_end']), 'copy_strings: argv')
        self.strings(int(mm['env_start']), int(mm['env_end']), 'copy_strings: envp')
        self.strings(int(mm['env_end']), int(mm['env_end']) + 1, 'copy_string_kernel: file name, AT_EXECFN')

    def row(self, address, what, who=''):
        print(('%x  %-44s %s' % (address, what, who)).rstrip())

    def word(self, address):
        return struct.unpack('<Q', tables.read_user(self.mm, address, 8))[0]

    def pointers(self, p, name):
        for i in range(1 << 20):
            value = self.word(p)
            self.row(p, '%s[%d] = %#x' % (name, i, value), 'put_string_pointers' if i == 0 else '')
            p += 8
            if not value:
                return p

    def strings(self, p, end, who):
        while p < end:
            s = tables.user_string(self.mm, p)
            self.row(p, '"%s"' % s, who)
            p, who = p + len(s) + 1, ''


Auxv()
Stack()
