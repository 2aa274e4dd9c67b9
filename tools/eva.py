#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Frama-C's EVA over the pure parts of the kernel: no alarm but those that a driver names.

  eva.py [--source=FILE] [NAME...]

A driver, tests/eva/NAME.c, has in its first line the files that it reads, and then
lines "eva: options" and "alarm: file function assertion" (docs/verification.md has
the reason of each). EVA considers every input that the driver leaves open.
--source: this file takes the place of the kernel's file of the same name.
"""
import argparse
import glob
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DRIVERS = os.path.join(TOP, 'tests', 'eva')
PACKAGE = 'frama-c-base'
FLAGS = ('-Itests/host', '-Iinclude', '-Itests/eva')


class Failed(Exception):
    """Frama-C could not read the files, or found an alarm."""


def here():
    return shutil.which('frama-c') is not None


def names():
    return sorted(os.path.basename(p)[:-2] for p in glob.glob(os.path.join(DRIVERS, '*.c')))


def comments(path, word):
    with open(path, encoding='utf-8') as f:
        return [m.group(1) for m in re.finditer(r'^/\* %s: (.*) \*/$' % word, f.read(), re.M)]


def preprocessor(words):
    """As for the kernel: no header of the C library but <elf.h> and Linux's."""
    def ask(*args):
        return subprocess.run(['gcc', *args], stdout=subprocess.PIPE, check=True).stdout.decode().strip()
    system = [ask('-print-file-name=include'), '/usr/include', '/usr/include/' + ask('-print-multiarch')]
    return ' '.join(['gcc -C -E -std=gnu11 -nostdinc', *FLAGS, *('-isystem ' + d for d in system), *words])


def analyse(name, source=None):
    """(what EVA says in short, [alarms that the driver does not name])."""
    driver = os.path.join(DRIVERS, name + '.c')
    words = comments(driver, 'reads')[0].split()
    files = [source if source and os.path.basename(w) == os.path.basename(source) else w for w in words if w.endswith('.c')]
    options = ' '.join(comments(driver, 'eva')).split()
    p = subprocess.run(['frama-c', '-machdep', 'gcc_x86_64', '-no-frama-c-stdlib', '-cpp-command',
                        preprocessor(w for w in words if not w.endswith('.c')), 'tests/eva/%s.c' % name, *files,
                        '-eva', '-main', 'eva_main', *options], cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = p.stdout.decode('utf-8', 'replace')
    done = re.search(r'(\d+) statements reached \(out of (\d+)\)', text)
    if p.returncode or not done:
        raise Failed('%s: Frama-C ended with status %d\n%s' % (name, p.returncode, text[-2000:]))
    alarms = re.findall(r'^\[eva:alarm\] (\S+?):(\d+): Warning:\s+([^\n]*(?:\n  [^\n]*)*)', text, re.M)
    alarms = ['%s:%s: %s' % (path, line, ' '.join(what.split())) for path, line, what in alarms]
    known = [w.split(' ', 1) for w in comments(driver, 'alarm')]
    left = [a for a in alarms if not any(a.startswith(path + ':') and a.endswith(what) for path, what in known)]
    return '%s: %s of %s statements reached, %d alarms, %d of them explained' % (
        name, done.group(1), done.group(2), len(alarms), len(alarms) - len(left)), left


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('--source')
    ap.add_argument('names', nargs='*')
    args = ap.parse_args()
    if not here():
        raise Failed('no frama-c here: package %s of Debian 12' % PACKAGE)
    bad = []
    for name in args.names or names():
        said, left = analyse(name, args.source)
        print(said, flush=True)
        bad += left
    print('\n'.join(bad), end='\n' if bad else '')
    return 1 if bad else 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except Failed as e:
        sys.exit('eva: %s' % e)
