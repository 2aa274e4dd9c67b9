# SPDX-License-Identifier: MIT
"""showmaps: its numbers are those of /proc/PID/smaps on both kernels, and it follows what processes do."""
import os
import re
import subprocess

import pytest

import vm
from conftest import KERNELS, Batch
from test_terminal import Monitor, type_line, wait_for_line

SLEEPER = '/bin/busybox sleep 60 & sleep 0.3; '
CASES = {
    'one': SLEEPER + 'cat /proc/$!/smaps; echo ==; showmaps $! | cat; kill $!',
    'parent': 'sh -c "showmaps | cat; true"',
    'colored': 'showmaps $$; echo ==; showmaps $$ | cat',
    'live': '(sleep 0.7; exec sleep 0.7) & showmaps -w 9 | cat',
    'short': '(sleep 0.4; /bin/true; /bin/cat /dev/null; (exit 3); :) & showmaps -w 5 | cat',
    'none': 'showmaps 99999',
    'usage': 'showmaps x',
}


@pytest.fixture(scope='module')
def batch():
    return Batch(CASES)


def plain(text):
    return re.sub(r'\033\[[\d;]*[A-Za-z]', '', text)


def size(text):
    return int(text[:-1]) << {'K': 10, 'M': 20, 'G': 30, 'T': 40}[text[-1]]


@pytest.mark.parametrize('kernel', KERNELS)
def test_one_process(batch, kernel):
    smaps, drawn = batch.get(kernel, 'one')[0].split('==\n')
    known = [(m[1], m[2], int(m[3]) << 10, int(m[4]) << 10) for m in re.finditer(
        r'^(\w+)-\w+ (\S{4}).*\nSize: +(\d+) kB\n(?:.*\n){2}Rss: +(\d+) kB', smaps, re.M)]
    rows = re.findall(r'^ +(\w+) ([rwxsp-]{4}) ([af+.]+) +(\w+) +(\w+)  (.*)$', drawn, re.M)
    special = ('[vvar]', '[vdso]', '[vsyscall]')      # in the page tables, but not counted in Rss
    mine = [(r[0].zfill(8), r[1], size(r[3]), size(r[4]) if r[5] not in special else 0) for r in rows]
    other = {k[0]: k for k in known}
    assert len(rows) > 8 and [r[0] for r in mine] == [k[0] for k in reversed(known) if not k[0].startswith('ffff')]
    for r, shown in zip(rows, mine):
        assert shown == other[shown[0]] or r[5] in special, (r, other[shown[0]])
        assert len(r[2]) == min(size(r[3]) >> 12, 28), r
        assert ('.' in r[2]) == (size(r[4]) < size(r[3])) or size(r[3]) >> 12 > 28, r
    assert all(len(line) <= 80 for line in drawn.splitlines()), drawn


def test_without_a_name_the_shell(batch):
    for kernel in KERNELS:
        assert re.search(r'  busybox$', batch.get(kernel, 'parent')[0], re.M)


def test_colors_on_a_terminal_alone(batch):
    for kernel in KERNELS:
        text = batch.get(kernel, 'colored')[0]
        colored, plain_rows = text.split('==\n')
        assert {'43', '46', '47'} <= set(re.findall(r'\033\[30;(\d+)m', colored)), colored
        assert '\033' not in plain_rows and '[stack]' in plain_rows


@pytest.mark.parametrize('kernel', KERNELS)
def test_all_processes_live(batch, kernel):
    text = plain(batch.get(kernel, 'live')[0])
    frames = text.split('  pid program ')[1:]
    assert len(frames) == 9 and all(len(line) <= 80 for line in text.splitlines())
    rows = re.findall(r'^([ +*~-]) +(\d+) (\S+) .*$', text, re.M)
    pid = next(p for mark, p, name in rows if (mark, name) == ('*', 'sleep'))
    history = [mark for mark, p, _ in rows if p == pid]
    assert history[0] == '+' and history[-1] == '-' and '*' in history, history


def test_a_process_between_two_looks_is_told(batch):
    """Of /bin/true and of cat there is no picture: each lives for some milliseconds."""
    text = plain(batch.get('exon', 'short')[0])
    told = re.findall(r'^- +\d+ (\S+) +came and went: (\d+) execs?, (\d+) pages$', text, re.M)
    assert [(name, execs) for name, execs, _ in told if name in ('true', 'cat', 'busybox')] == [('true', '1'), ('cat', '1'), ('busybox', '0')], text
    assert all(int(pages) for _, _, pages in told) and all(len(line) <= 80 for line in text.splitlines())


def test_errors(batch):
    for kernel in KERNELS:
        assert batch.get(kernel, 'none') == ('showmaps: no process 99999, or it may not be looked at\n', 1)
        assert batch.get(kernel, 'usage')[1] == 2


def test_on_vga(tmp_path):
    path = str(tmp_path / 'monitor')
    command = vm.qemu_command(vm.KERNEL['exon'], os.path.join(vm.BUILD, 'rootfs.cpio'), 'console=tty0 panic=-1', 256,
                              ['-vga', 'std', '-monitor', 'unix:%s,server,nowait' % path])
    command[command.index('-serial') + 1] = 'null'
    p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        m = Monitor(path)
        wait_for_line(m, r'^exon#')
        type_line(m, 'exon# ', 's h o w m a p s spc minus w')
        m.ask('sendkey ret 20')
        screen = wait_for_line(m, r'^[+ ] +\d+ showmaps +7 ')
        assert screen[0].startswith('  pid program') and any(line.startswith('+ new  * exec') for line in screen), screen
        attributes = {int(v, 16) >> 8 for v in re.findall(r'0x([0-9a-f]{4})\b', m.ask('xp /2000xh 0xb8000'))[-2000:]}
        assert {0x70, 0x60, 0x30} <= attributes, attributes      # black on white, yellow and cyan
    finally:
        p.kill()
        p.wait()
