# SPDX-License-Identifier: MIT
"""The exec film, read from the kernel's ring buffer."""
import bisect
import json

import gdb

import kernel
from kernel import Command, Problem


USER, SAME, EVENTS = 0x40, 0x80, 4096      # MM_TRACE_USER, MM_TRACE_SAME, MM_TRACE_SHOWN


def slots(ring, newest, most=None):
    """[(number, record)] of a ring, oldest first, the newest @most."""
    ring, last = kernel.symbol(ring), int(kernel.symbol(newest))
    size = ring.type.range()[1] + 1
    return [(seq, ring[seq % size]) for seq in range(max(1, last - (most or size) + 1), last + 1)]


def events():
    """[(number, struct mm_trace)], oldest first."""
    return slots('mm_trace_ring', 'mm_trace_seq', EVENTS)


def kind(event):
    return int(event['kind']) & ~(USER | SAME)


def first_of(event):
    """The record that has the calls and user_ip of @event: the first VMA of its fork, otherwise itself."""
    while int(event['kind']) & SAME:
        event = (event.address - 1).dereference()
    return event


def tasks():
    """A function of a time: (pid, name) of the task that made the records then."""
    found = [(int(t['time']), int(t['pid']), kernel.comm(t)) for _, t in slots('trace_tasks', 'trace_task_seq')]
    times = [t[0] for t in found]

    def at(time):
        i = bisect.bisect_right(times, int(time))
        return found[i - 1][1:] if i else (0, '?')
    return at


def return_addresses(event):
    """Those of the calls that led to an event, innermost first."""
    calls = kernel.symbol('mm_trace_user_calls') if int(event['kind']) & USER else first_of(event)['calls']
    found = [int(calls[i]) for i in range(calls.type.range()[1] + 1)]
    return [0xffffffff00000000 | c for c in (found[:found.index(0)] if 0 in found else found)]


def records():
    """The exec film as dictionaries."""
    names, task_at = kernel.symbol('exec_stage_names'), tasks()
    for seq, r in slots('exec_trace_ring', 'exec_trace_seq'):
        (pid, comm), site = task_at(r['time']), r['site']
        yield {'seq': seq, 'time': int(r['time']), 'pid': pid, 'comm': comm,
               'stage': kernel.text(names[int(site['stage'])]), 'function': kernel.text(site['function']),
               'file': source_file(kernel.text(site['function'])), 'line': int(site['line']), 'error': int(r['error']),
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
