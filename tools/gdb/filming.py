# SPDX-License-Identifier: MIT
"""The film of an exec, up to here: the page of `make film` from the records in the stopped kernel's memory."""
import json
import os
import re
import sys

import gdb

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import film
import kernel
import stack
import tables
import trace
from kernel import Command, Problem

CLOCK_SHIFT = 24     # of arch/x86/time.c: a macro, which GDB does not know


def call_name(back):
    """'function+offset' of a return address, as /proc/exec_trace.jsonl has it."""
    m = re.match(r'(\S+)(?: \+ (\d+))? in section', gdb.execute('info symbol %#x' % (back - 1), to_string=True))
    return '%s+%s' % (m[1], m[2] or 0) if m else '?+0'


def kinds():
    """Names by number: MM_TRACE_FILE_COPY is "file-copy"; two have names of their own."""
    names = {}
    for f in gdb.lookup_type('enum mm_trace_kind').fields():
        name = f.name[len('MM_TRACE_'):].lower().replace('_', '-')
        names[f.enumval] = {'vma': 'map', 'area': 'map', 'stack': 'grow-stack', 'page': 'file'}.get(name, name)
    return names


def ns(tsc):
    return int(tsc) * int(kernel.symbol('vdso_data_page')['data']['mult']) >> CLOCK_SHIFT


def events():
    """The records of VMAs and pages as the lines of /proc/exec_trace.jsonl, each with its time."""
    names, task_at = kinds(), trace.tasks()
    for seq, r in trace.events():
        calls, kind = [call_name(c) for c in trace.return_addresses(r)], names[trace.kind(r)]
        pid, comm = task_at(r['time'])
        if kind == 'map' and any(c.startswith('__split_vma+') for c in calls[:3]):
            kind = 'split'
        yield int(r['time']), {
            'event': seq, 'ns': ns(r['time']), 'pid': pid, 'mm': int(r['mm']) >> 6 & 0xfffff, 'comm': comm, 'kind': kind,
            'start': '%x' % int(r['start']), 'end': '%x' % int(r['end']), 'flags': '%x' % int(r['vm_flags']), 'pgoff': int(r['pgoff']),
            'name': kernel.text(r['name'].address.cast(gdb.lookup_type('char').pointer())), 'ip': '%x' % int(trace.first_of(r)['user_ip']), 'calls': calls}


def lines_of(pid):
    """The records in their order, stages of the last exec of @pid alone."""
    stages = list(trace.records())
    last = max((r['seq'] for r in stages if r['pid'] == pid and r['stage'] == 'mm-init'), default=None)
    if last is None:
        raise Problem('pid %d has done no exec that the kernel remembers; xtrace lists them' % pid)
    rows = [(r['time'], {**r, 'ns': ns(r['time']), **{k: '%x' % r[k] for k in ('start', 'end', 'flags')}}) for r in stages
            if r['pid'] != pid or r['seq'] >= last]
    return [row for _, row in sorted([*rows, *events()], key=lambda r: r[0])]


def stack_of(pid):
    """The line that film.py looks for; '' before the tables are written."""
    try:
        mm = kernel.mm_of(kernel.task_by_pid(pid))
        if not stack.auxv(mm).get(stack.AT_ENTRY):
            return ''
        p = int(mm['start_stack'])
        return '== stack %x %s' % (p, tables.read_user(mm, p, (int(mm['env_end']) | 4095) + 1 - p).hex())
    except Problem:
        return ''


class Film(Command):
    """The film of a process's last exec, up to here, as a page for the browser.

    xfilm [PID] [FILE]     the current process, build/film.html"""
    name = 'xfilm'
    completion = gdb.COMPLETE_FILENAME

    def run(self, argv):
        pid = argv.pop(0) if argv and argv[0].isdigit() else ''
        task = kernel.task_or_current(pid)
        pid, path = int(task['pid']), argv[0] if argv else os.path.join(film.vm.BUILD, 'film.html')
        rows = [{'lost_events': 0}, *lines_of(pid)]
        try:
            data = film.film(kernel.comm(task) + ', in GDB', '== shell %d\n' % (pid - 1) + '\n'.join(json.dumps(r) for r in rows), stack_of(pid))
            film.write(path, film.page({**data, 'cmdline': ''}))
        except film.vm.Failed as e:
            raise Problem(str(e))
        except OSError as e:
            raise Problem('cannot write %s: %s' % (path, e.strerror))
        print('written: %s, %s' % (path, data['about']))


Film()
