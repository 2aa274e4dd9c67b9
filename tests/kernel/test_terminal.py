# SPDX-License-Identifier: MIT
"""Keystrokes: the same ones go to a shell on Exon and on Linux, and every byte that comes back must be the same.

A step is (keys, pattern): the keys are typed, then the pattern is waited for, then silence. Letters
are typed one by one, each after the echo of the one before: what readline draws for keys that
arrive together depends on time. Only process ids are masked, for Linux has threads of its own.
"""
import concurrent.futures
import os
import re
import select
import socket
import subprocess
import time

import pytest

import vm
from conftest import KERNELS, diff

ASH, BASH = r'exon# (\x1b\[6n)?$', r'bash-5\.2# $'
C, D, Z, QUIT, U, W, A, E, R, V, S, Q = (bytes([ord(c) & 31]).decode() for c in 'CDZ\\UWAERVSQ')
UP, LEFT, ESC, DEL = '\x1b[A', '\x1b[D', '\x1b', '\x7f'
SLEEP = ('sleep 100\r', r'sleep 100\r\n$')
BASH_SLEEP = ('sleep 100\r', r'sleep 100\r\n(\x1b\[\?2004l\r)?$')
STATUS = ('echo $?\r', ASH)
THROUGH = ('x\r', r'x\r\nx\r\n$')     # of /bin/cat, for that of busybox waits for more: once the last one has written, all run

SESSIONS = {
    'echo': [('echo hello\r', ASH)],
    'backspace': [('echo helx' + DEL + 'lo\r', ASH)],
    'ctrl-u': [('garbage' + U + 'echo ok\r', ASH)],
    'ctrl-w': [('echo one two' + W + 'three\r', ASH)],
    'ash history': [('echo first\r', ASH), (UP, 'first'), ('\r', ASH)],
    'cat edits lines': [('cat\r', r'cat\r\n$'), ('abx' + DEL + 'c\r', r'abc\r\n$'), ('one two' + W, 'two'), ('three\r', r'one three\r\n$'),
                        ('gone' + U, 'gone'), ('kept\r', r'kept\r\n$'), ('tab\there\r', r'here\r\n.*here\r\n$'),
                        ('a\tb' + DEL + DEL, ''), ('c\r', r'ac\r\n$'), (V + C + '\r', r'\x03\r\n$'), ('re' + R, r're$'), ('d\r', r'red\r\n$'),
                        ('part' + D, 'part'), ('\r', r'\r\n$'), (D, ASH)],
    'ctrl-c kills sleep': [SLEEP, (C, ASH), STATUS],
    'ctrl-c kills cat': [('cat\r', r'cat\r\n$'), ('half a line', ''), (C, ASH), STATUS],
    'ctrl-c at the prompt': [('half a command', ''), (C, ASH), STATUS],
    'ctrl-c kills a pipeline': [('echo go; /bin/cat | /bin/cat | /bin/cat\r', r'go\r\n$'), THROUGH, (C, ASH), STATUS],
    'ctrl-\\ kills sleep': [SLEEP, (QUIT, ASH), STATUS],
    'ctrl-z, jobs, fg': [SLEEP, (Z, ASH), STATUS, ('jobs\r', ASH), ('fg\r', r'sleep 100\r\n$'), (C, ASH), ('jobs\r', ASH)],
    'ctrl-z, bg, kill': [SLEEP, (Z, ASH), ('bg\r', ASH), ('jobs\r', ASH), ('kill %1; wait; echo $?\r', ASH), ('jobs\r', ASH)],
    'a stopped pipeline': [('echo go; /bin/cat | /bin/cat\r', r'go\r\n$'), THROUGH, (Z, ASH), ('jobs\r', ASH), ('fg\r', r'cat \| /bin/cat\r\n$'), THROUGH, (C, ASH)],
    'background job writes': [('(sleep 0.4; echo from behind) &\r', r'from behind\r\n$'), ('\r', ASH)],
    'background job reads': [('cat &\r', ASH), ('sleep 0.3\r', ASH), ('jobs\r', ASH), ('kill -9 %1; sleep 0.2\r', ASH), ('\r', ASH)],
    'tostop': [('stty tostop\r', ASH), ('echo behind & sleep 0.3\r', ASH), ('jobs\r', ASH), ('stty -tostop; fg\r', ASH), ('jobs\r', ASH)],
    'stty': [('stty -a\r', ASH), ('stty; stty -g; stty size\r', ASH), ('tty; test -t 0; echo $?\r', ASH)],
    'stty size': [('stty rows 30 cols 100; stty size; stty rows 0 cols 0; stty size\r', ASH)],
    'stty -echo': [('stty -echo; read x; stty echo; echo "<$x>"\r', r'"\r\n$'), ('secret\r', ASH)],
    'stty speed': [('stty 9600; stty speed; stty 115200; stty speed; stty -ixon; stty ixon\r', ASH)],
    'eof character': [('stty eof x; cat; stty eof ^D\r', r'D\r\n$'), ('hallo\r', r'hallo\r\nhallo\r\n$'), ('x', ASH)],
    'one key': [('busybox sh -c "read -n 1 k; echo \\"<\\$k>\\""\r', r'>\\""\r\n$'), ('y', ASH)],
    'without echo of controls': [('stty -echoctl; cat; stty echoctl\r', r'echoctl\r\n$'), (V + C, ''), (C, ASH), ('stty echoctl\r', ASH)],
    'upper case': [('stty olcuc; echo low; stty -olcuc\r', ASH)],
    'flow': [('echo before\r', ASH), (S, ''), ('echo during', None), (Q, 'during'), ('\r', ASH)],
    'yes | head': [('yes | head -3\r', ASH), STATUS],
    'less': [('seq 1 100 | busybox less\r', r'(23|:|\)).*$'), (' ', ''), ('q', ASH)],
    'vi': [('busybox vi /tmp/v\r', r'/tmp/v.*'), ('i', ''), ('some text', ''), (ESC, ''), (':wq\r', ASH), ('cat /tmp/v\r', ASH)],
    'bash history': [('bash --norc\r', BASH), ('echo one\r', BASH), (UP, 'one'), ('\r', BASH), ('cho two', ''), (A, ''), ('e', ''), ('\r', BASH),
                     ('echo tree' + LEFT + LEFT + LEFT, ''), ('h', ''), (E + '!\r', BASH), ('gone' + U + 'echo kept' + W + 'word\r', BASH), ('exit\r', ASH)],
    'bash jobs': [('bash --norc\r', BASH), BASH_SLEEP, (Z, BASH), ('jobs\r', BASH), ('bg\r', BASH), ('jobs\r', BASH), ('fg\r', r'sleep 100\r\n(\x1b.*\r)?.*$'), (C, BASH),
                  ('echo $?\r', BASH), BASH_SLEEP, (Z, BASH), ('fg %1\r', r'%1\r\n(\x1b.*\r)?sleep 100\r\n$'), (QUIT, BASH), ('echo $?\r', BASH),
                  ('half', ''), (C, BASH), ('(sleep 0.3; echo behind) &\r', r'behind\r\n$'), ('\r', BASH), ('cat &\r', BASH),
                  ('sleep 0.2; jobs\r', BASH), ('kill -9 %1; sleep 0.2\r', BASH), ('\r', BASH), (D, ASH)],
    'bash in place of bash': [("bash --norc -c 'exec bash --norc'\r", BASH), ('echo $0 $SHLVL\r', BASH), ('exit 3\r', ASH), STATUS],
    'suspended bash': [('bash --norc\r', BASH), ('suspend\r', ASH), ('jobs\r', ASH), ('fg\r', BASH), ('exit\r', ASH)],
    'ctrl-d logs out': [(D, r'built-in shell.*' + ASH), ('echo again\r', ASH)],
}


class Terminal:
    """A shell on the serial line of a running kernel."""

    def __init__(self, which, memory=256):
        command = vm.qemu_command(vm.KERNEL[which], os.path.join(vm.BUILD, 'rootfs.cpio'), vm.CMDLINE[which], memory)
        self.p = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)
        self.text = ''

    def read(self, seconds):
        """What comes within that time; '' for silence."""
        if not select.select([self.p.stdout], [], [], seconds)[0]:
            return ''
        got = os.read(self.p.stdout.fileno(), 65536).decode('utf-8', 'replace')
        self.text += got
        return got

    def silence(self, seconds):
        while self.read(seconds):
            pass

    def wait(self, pattern, start, seconds=8):
        """True when what came after @start has the pattern and nothing more comes."""
        end = time.time() + seconds * float(os.environ.get('TIMEOUT_SCALE', '1'))
        while time.time() < end:
            if re.search(pattern, self.text[start:], re.S):
                before = len(self.text)
                self.silence(0.1)
                if len(self.text) == before or re.search(pattern, self.text[start:], re.S):
                    return True
            self.read(0.2)
        return False

    def type(self, keys):
        """Each key after the echo of the one before; an escape sequence is one key."""
        for key in re.findall(r'\x1b\[.|.', keys, re.S):
            self.p.stdin.write(key.encode())
            if self.read(0.4):
                self.silence(0.015)

    def step(self, keys, pattern):
        start = len(self.text)
        if pattern is None:      # no answer is wanted
            self.p.stdin.write(keys.encode())
            self.silence(0.3)
            return True
        self.type(keys)
        return self.wait(pattern, start)

    def session(self, steps):
        """The transcript of the steps, with a note where an answer did not come."""
        start = len(self.text)
        for keys, pattern in steps:
            if not self.step(keys, pattern):
                self.text += '\n*** no answer to %r: %r was expected\n' % (keys, pattern)
                self.p.stdin.write((Q + C).encode())
                self.silence(0.5)
                self.p.stdin.write(b'\x15q\rstty sane; kill -9 %1 %2\r')
                self.silence(1)
                break
        return re.sub(r'(\[\d\][ +-]+|\[\d\] )\d+', r'\1PID', self.text[start:])

    def close(self):
        self.p.kill()
        self.p.wait()


def play(which):
    t = Terminal(which)
    try:
        if not t.wait(ASH, 0, 60):
            return {'': t.text}
        t.silence(0.5)
        return {name: t.session(steps) for name, steps in SESSIONS.items()}
    finally:
        t.close()


@pytest.fixture(scope='module')
def transcripts():
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return dict(zip(KERNELS, pool.map(play, KERNELS)))


@pytest.mark.parametrize('name', SESSIONS)
def test_session(transcripts, name):
    exon, linux = (transcripts[k].get(name, 'no shell: ' + transcripts[k].get('', '')) for k in KERNELS)
    assert '*** no answer' not in linux, linux
    if exon != linux:
        rows = [row[2] for row in diff(visible(exon), visible(linux))]
        pytest.fail('the transcript differs from Linux:\n' + '\n'.join(rows), pytrace=False)


def visible(text):
    """One line of the transcript a line, its control characters spelled out."""
    return '\n'.join(repr(line)[1:-1] for line in re.split(r'(?<=\n)', text))


# ---- VGA text and PS/2 keyboard --------------------------------------------------

class Monitor:
    """QEMU's monitor on a socket."""

    def __init__(self, path):
        for _ in range(50):
            self.s = socket.socket(socket.AF_UNIX)
            try:
                self.s.connect(path)
                break
            except OSError:
                self.s.close()
                time.sleep(0.1)
        self.s.settimeout(5)
        self.answer()

    def answer(self):
        got = b''
        while not got.endswith(b'(qemu) '):
            got += self.s.recv(65536)
        return got.decode('latin-1')

    def ask(self, command):
        self.s.sendall(command.encode() + b'\n')
        return self.answer()

    def screen(self):
        """The 25 lines of text that VGA shows: every second byte of its memory."""
        values = re.findall(r'0x([0-9a-f]{4})\b', self.ask('xp /2000xh 0xb8000'))[-2000:]
        text = ''.join(chr(int(v, 16) & 0xff) for v in values)
        return [text[i:i + 80].rstrip(' \0') for i in range(0, 2000, 80)]


def wait_for_screen(monitor, condition, what, seconds=20):
    end = time.time() + seconds * float(os.environ.get('TIMEOUT_SCALE', '1'))
    while True:
        screen = monitor.screen()
        if condition(screen):
            return screen
        if time.time() > end:
            pytest.fail('nowhere on the screen: %s\n%s' % (what, '\n'.join(screen)), pytrace=False)
        time.sleep(0.05)


def wait_for_line(monitor, pattern, seconds=20):
    return wait_for_screen(monitor, lambda screen: any(re.search(pattern, line) for line in screen), pattern, seconds)


KEYS = {'spc': ' ', 'shift-h': 'H', 'shift-1': '!', 'minus': '-', 'shift-equal': '+'}


def last_row(screen):
    return next((row for row in reversed(screen) if row), '')


def at_prompt(screen):
    return last_row(screen) == 'exon#'


def type_line(monitor, line, keys):
    """Presses keys after @line, which is the last one, each when the one before is seen: QEMU keeps a few bytes only."""
    for key in keys.split():
        monitor.ask('sendkey %s 20' % key)
        line = line[:-1] if key == 'backspace' else line + KEYS.get(key, key)
        wait_for_screen(monitor, lambda screen: last_row(screen) == line.rstrip(), line)


def test_vga_and_keyboard(tmp_path):
    path = str(tmp_path / 'monitor')
    command = vm.qemu_command(vm.KERNEL['exon'], os.path.join(vm.BUILD, 'rootfs.cpio'), 'console=tty0 panic=-1', 256,
                              ['-vga', 'std', '-monitor', 'unix:%s,server,nowait' % path])
    command[command.index('-serial') + 1] = 'null'
    p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        m = Monitor(path)
        wait_for_line(m, r'^exon#')
        type_line(m, 'exon# ', 'e c h o spc shift-h i shift-1 spc 1 minus 2 shift-equal x backspace 3')
        m.ask('sendkey ret 20')
        wait_for_line(m, r'^exon# echo Hi! 1-2\+3$')
        screen = wait_for_line(m, r'^Hi! 1-2\+3$')
        assert any('Kernel command line: console=tty0' in line for line in screen)
        wait_for_screen(m, at_prompt, 'the prompt')
        type_line(m, 'exon# ', 'c a t spc minus n')
        for key in 'ret', 'x', 'ret':
            m.ask('sendkey %s 20' % key)
        wait_for_line(m, r'^ +1 +x$')   # so cat is what the terminal's signals go to
        m.ask('sendkey ctrl-c 20')
        wait_for_line(m, r'^\^C$')
        screen = wait_for_screen(m, at_prompt, 'the prompt')
        for i in range(26):
            if not any('Hi!' in line for line in screen):
                break
            m.ask('sendkey ret 20')     # a line more, at last the screen scrolls
            screen = wait_for_screen(m, lambda new, old=screen: at_prompt(new) and new != old, 'one prompt more')
        assert not any('Hi!' in line for line in screen)
    finally:
        p.kill()
        p.wait()
