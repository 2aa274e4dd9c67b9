#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random programs, the same on Exon and on Linux 6.1: what they say must be equal to the byte.

  twin.py [--seconds=N] [--seed=N] [--family=NAME] [--program=N]

Each family (tests/programs/twin) runs for N seconds, program after program from
the seed on. A program that differs is made smaller step by step, as long as it
differs; both texts are in build/twin/, and a guest test.
--program: only this one.
"""
import argparse
import concurrent.futures
import difflib
import os
import random
import re
import select
import struct
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
BATCH = 10      # programs a command
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
        vm.pack(off + vm.NO_MODPROBE + 'cd /tmp\nfor f in %s; do /t/$f </dev/ttyS0 >/dev/ttyS0; done\n' % ' '.join(families), initrd, files)
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
    """Both kernels, at the first of .families."""

    def __init__(self, families):
        self.guests, self.families = [], list(families)
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
        del self.families[0]

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



def statements(text):
    """What a program says as statements of C, each with the lines that go on; without what is only compared."""
    lines = [line for line in text.splitlines() if line and not line.startswith('#')]
    return re.findall(r'^\S.*(?:\n\s.*)*', '\n'.join(lines), re.M)


def indented(body):
    depth = 1
    for line in '\n'.join(body).splitlines():
        depth -= line == '}'
        yield '\t' * depth + line
        depth += line.endswith('{')


TEST = """/* flags: -static */
/* SPDX-License-Identifier: MIT */
/* A twin program of %(family)s, seed %(seed)d, as Linux runs it. */
#include "../../programs/twin/%(family)s_shown.h"
%(image)s
static void steps(void)
{
%(steps)s
}

int main(void)
{
	EQ(in_child(steps), %(status)s);
	return 0;
}
"""


def image_code():
    """The code that a program of exec runs, as start_exec() takes it: the first segment of the program image."""
    with open(os.path.join(PROGRAMS, 'image'), 'rb') as f:
        elf = f.read()
    code = elf[:struct.unpack_from('<Q', elf, 64 + 32)[0]].hex()    # p_filesz
    return '\nstatic const char image[] =\n%s;\n' % '\n'.join('\t"%s"' % code[i:i + 80] for i in range(0, len(code), 80))


def guest_test(family, seed, ours, theirs):
    """The C file of a guest test: what Linux said until the first difference. What both show between the calls is left out."""
    exon, body, status = statements(ours), [], re.search(r'^# status (\w+)', theirs, re.M).group(1)
    for i, statement in enumerate(statements(theirs)):
        same = exon[i:i + 1] == [statement]
        if not same or not (statement.startswith('STREQ') and '\n' in statement):
            body.append(statement)
        if not same:
            body += ['_exit(0);', '}', 'EQ(status_of(pid), 0);'] * (sum(s.endswith('{') for s in body) - body.count('}'))
            status = '0'
            break
    if any('pid = ' in s for s in body):
        body[:0] = ['pid_t pid;', '']
    return TEST % {'family': family, 'seed': seed, 'image': image_code() if family == 'exec' else '', 'status': status, 'steps': '\n'.join(indented(body))}


def report(family, seed, mask, texts):
    """Writes what was found to build/twin; returns a few lines about it."""
    os.makedirs(FOUND, exist_ok=True)
    base = os.path.join(FOUND, '%s-%d' % (family, seed))
    for kernel, text in zip(KERNELS, texts):
        with open('%s.%s' % (base, kernel), 'w') as f:
            f.write(text)
    with open(base + '.c', 'w') as f:
        f.write(guest_test(family, seed, *texts))
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
