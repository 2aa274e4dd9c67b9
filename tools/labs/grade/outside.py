# SPDX-License-Identifier: MIT
"""What a program of a test looks like from outside the machine: the pages that the processor sees, and the kernel's VMAs.

QEMU stops at the program's first instruction and where it ends (the symbol
_exit). Then this file walks the page tables from CR3 in physical memory, by
itself, compares the pages with the program's ELF file, and follows the list of
VMAs of the running task. Nothing that the kernel says is used, so a kernel
that only prints what is wanted gains nothing.
"""
import os
import re
import select
import socket
import struct
import time
import zlib

from elftools.elf.elffile import ELFFile

import symtab

PAGE, BLOCK = 4096, 65536
PRESENT, WRITE, USER, LARGE, NO_EXECUTE = 1, 2, 4, 1 << 7, 1 << 63
FRAME = 0x000ffffffffff000
MAPPED = 0x7fff00000000     # from here on there is, without randomisation, what mmap chose, and the stack
HEAP = 1 << 26             # and up to here above the program the heap: a C library keeps random words there
MOST_PAGES = 20000
FIRST = 3                   # execs of a program that may be anywhere
SECONDS = 60                # for QEMU to reply
OFFSETS = 'build/labs/kit/offsets.o'
CURRENT = 8             # in the processor's struct percpu: gs:8
FIELDS = ('mm', 'mmap', 'start', 'end', 'next', 'flags', 'pgoff', 'file', 'sp', 'tasks', 'pid', 'comm')     # as in labs/kit/offsets.c


class Program:
    """The ELF file of a program that a test runs."""

    def __init__(self, path):
        self.name = os.path.basename(path)
        with open(path, 'rb') as f:
            elf = ELFFile(f)
            self.fixed = elf['e_type'] == 'ET_EXEC'
            self.entry, addresses = elf['e_entry'], {name: value for name, value, *_ in reversed(symtab.read(elf))}
            self.end, self.run = addresses.get('_exit'), addresses.get('run')
            self.segments = [dict(s.header) for s in elf.iter_segments() if s['p_type'] == 'PT_LOAD']
            self.top = max(s['p_vaddr'] + s['p_memsz'] for s in self.segments)
            f.seek(0)
            self.bytes = f.read()

    def page(self, va):
        """The bytes of the page at @va as an exec leaves it; None: no segment has it."""
        found = None
        for s in self.segments:
            start, filled, end = s['p_vaddr'], s['p_vaddr'] + s['p_filesz'], s['p_vaddr'] + s['p_memsz']
            if not start // PAGE * PAGE <= va < -(-max(end, filled) // PAGE) * PAGE:
                continue
            if va >= -(-filled // PAGE) * PAGE or not s['p_filesz']:
                found = bytes(PAGE)
                continue
            at = s['p_offset'] + va - start
            data = self.bytes[max(at, 0):at + PAGE].ljust(PAGE, b'\0')
            if end > filled and filled < va + PAGE and s['p_flags'] & 2:      # the start of the bss
                data = data[:filled - va].ljust(PAGE, b'\0')
            found = data
        return found


class Stub:
    """QEMU's end for a debugger, over a unix socket: breakpoints, one step, go on."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.rest = b''

    def send(self, text):
        data = text.encode()
        self.socket.sendall(b'$%s#%02x' % (data, sum(data) & 255))

    def packet(self):
        """The next packet that is here whole, or None. What is between packets says only that ours have come."""
        m = re.search(rb'\$([^#]*)#..', self.rest)
        if not m:
            return None
        self.rest = self.rest[m.end():]
        self.socket.sendall(b'+')
        return m.group(1).decode('latin-1')

    def wait(self, seconds):
        """The next packet; None if none comes in time."""
        end = time.monotonic() + seconds
        while True:
            packet, left = self.packet(), end - time.monotonic()
            if packet is not None or left < 0:
                return packet
            if select.select([self.socket], [], [], left)[0]:
                more = self.socket.recv(4096)
                if not more:
                    raise OSError('QEMU has ended')
                self.rest += more

    def ask(self, text):
        self.send(text)
        return self.wait(SECONDS)

    def stopped(self, seconds):
        """Has a breakpoint stopped the machine? Waits for it for @seconds."""
        return (self.wait(seconds) or '').startswith('T')

    def step_over(self, address):
        """One instruction further than the breakpoint at @address."""
        self.ask('z0,%x,1' % address)
        self.ask('s')
        self.ask('Z0,%x,1' % address)

    def close(self):
        self.socket.close()


class Memory:
    """Physical memory of a stopped machine, and a walk of its page tables."""

    def __init__(self, read, cr3):
        self.read, self.cr3, self.known = read, cr3 & FRAME, {}

    def frame(self, address):
        """The 4 KiB at physical @address. It is read with its neighbours: each question to QEMU takes longer than the answer."""
        block, at = address & -BLOCK, address & BLOCK - 1
        if block not in self.known:
            self.known[block] = self.read(block, BLOCK).ljust(BLOCK, b'\0')
        return self.known[block][at:at + PAGE]

    def table(self, address):
        return struct.unpack('<512Q', self.frame(address))

    def walk(self, first=0, last=256):
        """(address, permissions, frame) of each page of user space that the processor would find there."""
        def level(table, shift, base, r, w, x, indexes):
            entries = self.table(table)
            for i in indexes:
                entry, va = entries[i], base + (i << shift)
                if not entry & PRESENT:
                    continue
                rights = r and entry & USER, w and entry & WRITE, x and not entry & NO_EXECUTE
                if shift > 12 and not entry & LARGE:
                    yield from level(entry & FRAME, shift - 9, va, *rights, range(512))
                else:
                    for at in range(0, 1 << shift, PAGE):
                        yield va + at, ''.join(c if on else '-' for c, on in zip('rwx', rights)), (entry & FRAME) + at

        return level(self.cr3, 39, 0, True, True, True, range(first, last))

    def physical(self, va):
        table = self.cr3
        for shift in (39, 30, 21, 12):
            entry = self.table(table)[va >> shift & 511]
            if not entry & PRESENT:
                return None
            if shift == 12 or entry & LARGE and shift < 39:
                return (entry & FRAME & -(1 << shift)) + (va & ((1 << shift) - 1))
            table = entry & FRAME

    def word(self, va):
        """The 8 bytes at the kernel's address @va; 0 where there is nothing."""
        at = self.physical(va)
        return struct.unpack_from('<Q', self.frame(at & FRAME), at & (PAGE - 1))[0] if at is not None else 0

    def runs(self, program, base, va):
        """Is it the code of @program, loaded @base higher than linked, that the processor sees at @va? The page is compared with the file."""
        at = self.physical(va)
        return at is not None and self.frame(at & FRAME) == program.page(va // PAGE * PAGE - base)


def content(program, base, va, code, data):
    """In a word, what a page holds; not where the kernel itself writes what differs from kernel to kernel. code: may it be executed?"""
    if data == program.page(va - base):
        return 'as the ELF file says'
    if code and va >= MAPPED:   # the vdso is each kernel's own
        return 'code'
    if not any(data):
        return 'zeros'
    if va >= MAPPED or va < base + program.top + HEAP:
        return 'data'
    return 'data %08x' % zlib.crc32(data)


def pages_text(memory, program, base):
    """A line a page, or for a run of pages that are alike."""
    rows, first_at = [], {}
    for va, rights, frame in memory.walk():
        if len(rows) >= MOST_PAGES:
            break
        words = content(program, base, va, 'x' in rights, memory.frame(frame))
        if frame in first_at:
            words = 'the frame of %x' % first_at[frame]
        first_at.setdefault(frame, va)
        rows.append((va, rights, words))
    lines, i = [], 0
    while i < len(rows):
        j = i + 1
        while j < len(rows) and rows[j] == (rows[i][0] + (j - i) * PAGE, *rows[i][1:]):
            j += 1
        lines.append('%x-%x %s %s' % (rows[i][0], rows[i][0] + (j - i) * PAGE, *rows[i][1:]))
        i = j
    return lines


def vmas(memory, symbols, offsets):
    """[(start, end, permissions, offset in the file)] of the running task, from the kernel's own list."""
    at = dict(zip(FIELDS, offsets))
    task = memory.word(symbols['boot_percpu'][0] + CURRENT)
    vma = memory.word(memory.word(task + at['mm']) + at['mmap'])
    found = []
    while vma and len(found) < MOST_PAGES:
        start, end, vma_next, flags, pgoff, file = (memory.word(vma + at[f]) for f in ('start', 'end', 'next', 'flags', 'pgoff', 'file'))
        rights = ''.join(c if flags >> i & 1 else '-' for i, c in enumerate('rwx')) + ('s' if flags & 8 else 'p')
        found.append((start, end, rights, pgoff * PAGE if file else 0))
        vma = vma_next
    return found


def read_offsets(path):
    with open(path, 'rb') as f:
        data = ELFFile(f).get_section_by_name('.rodata').data()
    return struct.unpack_from('<%dQ' % len(FIELDS), data)


def columns(vma):
    """The first columns of a line of /proc/PID/maps."""
    return '%08x-%08x %s %08x' % vma


class Look:
    """What is to be seen in one boot.

    programs: of each command (None: nothing to see); labrun: what runs them; symbols, offsets: of a
    kernel of ours. Only the points of the command that runs are watched, for another program may
    loop at the same address. A program that may be loaded anywhere is only seen on a kernel of
    ours, whose start_thread says where it is; the pages there are compared with the file, too.
    """

    def __init__(self, programs, labrun, symbols=None, offsets=None):
        self.programs, self.labrun = programs, labrun
        self.symbols, self.offsets = symbols, offsets
        self.seen = [{} for _ in programs]
        self.number, self.points = -1, set()
        self.moved = {}     # address of an end -> base: of a program that may be anywhere
        self.start_thread = symbols['start_thread'][0] if symbols else None

    @property
    def program(self):
        return self.programs[self.number] if 0 <= self.number < len(self.programs) else None

    def begin(self, stub):
        stub.ask('Z0,%x,1' % self.labrun.run)
        stub.send('c')

    def set_points(self, stub, points):
        for kind, addresses in ('z0', self.points - points), ('Z0', points - self.points):
            for address in addresses:
                stub.ask('%s,%x,1' % (kind, address))
        self.points = points

    def at_stop(self, stub, boot):
        """Looks, and goes on."""
        registers = boot.monitor.human('info registers')
        value = {r: int(re.search(r'\b%s=([0-9a-f]+)' % r, registers).group(1), 16) for r in ('RIP', 'RSI', 'RDI', 'CR3', 'CPL')}
        rip, memory = value['RIP'], Memory(boot.physical, value['CR3'])
        stub.step_over(rip)     # its point may go now
        if rip == self.labrun.run and value['CPL'] == 3 and memory.runs(self.labrun, 0, rip):
            self.next_command(stub)
        elif rip == self.start_thread:
            self.watch(stub, value['RSI'])
        elif self.program and value['CPL'] == 3:
            base = 0 if self.program.fixed else self.moved.get(rip, 0)
            if memory.runs(self.program, base, rip):
                self.note(stub, memory, base, rip, value['RDI'] & 255)
        stub.send('c')

    def next_command(self, stub):
        self.number += 1
        self.moved = {}
        p = self.program
        self.set_points(stub, set() if not p else {p.entry, p.end} - {None} if p.fixed else {self.start_thread} - {None})

    def watch(self, stub, ip):
        """An exec ends, and user code begins at @ip. Only the first ones are watched: the test's own program is among them."""
        p = self.program
        if p and p.end and ip % PAGE == p.entry % PAGE:
            self.moved[ip - p.entry + p.end] = ip - p.entry
            self.set_points(stub, {*self.moved} | ({self.start_thread} if len(self.moved) < FIRST else set()))

    def note(self, stub, memory, base, rip, status):
        seen, fixed = self.seen[self.number], self.program.fixed
        if fixed and rip == self.program.entry:
            if not seen:
                seen.update(root=memory.cr3, start=self.look(memory, self.program, base))
                self.set_points(stub, self.points - {rip})      # after each stop QEMU translates all code again
        elif not fixed or seen.get('root') == memory.cr3:      # not where a child of it ends
            seen.update(end=self.look(memory, self.program, base), status=status)

    def look(self, memory, program, base):
        found = {'pages': pages_text(memory, program, base)}
        if self.symbols:
            found['vmas'] = [columns(v) for v in vmas(memory, self.symbols, self.offsets)]
        return found


# ---- verdicts ----------------------------------------------------------------------

WHEN = {'start': 'at its first instruction', 'end': 'where it ends'}
WHAT = {'pages': 'the pages of the program that the processor sees (addresses, permissions, contents)', 'vmas': "the kernel's list of VMAs"}


def differences(seen, wanted, status, random):
    """[(what is wrong, expected lines, lines that were seen)]. seen, wanted: of Look; @status: wait's, as the machine has printed it."""
    if ('end' in wanted or random) and 'end' not in seen:
        return [('seen from outside, the program never came to its end, whatever the machine printed', [], [])]
    if 'end' in seen and (seen['status'] != status >> 8 or status & 255):
        return [('seen from outside, the program ended with status %d; the machine printed another one' % seen['status'], [], [])]
    found = []
    for when in () if random else WHEN:
        for what in WHAT:
            mine, right = (x.get(when, {}).get(what) for x in (seen, wanted))
            if right is not None and mine is not None and mine != right:
                found.append(('seen from outside, %s, %s' % (WHEN[when], WHAT[what]), right, mine))
    return found


VSYSCALL = 'ffffffffff600000'     # is in maps, but no VMA
MAPS = re.compile(r'^([0-9a-f]+)-([0-9a-f]+) ([r-][w-][x-])([ps]) ([0-9a-f]+) ', re.M)


def unprinted(seen, output):
    """What is wrong with @output, the last of which is /proc/self/maps where the program ends; '' if nothing is."""
    printed, last = [], 0
    for m in MAPS.finditer(output.decode('utf-8', 'replace')):
        start = int(m.group(1), 16)
        printed = printed + [m] if start >= last else [m]
        last = start
    for line in seen.get('end', {'pages': ['0-0 --- the program never came to its end']})['pages']:
        start, end = (int(x, 16) for x in line.split()[0].split('-'))
        if not any(int(m.group(1), 16) <= start and end <= int(m.group(2), 16) and all(r in (c, '-') for r, c in zip(line.split()[1], m.group(3)))
                   for m in printed):
            return 'no line that was printed has this page, which the processor sees, with these permissions: %s' % line
    own = seen['end'].get('vmas')
    lines = [m.group(0).strip() for m in printed if m.group(1) != VSYSCALL]
    return '' if own is None or own == lines else 'printed:\n  %s\nthe kernel\'s list of VMAs:\n  %s' % ('\n  '.join(lines), '\n  '.join(own))
