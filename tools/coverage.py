#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Which lines of the kernel no test reaches: text, and one page, build/coverage.html.

  coverage.py [--only=NAME,NAME] [--programs=N]

The kernel of `make COVERAGE=1` (with DEBUG=1) counts in its .bss how often each
branch is taken (gcc's -fprofile-arcs); it has no code for that. The RAM of the
machine is a file here, so the counters are read after the machine has ended, in
whatever way. They are written as the .gcda files of which gcov makes lines.
"""
import argparse
import collections
import html
import json
import os
import struct
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(TOP, 'tests'), os.path.join(TOP, 'tests', 'kernel')]
import calls  # noqa: E402
import spine  # noqa: E402
import twin  # noqa: E402
import vm  # noqa: E402

BUILD = os.path.join(vm.BUILD, 'coverage')
KERNEL = os.path.join(BUILD, 'exon.elf')
PAGE = os.path.join(vm.BUILD, 'coverage.html')
REASONS = os.path.join(TOP, 'docs', 'unreached.txt')
SHOWN = ('exec/', 'mm/', 'arch/x86/entry/')
BASE = 0xffffffff80000000       # as in boot/kernel.lds
ENOUGH = 95                     # per cent of the spine's lines


# ---- counters: gcc's struct gcov_info, and files for gcov ---------------------

class Image:
    """The kernel's image as memory."""

    def __init__(self, path):
        with open(path, 'rb') as f:
            self.bytes = f.read()
        phoff, = struct.unpack_from('<Q', self.bytes, 32)
        count, = struct.unpack_from('<H', self.bytes, 56)
        self.parts = []
        for i in range(count):
            kind, _, off, vaddr, _, filesz, _, _ = struct.unpack_from('<IIQQQQQQ', self.bytes, phoff + 56 * i)
            if kind == 1:
                self.parts.append((vaddr, off, filesz))

    def at(self, addr, words):
        for vaddr, off, size in self.parts:
            if vaddr <= addr < vaddr + size:
                return struct.unpack_from('<' + words, self.bytes, addr - vaddr + off)
        raise ValueError('%#x is not in the image' % addr)

    def string(self, addr):
        for vaddr, off, size in self.parts:
            if vaddr <= addr < vaddr + size:
                start = addr - vaddr + off
                return self.bytes[start:self.bytes.index(b'\0', start)].decode('ascii', 'replace')
        return ''


class Unit:
    """One object file: its name, and for each function (ident, two checksums, [(number, address) of its counters])."""

    def __init__(self, image, addr):
        self.version, self.stamp, self.checksum, name = image.at(addr, 'I12xIIQ')
        self.name = os.path.join(BUILD, image.string(name).split('/coverage/')[-1])      # the tree may have moved
        version = struct.pack('>I', self.version)       # b'B22*': 12.2
        kinds = 9 if (version[0] - ord('A')) * 10 + version[1] - ord('0') >= 14 else 8
        count, functions = image.at(addr + 32 + 8 * kinds, 'I4xQ')
        self.functions = []
        for i in range(count):
            where, = image.at(functions + 8 * i, 'Q')
            _, *words, number, values = image.at(where, 'QIII4xI4xQ')
            self.functions.append((words, number, values))

    def write(self, counts):
        """The .gcda file: tags, lengths in bytes."""
        words = [self.version, self.stamp, self.checksum]
        out = [b'adcg', struct.pack('<3I', *words)]
        for (ident, lines, cfg), number, values in self.functions:
            out.append(struct.pack('<5I', 0x01000000, 12, ident, lines, cfg))
            out.append(struct.pack('<2I%dQ' % number, 0x01a10000, 8 * number, *counts[values]))
        with open(self.name, 'wb') as f:
            f.write(b''.join(out))


def units(image):
    """All that are in the data of the kernel: their version and the name of a file show them."""
    found = []
    for vaddr, off, size in image.parts:
        for place in range(0, size - 128, 8):
            if image.bytes[off + place + 1:off + place + 4] in (b'22B', b'23B', b'24B') and image.bytes[off + place] == ord('*'):
                name, = image.at(vaddr + place + 24, 'Q')
                if image.string(name).endswith('.gcda'):
                    found.append(Unit(image, vaddr + place))
    return found


class Counters:
    """The sums over all runs."""

    def __init__(self):
        self.units = units(Image(KERNEL))
        self.counts = {values: [0] * number for u in self.units for _, number, values in u.functions}
        self.dir = tempfile.TemporaryDirectory()
        self.ram = os.path.join(self.dir.name, 'ram')

    def machine(self, memory):
        """Words for QEMU: the RAM is a file."""
        return ['-object', 'memory-backend-file,id=ram,share=on,size=%dM,mem-path=%s' % (memory, self.ram), '-machine', 'memory-backend=ram']

    def harvest(self):
        """Adds what the machine that has ended has counted."""
        with open(self.ram, 'rb') as f:
            for values, sums in self.counts.items():
                f.seek(values - BASE)
                for i, n in enumerate(struct.unpack('<%dQ' % len(sums), f.read(8 * len(sums)))):
                    sums[i] += n
        os.unlink(self.ram)

    def lines(self):
        """{source: {line: how often}}"""
        for unit in self.units:
            unit.write(self.counts)
        found = collections.defaultdict(lambda: collections.defaultdict(int))
        for unit in self.units:
            p = subprocess.run([calls.CROSS + 'gcov', '--json-format', '--stdout', unit.name], cwd=TOP, check=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for source in json.loads(p.stdout)['files']:
                for line in source['lines']:
                    found[os.path.normpath(source['file'])][line['line_number']] += line['count']
        return found


# ---- what is run --------------------------------------------------------------

def program(*path):
    return ['--file', 't/%s:755=%s' % (path[-1], os.path.join(vm.BUILD, 'tests', 'programs', *path))]


def run_guest():
    import claims
    import conftest
    text, _ = vm.run('exon', conftest.script_of(claims.cases(claims.PROGRAMS)), seconds=900, extra_args=claims.files())
    bad = [name for name, (_, status) in conftest.results_in(text).items() if status and '/' in name]
    return 'guest tests and maps: %d programs%s' % (len(conftest.results_in(text)), ', bad: ' + ' '.join(bad) if bad else '')


def run_oracle():
    out = os.path.join(BUILD, 'oracle.cpio')
    subprocess.run([sys.executable, os.path.join(TOP, 'tests', 'oracle', 'oracle.py'), 'build', '-o', out], check=True,
                   stdout=subprocess.DEVNULL)
    text, _, _ = vm.boot('exon', out, 'norandmaps vsyscall=emulate', seconds=900)
    return 'good and malformed executables: %d' % text.count('\nR ')


def run_failures():
    count = 0
    for kind in ('alloc', 'copy'):
        text, _ = vm.run('exon', 'cd /tmp; /t/each_allocation ' + kind, 'norandmaps loglevel=3', 128, 900, program('fail', 'each_allocation'))
        count += text.count(', 0 bad')
    return 'failing allocations and copies: %d scenarios' % count


def run_attacks():
    script = '/t/calls 1 6000; /t/calls 2 6000 user; /t/storms'
    text, _ = vm.run('exon', script, 'norandmaps loglevel=1', 128, 900, program('fuzz', 'calls') + program('fuzz', 'storms'))
    return 'hostile calls and storms: %d' % text.count('\n')


def run_oom():
    text, _ = vm.run('exon', '/t/memory_ends', memory=128, seconds=300, extra_args=program('oom', 'memory_ends'))
    return 'the end of memory: %d lines' % text.count('\n')


def run_twin(programs):
    guest = twin.Guest('exon', twin.FAMILIES)
    guest.until(b'@ready')
    for i in range(len(twin.FAMILIES)):
        if i:
            guest.ask('quit', b'@ready')
        guest.hashes(1, programs)
    guest.end()
    return 'random programs: %d of each family' % programs


RUNS = {'guest': run_guest, 'oracle': run_oracle, 'failures': run_failures, 'attacks': run_attacks, 'oom': run_oom, 'twin': run_twin}


def measure(names, programs):
    """Runs them, and returns Counters.lines()."""
    counters = Counters()
    command = vm.qemu_command
    boot = vm.boot

    def with_file(kernel, initrd, cmdline, memory=vm.MEMORY, extra=()):
        return command(kernel, initrd, cmdline, memory, [*extra, *counters.machine(memory)])

    def booted(*words, **named):
        result = boot(*words, **named)
        counters.harvest()
        return result
    vm.qemu_command, vm.boot, vm.KERNEL['exon'] = with_file, booted, KERNEL
    for name in names:
        start = time.time()
        said = RUNS[name](programs) if name == 'twin' else RUNS[name]()
        if name == 'twin':
            counters.harvest()
        print('%s (%.0f s)' % (said, time.time() - start), flush=True)
    return counters.lines()


# ---- what is shown ------------------------------------------------------------

def reasons():
    """{(file, function): reason} from docs/unreached.txt."""
    found, reason = {}, ''
    with open(REASONS, encoding='utf-8') as f:
        for line in f:
            if line.startswith('## '):
                reason = line[3:].strip()
            elif line.startswith('\t'):
                found[tuple(line.split())] = reason
    return found


def source_lines(path):
    return calls.text_of(path).split('\n')


def spine_lines(lines):
    """[(file, function, line number, how often)] for all lines of the spine that gcov knows."""
    found = []
    for path, name in spine.reached(calls.Graph()):
        if path in lines and name in calls.functions(path):
            first, last = calls.functions(path)[name]
            found += [(path, name, n, lines[path][n]) for n in range(first, last + 1) if n in lines[path]]
    return sorted(set(found))


def ranges(numbers):
    """[3, 4, 5, 9] -> '3-5 9'"""
    out = []
    for n in numbers:
        if out and out[-1][1] == n - 1:
            out[-1][1] = n
        else:
            out.append([n, n])
    return ' '.join(str(a) if a == b else '%d-%d' % (a, b) for a, b in out)


def print_files(lines):
    for path in sorted(p for p in lines if p.startswith(SHOWN) and p.endswith('.c')):
        missed = [n for n, count in sorted(lines[path].items()) if not count]
        print('%5.1f %% of %4d  %-28s %s' % (100 - 100 * len(missed) / len(lines[path]), len(lines[path]), path, ranges(missed)))


def print_spine(on_spine):
    """The lines of the spine that were not reached, with their reasons; returns the percentage that was."""
    known = reasons()
    missed = [line for line in on_spine if not line[3]]
    reached = 100 - 100 * len(missed) / len(on_spine)
    print('\nThe spine: %d of %d lines are reached, %.1f %%. The others:' % (len(on_spine) - len(missed), len(on_spine), reached))
    for path, name, n, _ in missed:
        text = source_lines(path)[n - 1].strip()
        print('  %s:%d %s: %s   (%s)' % (path, n, name, text, known.get((path, name), 'no reason in docs/unreached.txt')))
    return reached


STYLE = '''body{font:14px sans-serif;margin:2em}pre{font:12px monospace;line-height:1.35;margin:0}summary{cursor:pointer}
.m{background:#ffd6d6}.h{background:#e2f5e2}.n{color:#777;user-select:none}'''


def page(lines, on_spine):
    """One HTML file with nothing from outside."""
    missed = sum(not count for *_, count in on_spine)
    out = ['<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Exon: which lines the tests reach</title><style>%s</style>' % STYLE,
           '<h1>Which lines the tests reach</h1><p>The spine: %d of %d lines, %.1f&nbsp;%%. Red lines are never reached.</p>' % (
               len(on_spine) - missed, len(on_spine), 100 - 100 * missed / len(on_spine))]
    for path in sorted(p for p in lines if p.endswith('.c') and os.path.exists(os.path.join(TOP, p))):
        counts = lines[path]
        hits = sum(1 for c in counts.values() if c)
        out.append('<details><summary>%s: %d of %d lines, %.1f&nbsp;%%</summary><pre>' % (path, hits, len(counts), 100 * hits / len(counts)))
        for n, text in enumerate(source_lines(path), 1):
            mark = '' if n not in counts else ' class="h"' if counts[n] else ' class="m"'
            out.append('<span class="n">%5d %9s </span><span%s>%s</span>' % (n, counts[n] if n in counts else '', mark, html.escape(text)))
        out.append('</pre></details>')
    with open(PAGE, 'w', encoding='utf-8') as f:
        f.write('\n'.join(out))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('--only', type=lambda s: s.split(','), default=list(RUNS))
    ap.add_argument('--programs', type=int, default=20)
    args = ap.parse_args()
    lines = measure(args.only, args.programs)
    on_spine = spine_lines(lines)
    print_files(lines)
    reached = print_spine(on_spine)
    page(lines, on_spine)
    print('\nAll lines: %s' % os.path.relpath(PAGE))
    return 0 if reached >= ENOUGH or args.only != list(RUNS) else 1


if __name__ == '__main__':
    try:
        sys.exit(main())
    except vm.Failed as e:
        sys.exit('coverage: %s' % e)
