# SPDX-License-Identifier: MIT
"""One graded boot: a machine and a folder of its own, limits in guest instructions, results from the second serial port.

The machine counts instructions (-icount), so a limit is the same on every
computer. One that idles ends by its own clock, which jumps to the next tick:
by its instructions it would take minutes. A limit in seconds, scaled by the speed
of this computer, ends a machine that executes nothing. The console is only
searched for panics.
"""
import contextlib
import dataclasses
import datetime
import json
import os
import re
import secrets
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
import backtrace    # noqa: E402,F401
import mkcpio   # noqa: E402
import outside  # noqa: E402
import plain    # noqa: E402,F401
import qemu     # noqa: E402

MILLION = 1000000
CAP_SECONDS = 60            # wall clock, for the slowest test on a machine of SPEED
SPEED = 20 * MILLION        # instructions a second that the cap is made for
IDLE_SECONDS = 60           # of the machine's clock, beyond those that its instructions take
EPOCH = datetime.datetime(2026, 1, 1)       # what its clock shows at the start
RECORD = re.compile(rb'^@(\w+) (?:(\d+) (?:o ([0-9a-f]*)|e (\d+) (\d+))|(done))\n', re.M)
KERNEL = 0xffff800000000000     # from here on
MOST_TASKS = 1000
HANGS = ('instructions', 'idle', 'wall')
PANIC_END = re.compile(rb'---\[ end Kernel panic.*\]---\r?\n')


@dataclasses.dataclass
class Outcome:
    """What a boot came to. verdict: 'done', 'panic', 'instructions', 'idle', 'wall' or 'quit'."""
    verdict: str
    results: dict           # number of the command -> (output bytes, wait status)
    console: str
    instructions: int
    registers: str = ''     # at the end, as QEMU prints them
    memory: dict = dataclasses.field(default_factory=dict)   # name -> bytes that were asked for
    stack: list = dataclasses.field(default_factory=list)    # rip, and return addresses, innermost first
    process: str = ''       # whose stack that is, if every process waits
    top: list = dataclasses.field(default_factory=list)      # the words above rsp that are in no frame of @stack's callers
    again: list = dataclasses.field(default_factory=list)    # [page, instruction] of a fault that comes again and again
    seconds: float = 0.0    # how long the machine ran
    seen: list = dataclasses.field(default_factory=list)     # by outside.Look, of each command


class Monitor:
    """QEMU's machine protocol over a unix socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.file = self.socket.makefile('rw')
        self.file.readline()
        self.call('qmp_capabilities')

    def call(self, name, **arguments):
        self.file.write(json.dumps({'execute': name, 'arguments': arguments}) + '\n')
        self.file.flush()
        while True:
            answer = json.loads(self.file.readline())
            if 'return' in answer:
                return answer['return']
            if 'error' in answer:
                raise OSError(answer['error']['desc'])

    def human(self, line):
        return self.call('human-monitor-command', **{'command-line': line})

    def instructions(self):
        return self.call('query-replay')['icount']

    def seconds(self):
        """Of the machine's own clock, since its start."""
        now = self.call('qom-get', path='/machine', property='rtc-time')
        return (datetime.datetime(1900 + now['tm_year'], 1 + now['tm_mon'], *(now['tm_' + f] for f in ('mday', 'hour', 'min', 'sec'))) - EPOCH).total_seconds()

    def close(self):
        for end in (self.file, self.socket):
            try:
                end.close()
            except OSError:     # words that QEMU, which is gone, did not take
                pass


def commands_file(commands):
    """labs/kit/labrun.c's input: words ended by NUL, commands by one more."""
    return b''.join(b''.join(w.encode() + b'\0' for w in words) + b'\0' for words in commands)


def parse_records(data, nonce):
    """{number: (output, status)} of what is complete, and whether the last record came."""
    outputs, results, done = {}, {}, False
    for m in RECORD.finditer(data.replace(b'\r', b'')):
        word, number, hexed, status, length, end = m.groups()
        if word.decode() != nonce:
            continue
        if end:
            done = True
        elif hexed is not None:
            outputs[int(number)] = outputs.get(int(number), b'') + bytes.fromhex(hexed.decode())
        elif len(outputs.get(int(number), b'')) == int(length):
            results[int(number)] = (outputs.get(int(number), b''), int(status))
    return results, done


def command(kernel, initrd, cmdline, count):
    """QEMU's words for a graded machine, without its ports. count: the clock counts instructions.

    It has no SATA controller: the BIOS would wait ten million instructions for disks.
    """
    return [*qemu.machine(), '-machine', 'sata=off', *(['-icount', 'shift=0,sleep=off'] if count else []), '-rtc', 'base=%s,clock=vm' % EPOCH.isoformat(),
            '-nodefaults',
            *qemu.kernel(os.path.abspath(kernel), initrd, 'console=ttyS0 quiet nokaslr rdinit=/lab/run ' + cmdline)]


def pack(folder, archives, commands, nonce):
    """An initramfs in @folder: the archives, one after the other, and last what to run."""
    lab, path = mkcpio.Archive(), os.path.join(folder, 'initrd.cpio')
    lab.add_nodes()
    for name, mode in (('proc', 0o755), ('tmp', 0o1777), ('lab', 0o755)):
        lab.add_dir(name, mode)
    lab.add('lab/commands', stat.S_IFREG | 0o644, commands_file(commands))
    lab.add('lab/nonce', stat.S_IFREG | 0o600, nonce.encode())
    with open(path, 'wb') as out:
        for part in archives:
            with open(part, 'rb') as f:
                shutil.copyfileobj(f, out)
        out.write(lab.bytes())
    return path


class Boot:
    """A running machine in a folder of its own."""

    def __init__(self, kernel, archives, commands, cmdline, folder, count, box=None, look=None):
        self.folder, self.look, self.count, self.stub = folder, look, count, None
        self.nonce = secrets.token_hex(8)
        self.start = time.time()
        initrd = pack(folder, archives, commands, self.nonce)
        words = command(kernel, initrd, cmdline, count) + [
            '-display', 'none', '-serial', 'file:' + self.path('console'), '-serial', 'file:' + self.path('records'),
            '-qmp', 'unix:%s,server=on,wait=off' % self.path('qmp'), *(qemu.debugger(self.path('stub')) if look else [])]
        if box:
            words = box.words('boot', words, [box.give(folder, 'boot')])
        self.qemu = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                     cwd=folder)
        self.monitor = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        try:
            with open(os.open(self.path(name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), 'rb') as f:
                return f.read()
        except OSError:
            return b''

    def connect(self):
        if self.monitor is None and os.path.exists(self.path('qmp')):
            try:
                self.monitor = Monitor(self.path('qmp'))
            except (OSError, ValueError):
                pass
        return self.monitor

    def instructions(self):
        try:
            return self.connect().instructions() if self.connect() else 0
        except (OSError, ValueError):
            return 0

    def idles(self, instructions):
        """With -icount an instruction takes a nanosecond, and a processor that waits executes next to none."""
        try:
            return self.count and bool(self.connect()) and self.monitor.seconds() - instructions / (1000 * MILLION) > IDLE_SECONDS
        except (OSError, ValueError):
            return False

    def wait(self, limit, cap):
        """Until the last record, a panic, or a limit. Returns the verdict."""
        if self.look:
            self.begin_to_look()
        while True:
            ended = self.qemu.poll() is not None
            if parse_records(self.read('records'), self.nonce)[1]:
                return 'done'
            if PANIC_END.search(self.read('console')):
                return 'panic'
            if ended:
                return 'quit'
            instructions = self.instructions()
            if instructions > limit:
                return 'instructions'
            if self.idles(instructions):
                return 'idle'
            if time.time() - self.start > cap:
                return 'wall'
            self.pause(0.04)

    def begin_to_look(self):
        """The machine is stopped before its first instruction."""
        while self.qemu.poll() is None and not (self.connect() and os.path.exists(self.path('stub'))):
            time.sleep(0.01)
        if self.qemu.poll() is None:
            self.stub = outside.Stub(self.path('stub'))
            self.look.begin(self.stub)

    def pause(self, seconds):
        try:
            if not self.stub:
                time.sleep(seconds)
            elif self.stub.stopped(seconds):
                self.look.at_stop(self.stub, self)
        except (OSError, ValueError):   # it ended just now
            self.stub = None

    def physical(self, address, size):
        """Bytes of physical memory; none beyond its end."""
        try:
            self.monitor.call('pmemsave', val=address, size=size, filename=self.path('dump'))
        except OSError:
            return b''
        return self.take_dump()

    def take_dump(self):
        """What QEMU has written. The file goes: one that is written over is sent to the disk each time."""
        data = self.read('dump')
        with contextlib.suppress(OSError):
            os.unlink(self.path('dump'))
        return data

    def dump(self, wanted):
        """Bytes of the guest's memory, by name: {name: (address, size)}."""
        found = {}
        for name, (address, size) in wanted.items():
            signed = address - (address >> 63 << 64)    # the protocol knows no larger numbers
            try:
                self.monitor.call('memsave', val=signed, size=size, filename=self.path('dump'))
                found[name] = self.take_dump()
            except (OSError, ValueError, AttributeError):
                found[name] = b''
        return found

    def word(self, address):
        return int.from_bytes(self.dump({'word': (address, 8)})['word'], 'little')

    def who_waits(self, init_task, at):
        """('process 3 (count)', its return addresses): the newest process. @at: offsets in struct task_struct."""
        found, task = ('', []), self.word(init_task + at['tasks']) - at['tasks']
        for _ in range(MOST_TASKS):
            if task == init_task or task < KERNEL:
                break
            if self.word(task + at['mm']):
                sp = self.word(task + at['sp'])     # as __switch_stacks has left it: six registers, then the return address
                words = self.dump({'comm': (task + at['comm'], 16)})['comm'].split(b'\0')[0].decode('latin-1')
                found = ('process %d (%s)' % (self.word(task + at['pid']) & 0xffffffff, words), self.callers(self.word(sp + 48), self.word(sp + 40)))
            task = self.word(task + at['tasks']) - at['tasks']
        return found

    def backtrace(self, registers):
        """Return addresses up the chain of frames: [rip, caller, its caller, ...]."""
        rip, rbp = (re.search(r'%s=([0-9a-f]{16})' % r, registers) for r in ('RIP', 'RBP'))
        return self.callers(int(rip.group(1), 16), int(rbp.group(1), 16)) if rip and rbp else []

    def callers(self, ip, frame):
        stack = [ip]
        while frame >= KERNEL and len(stack) < 32:
            words = self.dump({'frame': (frame, 16)})['frame']
            above, back = (int.from_bytes(words[i:i + 8], 'little') for i in (0, 8))
            if back < KERNEL:
                break
            stack.append(back)
            if above <= frame:
                break
            frame = above
        return stack

    def words_above_rsp(self, registers):
        """Up to the frame that rbp points at."""
        rsp, rbp = (int(re.search(r'%s=([0-9a-f]{16})' % r, registers).group(1), 16) for r in ('RSP', 'RBP'))
        found = self.dump({'top': (rsp, min(rbp - rsp, 256))})['top'] if rsp < rbp else b''
        return [int.from_bytes(found[i:i + 8], 'little') for i in range(0, len(found) - 7, 8)]

    def close(self):
        for end in filter(None, (self.stub, self.monitor)):
            end.close()
        self.qemu.terminate()   # a box's keeper has to end QEMU first
        try:
            self.qemu.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.qemu.kill()
            self.qemu.communicate()


def boot(kernel, archives, commands, cmdline='norandmaps', limit=500 * MILLION, cap=CAP_SECONDS, wanted=(), count=True, box=None,
         look=None, tasks=None, hung=()):
    """Runs @commands, each a list of words, one after the other; see Outcome.

    archives: cpio files, of which one has /lab/run; limit: guest instructions;
    cap: seconds; wanted: {name: (address, bytes)} of memory to read at the end;
    count: False runs faster, and then @limit means nothing; box: where a machine
    that nobody trusts runs (sandbox.py); look: what is to be seen from outside
    (outside.Look); tasks: of a kernel of ours, the address of init_task and the
    offsets of fields, to say who waits; hung: as wanted, for a machine that ends at a limit.
    """
    with tempfile.TemporaryDirectory(prefix='lab-', dir=box and box.job) as folder:
        b = Boot(kernel, archives, commands, cmdline, folder, count, box, look)
        try:
            verdict = b.wait(limit, cap * float(os.environ.get('TIMEOUT_SCALE', '1')))
            out = Outcome(verdict, parse_records(b.read('records'), b.nonce)[0],
                          b.read('console').decode('utf-8', 'replace').replace('\r', ''), b.instructions(), seconds=time.time() - b.start)
            out.seen = look.seen if look else []
            if verdict != 'quit' and b.connect():
                try:
                    b.monitor.call('stop')
                    out.registers = b.monitor.human('info registers')
                    out.memory = b.dump(dict(wanted))
                    if verdict in HANGS:
                        out.stack, out.top = b.backtrace(out.registers), b.words_above_rsp(out.registers)
                        out.memory.update(b.dump(dict(hung)))
                    if verdict == 'idle' and tasks:
                        (out.process, out.stack), out.top = b.who_waits(*tasks), []
                except (OSError, ValueError):   # it ended just now
                    pass
            elif verdict == 'quit':
                out.console += b.qemu.stdout.read().decode('utf-8', 'replace')
            return out
        finally:
            b.close()


def cap_for(instructions, speed):
    """Seconds of wall clock that @instructions may take where @speed instructions a second were seen."""
    return max(20.0, 6.0 * instructions / max(speed, MILLION))
