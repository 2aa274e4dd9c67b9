# SPDX-License-Identifier: MIT
"""The commands of maps.txt and the programs of tests/guest, in one machine of each kernel.

What they print and how they end is read by test_compare.py, test_guest.py and
labs/test_faults.py. The commands come first: their process ids and the inode
numbers of their programs do not depend on the others.
"""
import functools
import glob
import os

from conftest import TOP, Batch

GROUP = 'maps.txt, guest programs and faults'   # of tests in several files, for parallel.py
ROOT = os.path.join(TOP, 'build', 'tests', 'guest')
PROGRAMS = sorted(os.path.relpath(p, ROOT) for p in glob.glob(os.path.join(ROOT, '*', '*')) if os.access(p, os.X_OK))


def read_commands(name):
    """Non-empty lines that are no comments, numbered."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name)) as f:
        lines = [l.rstrip('\n') for l in f]
    return {'%03d' % i: l for i, l in enumerate(lines, 1) if l.strip() and not l.startswith('#')}


MAPS = read_commands('maps.txt')


def cases(programs):
    """{name: shell text} of maps.txt and of @programs."""
    return {**{'maps.txt:' + n: line for n, line in MAPS.items()}, **{p: '/t/' + p for p in programs}}


def files():
    """mkcpio's arguments: /p has tests/programs/maps, /t has tests/guest."""
    folder = os.path.join(TOP, 'build', 'tests', 'programs', 'maps')
    found = [('p/' + n, os.path.join(folder, n)) for n in sorted(os.listdir(folder))] + [('t/' + p, os.path.join(ROOT, p)) for p in PROGRAMS]
    return [word for name, path in found for word in ('--file', '%s:755=%s' % (name, path))]


@functools.lru_cache(maxsize=1)
def batch():
    return Batch(cases(PROGRAMS), extra_args=files())
