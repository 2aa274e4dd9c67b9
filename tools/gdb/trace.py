# SPDX-License-Identifier: MIT
"""The exec film from the kernel's own ring, page faults as they happen, and who mapped an address."""
import json

import gdb

import kernel
import tables
from kernel import Command, Problem


def records():
    """The ring, oldest first."""
    ring, names = kernel.symbol('exec_trace_ring'), kernel.symbol('exec_stage_names')
    size, last = ring.type.range()[1] + 1, int(kernel.symbol('exec_trace_seq'))
    for seq in range(max(1, last - size + 1), last + 1):
        r = ring[seq % size]
        if int(r['seq']) == seq:
            yield {'seq': seq, 'time': int(r['time']), 'pid': int(r['pid']),
                   'comm': kernel.text(r['comm'].cast(gdb.lookup_type('char').pointer())),
                   'stage': kernel.text(names[int(r['stage'])]), 'function': kernel.text(r['function']),
                   'line': int(r['line']), 'error': int(r['error']), 'start': int(r['start']), 'end': int(r['end']),
                   'flags': int(r['vm_flags']), 'pgoff': int(r['pgoff'])}


class Trace(Command):
    """The stages of the last execs, or all of them as JSON lines in a file.

    xtrace          print the last 40
    xtrace FILE     write all"""
    name = 'xtrace'
    completion = gdb.COMPLETE_FILENAME

    def run(self, argv):
        if argv:
            with open(argv[0], 'w') as f:
                for r in records():
                    f.write(json.dumps(r) + '\n')
            print('written: %s' % argv[0])
            return
        for r in list(records())[-40:]:
            where = '%x-%x %s' % (r['start'], r['end'], kernel.rights(r['flags'])) if r['end'] else ''
            print('%5d %5d %-16s %-15s %s:%d %s%s' % (r['seq'], r['pid'], r['comm'], r['stage'], r['function'], r['line'],
                                                    where, ' error %d' % r['error'] if r['error'] else ''))


class WhoMapped(Command):
    """Which stage, function and source line made the area that covers an address, by the trace ring.

    who-mapped ADDRESS [PID]"""
    name = 'who-mapped'

    def run(self, argv):
        if not argv:
            raise Problem('usage: who-mapped ADDRESS [PID]')
        pid = argv.pop() if len(argv) > 1 and argv[-1].isdigit() else ''
        address = kernel.address_of(' '.join(argv))
        task = kernel.task_or_current(pid)
        v = tables.area_at(kernel.mm_of(task), address)
        if v is None:
            raise Problem('no area of process %d covers %#x; xmaps shows them' % (int(task['pid']), address))
        print(kernel.maps_line(v))
        found = [r for r in records() if r['pid'] == int(task['pid']) and r['start'] <= address < r['end'] and
                 r['stage'] != 'first-fault']
        if not found:
            print('made after the exec, by the program itself (mmap, brk), or the ring has forgotten')
            return
        for r in found:
            print('stage %s: %s, line %d made it %x-%x' % (r['stage'], r['function'], r['line'], r['start'], r['end']))


class FaultLog(gdb.Breakpoint):
    def __init__(self):
        super().__init__('*handle_mm_fault', internal=True)
        self.silent = True

    def stop(self):
        v = kernel.pointer('struct vm_area_struct', gdb.parse_and_eval('$rdi'))
        address, flags = int(gdb.parse_and_eval('$rsi')), int(gdb.parse_and_eval('$edx'))
        rows = tables.walk(tables.table_of(v['vm_mm']), address)
        present = len(rows) == 4 and rows[3][2] & 1
        if present and flags & 1:
            kind = 'copy-on-write'
        elif int(v['vm_file']):
            kind = 'file, private copy' if flags & 1 and not int(v['vm_flags']) & 8 else 'file'
        else:
            kind = 'anonymous' if flags & 1 else 'zero page'
        print('fault pid %d %#x %s %s  %s' % (int(kernel.current()['pid']), address, 'write' if flags & 1 else 'read',
                                             kind, kernel.maps_line(v)))
        return False


log = None


class Fault(Command):
    """Log each page fault: address, kind, area.

    xfault on | off"""
    name = 'xfault'

    def run(self, argv):
        global log
        if argv not in (['on'], ['off']):
            raise Problem('usage: xfault on, or xfault off')
        if log is not None:
            log.delete()
            log = None
        if argv == ['on']:
            log = FaultLog()
            print('page faults will be printed as they happen')


Trace()
WhoMapped()
Fault()
