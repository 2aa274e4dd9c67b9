# SPDX-License-Identifier: MIT
"""/proc/exec_trace: who may read which records, and whether they describe the whole address space."""
import json
import re

import pytest

from conftest import Batch

# The program prints its maps last; the records that follow are those of its end.
AS_USER = '/usr/sbin/chroot --userspec=1000:1000 / '
CASES = {
    'people': '/bin/cat /proc/exec_trace',
    'reused': 'for i in 1 2 3; do /bin/cat /dev/null; done; (/bin/true; /bin/true); cat /proc/exec_trace',
    'own': '/bin/cat /proc/self/exec_trace',
    'json': '/bin/cat /proc/self/maps; /bin/cat /proc/exec_trace.jsonl',
    'user': AS_USER + '/bin/cat /proc/exec_trace',
    'user-json': AS_USER + '/bin/cat /proc/exec_trace.jsonl',
    'user-init': AS_USER + '/bin/cat /proc/1/exec_trace',
    'user-stops-it': AS_USER + '/bin/sh -c "echo 0 >/proc/exec_trace"; ls -l /proc/exec_trace | cut -c1-10',
    'off': 'echo 0 >/proc/exec_trace; /bin/true; /bin/true; grep -c . /proc/exec_trace.jsonl; /bin/true; '
           'grep -c . /proc/exec_trace.jsonl; echo 1 >/proc/exec_trace; /bin/true; grep -c comm...true /proc/exec_trace.jsonl',
    'wrong-word': 'echo 7 >/proc/exec_trace',
    'forks': 'i=0; while [ $i -lt 700 ]; do (:); i=$((i+1)); done; cat /proc/exec_trace.jsonl >/tmp/f; head -n 1 /tmp/f; '
             'grep "pid.:$$,.*kind.:.map" /tmp/f >/tmp/g; grep -c . /tmp/g; '
             'grep -c "ip.:.[0-9a-f]*.,.calls.:..vma_link+[0-9]*.,.dup_mm+[0-9]*.,.kernel_clone+[0-9]*.,.sys_" /tmp/g; '
             'sed "s/.*ip.:.\\([0-9a-f]*\\).*/\\1/" /tmp/g | sort -u | grep -c .',
    'lost': 'i=0; while [ $i -lt 80 ]; do /bin/true; i=$((i+1)); done; head -n 1 /proc/exec_trace; head -n 1 /proc/exec_trace.jsonl',
}


@pytest.fixture(scope='module')
def batch():
    return Batch(CASES, kernels=('exon',))


def lines(text):
    return [json.loads(row) for row in text.splitlines() if row.startswith('{')]


def test_people(batch):
    text, status = batch.get('exon', 'people')
    execs = text.split('\npid ')
    assert status == 0 and len(execs) > 3 and text.startswith('       us  what'), text
    rows = execs[-1].splitlines()
    assert rows[-1].startswith('     then  map ') and all(e.rstrip('\n').count('\n') < 10 for e in execs), text
    segments = [r for r in rows if 'map-segments' in r]
    assert len({len(r[:r.index('elf_map')]) for r in segments}) == 1, segments    # aligned
    assert re.search(r'^ +\d+  map-segments +\w+-\w+ +\d+K r rx r rw +cat +elf_map:\d+$', execs[-1], re.M), execs[-1]
    assert re.search(r'  map-segments, map-interp +\w+-\w+ +\d+K r rx r rw +ld-linux-x86-64.so.2 ', execs[-1]), execs[-1]
    assert re.search(r'^ +\d+  vdso .* 24K r rx +\[vvar\] \[vdso\] ', execs[-1], re.M), execs[-1]


def test_ends_of_others_are_not_counted(batch):
    """The memory of an address space that is gone is used for the next one."""
    cats = [e for e in batch.get('exon', 'reused')[0].split('\npid ') if re.search(r'  map-segments .* cat ', e)]
    counts = {re.search(r'then  map (\d+), ', e).group(1) for e in cats}
    assert len(cats) == 4 and len(counts) == 1, cats


def test_one_process(batch):
    text, _ = batch.get('exon', 'own')
    assert text.count('\npid ') == 3, text      # timeout, the shell, cat
    text = text.split('\npid ')[-1]
    for what in (r'  split .* sys_mprotect', r'  protect .* r--p +libc.so.6 .* sys_mprotect', r'  page: cow .* exc_page_fault'):
        assert re.search(what, text), (what, text)
    assert all(int(row[:9]) >= 0 for row in text.splitlines() if re.match(' +[0-9]', row)), text


def paint(records, pid):
    """The VMAs of the last exec of @pid after each event, [(start, (end, permissions))], by the rule of docs/film.md."""
    begin = max(i for i, r in enumerate(records) if r.get('stage') == 'mm-init' and r['pid'] == pid)
    mm = [r for r in records[:begin] if r.get('kind') == 'map' and r['pid'] == pid][-1]['mm']
    areas = {}
    for r in records[records.index([r for r in records[:begin] if r.get('mm') == mm and r['kind'] == 'map'][-1]):]:
        if r.get('mm') != mm or r['kind'] in ('file', 'shared', 'file-copy', 'cow', 'anon', 'zero', 'again'):
            continue
        start, end, flags = (int(r[k], 16) for k in ('start', 'end', 'flags'))
        if r['kind'] == 'unmap' and start == 0:
            break
        for s, (e, perm) in list(areas.items()):
            if s >= end or e <= start:
                continue
            del areas[s]
            if r['kind'] not in ('move', 'grow-stack'):
                areas.update({a: (b, perm) for a, b in ((s, start), (end, e)) if a < b})
        if r['kind'] != 'unmap':
            areas[start] = (end, ''.join(c if flags >> i & 1 else '-' for i, c in enumerate('rwx')))
        yield sorted(areas.items())


def test_records_tell_the_maps(batch):
    text, _ = batch.get('exon', 'json')
    records = lines(text)
    assert records[0]['version'] == 1, records[0]
    pid = [r['pid'] for r in records if r.get('stage') == 'mm-init'][-2]
    shown = re.findall(r'^(\w+)-(\w+) (...)p ', text, re.M)
    assert [(int(a, 16), (int(b, 16), perm)) for a, b, perm in shown] in list(paint(records, pid))
    assert [r['seq'] for r in records if 'seq' in r] == sorted(r['seq'] for r in records if 'seq' in r)
    times = [r['ns'] for r in records[1:]]
    assert times == sorted(times)


def test_user_sees_his_own_alone(batch):
    text, status = batch.get('exon', 'user')
    assert status == 0 and '\npid ' not in text, text      # at mm-init he was still root
    records = lines(batch.get('exon', 'user-json')[0])[1:]
    assert records and {r['comm'] for r in records} <= {'cat', 'chroot'}, records
    stages = [r['stage'] for r in records if 'stage' in r]
    assert 'mm-init' not in stages[1:], stages
    text, status = batch.get('exon', 'user-init')
    assert status == 1 and 'Permission denied' in text, text
    text, _ = batch.get('exon', 'user-stops-it')
    assert 'Permission denied' in text and '-rw-r--r--' in text, text


def test_switch(batch):
    first, second, third = map(int, batch.get('exon', 'off')[0].split())
    assert first == second and third >= 1
    assert batch.get('exon', 'wrong-word')[1] == 1


def test_lost_records_are_said(batch):
    people, program = batch.get('exon', 'lost')[0].strip().splitlines()
    lost = json.loads(program)
    m = re.fullmatch(r'lost: the oldest (\d+) stages and (\d+) events', people)
    assert m and 0 < int(m[1]) <= lost['lost_stages'] and 0 < int(m[2]) <= lost['lost_events']


def test_each_vma_of_a_fork_has_its_calls(batch):
    """They are stored once for most of them. The ring is full, so that the oldest of a fork are overwritten."""
    head, maps, right, instructions = batch.get('exon', 'forks')[0].split()
    assert json.loads(head)['lost_events'] > 8192 and int(maps) > 500
    assert maps == right and instructions == '1'
