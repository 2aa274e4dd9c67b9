#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Count the instructions of each kernel function while a command runs on Exon: a table, and a flame graph.

  flame.py [-o FILE] [--cmdline WORDS] COMMAND...

Nothing is sampled: QEMU logs the address of every instruction, from the shell's fork to its
wait. Calls are found by the addresses: whoever comes to the first instruction of a function has
called it, whoever comes to the middle of one has returned to it. User code is one function.
"""
import argparse
import bisect
import collections
import html
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, 'tools'))
import vm  # noqa: E402
from prog import NotFound, entries, look_up  # noqa: E402

USER, NEW_TASK = 'user', 'ret_from_fork_asm'
SCRIPT = 'echo "== ready"; read go </dev/ttyS0; %s\necho "== ends $?"; read go </dev/ttyS0\n'
ROWS = 25
WIDTH, HEIGHT, LETTER = 1200, 17, 6.6
BOX = ('<g data-n="{name}" data-x="{x:.3f}" data-w="{w:.3f}"><title>{name}: {n} instructions, {part:.2f}%</title>'
       '<rect x="{x:.3f}" y="{y}" width="{w:.3f}" height="{h}" fill="hsl({hue},80%,70%)" stroke="white" stroke-width=".4"/>'
       '<text x="{tx:.3f}" y="{ty}">{text}</text></g>')
ZOOM = '''
var all = document.querySelectorAll('g');
all.forEach(function (g) {
	g.onclick = function () {
		var x = +g.dataset.x, w = +g.dataset.w, k = %d / w;
		all.forEach(function (h) {
			var r = h.querySelector('rect'), t = h.querySelector('text'), wide = h.dataset.w * k;
			var seen = +h.dataset.x < x + w - 1e-6 && +h.dataset.x + +h.dataset.w > x + 1e-6;
			h.style.display = seen ? '' : 'none';
			r.setAttribute('x', (h.dataset.x - x) * k);
			r.setAttribute('width', wide);
			t.setAttribute('x', Math.max(0, (h.dataset.x - x) * k) + 3);
			t.textContent = h.dataset.n.slice(0, Math.max(0, (Math.min(wide, %d) - 4) / %s));
		});
	};
});
'''


class Symbols:
    """The function of an address of the kernel, and whether it is the first instruction."""

    def __init__(self, image):
        self.at, self.names, self.known = [], [], {}
        for line in subprocess.run(['nm', '-n', image], stdout=subprocess.PIPE).stdout.decode().splitlines():
            address, kind, name = line.rsplit(None, 2) if line.count(' ') == 2 else ('', '', '')
            # A label within a function of nasm is function.label; gcc's copies and parts are functions of their own.
            if kind in 'tTwW' and address.startswith('ffffffff8') and not re.search(r'\.(?!isra|part|constprop|\d)', name):
                self.at.append(int(address, 16))
                self.names.append(name)

    def find(self, address):
        """(function, is it the first instruction); @address is 16 hexadecimal digits."""
        found = self.known.get(address)
        if found is None:
            ip = int(address, 16)
            i = bisect.bisect_right(self.at, ip) - 1
            found = (USER, False) if ip < 1 << 63 or i < 0 else (self.names[i], self.at[i] == ip)
            self.known[address] = found
        return found


class Stacks:
    """Counts instructions by stack of calls, and calls by function."""

    def __init__(self):
        self.count, self.calls = collections.Counter(), collections.Counter()
        self.stack, self.waiting = (), []

    def go(self, function, first):
        """The next instruction is in @function, and is its first one or not."""
        if function == USER:
            self.stack = (USER,)
        elif first and function == NEW_TASK:
            self.switch(function)
        elif first:
            self.calls[function] += 1
            if self.stack[-1:] != (function,):      # which calls itself: one level, for its returns cannot be seen
                self.stack = (() if self.stack == (USER,) else self.stack) + (function,)
        elif function in self.stack:
            self.stack = self.stack[:len(self.stack) - self.stack[::-1].index(function)]
        else:
            self.switch(function)

    def switch(self, function):
        """Another task runs: the one that went to sleep last with such a stack is the best guess."""
        self.waiting.append(self.stack)
        mine = next((s for s in reversed(self.waiting) if function in s), None)
        if mine:
            self.waiting.remove(mine)
        self.stack = mine or (function,)
        self.stack = self.stack[:len(self.stack) - self.stack[::-1].index(function)]

    def read(self, lines, symbols):
        here, last, n = None, '', 0
        for line in lines:
            address = line.split(b'/', 2)[1] if line.startswith(b'Trace') else None
            if address is None or len(address) != 16:
                continue
            function, first = symbols.find(address)
            # A repeated string instruction is logged once a step, at the same address.
            if function != here or first and address != last:
                self.count[self.stack] += n
                self.go(function, first)
                here, n = function, 0
            last = address
            n += 1
        self.count[self.stack] += n


class Monitor:
    """QEMU's monitor: one command, its answer."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.socket.settimeout(120)
        self.answer()

    def answer(self):
        text = b''
        while not text.rstrip().endswith(b'(qemu)'):
            text += self.socket.recv(65536)
        return text

    def __call__(self, command):
        self.socket.sendall(command.encode() + b'\n')
        return self.answer()


def wait_for(p, wanted, seen=b''):
    while wanted not in seen:
        more = os.read(p.stdout.fileno(), 65536)
        if not more:
            raise vm.Failed('QEMU ended early:\n' + seen.decode('utf-8', 'replace')[-2000:])
        seen += more
    return seen


def record(command, cmdline):
    """(Stacks of a run of @command, what the console showed)."""
    stacks, symbols = Stacks(), Symbols(vm.KERNEL['exon'])
    with tempfile.TemporaryDirectory() as d:
        initrd, log, control = (os.path.join(d, n) for n in ('initrd', 'log', 'monitor'))
        vm.pack(SCRIPT % command, initrd)
        os.mkfifo(log)
        words = vm.qemu_command(vm.KERNEL['exon'], initrd, vm.CMDLINE['exon'] + ' ' + cmdline, vm.MEMORY, [
            '-monitor', 'unix:%s,server=on,wait=off' % control, '-icount', 'shift=0,sleep=off'])
        p = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

        def reader():
            with open(log, 'rb') as f:
                stacks.read(f, symbols)
        thread = threading.Thread(target=reader, daemon=True)
        try:
            wait_for(p, b'== ready')
            monitor = Monitor(control)
            if b'unknown' in monitor('one-insn-per-tb on'):     # QEMU before 8.1
                monitor('singlestep on')
            thread.start()
            monitor('logfile ' + log)
            monitor('log exec,nochain')
            p.stdin.write(b'\n')
            p.stdin.flush()
            text = wait_for(p, b'== ends')
            monitor('log none')
            monitor.socket.sendall(b'quit\n')      # which writes the rest of the log
            thread.join()
        finally:
            p.kill()
            p.wait()
    return stacks, text.decode('utf-8', 'replace').replace('\r', '').split('== ends')[0]


def table(stacks):
    """Lines: what each function takes alone, what with all that it calls, its calls."""
    alone, whole = collections.Counter(), collections.Counter()
    for stack, n in stacks.count.items():
        for function in set(stack):
            whole[function] += n
        if stack:
            alone[stack[-1]] += n
    total = sum(alone.values())
    yield '%d instructions, %d of them in the kernel' % (total, total - alone[USER])
    yield '%10s %6s %12s %8s  %s' % ('alone', '', 'with callees', 'calls', 'function')
    for function, n in alone.most_common(ROWS):
        yield '%10d %5.1f%% %12d %8s  %s' % (n, 100 * n / total, whole[function], stacks.calls[function] or '', function)


def tree(count):
    """{function: [instructions with callees, the same of its callees]}."""
    root = {}
    for stack, n in sorted(count.items()):
        level = root
        for function in ('all', *stack):
            node = level.setdefault(function, [0, {}])
            node[0] += n
            level = node[1]
    return root


def boxes(level, x, y, total):
    """The SVG of each function of @level and of what it calls, the widest first."""
    for name, (n, callees) in sorted(level.items(), key=lambda item: -item[1][0]):
        width = n * WIDTH / total
        if width < 0.2:
            continue
        hue = 210 if name == USER else sum(map(ord, name)) % 40 + 15
        yield BOX.format(name=html.escape(name), n=n, part=100 * n / total, x=x, w=width, y=y, h=HEIGHT - 1, hue=hue, tx=x + 3, ty=y + 12,
                         text=html.escape(name[:max(0, int((width - 4) / LETTER))]))
        yield from boxes(callees, x, y - HEIGHT, total)
        x += width


def picture(stacks, command):
    """The flame graph: callers below, callees above, width for instructions."""
    total = sum(stacks.count.values()) or 1
    high = (max(map(len, stacks.count), default=0) + 3) * HEIGHT
    return '\n'.join([
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" style="font:11px monospace;background:white">' % (WIDTH, high),
        '<text x="4" y="13">%s: %d instructions. Click: a function as wide as the picture; a caller below it: wider again.</text>' % (
            html.escape(command), total),
        *boxes(tree(stacks.count), 0, high - HEIGHT, total),
        '<script><![CDATA[%s]]></script></svg>\n' % (ZOOM % (WIDTH, WIDTH, LETTER))])


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('-o', default=os.path.join(vm.BUILD, 'profile.svg'))
    ap.add_argument('--cmdline', default='norandmaps')
    ap.add_argument('command', nargs='+')
    a = ap.parse_args()
    command = ' '.join(a.command)
    try:
        look_up(entries(vm.root), command)
        stacks, text = record(command, a.cmdline)
    except (vm.Failed, NotFound) as e:
        sys.exit('profile: %s' % e)
    print('\n'.join(table(stacks)))
    with open(a.o, 'w', encoding='utf-8') as f:
        f.write(picture(stacks, command))
    print('Flame graph: %s (open it in a browser)' % os.path.relpath(a.o))


if __name__ == '__main__':
    main()
