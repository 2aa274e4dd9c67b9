# SPDX-License-Identifier: MIT
"""Walk page tables, name every bit, and say why an access would fault."""
import struct

import gdb

import kernel
from kernel import Command, Problem

BITS = [(0, 'P'), (1, 'RW'), (2, 'US'), (3, 'PWT'), (4, 'PCD'), (5, 'A'), (6, 'D'), (7, 'PS'), (8, 'G'),
        (9, 'special'), (63, 'NX')]
FRAME = 0x000ffffffffff000
USER_END = 1 << 47
LEVELS = [('PML4', 39), ('PDPT', 30), ('PD', 21), ('PT', 12)]


def cr3():
    return int(gdb.parse_and_eval('$cr3')) & FRAME


def table_of(mm):
    """Physical address of the top table: the direct map is linear."""
    return int(mm['pgd']) - kernel.DIRECT_MAP


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


def entries(top, start, end):
    """{address: PTE} of all that are not empty in [start, end), without huge pages. Reads a whole table at once."""
    found, address = {}, start
    while address < end:
        rows = walk(top, address)
        if len(rows) < 4:       # a hole as large as one entry of that level
            address = (address | (1 << LEVELS[len(rows) - 1][1]) - 1) + 1
            continue
        last = min(end, (address | 0x1fffff) + 1)
        n = (last - address) // kernel.PAGE
        data = kernel.physical((rows[2][2] & FRAME) + 8 * (address >> 12 & 511), 8 * n)
        found.update((address + i * kernel.PAGE, e) for i, e in enumerate(struct.unpack('<%dQ' % n, data)) if e)
        address = last
    return found


def read_user(mm, address, size):
    """Bytes of any address space, current or not. Problem: a page is not present."""
    data = b''
    while len(data) < size:
        at = address + len(data)
        entry = walk(table_of(mm), at)[-1][2]
        if not entry & 1:
            raise Problem('%#x is not in memory; `xpwalk %#x` says why' % (at, at))
        data += kernel.physical((entry & FRAME) + at % kernel.PAGE, min(kernel.PAGE - at % kernel.PAGE, size - len(data)))
    return data


def user_string(mm, address, limit=4096):
    """A C string of any address space, up to its NUL or @limit bytes."""
    data = b''
    while b'\0' not in data and len(data) < limit:
        at = address + len(data)
        data += read_user(mm, at, kernel.PAGE - at % kernel.PAGE)
    return data.split(b'\0')[0][:limit].decode('utf-8', 'replace')


def bits(entry):
    return ' '.join(n for b, n in BITS if entry >> b & 1) or '-'


def vma_at(mm, address):
    for v in kernel.vmas(mm):
        if int(v['vm_start']) <= address < int(v['vm_end']):
            return v
    return None


def verdict(rows, v, access):
    """What a read, write or fetch by user code does: no fault, or the bit that causes one and what the kernel does then."""
    entry = rows[-1][2]
    if v is None:
        if entry & 1 and not entry & 4:
            return 'faults, U/S = 0: the page is the kernel\'s, SIGSEGV'
        return 'faults, no VMA covers it: SIGSEGV (SEGV_MAPERR), unless a stack above grows down to it'
    flags = int(v['vm_flags'])
    if not flags & {'read': 1, 'write': 2, 'fetch': 4}[access] and not (access == 'read' and flags & 6):
        bit = 'P = 0' if not entry & 1 else 'RW = 0' if access == 'write' else 'NX = 1'
        return 'faults, %s: the VMA is %s, SIGSEGV (SEGV_ACCERR)' % (bit, kernel.permissions(flags))
    if not entry & 1:
        return 'faults, P = 0: %s' % ('a page of its file comes in' if int(v['vm_file']) else
                                      'the kernel\'s own page' if int(v['vm_ops']) else 'a page of zeros comes in')
    if access == 'write' and not all(e & 2 for _, _, e in rows):
        return 'faults, RW = 0 in a writable VMA: copy-on-write'
    return 'no fault'


def describe_page(entry):
    """The struct page of the frame that a PTE maps."""
    size = gdb.lookup_type('struct page').sizeof
    page = kernel.pointer('struct page', kernel.VMEMMAP + ((entry & FRAME) >> 12) * size)
    kind = 'of a file, number %d there' % int(page['index']) if int(page['mapping']) else \
        'anonymous' if int(page['flags']) >> int(kernel.symbol('PG_anon')) & 1 else 'the kernel\'s own'
    return 'struct page %#x, %s, %d references, in %d page tables' % (
        int(page), kind, int(page['_refcount']['counter']), int(page['_mapcount']['counter']))


class Pwalk(Command):
    """Page table entries of an address, every bit by name, its VMA, and why an access would fault.

    xpwalk ADDRESS [PID]     ADDRESS is any expression; no PID: the tables in CR3"""
    name = 'xpwalk'

    def run(self, argv):
        if not argv:
            raise Problem('usage: xpwalk ADDRESS [PID], e.g. xpwalk $sp')
        pid = argv.pop() if len(argv) > 1 and argv[-1].isdigit() else None
        address = kernel.address_of(' '.join(argv))
        task = kernel.task_or_current(pid) if pid else kernel.current()
        if not pid and not int(gdb.parse_and_eval('$cr0')) >> 31 & 1:
            raise Problem('paging is off: an address is physical here; go on to the kernel first')
        if USER_END <= address < kernel.KERNEL_HALF:
            print('%#x is not canonical: its bits 63 to 47 are not the same. An access raises #GP, before any table is read: SIGSEGV (SI_KERNEL), '
                  'or EFAULT in a system call' % address)
            return
        rows = walk(table_of(kernel.mm_of(task)) if pid else cr3(), address)
        for name, index, entry in rows:
            print('%-5s [%3d] %016x  frame %#x  %s' % (name, index, entry, entry & FRAME, bits(entry)))
        if rows[-1][2] & 1 and len(rows) == 4:
            print('page  %s' % describe_page(rows[3][2]))
        if task is None or not int(task['mm']):
            return
        v = vma_at(task['mm'], address)
        if address < kernel.KERNEL_HALF:
            print('VMA   %s' % (kernel.maps_line(v) if v is not None else 'none'))
        for access in ('read', 'write', 'fetch'):
            print('%-5s %s' % (access, verdict(rows, v, access)))


class Ptes(kernel.PidCommand):
    """A line for each VMA: how many of its pages are present, dirty and writable.

    xptes [PID]"""
    name = 'xptes'

    def run(self, argv):
        mm = kernel.mm_of(kernel.task_or_current(argv[0] if argv else ''))
        print('%-27s %7s %7s %7s %7s' % ('VMA', 'pages', 'present', 'dirty', 'writable'))
        for v in kernel.vmas(mm):
            start, end = int(v['vm_start']), int(v['vm_end'])
            here = [e for e in entries(table_of(mm), start, end).values() if e & 1]
            print(('%-27s %7d %7d %7d %7d  %s' % ('%x-%x' % (start, end), (end - start) // kernel.PAGE, len(here),
                                                 sum(e >> 6 & 1 for e in here), sum(e >> 1 & 1 for e in here),
                                                 kernel.vma_name(v))).rstrip())


Pwalk()
Ptes()
