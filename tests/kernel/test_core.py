# SPDX-License-Identifier: MIT
"""Core files: GDB reads Exon's, and they are Linux's but for process numbers and times."""
import base64
import gzip
import os
import re
import struct
import subprocess

import pytest
from elftools.elf.elffile import ELFFile

from conftest import KERNELS, TOP, Batch

PROGRAMS = os.path.join(TOP, 'build', 'tests', 'programs', 'exec')
UNLIMITED = '0xffffffffffffffff'
DUMP = 'rm -rf /tmp/d; mkdir -m 777 /tmp/d; cd /tmp/d; '
SEND = 'if [ -f core ]; then gzip -c core | base64 | sed s/^/==/; fi'
RESTORE = 'echo core >/proc/sys/kernel/core_pattern; echo 0 >/proc/sys/fs/suid_dumpable; echo 0 >/proc/sys/kernel/core_uses_pid'


def crash(limit=UNLIMITED, filt='0x33', uid=0, prog='/t/crash_static', word='', before='', after=''):
    return DUMP + before + '/t/dumped %s %s %d %s %s; ' % (limit, filt, uid, prog, word) + after


CORES = {'static': crash(after=SEND), 'threads': crash(prog='/t/crash_threads', after=SEND)}
FILTERS = {'filter-%03x' % f: crash(filt=hex(f), after=SEND) for f in (0, 1, 2, 4, 8, 0x10, 0x1ff)}
PATTERN = 'echo "%s" >/proc/sys/kernel/core_pattern; '
SAME = {
    'limit-0': crash('0'), 'limit-1': crash('1'), 'limit-4095': crash('4095'), 'limit-4096': crash('4096'),
    'limit-12288': crash('12288'), 'limit-20000': crash('20000'), 'limit-100000': crash('100000'),
    'abort': crash(word='abort'), 'not-dumpable': crash(word='none'), 'user': crash(uid=1000),
    'pattern': crash(before=PATTERN % 'core.%p.%e.%s.%u.%g.%%.%q.%f.%d%', after=RESTORE),
    'pattern-path': crash(before=PATTERN % '/tmp/d/core-%E-%h-%c', after=RESTORE),
    'pattern-too-far': crash(before=PATTERN % '/tmp/none/core', after=RESTORE),
    'uses-pid': crash(before='echo 1 >/proc/sys/kernel/core_uses_pid; ', after=RESTORE),
    'uses-pid-once': crash(before='echo 1 >/proc/sys/kernel/core_uses_pid; ' + PATTERN % 'core-%p', after=RESTORE),
    'old-file': crash(before='echo old >core; chmod 666 core; '),
    'old-link': crash(before='echo old >target; ln -s target core; ', after='ls -l core target | cut -c1-10; cat target'),
    'old-hard-link': crash(before='echo old >target; ln target core; ', after='cat target'),
    'folder': crash(before='mkdir core; '),
    'unreadable': crash(uid=1000, prog='/t/crash_unreadable'),
    'setuid': crash(uid=1000, prog='/t/crash_setuid'),
    'setuid-1': crash(uid=1000, prog='/t/crash_setuid', before='echo 1 >/proc/sys/fs/suid_dumpable; ', after=RESTORE),
    'setuid-2': crash(uid=1000, prog='/t/crash_setuid', before='echo 2 >/proc/sys/fs/suid_dumpable; ', after=RESTORE),
    'setuid-2-path': crash(uid=1000, prog='/t/crash_setuid', after=RESTORE,
                           before='echo 2 >/proc/sys/fs/suid_dumpable; ' + PATTERN % '/tmp/d/core.%d'),
    'filter-text': 'cat /proc/self/coredump_filter; echo 0x7b >/proc/$$/coredump_filter; cat /proc/$$/coredump_filter; '
                   '(cat /proc/self/coredump_filter); echo x >/proc/$$/coredump_filter; echo $?',
}


@pytest.fixture(scope='module')
def batch():
    files = ['--text', 't/data:644=' + 'some bytes ' * 1000]
    for name, mode in (('crash_static', '755'), ('crash_threads', '755'), ('dumped', '755')):
        files += ['--file', 't/%s:%s=%s' % (name, mode, os.path.join(PROGRAMS, name))]
    for name, mode in (('crash_setuid', '4755'), ('crash_unreadable', '711')):
        files += ['--file', 't/%s:%s=%s' % (name, mode, os.path.join(PROGRAMS, 'crash_static'))]
    cases = {}
    for part in (CORES, FILTERS, SAME):
        cases.update(part)
    return Batch(cases, extra_args=files)


@pytest.fixture(scope='module')
def cores(batch, tmp_path_factory):
    folder = tmp_path_factory.mktemp('cores')

    def get(kernel, name):
        path = str(folder / ('%s.%s' % (name, kernel)))
        if not os.path.exists(path):
            text = ''.join(re.findall(r'^==(.*)$', batch.get(kernel, name)[0], re.M))
            assert text, '%s: no core file:\n%s' % (kernel, batch.get(kernel, name)[0])
            with open(path, 'wb') as f:
                f.write(gzip.decompress(base64.b64decode(text)))
        return path
    return get


class Core:
    def __init__(self, path):
        with open(path, 'rb') as f:
            self.raw = f.read()
            elf = ELFFile(f)
            self.segments = [s.header for s in elf.iter_segments()]
        head = [s for s in self.segments if s.p_type == 'PT_NOTE'][0]
        self.notes = []
        pos, end = head.p_offset, head.p_offset + head.p_filesz
        while pos < end:
            namesz, descsz, kind = struct.unpack_from('<III', self.raw, pos)
            pos += 12
            name = self.raw[pos:pos + namesz].rstrip(b'\0').decode()
            pos += (namesz + 3) & ~3
            self.notes.append((name, kind, self.raw[pos:pos + descsz]))
            pos += (descsz + 3) & ~3

    def loads(self):
        return ['%x-%x %x flags %d filesz %x align %x at %x' % (
            s.p_vaddr, s.p_vaddr + s.p_memsz, s.p_paddr, s.p_flags, s.p_filesz, s.p_align, s.p_offset)
            for s in self.segments if s.p_type == 'PT_LOAD']

    def kinds(self):
        return [(name, hex(kind), len(desc)) for name, kind, desc in self.notes]

    def descs(self, wanted):
        return [desc for _, kind, desc in self.notes if kind == wanted]


PRSTATUS, FPREGSET, PRPSINFO, AUXV, SIGINFO, FILE, XSTATE = 1, 2, 3, 6, 0x53494749, 0x46494c45, 0x202
REGISTERS = ('r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss '
             'fs_base gs_base ds es fs gs').split()


def registers(desc):
    return dict(zip(REGISTERS, ('%x' % v for v in struct.unpack_from('<27Q', desc, 112))))


def auxv(desc):
    words = struct.unpack('<%dQ' % (len(desc) // 8), desc)
    return [(k, '%x' % v) for k, v in zip(words[::2], words[1::2])]


@pytest.fixture(scope='module', params=sorted(CORES))
def pair(request, cores):
    return [Core(cores(k, request.param)) for k in KERNELS]


def test_headers(pair):
    exon, linux = pair
    assert exon.raw[:64] == linux.raw[:64]
    assert exon.segments[0] == linux.segments[0]


def test_loads(pair):
    exon, linux = pair
    assert exon.loads() == linux.loads()


def test_notes_and_their_order(pair):
    exon, linux = pair
    assert exon.kinds() == linux.kinds()


def test_registers(pair):
    exon, linux = pair
    ours, theirs = [[registers(d) for d in c.descs(PRSTATUS)] for c in pair]
    for regs in ours[1:] + theirs[1:]:
        # A thread in a system call: Linux lets it come back from there before it dumps, Exon leaves it asleep.
        regs.pop('rax')
    assert ours == theirs


def test_signal_state(pair):
    exon, linux = pair
    for ours, theirs in zip(exon.descs(PRSTATUS), linux.descs(PRSTATUS)):
        assert ours[:32] == theirs[:32]         # si_signo, si_code, si_errno, pr_cursig, pending and blocked signals
        assert ours[328:] == theirs[328:]       # pr_fpvalid
    assert exon.descs(SIGINFO) == linux.descs(SIGINFO)


def test_process(pair):
    exon, linux = pair
    ours, theirs = exon.descs(PRPSINFO)[0], linux.descs(PRPSINFO)[0]
    assert ours[:4] == theirs[:4]
    assert ours[16:24] == theirs[16:24]         # uid, gid
    assert ours[40:] == theirs[40:]             # name and arguments


def test_auxv_and_files(pair):
    exon, linux = pair
    ours, theirs = [dict(auxv(c.descs(AUXV)[0])) for c in pair]
    assert ours == theirs
    assert exon.descs(AUXV) == linux.descs(AUXV)
    assert exon.descs(FILE) == linux.descs(FILE)


def test_fpu(pair):
    exon, linux = pair
    assert exon.descs(FPREGSET) == linux.descs(FPREGSET)
    for ours, theirs in zip(exon.descs(XSTATE), linux.descs(XSTATE)):
        assert ours[464:512] == theirs[464:512]     # the register sets there are
        assert ours[:512] == theirs[:512]


def test_memory(pair):
    """Every byte that both kernels put into the file, but for the stack's AT_RANDOM and what the vdso itself is."""
    contents = []
    for core in pair:
        contents.append({s.p_vaddr: core.raw[s.p_offset:s.p_offset + s.p_filesz]
                         for s in core.segments if s.p_type == 'PT_LOAD' and s.p_filesz})
    for addr in (0x10000000, 0x10050000):
        assert contents[0].get(addr) == contents[1].get(addr)
    stack = max(a for a in contents[0] if a < 0x7ffffffff000)
    assert len(contents[0][stack]) == len(contents[1][stack])
    vdso = [a for a, data in contents[0].items() if data[:4] == b'\x7fELF' and 0x7ffff7000000 < a]
    assert vdso, 'the vdso is in the core file'


@pytest.mark.parametrize('name', sorted(CORES))
def test_gdb(cores, name):
    out = subprocess.run(
        [os.environ.get('GDB', 'gdb'), '-nx', '-batch', '-iex', 'set sysroot ' + os.path.join(TOP, 'build', 'debian'), '-ex', 'bt',
         '-ex', 'thread apply all bt', '-ex', 'info auxv', '-ex', 'info proc mappings', '-ex', 'p/x initialised',
         '-ex', 'p zeroed[5000]', os.path.join(PROGRAMS, 'crash_' + name), cores('exon', name)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True).stdout
    frames = re.findall(r'^#(\d+) .*?\b(\w+) \(', out, re.M)[1:5]    # GDB shows frame 0 when it opens the file, too
    assert frames == [('0', 'third'), ('1', 'second'), ('2', 'first'), ('3', 'main')], out
    assert 'SIGSEGV' in out and re.search(r'where=(where@entry=)?0x10', out), out
    assert '= 0x12345678' in out and "= 7 '\\a'" in out, out
    assert re.search(r'AT_ENTRY', out) and re.search(r'/t/crash_' + name, out), out
    if name == 'threads':
        assert 'wait_for_ever' in out, out


@pytest.mark.parametrize('name', sorted(FILTERS))
def test_filter(cores, name):
    exon, linux = [Core(cores(k, name)) for k in KERNELS]
    assert exon.loads() == linux.loads()


@pytest.mark.parametrize('name', sorted(SAME))
def test_same(batch, name):
    batch.assert_same(name)
