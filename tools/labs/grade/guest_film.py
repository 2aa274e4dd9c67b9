# SPDX-License-Identifier: MIT
"""The exec film of a machine, read from its memory: the records of kernel/trace/film.c, and the first difference between two films.

No guest program is needed, so this works after a panic, and with a kernel
whose /proc does not work.
"""
import bisect
import dataclasses
import functools
import struct

from elftools.elf.elffile import ELFFile

import symtab

# structs exec_trace, exec_site and trace_task of include/trace.h
RECORD = struct.Struct('<QQiIQQQ16x')
SITE = struct.Struct('<IIQ')
TASK = struct.Struct('<QIIi16s4x')
RING_SIZE = 1024        # TRACE_RING_SIZE
# struct mm_trace of include/mm_trace.h begins so: time, mm, start, end, kind, mm_flags, vm_flags, user_ip
FAULT = struct.Struct('<QQQQHHIQ')
FAULT_RECORDS, FIRST_FAULT, ALIKE = 8192, 6, 64     # MM_TRACE_SIZE, MM_TRACE_PAGE; so many are no chance
RIGHTS = 'rwx'


class Image:
    """A kernel's ELF file: its symbols, and the bytes that it is loaded with."""

    def __init__(self, path):
        self.path = path
        with open(path, 'rb') as f:
            self.segments = [(s['p_vaddr'], s.data()) for s in ELFFile(f).iter_segments() if s['p_type'] == 'PT_LOAD']

    @functools.cached_property
    def rows(self):
        with open(self.path, 'rb') as f:
            return symtab.read(ELFFile(f))

    @functools.cached_property
    def symbols(self):
        return {name: (value, size) for name, value, size, _ in self.rows}

    @functools.cached_property
    def functions(self):
        return sorted((v, n) for n, v, _, kind in self.rows if n and kind in (symtab.FUNC, symtab.NOTYPE))

    def read(self, address, size):
        for start, data in self.segments:
            if start <= address < start + len(data):
                return data[address - start:address - start + size]
        return b''

    def string(self, address):
        return self.read(address, 64).split(b'\0')[0].decode('latin-1')

    def place(self, address):
        """'function+0x12' of an address of code."""
        i = bisect.bisect_right(self.functions, (address, '\xff')) - 1
        if i < 0:
            return '%#x' % address
        return '%s+%#x' % (self.functions[i][1], address - self.functions[i][0])

    def caller(self, rip, top):
        """[the return address of the function at @rip] if it has built no frame, as a small one never does; otherwise [].

        It is the word of @top (machine.Outcome) that comes after a call of that function.
        """
        start = self.functions[bisect.bisect_right(self.functions, (rip, '\xff')) - 1][0]
        for word in top:
            code = self.read(word - 5, 5)
            if code[:1] == b'\xe8' and word + int.from_bytes(code[1:], 'little', signed=True) == start:
                return [word]
        return []

    def wanted(self):
        """What machine.boot must read for a film."""
        return {n: self.symbols[n] for n in ('exec_trace_ring', 'trace_tasks') if n in self.symbols}

    def wanted_of_a_hang(self):
        return {n: self.symbols[n] for n in ('mm_trace_ring',) if n in self.symbols}

    def stage_names(self):
        address, size = self.symbols['exec_stage_names']
        return [self.string(p) for p, in struct.iter_unpack('<Q', self.read(address, size))]


@dataclasses.dataclass(frozen=True)
class Record:
    """One stage. What differs from boot to boot (time, pid, source line) is not compared."""
    stage: str
    function: str
    comm: str
    start: int
    end: int
    flags: int
    error: int

    def __str__(self):
        text = '%-15s %-26s' % (self.stage, self.function)
        if self.end:
            rights = ''.join(c if self.flags >> i & 1 else '-' for i, c in enumerate(RIGHTS))
            text += ' %x-%x %s' % (self.start, self.end, rights)
        return text.rstrip() + (' error %d' % self.error if self.error else '')


def slots(form, raw):
    """The rows of a ring that begin with a time, oldest first."""
    return sorted(row for row in form.iter_unpack(raw[:len(raw) // form.size * form.size]) if row[0])


def film(image, memory):
    """[(pid, Record)], oldest first, from what machine.boot read."""
    names = image.stage_names()
    found = []
    tasks = slots(TASK, memory.get('trace_tasks', b''))
    times = [t[0] for t in tasks]
    for time, site, error, flags, start, end, _ in slots(RECORD, memory.get('exec_trace_ring', b'')):
        place = image.read(site, SITE.size)
        stage, _, function = SITE.unpack(place) if len(place) == SITE.size else (len(names), 0, 0)
        i = bisect.bisect_right(times, time)
        if i and stage < len(names):
            *_, pid, comm = tasks[i - 1]
            found.append((pid, Record(names[stage], image.string(function), comm.split(b'\0')[0].decode('latin-1'),
                                      start, end, flags, error)))
    return found


def again(memory):
    """[page, instruction] of the fault that all of the newest records of mm_trace are about; [] if they differ."""
    raw = memory.get('mm_trace_ring', b'')
    size = len(raw) // FAULT_RECORDS
    rows = sorted((FAULT.unpack_from(raw, at) for at in range(0, len(raw), size)), reverse=True)[:ALIKE] if size else []
    alike = {(mm, start, kind, ip) for _, mm, start, _, kind, _, _, ip in rows}
    if len(rows) < ALIKE or len(alike) != 1 or rows[0][4] < FIRST_FAULT:
        return []
    return [rows[0][2], rows[0][7]]


def first_difference(ours, theirs):
    """(index, our Record or None, their Record or None) where two films part; None: they do not, or a beginning is lost."""
    if max(len(ours), len(theirs)) >= RING_SIZE:
        return None
    a, b = [r for _, r in ours], [r for _, r in theirs]
    for i in range(max(len(a), len(b))):
        mine, other = (x[i] if i < len(x) else None for x in (a, b))
        if mine != other:
            return i, mine, other
    return None


def programs(rows, names):
    """The program that the exec of each record loads; '' if it ended before it had a name. @names: the stages in their order.

    Until begin-new-exec comm is the caller's, so the name comes from later records of the same exec.
    """
    after = names[names.index('begin-new-exec') + 1:names.index('exec-failed')]
    exec_of, execs, name = [], {}, {}
    for pid, r in rows:
        execs[pid] = execs.get(pid, 0) + (r.stage == 'mm-init')
        exec_of.append((pid, execs[pid]))
        if r.stage in after:
            name[exec_of[-1]] = r.comm
    return [name.get(e, '') for e in exec_of]


def words(stage, program):
    return '%s of %s' % (stage, program) if program else stage


def stop_at(rows, names, stage, program):
    """Words for xstage at which a machine with the film @rows stops; '' if it has no record.

    That is @stage of @program, otherwise of another program of the test (not of process 1, which
    starts it), otherwise what comes before it.
    """
    found = [(pid, r.stage, p) for (pid, r), p in zip(rows, programs(rows, names))]
    mine = [s for _, s, p in found if p == program]
    others = [p for pid, s, p in found if s == stage and pid > 1]
    if stage in mine:
        return words(stage, program)
    if others:
        return words(stage, others[0])
    if mine:
        before = [s for s in mine if stage and names.index(s) <= names.index(stage)]
        return words((before or mine[:1])[-1], program)
    return words(*found[-1][1:]) if found else ''


def shown_by(names, stop):
    """GDB's command for what there is to see at @stop: the new address space is in no task before begin-new-exec."""
    return 'xbprm' if stop.split()[0] in names[:names.index('begin-new-exec')] else 'xmaps'
