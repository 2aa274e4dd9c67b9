#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debug one test.

A guest test: its machine is started, stopped, with the debugger's socket where `make gdb` looks for it.
A host test: GDB in this terminal, at the check that fails (stops.py).
"""
import os
import subprocess
import sys
import time

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
    if not name:
        raise course.CourseError('usage: make debug-test TEST=name; ' + course.NAMES)
    if not found:
        raise course.CourseError('no test is called "%s"; %s' % (name, course.NAMES))
    if len(found) > 1:
        raise course.CourseError('which one is it? TEST=' + ', TEST='.join(t.label for t in found))
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
    """QEMU's exit status."""
    print('building the kernel and the programs of %s' % test.label, flush=True)
    # The first time it takes a minute: what is compiled is shown.
    if subprocess.call(['make', '--no-print-directory', '-j%d' % (os.cpu_count() or 1), 'build/exon.elf'], cwd=top):
        return 2
    folder = os.path.join(top, 'build', 'grade', 'debug')
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(top, 'build', 'gdb.prog'), 'w'):     # no program to run to: that of an earlier `make debug`
        pass
    socket = os.path.join(top, 'build', 'gdb.socket')
    words = machine_words(top, [test], folder, socket)
    with subprocess.Popen(words + ['-serial', 'mon:stdio', '-serial', 'file:' + os.path.join(folder, 'records')]) as qemu:
        while qemu.poll() is None and not os.path.exists(socket):
            time.sleep(0.01)
        if qemu.poll() is None:
            print('The machine of %s waits: type `make gdb` in another terminal. Ctrl-A X ends it.' % test.label, flush=True)
        return qemu.wait()


def machine_words(top, tests, folder, socket):
    """QEMU's words, but for its ports, for a machine that runs @tests, which have the same programs, one after the other.

    It is stopped and waits for GDB at @socket; its files are in @folder. The kernel is the tree's own, with all of a
    debugger's information, not that of one lab alone.
    """
    kernels.make(top, 'build/exon.elf')
    labs, kernel = course.load_labs(top), os.path.join(top, 'build', 'exon.elf')
    kernels.make_programs(top, labs, tests)
    bench = checks.Bench(top, labs, print)
    bench.kernels.make_own_programs(course.find_lab(labs, tests[0].lab))
    bench.pack(tests)
    disk = os.path.join(folder, 'snapshots.qcow2')
    if os.path.exists(socket):
        os.unlink(socket)
    subprocess.run(['qemu-img', 'create', '-q', '-f', 'qcow2', disk, '64M'], check=True)
    initrd = machine.pack(folder, bench.packed[tests[0].label], [t.words() for t in tests], 'debug')
    return machine.command(kernel, initrd, tests[0].cmdline, count=False) + [
        '-display', 'none', *qemu.debugger(socket), *qemu.snapshots(disk)]


def main():
    try:
        return start(course.TOP, find_test(course.load_labs(), sys.argv[1] if len(sys.argv) == 2 else ''))
    except (course.CourseError, kernels.BuildError, OSError) as e:
        print('debug-test: %s' % machine.plain.told(e), file=sys.stderr)
        return 2


if __name__ == '__main__':
    sys.exit(main())
