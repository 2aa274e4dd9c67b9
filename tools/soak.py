#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A long run of the kernel of make DEBUG=1: execs and forks, storms that take all of one thing, and many processes.

  soak.py [--seconds=N] [--runs=N]

The execs and forks go on for so long, and until there were so many of each. One line of progress
a second, then tables; the last line says what is missing. A panic, or a shell that does not live,
ends it with status 1.
"""
import argparse
import os
import re
import sys
import tempfile

sys.dont_write_bytecode = True
import vm  # noqa: E402

PROGRAMS = os.path.join(vm.BUILD, 'tests', 'programs', 'fuzz')
PROCESSES = 10000   # at a time
MEMORY = 2048       # MiB for them: with 1024 both kernels permit some 7,500 (threads-max)
KEPT = (64, 8)      # KiB and objects: one slab more or less, and what /proc keeps of the last execs


def run(what, script, memory, seconds):
    """Shows what the guest prints, line by line; returns the results, {name: (KiB, objects)}."""
    print('%s, %d MiB:' % (what, memory), flush=True)
    files = ['--file', 't/true:755=' + os.path.join(vm.BUILD, 'user', 'two')]
    for name in ('soak', 'storms', 'many'):
        files += ['--file', 't/%s:755=%s' % (name, os.path.join(PROGRAMS, name))]
    shown, text = 0, ''
    with tempfile.TemporaryDirectory() as d:
        initrd = os.path.join(d, 'initrd.cpio')
        vm.pack('cd /tmp\n%s\necho the shell lives\n' % script, initrd, files)
        for text in vm.watch(vm.KERNEL['debug'], initrd, vm.CMDLINE['debug'] + ' norandmaps loglevel=1', seconds, ['-m', str(memory)]):
            end = text.rfind('\n') + 1
            print(text[shown:end], end='', flush=True)
            shown = end
    if 'the shell lives\n' not in text:
        raise vm.Failed('the shell does not live')
    return {name: (int(free), int(objects)) for name, free, objects in
            re.findall(r'^(\w[\w ]*): ([-+]\d+) KiB free, ([-+]\d+) objects$', text, re.M)}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('--seconds', type=int, default=60)
    ap.add_argument('--runs', type=int, default=0)
    args = ap.parse_args()
    left = run('Execs and forks', '/t/soak %d %d' % (args.seconds, args.runs), 64, 10 * args.seconds + args.runs + 300)
    left.update(run('Storms', '/t/storms', 128, 600))
    left.update(run('Processes', '/t/many %d' % PROCESSES, MEMORY, 600))
    lost = {name: n for name, n in left.items() if -n[0] > KEPT[0] or n[1] > KEPT[1]}
    print('%d kinds of load, %s' % (len(left), 'missing afterwards: %s' % lost if lost else 'nothing is missing afterwards'))
    return 1 if lost or len(left) < 4 else 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except vm.Failed as e:
        sys.exit('soak: %s' % e)
