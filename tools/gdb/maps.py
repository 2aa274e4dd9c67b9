# SPDX-License-Identifier: MIT
"""Areas of an address space, and what changed between two moments."""
import gdb

import kernel
from kernel import Command, Problem


class Maps(Command):
    """Areas of a process, byte for byte as /proc/PID/maps prints them.

    xmaps [-v] [PID]     -v adds flags, file and anon_vma; no PID: the running task"""
    name = 'xmaps'

    def run(self, argv):
        verbose = '-v' in argv
        pids = [a for a in argv if a != '-v']
        mm = kernel.mm_of(kernel.task_or_current(pids[0] if pids else ''))
        for v in kernel.areas(mm):
            print(kernel.maps_line(v))
            if verbose:
                print('    vma %#x flags %#x file %#x anon_vma %#x chain %d' % (
                    int(v), int(v['vm_flags']), int(v['vm_file']), int(v['anon_vma']), int(v['anon_chain'])))


def snapshot(mm):
    """{(start, end): line} of an address space, for comparing."""
    return {(int(v['vm_start']), int(v['vm_end'])): kernel.maps_line(v) for v in kernel.areas(mm)}


def page_count(mm):
    """Resident pages as the kernel counts them."""
    return sum(int(mm['rss_stat'][i]) for i in range(3))


history = []        # (label, {range: line}, resident pages)


def remember(label, mm):
    history.append((label, snapshot(mm), page_count(mm)))


def show_difference(old, new):
    before, after = old[1], new[1]
    print('%s -> %s' % (old[0], new[0]))
    for key in sorted(set(before) | set(after)):
        if before.get(key) == after.get(key):
            continue
        if key in before and key in after:
            print('  was  %s\n  now  %s' % (before[key], after[key]))
        elif key in after:
            grown = [k for k in before if k not in after and (k[0] == key[0] or k[1] == key[1])]
            print('  %s %s%s' % ('~' if grown else '+', after[key],
                                 '   (was %x-%x)' % grown[0] if grown else ''))
        elif not any(k not in before and (k[0] == key[0] or k[1] == key[1]) for k in after):
            print('  -    %s' % before[key])
    if old[2] != new[2]:
        print('  resident pages: %d -> %d' % (old[2], new[2]))


class Diff(Command):
    """What happened to the areas between two stops at stages of an exec.

    xdiff          between the last two stops
    xdiff A B      between two stages by name, e.g. xdiff begin-new-exec arg-pages
    xdiff list     the moments that are remembered"""
    name = 'xdiff'

    def run(self, argv):
        if argv == ['list']:
            for i, (label, m, pages) in enumerate(history):
                print('%3d %-40s %d areas, %d pages' % (i, label, len(m), pages))
            return
        if len(argv) == 2:
            show_difference(self.find(argv[0]), self.find(argv[1]))
        elif len(history) < 2:
            raise Problem('two stops are needed: `xstage all`, then `continue` twice')
        else:
            show_difference(history[-2], history[-1])

    def find(self, stage):
        for entry in reversed(history):
            if entry[0].split()[0] == stage:
                return entry
        raise Problem('no stop at %s is remembered; xdiff list shows them' % stage)


Maps()
Diff()
