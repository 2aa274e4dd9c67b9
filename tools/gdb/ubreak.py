# SPDX-License-Identifier: MIT
"""Breakpoints in programs: before any exec has loaded them, and before their page is present."""
import re

import gdb

import binprm
import guest
import kernel
import snapshots
import stack
import stages
import symbols
import tables
from kernel import Command, Problem

wishes = []         # (program, location): placed in each exec of that program
placed = {}         # (path of the program, address) -> breakpoint
missed = set()      # (path of the program, location): said to be nowhere
asked_for = {}      # mm -> the name that was given to execve: that of a script, not of its interpreter


def page_is_there():
    """QEMU stops before the page fault of an instruction, and after it again: a breakpoint stops the second time only."""
    return tables.walk(tables.cr3(), gdb.newest_frame().pc())[-1][2] & 1


class PageIsThere(gdb.Function):
    """$page_is_there(): whether the instruction can be fetched without a page fault."""

    def __init__(self):
        super().__init__('page_is_there')

    def invoke(self):
        return page_is_there()


def created(b):
    """A breakpoint of the user's own in a program gets that condition."""
    places = [place.address for place in getattr(b, 'locations', None) or ()]
    if b.number > 0 and type(b) is gdb.Breakpoint and not b.condition and places and max(places) < kernel.KERNEL_HALF:
        b.condition = '$page_is_there()'


class UserBreakpoint(gdb.Breakpoint):
    """Stops in one address space only, because other processes have the same addresses."""

    def __init__(self, address, mm, what):
        super().__init__('*%#x' % address)
        self.mm, self.what, self.silent = mm, what, True

    def stop(self):
        mm = kernel.current_mm()
        if mm is None or int(mm) != self.mm or not page_is_there():
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
            say_missing(exe, program, location, mm)
            continue
        old = placed.get((exe, address))
        if old is not None and old.is_valid():
            old.mm = int(mm)
            continue
        placed[exe, address] = UserBreakpoint(address, int(mm), '%s:%s' % (program, location))
        print('%s is %#x in %s (pid %d)' % (location, address, exe, int(kernel.current()['pid'])))


def all_is_mapped(mm):
    """A static program, or one whose ld.so has done its work: r_state of its struct r_debug is RT_CONSISTENT, and there is a list."""
    if not stack.auxv(mm).get(stack.AT_BASE, 0):
        return True
    try:
        debug = int(gdb.parse_and_eval('(unsigned long)&_r_debug'))
        return bool(int(gdb.parse_and_eval('*(unsigned long *)%d' % (debug + 8)))) and not int(gdb.parse_and_eval('*(int *)%d' % (debug + 24)))
    except gdb.error:
        return False


def say_missing(exe, program, location, mm):
    if (exe, location) in missed or not all_is_mapped(mm):
        return
    missed.add((exe, location))
    print('ubreak %s:%s stops nowhere: %s has no %s' % (program, location, exe + (' (with its libraries)' if stack.auxv(mm).get(stack.AT_BASE, 0) else ''),
                                                       location))


def at_the_end():
    """What to say of those that were placed in no program."""
    never = [w for w in wishes if not any(b.what == '%s:%s' % w for b in placed.values()) and not any(location == w[1] for _, location in missed)]
    return '\n'.join('ubreak %s:%s: no exec of %s has come' % (w + w[:1]) for w in never)


snapshots.at_the_end.append(at_the_end)
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
PageIsThere()
gdb.events.breakpoint_created.connect(created)
