# SPDX-License-Identifier: MIT
"""Symbols of the running program, its interpreter, its libraries and the vdso, at their places: they follow by themselves.

They come when an exec has built the program, when ld.so has mapped its libraries, and at each stop in
another process; they go when their address space does.
"""
import os

import gdb

import elf
import guest
import kernel
import stack
from kernel import Problem

loaded = {}         # file on this machine -> bias
loaded_mm = 0       # the address space that they are of
automatic = True


def wanted(mm):
    """{file on this machine: bias} of every ELF file that the address space maps from its start, and of the vdso."""
    found = {}
    for path, f in elf.mapped_files(mm).items():
        local = guest.host_file(path)
        if local is None or local in found:
            continue
        try:
            bias = elf.Image(f).bias(mm)
        except Problem:         # mapped, but not ELF
            continue
        if bias is not None:
            found[local] = bias
    vdso = int(mm['context']['vdso'])
    if vdso and os.path.exists(guest.VDSO):
        found[guest.VDSO] = vdso
    return found


def load(mm):
    """Make the loaded symbols those of @mm; returns what is in scope."""
    global loaded_mm
    files = wanted(mm)
    for path in [p for p in loaded if files.get(p) != loaded[p]]:
        drop(path)
    for path, bias in files.items():
        if path not in loaded:
            gdb.execute('add-symbol-file %s -o %#x' % (path, bias), to_string=True)
            loaded[path] = bias
    loaded_mm = int(mm)
    return files


def drop(path):
    gdb.execute('remove-symbol-file %s' % path, to_string=True)
    del loaded[path]


def drop_all():
    global loaded_mm
    for path in list(loaded):
        drop(path)
    loaded_mm = 0


def follow(event=None):
    """At a stop: the symbols of whoever runs now."""
    if not automatic:
        return
    try:
        mm = kernel.current_mm()
        if mm is not None:
            load(mm)
    except gdb.error:           # too early in the boot, or the mm is just being changed: the next stop tries again
        pass


class Gone(gdb.Breakpoint):
    """An address space ends."""

    def __init__(self):
        super().__init__('*exit_mmap', internal=True)
        self.silent = True

    def stop(self):
        if int(gdb.parse_and_eval('(unsigned long)$rdi')) == loaded_mm:
            drop_all()
        return False


class Libraries(gdb.Breakpoint):
    """In ld.so, on the function that it calls for debuggers when the list of libraries has changed."""

    def __init__(self, address):
        super().__init__('*%#x' % address, internal=True)
        self.silent = True

    def stop(self):
        follow()
        for call in on_libraries:
            call()
        return False


class Built(gdb.Breakpoint):
    """The end of an exec: the VMAs of program, interpreter and vdso are there."""

    def __init__(self):
        super().__init__('*finalize_exec', internal=True)
        self.silent = True
        self.places = {}

    def stop(self):
        mm = kernel.current_mm()
        if automatic:
            load(mm)
            self.watch_libraries(mm)
        for call in on_exec:
            call(mm)
        return False

    def watch_libraries(self, mm):
        base = stack.auxv(mm).get(stack.AT_BASE, 0)
        if not base or base in self.places:
            return
        try:
            address = int(gdb.parse_and_eval('(unsigned long)&_dl_debug_state'))
        except gdb.error:       # an interpreter without that function: the next stop will do
            return
        self.places[base] = Libraries(address)


on_exec, on_libraries = [], []      # called with the new mm; when libraries have come
Gone()
Built()
gdb.events.stop.connect(follow)


class Syms(kernel.PidCommand):
    """Symbols of the running program, its interpreter, libraries and vdso: where each is loaded.

    xsyms            those in scope now
    xsyms PID        load those of another process, until the next stop
    xsyms on | off   whether they come and go by themselves (on at first)"""
    name = 'xsyms'

    def run(self, argv):
        global automatic
        if argv in (['on'], ['off']):
            automatic = argv == ['on']
            if not automatic:
                drop_all()
            print('symbols follow the running program' if automatic else 'only the kernel has symbols now')
            return
        for path, bias in load(kernel.mm_of(kernel.task_or_current(argv[0] if argv else ''))).items():
            print('%#14x  %s' % (bias, os.path.relpath(path, guest.TOP)))


Syms()
