# SPDX-License-Identifier: MIT
"""The exec film, read from the kernel's ring buffer."""
import json

import gdb

import kernel
from kernel import Command, Problem


def slots(ring, newest, lowest=1):
    """The records of a ring, oldest first."""
    ring, last = kernel.symbol(ring), int(kernel.symbol(newest))
    size = ring.type.range()[1] + 1
    for seq in range(max(lowest, last - size + 1), last + 1):
        r = ring[seq % size]
        if int(r['seq']) == seq:
            yield r


def records():
    """The exec film as dictionaries."""
    names = kernel.symbol('exec_stage_names')
    for r in slots('exec_trace_ring', 'exec_trace_seq'):
        yield {'seq': int(r['seq']), 'time': int(r['time']), 'pid': int(r['pid']), 'comm': kernel.comm(r),
               'stage': kernel.text(names[int(r['stage'])]), 'function': kernel.text(r['function']),
               'file': source_file(kernel.text(r['function'])), 'line': int(r['line']), 'error': int(r['error']),
               'start': int(r['start']), 'end': int(r['end']), 'flags': int(r['vm_flags']), 'pgoff': int(r['pgoff'])}


def source_file(function):
    """The source file of a kernel function."""
    symbol = gdb.lookup_global_symbol(function) or gdb.lookup_static_symbol(function)
    return symbol.symtab.filename if symbol is not None else '?'


class Trace(Command):
    """The last stages of all execs, or all records as JSON lines in a file.

    xtrace          print the last 40
    xtrace FILE     write all"""
    name = 'xtrace'
    completion = gdb.COMPLETE_FILENAME

    def run(self, argv):
        if argv:
            try:
                with open(argv[0], 'w') as f:
                    f.writelines(json.dumps(r) + '\n' for r in records())
            except OSError as e:
                raise Problem('cannot write %s: %s' % (argv[0], e.strerror))
            print('written: %s' % argv[0])
            return
        for r in list(records())[-40:]:
            where = '%x-%x %s' % (r['start'], r['end'], kernel.permissions(r['flags'])) if r['end'] else ''
            print('%5d %5d %-16s %-15s %s %s:%d %s%s' % (r['seq'], r['pid'], r['comm'], r['stage'], r['function'], r['file'],
                                                       r['line'], where, ' error %d' % r['error'] if r['error'] else ''))


Trace()
