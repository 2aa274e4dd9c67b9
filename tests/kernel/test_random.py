# SPDX-License-Identifier: MIT
"""Randomised addresses: as many bits as Linux, the same ones, over the same ranges; and none when asked for none."""
import os
import re

import pytest

from conftest import KERNELS, TOP, Batch

PROGRAMS = os.path.join(TOP, 'build', 'tests', 'programs', 'exec')
KINDS = {'pie': 600, 'static_pie': 200, 'exec': 200}     # execs: 1,000 in one boot
PART = 200      # execs a case: a case may take a minute
COLUMNS = ('sp', 'stack', 'mmap', 'brk', 'program', 'vdso')
PAGE = 4096
VVAR = 4 * PAGE
TASK_SIZE = 0x7ffffffff000
BRK_PAGES = (1 << 30) // PAGE
SET = 'echo %d >/proc/sys/kernel/randomize_va_space; '


@pytest.fixture(scope='module')
def batch():
    files, cases = [], {}
    for kind, count in KINDS.items():
        files += ['--file', 't/%s:755=%s' % (kind, os.path.join(PROGRAMS, 'aslr_' + kind))]
        for part in range(count // PART):
            cases['%s%d' % (kind, part)] = '/t/%s %04d >out; cat out' % (kind, PART)
        for value in (0, 1):
            cases['%s-%d' % (kind, value)] = SET % value + '/t/%s 0010; ' % kind + SET % 2
        cases[kind + '-personality'] = '/t/%s 0010 R' % kind
    cases['sysctl'] = 'cat /proc/sys/kernel/randomize_va_space'
    return Batch(cases, cmdline='', extra_args=files)


def rows(batch, kernel, name):
    if name in KINDS:
        return [r for part in range(KINDS[name] // PART) for r in rows(batch, kernel, '%s%d' % (name, part))]
    text, status = batch.get(kernel, name)
    found = [[int(v, 16) for v in line.split()] for line in re.findall(r'^@ (.*)$', text, re.M)]
    assert status == 0 and found, text[-2000:]
    assert not any(r[6] for r in found), 'areas overlap or lie too low'
    return [dict(zip(COLUMNS, r)) for r in found]


def mask(values):
    m = 0
    for v in values:
        m |= v ^ values[0]
    return m


def spread(values, low, high, what):
    """All within [low, high], and both ends nearly reached: wrong by chance once in 10^5."""
    near = (high - low) * 12 // len(values)
    assert min(values) >= low and max(values) <= high, '%s: %x..%x, not %x..%x' % (what, min(values), max(values), low, high)
    assert min(values) < low + near and max(values) > high - near, '%s: only %x..%x' % (what, min(values), max(values))


@pytest.mark.parametrize('kernel', KERNELS)
@pytest.mark.parametrize('kind', sorted(KINDS))
def test_ranges(batch, kernel, kind):
    r = rows(batch, kernel, kind)
    assert len(r) == KINDS[kind]
    column = {c: [x[c] for x in r] for c in COLUMNS}
    spread(column['stack'], TASK_SIZE - (0x3fffff + 2) * PAGE, TASK_SIZE, 'stack')
    assert mask(column['stack']) >> 34 == 0 and mask(column['stack']) & 0xfff == 0
    below = [x['stack'] - x['sp'] for x in r]
    spread([b - min(below) for b in below], 0, 2 * PAGE, 'stack pointer below the end of the stack')
    assert mask([s & 0xfff for s in column['sp']]) == 0xff0
    spread([(TASK_SIZE - m) // PAGE for m in column['mmap']], 1 << 22, (1 << 22) + (1 << 28) + 20000, 'mmap area')
    assert mask(column['mmap']) & ((1 << 40) - 1) == (1 << 40) - PAGE
    # [vvar], which the vDSO follows, begins in the rest of the page table that the stack ends in: mostly
    # close, never beyond.
    above = [x['vdso'] - VVAR - x['stack'] for x in r]
    assert 0 <= min(above) < 16 * PAGE and 1 << 20 < max(above) < 1 << 21 and mask(above) == (1 << 21) - PAGE
    if kind == 'exec':
        assert mask(column['program']) == 0
        spread([(x['brk'] - x['program']) // PAGE for x in r], 0, BRK_PAGES + 250, 'brk')
    elif kind == 'pie':
        spread([(p - 0x555555554000) // PAGE for p in column['program']], 0, 1 << 28, 'program')
        assert mask(column['program']) & ((1 << 40) - 1) == (1 << 40) - PAGE
        spread([(x['brk'] - x['program']) // PAGE for x in r], 0, BRK_PAGES + 16, 'brk')
    else:
        spread([(b - 0x555555554000) // PAGE for b in column['brk']], 0, BRK_PAGES, 'brk of a loader')
        assert mask(column['program']) & ((1 << 40) - 1) == (1 << 40) - PAGE


@pytest.mark.parametrize('kind', sorted(KINDS))
@pytest.mark.parametrize('column', COLUMNS)
def test_bits_are_linuxs(batch, kind, column):
    """Below the bits that only a rare carry reaches: the same ones vary, and so do about as many values."""
    ours, theirs = [[x[column] for x in rows(batch, k, kind)] for k in KERNELS]
    low = (1 << (30 if column == 'brk' else 33)) - 1
    assert mask(ours) & low == mask(theirs) & low, '%x, not %x' % (mask(ours), mask(theirs))
    assert abs(len(set(ours)) - len(set(theirs))) <= len(ours) // 20


@pytest.mark.parametrize('kind', sorted(KINDS))
def test_every_bit_is_fair(batch, kind):
    for column, bits in (('stack', range(12, 34)), ('mmap', range(12, 39)), ('sp', range(4, 12))):
        values = [x[column] for x in rows(batch, 'exon', kind)]
        for bit in bits:
            ones = sum(v >> bit & 1 for v in values)
            assert abs(ones - len(values) / 2) < 2.6 * len(values) ** 0.5, '%s bit %d: %d of %d' % (
                column, bit, ones, len(values))


@pytest.mark.parametrize('kind', sorted(KINDS))
def test_brk_start_only_with_2(batch, kind):
    """randomize_va_space 1: all is random but the distance from the program to its heap."""
    base = {k: [x['brk'] - (0 if kind == 'static_pie' else x['program']) for x in rows(batch, k, kind + '-1')]
            for k in KERNELS}
    assert len(set(base['exon'])) == 1 and base['exon'] == base['linux']
    for column in COLUMNS:
        ours, theirs = [len({x[column] for x in rows(batch, k, kind + '-1')}) for k in KERNELS]
        assert (ours == 1) == (theirs == 1), column


@pytest.mark.parametrize('how', ('0', 'personality'))
@pytest.mark.parametrize('kind', sorted(KINDS))
def test_nothing_is_random(batch, kind, how):
    # The first exec is the shell's: by another name, and with addresses still random for "personality".
    ours, theirs = [rows(batch, k, '%s-%s' % (kind, how))[1:] for k in KERNELS]
    assert all(x == ours[0] for x in ours), 'differs from exec to exec'
    assert ours == theirs


def test_sysctl(batch):
    batch.assert_same('sysctl')
