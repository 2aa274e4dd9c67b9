# SPDX-License-Identifier: MIT
"""Breakpoints in programs that no exec has loaded yet."""
import re

import gdb

import binprm
import guest
import kernel
import stack
import stages
import symbols
from kernel import Command, Problem

wishes = []         # (program, location): placed in each exec of that program
placed = {}         # (path of the program, address) -> breakpoint
asked_for = {}      # mm -> the name that was given to execve: that of a script, not of its interpreter


class UserBreakpoint(gdb.Breakpoint):
    """Stops in one address space only, because other processes have the same addresses."""

    def __init__(self, address, mm, what):
        super().__init__('*%#x' % address)
        self.mm, self.what, self.silent = mm, what, True

    def stop(self):
        mm = kernel.current_mm()
        if mm is None or int(mm) != self.mm:
            return False
        print('breakpoint %d, %s (pid %d)' % (self.number, self.what, int(kernel.current()['pid'])))
        return True


def main_of(entry):
    """Where main is, in a program without symbols: _start puts it in rdi for the first function that it calls."""
    place = None
    for line in gdb.selected_inferior().architecture().disassemble(entry, entry + 64):
        text = line['asm']
        if 'call' in text.split()[:2]:          # "addr32 call" in static programs
            return place
        m = re.match(r'mov +\$(0x[0-9a-f]+),%[re]di|lea +.*,%rdi +# (0x[0-9a-f]+)', text)
        if m:
            place = int(m.group(1) or m.group(2), 16)
    return None


def address_of(location, mm):
    """An address in the program that was just built. None: not known (yet)."""
    if location.startswith('*'):
        return int(gdb.parse_and_eval(location[1:]))
    try:
        for place in gdb.decode_line(location)[1] or ():
            # A program's entry in its table of jumps into libraries is not the function.
            if place.pc and place.pc < kernel.KERNEL_HALF and \
                    '@plt' not in gdb.execute('info symbol %#x' % place.pc, to_string=True):
                return place.pc
    except gdb.error:
        pass
    entry = stack.auxv(mm)[stack.AT_ENTRY]
    return {'main': lambda: main_of(entry), '_start': lambda: entry}.get(location, lambda: None)()


def place_all(mm):
    """Called when an exec has built @mm, and when its libraries have come."""
    exe, b = kernel.file_path(mm['exe_file']), binprm.find()
    if b is not None:
        asked_for[int(mm)] = kernel.text(b['filename'])
    for program, location in wishes:
        if not any(stages.is_program(program, path) for path in (exe, asked_for.get(int(mm), exe))):
            continue
        address = address_of(location, mm)
        if address is None:
            continue
        old = placed.get((exe, address))
        if old is not None and old.is_valid():
            old.mm = int(mm)
            continue
        placed[exe, address] = UserBreakpoint(address, int(mm), '%s:%s' % (program, location))
        print('%s is %#x in %s (pid %d)' % (location, address, exe, int(kernel.current()['pid'])))


symbols.on_exec.append(place_all)
symbols.on_libraries.append(lambda: place_all(kernel.current_mm()))


class Ubreak(Command):
    """Set a breakpoint in a program that does not run yet; it holds for each exec of it from now on.

    ubreak PROG:LOCATION    PROG is a path or its last part; LOCATION a function of the program or of its
                            libraries, FILE:LINE, or *ADDRESS. main and _start are found without symbols too.
    ubreak                  list them

    e.g. ubreak showstack:main, ubreak cat:main, ubreak cat:write"""
    name = 'ubreak'

    def complete(self, text, word):
        return [p + ':' for p in guest.programs() if p.startswith(word)]

    def run(self, argv):
        if not argv:
            for program, location in wishes:
                print('%s:%s  %s' % (program, location, ', '.join(
                    '%#x in %s' % (a, exe) for (exe, a), b in placed.items() if b.what == '%s:%s' % (program, location))
                    or 'not placed yet'))
            return
        program, _, location = argv[0].partition(':')
        if len(argv) != 1 or not program or not location:
            raise Problem('usage: ubreak PROG:LOCATION, e.g. ubreak cat:main')
        if not symbols.automatic:
            raise Problem('ubreak needs the programs\' symbols: `xsyms on` first')
        wishes.append((program, location))
        print('will break at %s when %s is executed' % (location, program))


Ubreak()
