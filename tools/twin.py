#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random programs, the same on Exon and on Linux 6.1: what they say must be equal to the byte.

  twin.py [--seconds=N] [--seed=N] [--family=NAME] [--program=N]

Each family (tests/programs/twin) runs for N seconds, program after program from
the seed on. A program that differs is made smaller step by step, as long as it
differs; both texts are in build/twin/, and for the address space a guest test.
--program: only this one.
"""
import argparse
import concurrent.futures
import difflib
import os
import random
import re
import select
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import vm  # noqa: E402

FAMILIES = ('space', 'files', 'tasks', 'exec')
PROGRAMS = os.path.join(vm.BUILD, 'tests', 'programs', 'twin')
FOUND = os.path.join(vm.BUILD, 'twin')
KERNELS = ('exon', 'linux')
STEPS = 64
BATCH = 40      # programs a command
SILENCE = 120   # seconds without a byte from a guest: it hangs


class Guest:
    """A kernel that serves the commands of tests/programs/twin/twin.h on its serial line."""

    def __init__(self, kernel, families):
        self.kernel = kernel
        self.dir = tempfile.TemporaryDirectory()
        initrd = os.path.join(self.dir.name, 'initrd.cpio')
        files = []
        for f in [*families, 'image']:      # the program that the family exec runs
            files += ['--file', 't/%s:755=%s' % (f, os.path.join(PROGRAMS, f))]
        # Debian switches these on; Exon does not have them (docs/differences.md).
        off = '(for f in symlinks hardlinks; do echo 0 >/proc/sys/fs/protected_$f; done) 2>/dev/null\n'
        vm.pack(off + 'cd /tmp\nfor f in %s; do /t/$f </dev/ttyS0 >/dev/ttyS0; done\n' % ' '.join(families), initrd, files)
        self.p = subprocess.Popen(vm.qemu_command(vm.KERNEL[kernel], initrd, vm.CMDLINE[kernel] + ' norandmaps loglevel=1'),
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.seen = b''

    def end(self):
        self.p.kill()
        self.p.wait()
        self.dir.cleanup()

    def until(self, mark):
        """All lines until the one that begins with @mark, and that one."""
        while True:
            m = re.search(rb'(?:^|\n)(' + re.escape(mark) + rb'[^\n]*)\r?\n', self.seen)
            if m:
                before, line, self.seen = self.seen[:m.start(1)], m.group(1), self.seen[m.end():]
                return before.decode('utf-8', 'replace').replace('\r\n', '\n'), line.decode().strip()
            more = b''
            if select.select([self.p.stdout], [], [], SILENCE * float(os.environ.get('TIMEOUT_SCALE', '1')))[0]:
                more = os.read(self.p.stdout.fileno(), 65536)
            if not more:
                raise vm.Failed('%s says no more. The end of its console:\n%s' % (
                    self.kernel, self.seen[-3000:].decode('utf-8', 'replace')))
            self.seen += more

    def ask(self, command, mark=b'@ '):
        self.p.stdin.write(command.encode() + b'\n')
        self.p.stdin.flush()
        return self.until(mark)

    def hashes(self, first, count):
        return self.ask('run %d %d' % (first, count))[1].split()[1:]

    def text(self, seed, mask):
        return self.ask('text %d %s' % (seed, ''.join(mask)))[0]


class Twins:
    """Both kernels, at the first of @families."""

    def __init__(self, families):
        self.guests = []
        self.pool = concurrent.futures.ThreadPoolExecutor(2)
        try:
            for kernel in KERNELS:
                self.guests.append(Guest(kernel, families))
            self.both(lambda g: g.until(b'@ready'))
        except BaseException:
            self.end()
            raise

    def end(self):
        for g in self.guests:
            g.end()

    def both(self, f):
        return list(self.pool.map(f, self.guests))

    def next_family(self):
        self.both(lambda g: g.ask('quit', b'@ready'))

    def texts(self, seed, mask):
        return self.both(lambda g: g.text(seed, mask))

    def differing(self, first, count):
        """The seeds of the programs that differ."""
        ours, theirs = self.both(lambda g: g.hashes(first, count))
        return [first + i for i in range(count) if ours[i] != theirs[i]]

    def minimise(self, seed):
        """The fewest steps that still differ: (mask, texts). Leaves out halves, quarters ... single steps."""
        mask, size = ['1'] * STEPS, STEPS // 2
        texts = self.texts(seed, mask)
        while size:
            left_out = False
            for i in range(STEPS - size, -1, -size):
                if '1' not in mask[i:i + size]:
                    continue
                fewer = mask[:i] + ['0'] * size + mask[i + size:]
                both = self.texts(seed, fewer)
                if both[0] != both[1]:
                    mask, texts, left_out = fewer, both, True
            if not left_out or size > 1:
                size //= 2
        return mask, texts


# ---- what is found ------------------------------------------------------------

CALL = re.compile(r'^(\w+)\((.*)\) = (-?\w+)$')


def test_lines(text):
    """The steps of an address space as the body of a guest test: what Linux returned is expected."""
    for line in text.splitlines():
        line = re.sub(r'^\d+ ', '', line)
        m = CALL.match(line)
        if line == 'as nobody':
            yield 'become_nobody();'
            yield 'prctl(PR_SET_DUMPABLE, 1);'
        elif line.startswith('fork(): the child waits'):
            yield 'child_waits();'
        elif line.startswith('a child that waited'):
            yield 'end_child();'
        elif line.startswith('fork(): the child makes'):
            yield 'pid = fork();'
            yield 'if (!pid) {'
        elif line.startswith('the child ended'):
            yield '_exit(0);'
            yield '}'
            yield 'EQ(status_of(pid), %s);' % line.split()[-1]
        elif m and m.group(1).endswith('_byte'):
            yield 'EQ(touch(%s, %d), %s);' % (m.group(2), m.group(1) == 'write_byte', m.group(3))
        elif m and m.group(1) == 'setrlimit':
            yield 'setrlimit(%s, &(struct rlimit){%s, -1});' % tuple(m.group(2).split(', '))
        elif m:
            yield 'EQ(call(SYS_%s, %s), %s);' % m.groups()


TEST = """/* flags: -static */
/* SPDX-License-Identifier: MIT */
/* Twin programs of the address space, seed %d. */
#include "../../programs/twin/space_shown.h"
#include <sys/prctl.h>

int main(void)
{
%s	open_files();
%s
	STREQ(window(),
%s);
	return 0;
}
"""


def guest_test(seed, text):
    """The C file of a guest test: the steps, and the window after the last one."""
    shown = re.findall(r'((?:^100000[01]\w+-\S+ \S{4} \S{8} .*\n)*)(?:^7f.*\n)*^([0-9a-f]{24})$', text, re.M)[-1]
    lines = list(test_lines(text))
    return TEST % (seed, '\tpid_t pid;\n\n' if any('pid = ' in line for line in lines) else '',
                   '\n'.join('\t' + line for line in lines),
                   '\n'.join('\t      "%s\\n"' % line for line in ''.join(shown).splitlines()))


def report(family, seed, mask, texts):
    """Writes what was found to build/twin; returns a few lines about it."""
    os.makedirs(FOUND, exist_ok=True)
    base = os.path.join(FOUND, '%s-%d' % (family, seed))
    for kernel, text in zip(KERNELS, texts):
        with open('%s.%s' % (base, kernel), 'w') as f:
            f.write(text)
    if family == 'space':
        with open(base + '.c', 'w') as f:
            f.write(guest_test(seed, texts[1]))
    lines = list(difflib.unified_diff(texts[1].splitlines(), texts[0].splitlines(), 'linux', 'exon', lineterm='', n=3))
    return '%s: program %d differs with the steps %s (%s.*)\n%s' % (
        family, seed, ' '.join(str(i) for i in range(STEPS) if mask[i] == '1'), base, '\n'.join(lines[:60]))


def run_family(twins, family, seed, seconds, most=5, say=print):
    """Runs programs for @seconds. (how many, [reports of at most @most that differ])."""
    end, count, found = time.monotonic() + seconds, 0, []
    while time.monotonic() < end and len(found) < most:
        for bad in twins.differing(seed + count, BATCH):
            if len(found) < most:
                found.append(report(family, bad, *twins.minimise(bad)))
                say(found[-1])
        count += BATCH
    return count, found


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('--seconds', type=float, default=60)
    ap.add_argument('--seed', type=int, default=0)
    ap.add_argument('--family', choices=FAMILIES)
    ap.add_argument('--program', type=int)
    ap.add_argument('--most', type=int, default=5)
    args = ap.parse_args()
    seed = args.seed or random.randrange(1, 1 << 32)
    families = [args.family] if args.family else FAMILIES
    twins = Twins(families)
    bad = 0
    try:
        for i, family in enumerate(families):
            if i:
                twins.next_family()
            if args.program is not None:
                print(report(family, args.program, *twins.minimise(args.program)))
                continue
            count, found = run_family(twins, family, seed, args.seconds, args.most)
            bad += len(found)
            print('%s: %d programs from SEED=%d, %d differ' % (family, count, seed, len(found)), flush=True)
    finally:
        twins.end()
    return 1 if bad else 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except vm.Failed as e:
        sys.exit('twin: %s' % e)
