# SPDX-License-Identifier: MIT
"""Walk page tables, name every bit, and say why an access would fault."""
import struct

import gdb

import kernel
from kernel import Command, Problem

BITS = [(0, 'P'), (1, 'RW'), (2, 'US'), (3, 'PWT'), (4, 'PCD'), (5, 'A'), (6, 'D'), (7, 'PS'), (8, 'G'),
        (9, 'special'), (63, 'NX')]
FRAME = 0x000ffffffffff000
LEVELS = [('PML4', 39), ('PDPT', 30), ('PD', 21), ('PT', 12)]


def cr3():
    return int(gdb.parse_and_eval('$cr3')) & FRAME


def table_of(mm):
    """Physical address of the top table: the direct map is linear."""
    return int(mm['pgd']) - 0xffff888000000000


def walk(top, address):
    """[(level name, index, entry)] down to the leaf or the first hole."""
    rows, table = [], top
    for name, shift in LEVELS:
        index = address >> shift & 511
        entry = struct.unpack('<Q', kernel.physical(table + 8 * index, 8))[0]
        rows.append((name, index, entry))
        if not entry & 1 or (entry & 0x80 and shift in (21, 30)):
            break
        table = entry & FRAME
    return rows


def bits(entry):
    return ' '.join(n for b, n in BITS if entry >> b & 1) or '-'


def area_at(mm, address):
    for v in kernel.areas(mm):
        if int(v['vm_start']) <= address < int(v['vm_end']):
            return v
    return None


def verdict(rows, v):
    """Why user code would or would not fault here."""
    entry = rows[-1][2]
    if v is None:
        return 'no area covers it: SIGSEGV (SEGV_MAPERR), unless a stack below grows to it'
    flags = int(v['vm_flags'])
    said = []
    if not entry & 1:
        if entry & 0x100:
            return 'PROT_NONE hides a present page: SIGSEGV (SEGV_ACCERR)'
        kind = 'from its file' if int(v['vm_file']) else 'of zeros'
        return 'not present yet: the first access faults a page in, %s' % kind
    if flags & 2 and not entry & 2:
        said.append('a write faults: copy-on-write')
    if not flags & 2:
        said.append('a write faults: SIGSEGV, the area is not writable')
    if entry >> 63:
        said.append('fetching an instruction faults: NX')
    return '; '.join(said) or 'no access faults'


class Pwalk(Command):
    """Page table entries of an address, every bit by name, its area, and why an access would fault.

    xpwalk ADDRESS [PID]     ADDRESS is any expression; no PID: the tables in CR3"""
    name = 'xpwalk'

    def run(self, argv):
        if not argv:
            raise Problem('usage: xpwalk ADDRESS [PID]')
        pid = argv.pop() if len(argv) > 1 and argv[-1].isdigit() else None
        address = kernel.address_of(' '.join(argv))
        task = kernel.task_or_current(pid) if pid else kernel.current()
        top = table_of(kernel.mm_of(task)) if pid else cr3()
        rows = walk(top, address)
        for name, index, entry in rows:
            print('%-5s [%3d] %016x  frame %#x  %s' % (name, index, entry, entry & FRAME, bits(entry)))
        if address < kernel.KERNEL_HALF and task is not None and int(task['mm']):
            v = area_at(task['mm'], address)
            print('area  %s' % (kernel.maps_line(v) if v is not None else 'none'))
            print('user  %s' % verdict(rows, v))


class Ptes(Command):
    """A line for each area: how many of its pages are present, written, shared with a file.

    xptes [PID]"""
    name = 'xptes'

    def run(self, argv):
        mm = kernel.mm_of(kernel.task_or_current(argv[0] if argv else ''))
        print('%-27s %7s %7s %7s %7s' % ('area', 'pages', 'present', 'dirty', 'writable'))
        for v in kernel.areas(mm):
            start, end = int(v['vm_start']), int(v['vm_end'])
            seen = self.count(table_of(mm), start, end)
            print('%x-%x %7d %7d %7d %7d  %s' % (start, end, (end - start) // 4096, *seen, kernel.area_name(v)))

    def count(self, top, start, end):
        present = dirty = writable = 0
        address = start
        while address < end:
            rows = walk(top, address)
            if len(rows) < 4:
                address = (address | ((1 << LEVELS[len(rows) - 1][1]) - 1)) + 1
                continue
            table = rows[2][2] & FRAME
            last = min(end, (address | 0x1fffff) + 1)
            n = (last - address) // 4096
            for e in struct.unpack('<%dQ' % n, kernel.physical(table + 8 * (address >> 12 & 511), 8 * n)):
                present += e & 1
                dirty += e >> 6 & e & 1
                writable += e >> 1 & e & 1
            address = last
        return present, dirty, writable


Pwalk()
Ptes()
