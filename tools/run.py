#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Boot interactively, on this terminal or in a window. The terminal is restored afterwards.

After a panic: its messages once more, with file and line of each caller (backtrace.py).

  run.py [--window] [--ram=MIB] [--kvm=KERNEL] WORDS...      the machine of qemu.py, then options of QEMU

Status: QEMU's own; 3 after a kernel panic on a command line with "panic=-1".
"""
import argparse
import fcntl
import os
import select
import subprocess
import sys
import tempfile
import termios

sys.dont_write_bytecode = True
import backtrace  # noqa: E402
import qemu  # noqa: E402

WRAP_AND_PLAIN = b'\x1b[?7h\x1b[0m'     # the BIOS turns wrapping off
QUIET = 0.2     # seconds: nothing more comes from the terminal then


def window():
    """The words that open a window."""
    p = subprocess.run(['qemu-system-x86_64', '-display', 'help'], stdout=subprocess.PIPE, universal_newlines=True)
    for kind in 'gtk', 'sdl', 'cocoa':
        if kind in p.stdout.split():
            return ['-display', kind]
    sys.exit("run-vga: this QEMU opens no window: install qemu-system-gui, or 'make run', which uses this terminal")


class Terminal:
    """The terminal on standard input, if it is one."""

    def __init__(self):
        self.fd = 0 if os.isatty(0) else None
        if self.fd is not None:
            self.attributes, self.flags = termios.tcgetattr(0), fcntl.fcntl(0, fcntl.F_GETFL)

    def restore(self):
        """The guest's shell has asked the terminal for the cursor position; the user's shell must not read the reply."""
        if self.fd is None:
            return
        fcntl.fcntl(0, fcntl.F_SETFL, self.flags & ~os.O_NONBLOCK)
        quiet = termios.tcgetattr(0)
        quiet[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(0, termios.TCSANOW, quiet)
        while select.select([0], [], [], QUIET)[0] and os.read(0, 4096):
            pass
        termios.tcsetattr(0, termios.TCSANOW, self.attributes)
        if os.isatty(1):
            os.write(1, WRAP_AND_PLAIN)


def on_terminal(log):
    """The words for console and monitor on this terminal, as -nographic; @log is a file for all that the console prints."""
    return ['-display', 'none', '-chardev', 'stdio,id=terminal,mux=on,signal=off,logfile=' + log.replace(',', ',,'),
            '-machine', 'graphics=off', '-serial', 'chardev:terminal', '-mon', 'chardev=terminal,mode=readline']


def say_panic(log, words):
    with open(log, errors='replace') as f:
        text = backtrace.panic_messages(f.read())
    kernel = words[words.index('-kernel') + 1] if '-kernel' in words else None
    try:
        print('\n' + backtrace.resolve(text, kernel) if text and kernel else '', file=sys.stderr)
    except OSError:     # no addr2line here
        pass


def wait(process):
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:       # QEMU has got it, too
            pass


def main(words):
    ap = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    ap.add_argument('--ram', default=qemu.MEMORY)
    ap.add_argument('--kvm')
    ap.add_argument('--window', action='store_true')
    a, rest = ap.parse_known_args(words)
    terminal = Terminal()
    with tempfile.NamedTemporaryFile(prefix='exon-console-') as log:
        words = qemu.machine(a.ram, a.kvm) + (window() if a.window else on_terminal(log.name)) + rest
        try:
            status = wait(subprocess.Popen(words))
        except OSError as e:
            sys.exit('run: %s: %s' % (words[0], e.strerror))
        finally:
            terminal.restore()
        if status == qemu.PANIC:
            say_panic(log.name, words)
            print('run: the kernel panicked; see the message above', file=sys.stderr)
    return status if status >= 0 else 128 - status


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
