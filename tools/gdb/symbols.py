# SPDX-License-Identifier: MIT
"""User symbols that follow the running program, and breakpoints in programs that are not executed yet."""
import os
import struct

import gdb

import kernel
from kernel import Command, Problem

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROOTS = [os.path.join(TOP, 'build', 'debian'), os.path.join(TOP, 'iso', 'rootfs')]
loaded = {}         # host file -> bias


def host_file(guest):
    """The file on this machine that a path in the guest was made from, or None."""
    local = os.path.join(TOP, 'build', 'user', os.path.basename(guest))
    if guest.startswith('/usr/local/bin/') and os.path.exists(local):
        return local
    for root in ROOTS:
        path = root + guest
        for _ in range(8):      # links are absolute in the guest
            if not os.path.islink(path):
                break
            target = os.readlink(path)
            path = root + target if target.startswith('/') else os.path.join(os.path.dirname(path), target)
        if os.path.isfile(path):
            return path
    return None


def first_load(path):
    """Page of the first PT_LOAD's address; None: not an ELF file."""
    with open(path, 'rb') as f:
        head = f.read(64)
        if head[:4] != b'\x7fELF':
            return None
        phoff, n = struct.unpack_from('<Q', head, 32)[0], struct.unpack_from('<H', head, 56)[0]
        f.seek(phoff)
        for _ in range(n):
            ph = f.read(56)
            if struct.unpack_from('<I', ph)[0] == 1:
                return struct.unpack_from('<Q', ph, 16)[0] & ~0xfff
    return None


def programs(mm):
    """[(host file, bias)] of every ELF file that the address space maps from its start."""
    found = []
    for v in kernel.areas(mm):
        if not int(v['vm_file']) or int(v['vm_pgoff']):
            continue
        path = host_file(kernel.file_path(v['vm_file']))
        base = first_load(path) if path else None
        if base is not None and path not in [p for p, _ in found]:
            found.append((path, int(v['vm_start']) - base))
    return found


def load(mm):
    """Make the loaded symbols those of @mm; returns what is in scope."""
    wanted = dict(programs(mm))
    for path in [p for p in loaded if wanted.get(p) != loaded[p]]:
        gdb.execute('remove-symbol-file %s' % path, to_string=True)
        del loaded[path]
    for path, bias in wanted.items():
        if path not in loaded:
            gdb.execute('add-symbol-file %s -o %#x' % (path, bias), to_string=True)
            loaded[path] = bias
    return wanted


class Syms(Command):
    """Load the symbols of the running program, its interpreter and its libraries at their places.

    xsyms [PID]    drops those of another program"""
    name = 'xsyms'

    def run(self, argv):
        mm = kernel.mm_of(kernel.task_or_current(argv[0] if argv else ''))
        for path, bias in load(mm).items():
            print('%#14x  %s' % (bias, os.path.relpath(path, TOP)))


class UserBreakpoint(gdb.Breakpoint):
    """In one program only: other processes have the same addresses."""

    def __init__(self, address, exe):
        super().__init__('*%#x' % address)
        self.exe = exe

    def stop(self):
        task = kernel.current()
        mm = task['mm'] if task is not None else 0
        return bool(int(mm)) and bool(int(mm['exe_file'])) and kernel.file_path(mm['exe_file']) == self.exe


class Pending(gdb.Breakpoint):
    """Waits until a program has been built, then places the wanted breakpoints in it."""

    def __init__(self):
        super().__init__('*finalize_exec', internal=True)
        self.silent = True
        self.wanted = []

    def stop(self):
        mm = kernel.current()['mm']
        exe = kernel.file_path(mm['exe_file'])
        for program, location in list(self.wanted):
            if program in (exe, os.path.basename(exe)):
                load(mm)
                self.wanted.remove((program, location))
                place(exe, location)
        return False


def place(exe, location):
    try:
        address = int(gdb.parse_and_eval('(unsigned long)&%s' % location)) if not location.startswith('*') \
            else int(gdb.parse_and_eval(location[1:]))
    except gdb.error as e:
        print('ubreak: %s in %s: %s' % (location, exe, e))
        return
    UserBreakpoint(address, exe)
    print('breakpoint in %s at %s = %#x' % (exe, location, address))


pending = None


class Ubreak(Command):
    """Break in a program before it is executed.

    ubreak PROG:LOCATION    e.g. ubreak showstack:main, ubreak /usr/local/bin/inf:_start
                            LOCATION is a symbol or *ADDRESS; PROG a path or its last part"""
    name = 'ubreak'

    def run(self, argv):
        global pending
        if len(argv) != 1 or ':' not in argv[0]:
            raise Problem('usage: ubreak PROG:LOCATION, e.g. ubreak showstack:main')
        program, location = argv[0].rsplit(':', 1)
        if pending is None:
            pending = Pending()
        pending.wanted.append((program, location))
        print('will break at %s when %s is executed' % (location, program))


Syms()
Ubreak()
