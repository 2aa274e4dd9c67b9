#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The one-line faults of labs/faults.toml.

  faults.py list                 name, stage and symptom of each
  faults.py apply NAME --to DIR  a copy of the source tree in DIR, with that fault
  faults.py check                do our tests catch them all? (tests/labs/test_faults.py)

A fault names a function and a line in it, not a file, so it stays valid if the
function moves. The source tree itself is never changed.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
try:
    import tomllib
except ImportError:     # before Python 3.11
    import tomli as tomllib

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
SOURCES = ('arch', 'boot', 'exec', 'fs', 'kernel', 'lib', 'mm')     # what a kernel is made of
KEYS = {'function', 'old', 'new', 'mistake', 'stage', 'symptom', 'program'}
LATER = ('fork', 'fault', 'mprotect', 'brk')                # events after the exec


class Bad(Exception):
    """A fault that cannot be used, or a build that failed; the text says why."""


def exec_stages():
    """The names of include/exec_stages.h, in their order."""
    with open(os.path.join(TOP, 'include', 'exec_stages.h')) as f:
        return re.findall(r'^\tX\(\w+,\s*"([^"]+)"', f.read(), re.M)


def load():
    """{name: fault} in the order of the file, each checked for its keys and its stage."""
    with open(os.path.join(TOP, 'labs', 'faults.toml'), 'rb') as f:
        faults = tomllib.load(f)
    for name, fault in faults.items():
        if set(fault) != KEYS:
            raise Bad('%s: keys missing or unknown: %s' % (name, ', '.join(sorted(KEYS ^ set(fault)))))
        if fault['stage'] not in exec_stages() + list(LATER):
            raise Bad('%s: there is no stage %s' % (name, fault['stage']))
    return faults


def get(name):
    """The fault of that name."""
    faults = load()
    if name not in faults:
        raise Bad('there is no fault %s; `faults.py list` names them' % name)
    return faults[name]


def c_files(top):
    """The kernel's C files, relative to @top."""
    for folder in SOURCES:
        for where, _, names in sorted(os.walk(os.path.join(top, folder))):
            for name in sorted(names):
                if name.endswith('.c'):
                    yield os.path.relpath(os.path.join(where, name), top)


def lines_in_function(text, function, line):
    """The positions [start, end) of @line, without its indentation, in the body of @function."""
    for body in re.finditer(r'^\w[^\n]*\b%s\([^;{}]*\)\n\{.*?^\}' % re.escape(function), text, re.M | re.S):
        for found in re.finditer(r'^[ \t]*(%s)$' % re.escape(line), body.group(), re.M):
            yield body.start() + found.start(1), body.start() + found.end(1)


def find(top, function, line):
    """(file, text, start, end) of the one place where @function has @line."""
    places = []
    for path in c_files(top):
        with open(os.path.join(top, path)) as f:
            text = f.read()
        places += [(path, text, start, end) for start, end in lines_in_function(text, function, line)]
    if len(places) != 1:
        raise Bad('%s() has the line %d times, not once:\n  %s' % (function, len(places), line))
    return places[0]


def change(top, function, old, new):
    """Replaces one line in the tree @top; returns the file."""
    path, text, start, end = find(top, function, old)
    with open(os.path.join(top, path), 'w') as f:
        f.write(text[:start] + new + text[end:])
    return path


def copy_tree(to):
    """The source tree, without what was built; times are kept, so make can go on from the objects."""
    if os.path.exists(to):
        raise Bad('%s exists already; name a new folder' % to)
    shutil.copytree(TOP, to, symlinks=True, ignore=shutil.ignore_patterns('build', '.git', '__pycache__'))


def copy_objects(to):
    """What is built of the kernel goes along: make then compiles the changed file only."""
    for folder in SOURCES:
        if os.path.isdir(os.path.join(TOP, 'build', folder)):
            shutil.copytree(os.path.join(TOP, 'build', folder), os.path.join(to, 'build', folder))


def make(top, target):
    """Builds @target in the tree @top."""
    # The outer make, if any, is none of this one's business; nor are warnings of a faulty line.
    env = {k: v for k, v in os.environ.items() if k not in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'DEBUG', 'CI')}
    p = subprocess.run(['make', '-C', top, target], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if p.returncode:
        raise Bad('%s does not build:\n%s' % (target, p.stdout.decode()))


def build(function, old, new, to):
    """A kernel with one line changed, built in the new folder @to; returns its path."""
    copy_tree(to)
    change(to, function, old, new)
    copy_objects(to)
    make(to, 'build/exon.elf')
    return os.path.join(to, 'build', 'exon.elf')


def build_fault(fault, to):
    return build(fault['function'], fault['old'], fault['new'], to)


def command_list(_):
    for name, fault in load().items():
        print('%-28s %-15s %s' % (name, fault['stage'], fault['symptom']))


def command_apply(args):
    fault = get(args.name)
    copy_tree(args.to)
    path = change(args.to, fault['function'], fault['old'], fault['new'])
    print('%s: one line of %s() in %s is another' % (args.name, fault['function'], os.path.join(args.to, path)))


def command_check(_):
    os.chdir(TOP)
    os.execv('/usr/bin/python3', ['python3', '-m', 'pytest', '-p', 'no:cacheprovider', '-q', 'tests/labs/test_faults.py'])


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = ap.add_subparsers(dest='command', required=True)
    sub.add_parser('list').set_defaults(run=command_list)
    apply = sub.add_parser('apply')
    apply.add_argument('name')
    apply.add_argument('--to', required=True, metavar='DIR')
    apply.set_defaults(run=command_apply)
    sub.add_parser('check').set_defaults(run=command_check)
    args = ap.parse_args()
    try:
        args.run(args)
    except Bad as e:
        sys.exit('faults: %s' % e)


if __name__ == '__main__':
    main()
