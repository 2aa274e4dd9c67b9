# SPDX-License-Identifier: MIT
"""Who made the VMA and the page that cover an address: from the kernel's records, or by going back to that moment."""
import gdb

import kernel
import replay
import snapshots
import tables
import trace
from kernel import Command, Problem

VMA, PAGE = 'MM_TRACE_VMA', 'MM_TRACE_PAGE'
PLUMBING = ('arch/', 'mm/', 'lib/')     # the caller that matters is above these


def is_kind(number, wanted):
    """The kinds from PAGE on are those of faults."""
    first = int(kernel.symbol(PAGE))
    return number >= first if wanted == PAGE else number == int(kernel.symbol(wanted))


def newest(mm, address, kind):
    """The newest (number, record) for this address, or None."""
    for seq, r in reversed(trace.events()):
        if int(r['mm']) == int(mm) and is_kind(trace.kind(r), kind) and \
                int(r['start']) <= address < int(r['end']):
            return seq, r
    return None


def calls(record):
    """[(function, file, line)] that led to a record, innermost first."""
    out = []
    for back in trace.return_addresses(record):
        out += frameless(back, out) + at_call(back)
    return [c for c in out if c[0] != 'mm_trace']


def at_call(back):
    """The function that a return address lies in; before it those that are inlined there."""
    out, call = [], back - 1        # the line is that of the call, which ends before
    block, line = gdb.block_for_pc(call), gdb.find_pc_line(call).line
    while block is not None and not block.is_global and not block.is_static:
        if block.function is not None:
            out.append((block.function.name, block.function.symtab.filename, line))
            line = block.function.line
        block = block.superblock
    return out


def frameless(back, inner):
    """A function without a frame of its own left no return address; the call instruction before @back names it."""
    code = kernel.memory(back - 5, 5)
    if code[0] != 0xe8:             # a call through a pointer
        return []
    block = gdb.block_for_pc(back + int.from_bytes(code[1:], 'little', signed=True))
    function = None
    while block is not None and not block.is_static:    # the outermost: what is inlined there may begin at the same address
        function, block = block.function or function, block.superblock
    if function is None or any(function.name == name for name, _, _ in inner[-1:]):
        return []
    return [(function.name, function.symtab.filename, function.line)]


def author(chain):
    """The first caller outside PLUMBING; without one, the outermost function: the system call or the fault handler."""
    wanted = [c for c in chain if not c[1].startswith(PLUMBING)] or [c for c in chain if not c[1].startswith('arch/')][::-1]
    return wanted[0]


def between(record):
    """Between which stages of its process a record lies, in words."""
    before = after = None
    time = int(record['time'])
    pid, _ = trace.tasks()(time)
    for r in trace.records():
        if r['pid'] == pid:
            if r['time'] < time:
                before = r['stage']
            elif after is None:
                after = r['stage']
    if before in (None, 'exec-failed'):
        return 'outside of an exec'
    if before == 'first-fault' or after == 'mm-init' and before == 'start-thread':
        return 'after the exec, by the program itself'
    return 'after stage %s%s' % (before, ', before %s' % after if after else '')


def show_record(kind, record):
    chain = calls(record)
    who, ip = author(chain), int(trace.first_of(record)['user_ip'])
    print('%s  %s' % (kind, between(record)))
    print('      %s, %s:%d' % who)
    print('      %s' % ' <- '.join(name for name, _, _ in chain))
    if who[1].startswith(PLUMBING) and ip < kernel.KERNEL_HALF:     # no exec asked for it: the program did
        where = gdb.execute('info symbol %#x' % ip, to_string=True).strip().split(' of ')[0]
        print('      for the user instruction at %#x%s' % (ip, '' if where.startswith('No symbol') else ' (%s)' % where))


def film(task, v):
    """The records of the process's last exec that overlap this VMA, oldest first."""
    found = []
    for r in trace.records():
        if r['pid'] != int(task['pid']):
            continue
        if r['stage'] == 'mm-init':
            found = []
        if r['stage'] != 'first-fault' and r['start'] < int(v['vm_end']) and int(v['vm_start']) < r['end']:
            found.append(r)
    return found


class WhoMapped(Command):
    """Which stage, function and source line made the VMA and the page that cover an address.

    who-mapped ADDRESS [PID]      from the kernel's records
    who-mapped -b ADDRESS         go back to the moment at which the page was mapped, or the VMA made if there is no page;
                                  needs an older snapshot (`make gdb` saves "start", `xsave auto` one at each stage)

    `xback NAME` or `xgoto NUMBER` returns to a later moment."""
    name = 'who-mapped'

    def run(self, argv):
        back = '-b' in argv
        argv = [a for a in argv if a != '-b']
        if not argv:
            raise Problem('usage: who-mapped [-b] ADDRESS [PID], e.g. who-mapped $sp')
        pid = argv.pop() if len(argv) > 1 and argv[-1].isdigit() else ''
        address = kernel.address_of(' '.join(argv))
        if address >= kernel.KERNEL_HALF:
            raise Problem('%#x is the kernel\'s: no VMA of a process covers it; give a user address, e.g. one that xmaps shows' % address)
        task = kernel.task_or_current(pid)
        mm = kernel.mm_of(task)
        v = tables.vma_at(mm, address)
        if v is None:
            raise Problem('no VMA of process %d covers %#x; xmaps shows them' % (int(task['pid']), address))
        present = tables.walk(tables.table_of(mm), address)[-1][2] & 1
        page = newest(mm, address, PAGE) if present else None
        if back:
            record = page or newest(mm, address, VMA)
            if record is None:
                raise Problem('the kernel has no record of it, so its moment is not known')
            go_back(*record)
            return
        print(kernel.maps_line(v))
        self.vma(mm, task, v, address)
        if not present:
            print('page  not present: nobody has touched it yet')
        elif page is not None:
            show_record('page', page[1])
        else:
            self.other_page(mm, v, address)

    def vma(self, mm, task, v, address):
        shown = film(task, v)
        for r in shown:
            print('%s stage %s: %s, %s:%d' % ('VMA  ' if r is shown[0] else '      then', r['stage'], r['function'], r['file'],
                                              r['line']))
        record = newest(mm, address, VMA)
        if record is None and not shown:
            print('VMA   no record of it is left')
        elif record is not None and shown:
            print('      %s' % ' <- '.join(name for name, _, _ in calls(record[1])))
        elif record is not None:
            show_record('VMA ', record[1])

    def other_page(self, mm, v, address):
        """Where a page comes from that has no record of its own."""
        for p in range(address & ~0xffff, (address | 0xffff) + 1, kernel.PAGE):
            found = newest(mm, p, PAGE) if int(v['vm_file']) else None
            if found is not None:
                print('page  came with its neighbour %x: a read fault maps what the page cache has around it' % p)
                show_record('      the fault:', found[1])
                return
        print('page  copied by fork, moved with the stack by an exec, or its record is overwritten')


class Moment(gdb.Breakpoint):
    """
    Stops in mm_trace, just before it writes a particular record. Ticks come at other moments than the
    first time, so that the shell may run earlier or later and the number of the record be another.
    """

    OTHER = 500     # so many records later the machine has gone another way

    def __init__(self, seq, record, function):
        super().__init__('*mm_trace', internal=True)
        self.silent, self.last, self.function, self.found = True, seq + self.OTHER, function, None
        self.wanted = trace.tasks()(record['time'])[0], int(record['start']), int(record['kind']) & ~trace.SAME

    def stop(self):
        here = int(kernel.current()['pid']), int(gdb.parse_and_eval('$rsi')), int(gdb.parse_and_eval('$ecx'))
        if here == self.wanted:
            self.found = frame_of(self.function)
        return self.found is not None or int(kernel.symbol('mm_trace_seq')) > self.last


def frame_of(function):
    """The innermost frame of @function, or None."""
    frame = gdb.newest_frame()
    while frame is not None and frame.name() != function:
        frame = frame.older()
    return frame


def go_back(seq, record):
    """From the newest snapshot that is older than @record, forward to the moment at which it is made."""
    who = author(calls(record))
    name = snapshots.before(seq)
    if name is None:
        raise Problem('no snapshot is older than that moment; save some on the way (`xsave auto`) or use `make replay`')
    with replay.quiet():
        moment = Moment(seq, record, who[0])
        snapshots.load(name)
        try:
            gdb.execute('continue', to_string=True)
        finally:
            moment.delete()
    if moment.found is None:
        raise Problem('the machine went another way this time; in a replay it cannot')
    print('back from snapshot %s to the moment at which it was made: %s, %s:%d' % ((name,) + who))
    frame_of(who[0]).select()
    gdb.execute('frame')



WhoMapped()
