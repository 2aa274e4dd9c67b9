#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debug one test.

A guest test: its machine is started, stopped, with the debugger's socket where `make gdb` looks for it.
A host test: GDB in this terminal, at the check that fails (stops.py).
"""
import os
import subprocess
import sys

sys.dont_write_bytecode = True
import checks
import course
import host
import kernels
import machine
from machine import qemu


def find_test(labs, name):
    found = [t for l in labs for t in l.tests if name in (t.name, t.label)]
    start = course.starter()
    found = [t for t in found if start and t.lab == start['lab']] or found
    if len(found) != 1:
        raise course.CourseError('usage: make debug-test TEST=name; `make grade GRADEFLAGS=--list` shows the names')
    if found[0].kind == 'answer':
        raise course.CourseError('%s is a question: there is nothing to run; `make debug` starts a machine' % found[0].label)
    return found[0]


def start(top, test):
    return start_host(top, test) if test.kind == 'host' else start_guest(top, test)


def start_host(top, test):
    kernels.make(top, 'build/' + test.binary)
    lab = course.find_lab(course.load_labs(), test.lab)
    environment = {**os.environ, **host.environment(test, lab, host.seconds(False)), 'ASAN_OPTIONS': 'detect_leaks=0'}
    stops = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'stops.py')
    return subprocess.call(['gdb', '-q', '-nx', *os.environ.get('GDBFLAGS', '').split(), '-iex', 'set auto-load no', '-x', stops,
                            os.path.join('build', test.binary)], cwd=top, env=environment)


def start_guest(top, test):
    """QEMU's exit status. The kernel is the tree's own, with all of a debugger's information, not that of one lab alone."""
    print('building the kernel and the programs of %s' % test.label, flush=True)
    kernels.make(top, 'build/exon.elf')
    labs = course.load_labs()
    kernels.make_programs(top, labs, [test])
    bench = checks.Bench(top, labs, print)
    bench.pack([test])
    folder = os.path.join(top, 'build', 'grade', 'debug')
    os.makedirs(folder, exist_ok=True)
    gdb, disk = os.path.join(top, 'build', 'gdb.socket'), os.path.join(folder, 'snapshots.qcow2')
    if os.path.exists(gdb):
        os.unlink(gdb)
    with open(os.path.join(top, 'build', 'gdb.prog'), 'w'):     # no program to run to: that of an earlier `make debug`
        pass
    subprocess.run(['qemu-img', 'create', '-q', '-f', 'qcow2', disk, '64M'], check=True)
    initrd = machine.pack(folder, bench.packed[test.label], [test.words()], 'debug')
    print('The machine of %s waits: type `make gdb` in another terminal. Ctrl-A X ends it.' % test.label, flush=True)
    kernel = os.path.join(top, 'build', 'exon.elf')
    return subprocess.call(machine.command(kernel, initrd, test.cmdline, count=False) + [
        '-display', 'none', *qemu.debugger(gdb), *qemu.snapshots(disk),
        '-serial', 'mon:stdio', '-serial', 'file:' + os.path.join(folder, 'records')])


def main():
    try:
        return start(course.TOP, find_test(course.load_labs(), sys.argv[1] if len(sys.argv) == 2 else ''))
    except (course.CourseError, kernels.BuildError, OSError) as e:
        print('debug-test: %s' % e, file=sys.stderr)
        return 2


if __name__ == '__main__':
    sys.exit(main())
