#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measure Exon and Linux 6.1 with the same binary, and print both, their ratio and a bar.

  bench.py [--row TEXT] [--kvm] [--runs N] [--markdown]
  bench.py --film [--row TEXT]

Two machines count guest instructions: with QEMU's -icount every instruction takes one
nanosecond, and the numbers are the same at every run. N more of each kernel, by turns, are
plain emulation: their ratio of wall time shows what a count does not see, such as TLB flushes.
--row: only the rows whose name has TEXT in it. --kvm: the ticks of the computer's own
processor take the place of instructions. --markdown: the table for docs/performance.md.
--film: Exon alone, with and without the records of the film: what they cost.
"""
import argparse
import math
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, 'tools'))
import qemu
import vm

MEMORY = 1024       # below 512 MiB Linux has no huge pages
KERNELS = ('linux', 'exon')
# Linux as fast as its image can be without another build; programs lie where they lie on Exon.
CMDLINE = {'exon': 'norandmaps', 'linux': 'mitigations=off init_on_alloc=0 hardened_usercopy=off randomize_kstack_offset=off '
           'norandmaps apparmor=0 audit=0 cgroup_disable=memory'}
COUNT = ['-icount', 'shift=0,sleep=off']
CLOCK = '-u ns -v -r 9 -t 20000000'     # host ticks: some 10 ms a batch
CONTROLS = ('control_', 'mem_', 'boot_')
BAR = 30            # columns of a ratio of 1


def archive(path):
    """The root tree of a run: the measurements as /init, and what they execute."""
    built, debian = os.path.join(vm.BUILD, 'bench'), os.path.join(vm.BUILD, 'debian')
    data = os.path.join(built, 'data4m')
    with open(data, 'w') as f:      # neither all zero nor the same in every page
        f.writelines('%063d\n' % (i * 2654435761 % (1 << 32)) for i in range(65536))
    files = {'init': os.path.join(built, 'kbench'), 'bench/hello': os.path.join(built, 'hello'), 'bench/data4m': data,
             'bench/tiny': os.path.join(built, 'tiny'), **{f: os.path.join(debian, f) for f in (
                 'bin/busybox', 'bin/true', 'lib/x86_64-linux-gnu/libc.so.6', 'lib64/ld-linux-x86-64.so.2')}}
    words = [w for name, source in files.items() for w in ('--file', '%s:755=%s' % (name, os.path.realpath(source)))]
    subprocess.run([sys.executable, os.path.join(TOP, 'tools', 'mkcpio.py'), '-o', path, '--nodes', '--dir', 'proc:755',
                    '--dir', 'tmp:1777', *words], check=True)


def measure(kernel, initrd, row, counting, kvm, film=True):
    """{row: number} of one boot."""
    words = ('-u tsc' if counting else CLOCK) + ('' if film else ' -o')
    cmdline = ' '.join([vm.CMDLINE[kernel], CMDLINE[kernel], '--', words, *(['-m', row] if row else [])])
    machine = qemu.machine(MEMORY, kvm and vm.KERNEL['exon']) + ['-nodefaults', '-display', 'none', '-serial', 'stdio', '-seed', '1']
    command = machine + qemu.kernel(vm.KERNEL[kernel], initrd, cmdline) + (COUNT if counting and not kvm else [])
    text = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=600).stdout.decode('utf-8', 'replace').replace('\r', '')
    if not re.search(r'^kbench ends 0$', text, re.M):
        sys.exit('bench: %s did not reach the end of the measurements:\n%s' % (kernel, text[-2000:]))
    wanted = r'^(\w+) ([\d.]+) tsc$' if counting else r'^# (\w+) ops=\d+ min=(\d+) '
    return {name: float(value) for name, value in re.findall(wanted, text, re.M)}


def clocks(initrd, row, runs, kvm):
    """{kernel: {row: the best time of all runs}}; the kernels take turns, so that a busy minute meets both."""
    best = {k: {} for k in KERNELS}
    for _ in range(runs):
        for kernel in KERNELS:
            for name, value in measure(kernel, initrd, row, False, kvm).items():
                best[kernel][name] = min(value, best[kernel].get(name, value))
    return best


def mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def rows(counts, times):
    """[(name, Linux, Exon, ratio, ratio of wall times or None)], the rows that measure no kernel last."""
    found = []
    for name, linux in counts['linux'].items():
        if name in counts['exon']:
            wall = times['linux'].get(name) and times['exon'].get(name, 0) / times['linux'][name]
            found.append((name, linux, counts['exon'][name], counts['exon'][name] / linux, wall))
    return sorted(found, key=lambda r: r[0].startswith(CONTROLS))


def show(table, unit, markdown):
    form = '| %-21s | %11s | %10s | %5s | %5s | %s |' if markdown else '%-22s %12s %11s %6s %6s  %s'
    print(form % ('row', 'Linux 6.1', 'Exon', 'ratio', 'wall', unit + ', Exon/Linux'))
    if markdown:
        print('|---|--:|--:|--:|--:|---|')
    for name, linux, exon, ratio, wall in table:
        bar = '#' * max(1, min(round(ratio * BAR), BAR * 2))
        print(form % (name, '%.0f' % linux, '%.0f' % exon, '%.2f' % ratio, '%.2f' % wall if wall else '', '`%s`' % bar if markdown else bar))
    kernel = [r for r in table if not r[0].startswith(CONTROLS)]
    if kernel:
        wall = [r[4] for r in kernel if r[4]]
        print('Geometric mean of %d rows: %.2f of the %s%s' % (
            len(kernel), mean([r[3] for r in kernel]), unit, ', %.2f of the wall time' % mean(wall) if wall else ''))


def show_film(initrd, row):
    on, off = (measure('exon', initrd, row, True, False, film) for film in (True, False))
    print('%-22s %11s %11s %8s' % ('row', 'recorded', 'not', 'records'))
    for name in on:
        print('%-22s %11.0f %11.0f %7.1f%%' % (name, on[name], off[name], 100 * (on[name] / off[name] - 1)))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--row', default='')
    ap.add_argument('--kvm', action='store_true')
    ap.add_argument('--runs', type=int, default=2)
    ap.add_argument('--markdown', action='store_true')
    ap.add_argument('--film', action='store_true')
    a = ap.parse_args()
    if a.kvm and qemu.kvm(vm.KERNEL['exon']) != 'works':
        sys.exit('bench: KVM does not work on this computer')
    if not a.film:
        print('Booting Linux and Exon in turn, %d times each; all rows take about two minutes.' % (1 + a.runs), file=sys.stderr)
    with tempfile.TemporaryDirectory() as d:
        initrd = os.path.join(d, 'bench.cpio')
        archive(initrd)
        if a.film:
            show_film(initrd, a.row)
            return
        counts = {k: measure(k, initrd, a.row, True, a.kvm) for k in KERNELS}
        times = clocks(initrd, a.row, a.runs, a.kvm)
    table = rows(counts, times)
    if all(r[0].startswith(CONTROLS) for r in table) and a.row:
        sys.exit('bench: no row has "%s" in its name' % a.row)
    show(table, 'ticks' if a.kvm else 'instructions', a.markdown)


if __name__ == '__main__':
    main()
