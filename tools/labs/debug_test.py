#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Start the machine of one guest test, stopped, with the debugger's socket where `make gdb` looks for it."""
import os
import subprocess
import sys

sys.dont_write_bytecode = True
import checks
import course
import kernels
import machine


def find_test(labs, name):
    found = [t for l in labs for t in l.tests if name in (t.name, t.label)]
    if len(found) != 1:
        raise course.CourseError('usage: make debug-test TEST=name; `make grade GRADEFLAGS=--list` shows the names')
    if found[0].kind != 'guest':
        raise course.CourseError('%s needs no machine: it is a %s test' % (found[0].label, found[0].kind))
    return found[0]


def main():
    top = course.TOP
    try:
        test = find_test(course.load_labs(top), sys.argv[1] if len(sys.argv) == 2 else '')
        bench = checks.Bench(top, course.load_labs(top), print)
        bench.prepare([test])
        if test.lab in bench.errors:
            raise kernels.BuildError(bench.errors[test.lab])
        archives = bench.archives(test)
    except (course.CourseError, kernels.BuildError, OSError) as e:
        print('debug-test: %s' % e, file=sys.stderr)
        return 2
    return start(top, bench, archives, test)


def start(top, bench, archives, test):
    kernel = bench.under_test[test.lab]
    folder = os.path.join(top, 'build', 'grade', 'debug')
    os.makedirs(folder, exist_ok=True)
    gdb, disk = os.path.join(top, 'build', 'gdb.socket'), os.path.join(folder, 'snapshots.qcow2')
    if os.path.exists(gdb):
        os.unlink(gdb)
    subprocess.run(['qemu-img', 'create', '-q', '-f', 'qcow2', disk, '64M'], check=True)
    initrd = machine.pack(folder, archives, [test.words()], 'debug', bench.mkcpio)
    print('The machine of %s waits: type `make gdb KERNEL=%s` in another terminal. Ctrl-A X ends it.' % (
        test.label, os.path.relpath(kernel, top)), flush=True)
    words = machine.command(kernel, initrd, test.cmdline, count=False) + [
        '-display', 'none', '-S', '-chardev', 'socket,path=%s,server=on,wait=off,id=gdb' % gdb, '-gdb', 'chardev:gdb',
        '-serial', 'mon:stdio', '-serial', 'file:' + os.path.join(folder, 'records'),
        '-drive', 'if=none,format=qcow2,file=%s,id=snapshots' % disk]
    return subprocess.call(words)


if __name__ == '__main__':
    sys.exit(main())
