#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Put file and line, and the inlined functions, to the addresses in the messages of a panic.

  backtrace.py KERNEL <MESSAGES

' [<ffffffff8011b700>] vma_carve+0x40' becomes '  mm/vma.c:327  vma_carve', with a line
before it for each function that is inlined there. A kernel without line numbers
(the finished object files of a starter) leaves the line as it is.
"""
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CALLER = re.compile(r'^ *\[<([0-9a-f]{16})>\] (\S+)$', re.M)
FAULT = re.compile(r'^(RIP: [0-9a-f]+:)([\w.]+)\+0x([0-9a-f]+)(.*)$', re.M)
PLACE = re.compile(r'^(?:(0x[0-9a-f]+): | \(inlined by\) )(\S+) at (\S+?):(\d+|\?)')


def run(words, box):
    """What @words print; in the box of a grader, for the kernel is a student's."""
    words = box('build', words, []) if box else words
    return subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode('utf-8', 'replace')


def tool(name):
    return os.environ.get('CROSS', '') + name


def below_tree(path):
    """nasm and gcc put folders in front of a path: the shortest end of it that is a file of this tree, otherwise all."""
    parts = os.path.normpath(path).split('/')
    ends = ('/'.join(parts[i:]) for i in range(len(parts) - 1, -1, -1))
    return next((e for e in ends if os.path.isfile(os.path.join(TOP, e))), '/'.join(parts))


def places(kernel, addresses, box=None):
    """{address: ['mm/vma.c:71  find_vma', ...]}: the function that is inlined deepest comes first."""
    found, at = {}, None
    words = [tool('addr2line'), '-fipa', '-e', kernel] + ['%x' % a for a in addresses]
    for line in run(words, box).split('\n') if addresses else []:
        m = PLACE.match(line)
        if m:
            at = int(m.group(1), 16) if m.group(1) else at
            if m.group(4) != '?' and m.group(3) != '??':
                found.setdefault(at, []).append('%s:%s  %s' % (below_tree(m.group(3)), m.group(4), m.group(2)))
    return found


def symbols(kernel, box=None):
    rows = (line.split() for line in run([tool('nm'), kernel], box).split('\n'))
    return {r[2]: int(r[0], 16) for r in rows if len(r) == 3 and r[1] in 'tT'}


def code_addresses(rows):
    """rows: (address, name) of a call trace. Where a call is: before its return address; a trap's is the instruction itself."""
    names = [''] + [name for _, name in rows]
    return [int(address, 16) - (not before.startswith('common_trap')) for (address, _), before in zip(rows, names)]


def resolve(text, kernel, box=None):
    """@text, the messages of @kernel's panic, with places."""
    calls = code_addresses(CALLER.findall(text))
    fault = FAULT.search(text)
    ip = symbols(kernel, box).get(fault.group(2), 0) + int(fault.group(3), 16) if fault else 0
    found, left = places(kernel, calls + [ip] * bool(fault), box), iter(calls)
    text = CALLER.sub(lambda m: '\n'.join('  ' + p for p in found.get(next(left), [m.group()])), text)
    return FAULT.sub(lambda m: m.group() + ''.join('\n  ' + p for p in found.get(ip, [])), text, 1)


def panic_messages(console):
    """The messages of the last panic on a console, from those of the trap before it; '' if there is none."""
    console = console.replace('\r', '')
    found = list(re.finditer(r'(?<!end )Kernel panic - not syncing', console))
    if not found:
        return ''
    at = found[-1].start()
    end = console.find('---[ end Kernel panic', at)
    oops = console.rfind('Oops', max(at - 3000, 0), at)
    at = oops if oops >= 0 else at
    return console[console.rfind('\n', 0, at) + 1:end if end > 0 else None].strip('\n')


if __name__ == '__main__':
    print(resolve(sys.stdin.read(), sys.argv[1]), end='')
