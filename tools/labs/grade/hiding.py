# SPDX-License-Identifier: MIT
"""What a student is told where expected values are hidden: which check failed, and what the student's own kernel has shown.

The instructor's HIDE_EXPECTED=yes becomes "hide" in labs/starter.json.
"""
import re

SHOWN = 60                  # lines of the kernel's own output
CHECK = re.compile(r'(?:^|[ (])((?:tests|labs)/\S+?\.[ch]:\d+)\b')


def check_of(text, otherwise):
    """The check of a program or of a host test that failed, by its place."""
    m = CHECK.search(text)
    return 'the check at %s fails' % m.group(1) if m else otherwise


def own_lines(output):
    """What a program printed; a line of a check that failed has both values."""
    lines = output.decode('utf-8', 'replace').split('\n')
    lines = [check_of(line, line) for line in lines]
    return lines[:SHOWN] + (['... %d lines more' % (len(lines) - SHOWN)] if len(lines) > SHOWN else [])


def output(expected, got):
    """Where an output begins to be wrong, and that output."""
    if not got:
        return 'it printed nothing'
    a, b = expected.split(b'\n'), got.split(b'\n')
    first = next((i for i, both in enumerate(zip(a, b)) if both[0] != both[1]), min(len(a), len(b)))
    return '\n'.join(['what it printed is not right, first in line %d:' % (first + 1)] + own_lines(got)) if expected != got else ''


def host(text, ends):
    """Of a host test: the place of the check, or how it ended (@ends: the pattern of that line) with its callers, and what printk printed."""
    kept, after = [], False
    for line in text.split('\n'):
        after = bool(ends.match(line)) or after and line.startswith('  ')
        if after or line.startswith('printk: '):
            kept.append(line)
    return '\n'.join(([] if any(ends.match(k) for k in kept) else [check_of(text, 'its check fails')]) + kept)
