# SPDX-License-Identifier: MIT
"""A log of page faults as they happen."""
import gdb

import kernel
import tables
from kernel import Command, Problem

WRITE, FETCH = 1, 0x100         # FAULT_FLAG_*
parts = []                      # the breakpoints, while the log is on


class Part(gdb.Breakpoint):
    """A silent breakpoint that prints and goes on."""
    place = None

    def __init__(self):
        super().__init__('*' + self.place, internal=True)
        self.silent = True

    def stop(self):
        self.note()
        return False


class Before(Part):
    place = 'handle_mm_fault'
    open = None         # the fault that is being handled: (VMA, address, flags, PTE)

    def note(self):
        v = kernel.pointer('struct vm_area_struct', gdb.parse_and_eval('$rdi'))
        address, flags = int(gdb.parse_and_eval('$rsi')) & 0xffffffffffffffff, int(gdb.parse_and_eval('$edx'))
        Before.open = (v, address, flags, leaf(v, address))


class After(Part):
    place = 'mm_trace'

    def note(self):
        if Before.open is None or int(gdb.parse_and_eval('$ecx')) < int(kernel.symbol('MM_TRACE_PAGE')):
            return
        v, address, flags, old = Before.open
        Before.open = None
        new = leaf(v, address)
        print('fault pid %d %#x %s, %s: PTE %x -> %x %s  %s' % (
            int(kernel.current()['pid']), address, access(flags), kind(v, flags, old), old, new, tables.bits(new),
            kernel.maps_line(v)))


class Bad(Part):
    place = 'bad_area_nosemaphore'

    def note(self):
        address = int(gdb.parse_and_eval('$rdx')) & 0xffffffffffffffff
        print('fault pid %d %#x: no VMA permits it, SIGSEGV or EFAULT' % (int(kernel.current()['pid']), address))


def leaf(v, address):
    rows = tables.walk(tables.table_of(v['vm_mm']), address)
    return rows[3][2] if len(rows) == 4 else 0


def access(flags):
    return 'write' if flags & WRITE else 'fetch' if flags & FETCH else 'read'


def kind(v, flags, old):
    if old & 1 and flags & WRITE:
        return 'copy-on-write'
    if int(v['vm_file']):
        private = flags & WRITE and not int(v['vm_flags']) & kernel.VM['SHARED']
        return 'page of the file, copied at once' if private else 'page of the file'
    if int(v['vm_ops']):
        return 'the kernel\'s own page'
    if int(v['vm_flags']) & kernel.VM['GROWSDOWN']:
        return 'stack'
    return 'anonymous' if flags & WRITE else 'the page of zeros'


class Fault(Command):
    """Log each page fault: address, access, kind, the PTE before and after, VMA.

    xfault on | off"""
    name = 'xfault'

    def complete(self, text, word):
        return [w for w in ('on', 'off') if w.startswith(word)]

    def run(self, argv):
        if argv not in (['on'], ['off']):
            raise Problem('usage: xfault on, or xfault off')
        while parts:
            parts.pop().delete()
        if argv == ['on']:
            parts.extend((Before(), After(), Bad()))
        print('page faults are %s' % ('printed as they happen' if argv == ['on'] else 'not printed any more'))


Fault()
