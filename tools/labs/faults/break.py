#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The exercise "break the loader": a kernel with one fault, chosen by a seed.

  break.py make [--seed N] OUT   the folder OUT: kernel, initramfs, what to do
  break.py check DIR             is DIR/answer.txt right?
  break.py which N               for the instructor: the fault of seed N

OUT/seal has a salt and a hash of the fault's name, so that nobody can read the
answer there. The list of faults is short, so cheating is possible.
"""
import argparse
import hashlib
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import faults
from faults import TOP, Bad
sys.path.append(os.path.join(TOP, 'tools'))
import plain    # noqa: E402,F401

KIT = os.path.join(TOP, 'labs', 'break', 'kit')


def seed_number(text):
    if not re.fullmatch(r'\d{1,18}', text):
        raise Bad('SEED=%s: a seed is a number, for example 7' % text)
    return int(text)


def fault_of(seed):
    """The name of the fault that this seed stands for."""
    names = list(faults.load())
    digest = hashlib.sha256(b'%d' % seed).digest()
    return names[int.from_bytes(digest[:8], 'big') % len(names)]


def seal(name, salt):
    return hashlib.sha256((salt + ' ' + name).encode()).hexdigest()


def unseal(folder):
    """The name of the fault in @folder."""
    try:
        with open(os.path.join(folder, 'seal')) as f:
            salt, digest = f.read().split()
    except (OSError, ValueError):
        raise Bad('%s has no seal: was it made by `make break`?' % folder)
    for name in faults.load():
        if seal(name, salt) == digest:
            return name
    raise Bad('the fault of %s is not in labs/faults.toml: was it made by another version?' % folder)


# ---- make ----------------------------------------------------------------


def build_kernel(fault, out):
    """The faulty kernel. Without its line table: that would show where a line is missing."""
    with tempfile.TemporaryDirectory() as d:
        kernel = faults.build_fault(fault, os.path.join(d, 'exon'))
        subprocess.run([os.environ.get('CROSS', '') + 'objcopy', '--remove-section=.debug_line', kernel, os.path.join(out, 'exon.elf')], check=True)


def test_programs(command):
    """Builds the programs under /t and /p that @command names; mkcpio's words for them."""
    homes = {'t': 'build/tests/guest', 'p': 'build/tests/programs/maps'}
    words = []
    for root, path in re.findall(r'/([tp])/(\S+)', command):
        built = os.path.join(homes[root], path)
        faults.make(TOP, built)
        words += ['--file', '%s/%s:755=%s' % (root, path, os.path.join(TOP, built))]
    return words


def build_initrd(command, out):
    """The usual root tree and /lab, the command that shows the fault."""
    with tempfile.TemporaryDirectory() as d:
        small = os.path.join(d, 'lab.cpio')
        subprocess.run([os.path.join(TOP, 'tools', 'mkcpio.py'), '-o', small, '--text',
                        'lab:755=#!/bin/busybox sh\n%s\n' % command] + test_programs(command), check=True)
        with open(os.path.join(out, 'initrd.cpio'), 'wb') as to:
            for part in (os.path.join(TOP, 'build', 'rootfs.cpio'), small):
                with open(part, 'rb') as f:
                    shutil.copyfileobj(f, to)


def copy_kit(out):
    """Makefile, README.md and an empty answer; @TOP@ and @STAGES@ are filled in."""
    for name in sorted(os.listdir(KIT)):
        with open(os.path.join(KIT, name)) as f:
            text = f.read().replace('@TOP@', TOP).replace('@STAGES@', ' '.join(faults.exec_stages()))
        with open(os.path.join(out, name), 'w') as f:
            f.write(text)


def command_make(args):
    seed = secrets.randbelow(10 ** 6) if args.seed is None else seed_number(args.seed)
    name = fault_of(seed)
    fault = faults.load()[name]
    try:
        os.makedirs(args.out)
    except OSError as e:
        raise Bad('OUT=%s: %s; name a new folder' % (args.out, e.strerror))
    try:
        fill(args.out, seed, name, fault)
    except BaseException:
        shutil.rmtree(args.out, ignore_errors=True)
        raise


def fill(out, seed, name, fault):
    build_kernel(fault, out)
    build_initrd(fault['program'], out)
    copy_kit(out)
    salt = secrets.token_hex(8)
    with open(os.path.join(out, 'seal'), 'w') as f:
        f.write('%s %s\n' % (salt, seal(name, salt)))
    print('%s: a kernel with one wrong line (SEED=%d makes it again). Read %s.' % (
        out, seed, os.path.join(out, 'README.md')))


# ---- check ---------------------------------------------------------------


def read_answer(folder):
    """(stage, cause) of answer.txt."""
    try:
        with open(os.path.join(folder, 'answer.txt')) as f:
            found = dict(re.findall(r'^(stage|cause):[ \t]*(.*?)[ \t]*$', f.read(), re.M))
    except OSError as e:
        raise Bad('%s/answer.txt: %s' % (folder, e.strerror))
    stage, cause = found.get('stage', ''), found.get('cause', '')
    if stage not in faults.exec_stages() and stage not in faults.LATER:
        raise Bad('answer.txt: %s; known are: %s' % (
            'there is no stage "%s"' % stage if stage else 'the stage is missing',
            ' '.join(faults.exec_stages() + list(faults.LATER))))
    if not cause:
        raise Bad('answer.txt: the cause is missing: one line, what does the kernel do wrong?')
    return stage, cause


def hint(answer, right):
    """Which half to look at next."""
    order = faults.exec_stages()
    if right not in order:
        return 'another event after the exec' if answer not in order else \
            'the exec itself is right to its end: what does the program ask for afterwards?'
    if answer not in order:
        return 'it is wrong before the first instruction: look at the stages of the exec'
    return 'the %s stages are right: look later' % answer if order.index(answer) < order.index(right) else \
        'it is wrong before %s: look earlier' % answer


def command_check(args):
    name = unseal(args.folder)
    fault = faults.load()[name]
    stage, cause = read_answer(args.folder)
    if stage != fault['stage']:
        print('%s: wrong; %s.\nWhat a user sees: %s.' % (stage, hint(stage, fault['stage']), fault['symptom']))
        return 1
    print('%s: right. Compare the cause with yours:\n  yours   %s\n  in %s()\n    was     %s\n    became  %s\n  mistake %s' % (
        stage, cause, fault['function'], fault['old'], fault['new'] or '(forgotten)', fault['mistake']))
    return 0


def command_which(args):
    print(fault_of(seed_number(args.seed)))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = ap.add_subparsers(dest='command', required=True)
    make = sub.add_parser('make')
    make.add_argument('--seed')
    make.add_argument('out')
    make.set_defaults(run=command_make)
    check = sub.add_parser('check')
    check.add_argument('folder')
    check.set_defaults(run=command_check)
    which = sub.add_parser('which')
    which.add_argument('seed')
    which.set_defaults(run=command_which)
    args = ap.parse_args()
    try:
        return args.run(args)
    except Bad as e:
        print('break: %s' % e, file=sys.stderr)
        return 2


if __name__ == '__main__':
    sys.exit(main())
