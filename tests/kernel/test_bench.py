# SPDX-License-Identifier: MIT
"""make bench and make profile: whether they measure what they say."""
import re
import subprocess
import sys
import xml.dom.minidom

import bench
import flame
import pytest


@pytest.fixture(scope='module')
def initrd(tmp_path_factory):
    path = str(tmp_path_factory.mktemp('bench') / 'bench.cpio')
    bench.archive(path)
    return path


def test_counts(initrd):
    first, again, linux = (bench.measure(k, initrd, 'syscall', True, False) for k in ('exon', 'exon', 'linux'))
    assert first == again and 0 < first['null_syscall'] < linux['null_syscall'] < 1000, (first, again, linux)
    times = bench.measure('exon', initrd, 'syscall', False, False)
    assert list(times) == ['null_syscall'] and times['null_syscall'] > 0


def test_table(capsys):
    counts = {'linux': {'boot_to_init': 1000.0, 'stat': 200.0, 'pipe': 100.0}, 'exon': {'boot_to_init': 10.0, 'stat': 50.0, 'pipe': 100.0}}
    table = bench.rows(counts, {'linux': {'stat': 4.0}, 'exon': {'stat': 1.0}})
    bench.show(table, 'instructions', False)
    out = capsys.readouterr().out
    assert [r[0] for r in table] == ['stat', 'pipe', 'boot_to_init']
    assert re.search(r'^stat +200 +50 +0.25 +0.25  #{8}$', out, re.M) and '2 rows: 0.50 of the instructions, 0.25 of the wall' in out, out


def test_no_such_row():
    p = subprocess.run([sys.executable, bench.__file__, '--row', 'nonsense', '--runs', '0'], capture_output=True, text=True)
    assert p.returncode == 1 and 'no row has "nonsense" in its name' in p.stderr


def test_calls_and_returns():
    stacks = flame.Stacks()
    for step in (('user', False), ('entry', True), ('f', True), ('g', True), ('f', False), ('g', True), ('g', True), ('entry', False), ('user', False)):
        stacks.go(*step)
        stacks.count[stacks.stack] += 1
    assert stacks.count[('entry', 'f', 'g')] == 3 and stacks.count[('entry', 'f')] == 2 and stacks.count[('entry',)] == 2
    assert stacks.calls == {'entry': 1, 'f': 1, 'g': 3}


def test_profile(tmp_path):
    svg = tmp_path / 'profile.svg'
    p = subprocess.run([sys.executable, flame.__file__, '-o', str(svg), '/bin/true'], capture_output=True, text=True, timeout=300)
    assert p.returncode == 0, p.stdout + p.stderr
    total, kernel = map(int, re.match(r'(\d+) instructions, (\d+) of them in the kernel', p.stdout).groups())
    names = [g.getAttribute('data-n') for g in xml.dom.minidom.parse(str(svg)).getElementsByTagName('g')]
    assert 50000 < kernel < total < 3000000 and len(p.stdout.splitlines()) > 20, p.stdout
    assert {'all', 'user', 'do_syscall_64', 'load_elf_binary', 'handle_mm_fault', 'do_exit'} <= set(names), names


def test_profile_of_a_program_that_is_missing():
    stacks, text = flame.record('/no/such', 'norandmaps')
    assert 'not found' in text and stacks.calls['sys_execve'] == 1
