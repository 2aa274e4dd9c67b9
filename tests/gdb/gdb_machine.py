# SPDX-License-Identifier: MIT
"""A machine that waits for GDB, and GDB in batch mode on it: for test_gdb.py."""
import os
import signal
import subprocess
import time

import qemu
import vm
from conftest import TOP

GDB = os.environ.get('GDB', 'gdb')
SECONDS = 240 * float(os.environ.get('TIMEOUT_SCALE', '1'))     # for one GDB, or one target of the Makefile
RUN = '''
import gdb
def run(line):
    print('\\x01' + line)
    try:
        gdb.execute(line)
    except gdb.error as e:
        print('error: %s' % e)
    gdb.flush()
'''


class Machine:
    """QEMU, stopped at its first instruction, with @prog as `make debug PROG=...` gives it; files in @folder."""

    def __init__(self, folder, prog, extra_files=()):
        self.folder = str(folder)
        initrd, disk, self.socket, self.console = (os.path.join(self.folder, n)
                                                   for n in ('initrd', 'snap.qcow2', 'gdb.socket', 'console'))
        vm.pack('', initrd, extra_files)
        program, command = find_program(initrd, prog)
        with open(os.path.join(self.folder, 'gdb.prog'), 'w') as f:
            f.write(program + '\n' + command)
        vm.pack(command, initrd, extra_files)
        subprocess.run(['qemu-img', 'create', '-q', '-f', 'qcow2', disk, '64M'], check=True)
        words = vm.qemu_command(vm.KERNEL['exon'], initrd, vm.CMDLINE['exon'] + ' norandmaps', memory=128, extra=[
            *qemu.debugger(self.socket), '-monitor', 'none', *qemu.snapshots(disk)])
        self.start(words)

    def start(self, words):
        with open(self.console, 'w') as out:
            self.qemu = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        wait_for(lambda: os.path.exists(self.socket))

    def close(self):
        self.qemu.kill()
        self.qemu.wait()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def gdb(self, lines):
        """[(command, what it printed)], xconnect first."""
        return gdb(self.folder, lines, [GDB, '-q', '-nx', '-batch', '-iex', 'set auto-load no', vm.KERNEL['exon'],
                                        '-x', os.path.join(TOP, 'tools', 'gdb', 'exon.py'),
                                        '-ex', 'xconnect ' + self.socket])

    def said(self):
        """The guest's console so far."""
        with open(self.console, errors='replace') as f:
            return f.read()


def find_program(initrd, prog):
    """What tools/prog.py makes of a command line: (program, line)."""
    out = subprocess.run([os.path.join(TOP, 'tools', 'prog.py'), initrd, prog], check=True, stdout=subprocess.PIPE)
    return out.stdout.decode().split('\n', 1)


def wait_for(condition, seconds=30):
    end = time.time() + seconds * float(os.environ.get('TIMEOUT_SCALE', '1'))
    while not condition():
        assert time.time() < end, 'QEMU did not come up'
        time.sleep(0.05)


def gdb(folder, lines, command, ended=False):
    """Runs @lines one by one, as a student types them: after an error the next line runs. ended: @command names their file itself."""
    commands = os.path.join(str(folder), 'commands.py')
    with open(commands, 'w') as f:
        f.write(RUN + ''.join('run(%r)\n' % line for line in lines))
    p = subprocess.run(command + ([] if ended else ['-x', commands]), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, timeout=SECONDS, cwd=TOP)
    return split(p.stdout.decode('utf-8', 'replace'))


def split(text):
    head, *rest = text.split('\x01')
    return [('', head)] + [tuple(part.split('\n', 1)) for part in rest]


class Make:
    """A target of the Makefile that leaves QEMU waiting: the socket in build/ is there when this is."""

    def __init__(self, *target):
        self.socket = os.path.join(TOP, 'build', 'gdb.socket')
        if os.path.exists(self.socket):
            os.unlink(self.socket)
        self.process = subprocess.Popen(['make', '-s', '--no-print-directory', *target], cwd=TOP, env=environment(),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        start_new_session=True)
        wait_for(lambda: os.path.exists(self.socket) or self.process.poll() is not None)

    def __enter__(self):
        assert self.process.poll() is None, self.process.stdout.read().decode()
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def make(*target, typed=''):
    return subprocess.run(['make', '-s', '--no-print-directory', *target], cwd=TOP, env=environment(), input=typed, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, timeout=SECONDS)


def environment():
    """Without the variables that make passes on: this may be a test of `make test`."""
    return {k: v for k, v in os.environ.items() if k not in ('MAKEFLAGS', 'MAKELEVEL', 'MFLAGS')}


def make_gdb(folder, lines):
    """The same as Machine.gdb, through `make gdb`."""
    commands = os.path.join(str(folder), 'commands.py')
    with open(commands, 'w') as f:
        f.write(RUN + ''.join('run(%r)\n' % line for line in lines))
    p = make('gdb', 'GDBFLAGS=-batch -x ' + commands)
    return split(p.stdout)


def type_gdb(lines):
    """The same, but the lines come as if somebody typed them."""
    return split(make('gdb', typed=''.join('echo \\001%s\\n\n%s\n' % (line, line) for line in lines)).stdout.replace('(gdb) ', ''))


class MachineInterface:
    """GDB as an editor starts it: one line in, everything up to the result out."""

    def __init__(self):
        self.gdb = subprocess.Popen([GDB, '-q', '-nx', '--interpreter=mi2'], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT, universal_newlines=True, cwd=TOP)

    def __call__(self, line):
        self.gdb.stdin.write(line + '\n')
        self.gdb.stdin.flush()
        return self.until('^')

    def until(self, start):
        out = ''
        for line in self.gdb.stdout:
            out += line
            if line.startswith(start):
                return out
        return out + '^error: GDB has ended'

    def close(self):
        self.gdb.kill()
        self.gdb.wait()
