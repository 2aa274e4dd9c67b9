# SPDX-License-Identifier: MIT
"""From the loader to /init and to the end of the machine: both doors, RAM sizes, processors, bad input, the price of a boot."""
import functools
import gzip
import hashlib
import lzma
import os
import re
import subprocess

import pytest

import vm
from conftest import TOP

SMALL = ['--nodes', '--dir', 'proc:755']
OWN = ['--file', 'init:755=build/user/init', '--file', 'bin/sh:755=build/user/sh']
OVMF = ('/usr/share/ovmf/OVMF.fd', '/usr/share/OVMF/OVMF_CODE.fd')
BOOT_BUDGET = 10 * 1000 * 1000      # instructions from the kernel's entry to /init
CMDLINE_WORDS = 'panic=-1 a.b=c x="two words" semi;colon dollar$HOME'


def mkcpio(path, *args):
    """An initramfs at @path of mkcpio's arguments; gives the path."""
    subprocess.run([os.path.join(TOP, 'tools', 'mkcpio.py'), '-o', str(path)] + list(args), check=True, cwd=TOP)
    return str(path)


def make(*args):
    env = {k: v for k, v in os.environ.items() if k not in ('MAKEFLAGS', 'MAKELEVEL', 'MFLAGS')}
    return subprocess.run(['make', '--no-print-directory'] + list(args), cwd=TOP, env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True)


def section(text):
    """What /run.sh printed."""
    m = re.search(r'=== begin\n(.*)=== end 0\n', text, re.S)
    assert m, text[-3000:]
    return m.group(1)


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp('boot')


@pytest.fixture(scope='module')
def small(folder):
    """Only user/init and user/sh: 24 KB."""
    return mkcpio(folder / 'small.cpio', *SMALL, *OWN, '--text', 'run.sh:755=cat /proc/cmdline\ncat /proc/meminfo\n')


@pytest.fixture(scope='module')
def busybox(folder):
    """Busybox with the names that the tests of archives call, and /init: 2 MB. To unpack it takes a tenth of the root tree's time."""
    names = ('sh', 'cat', 'cut', 'md5sum', 'readlink', 'rm', 'sed', 'stat', 'truncate', 'uname')
    links = [word for name in names for word in ('--link', 'bin/%s=busybox' % name)]
    return mkcpio(folder / 'busybox.cpio', *SMALL, '--dir', 'tmp:1777', '--file', 'bin/busybox:755=build/debian/bin/busybox', *links,
                  '--file', 'init:755=iso/rootfs/init')


# ---- the doors --------------------------------------------------------------

def test_pvh(small):
    text, status, _ = vm.boot('exon', small, CMDLINE_WORDS, seconds=60)
    assert section(text).startswith('console=ttyS0 panic=-1 quiet %s\nMemTotal:' % CMDLINE_WORDS)
    assert status == 0


def boot_iso(iso, *extra):
    """Boots a CD-ROM; there QEMU knows nothing of the kernel."""
    command = vm.qemu_command('', '', '', 256, ['-cdrom', str(iso), *extra])
    p = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, timeout=60 * float(os.environ.get('TIMEOUT_SCALE', '1')))
    return p.stdout.decode('utf-8', 'replace').replace('\r\n', '\n'), p.returncode


@pytest.fixture(scope='module')
def iso(folder, small):
    """The small archive, compressed: GRUB unpacks it."""
    packed, out = folder / 'small.cpio.gz', folder / 'small.iso'
    with open(small, 'rb') as f:
        packed.write_bytes(gzip.compress(f.read()))
    p = make('iso', 'INITRD=%s' % packed, 'CMDLINE=console=ttyS0 ' + CMDLINE_WORDS, 'ISO=%s' % out)
    assert p.returncode == 0, p.stdout
    return out


@pytest.mark.parametrize('firmware', ['BIOS', 'UEFI'])
def test_iso(iso, firmware):
    extra = []
    if firmware == 'UEFI':
        if os.uname().machine != 'x86_64':
            pytest.skip('GRUB for UEFI is a package for x86_64 hosts alone')
        found = [p for p in OVMF if os.path.exists(p)]
        assert found, 'no OVMF (Debian package ovmf)'
        extra = ['-bios', found[0]] if found[0].endswith('OVMF.fd') else [
            '-drive', 'if=pflash,format=raw,readonly=on,file=' + found[0]]
    text, status = boot_iso(iso, *extra)
    assert 'multiboot2' in text, text[-2000:]
    words = section(text).splitlines()[0]
    assert words.replace('"', '') == ('console=ttyS0 ' + CMDLINE_WORDS).replace('"', '')
    assert status == 0


def test_iso_default_archive(folder):
    out = folder / 'plain.iso'
    p = make('iso', 'ISO=%s' % out)
    assert p.returncode == 0, p.stdout
    listed = subprocess.run(['xorriso', '-indev', str(out), '-lsl', '/boot'], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, universal_newlines=True).stdout
    size = os.path.getsize(os.path.join(vm.BUILD, 'rootfs.cpio'))
    assert re.search(r' %d .*initramfs\.cpio' % size, listed), listed


def test_iso_missing_archive(folder):
    p = make('iso', 'INITRD=%s/none.cpio' % folder, 'ISO=%s/none.iso' % folder)
    assert p.returncode != 0
    assert re.search(r'make iso: no such file: INITRD=.*/none\.cpio', p.stdout), p.stdout
    assert not (folder / 'none.iso').exists()


# ---- RAM ---------------------------------------------------------------------

@pytest.mark.parametrize('mib', [32, 33, 64, 256, 4096, 16384])
def test_ram(small, mib):
    text, status, _ = vm.boot('exon', small, memory=mib, seconds=60)
    total = int(re.search(r'MemTotal: +(\d+) kB', section(text)).group(1))
    assert mib * 1024 * 0.9 <= total + 4096 <= mib * 1024 + 4096
    assert status == 0


ROOM = '''
bash -c 'ls / | grep -c bin'
cat /proc/self/maps | grep -c stack
i=0; while [ $i -lt 200 ]; do /bin/busybox true; i=$((i+1)); done; echo $i
dd if=/dev/zero of=/tmp/file bs=64k count=%d 2>/dev/null; wc -c </tmp/file
seq 1 20000 | sort -rn | head -1
'''


def least_ram():
    with open(os.path.join(TOP, 'Makefile'), encoding='utf-8') as f:
        return int(re.search(r'^LEAST_RAM := (\d+)$', f.read(), re.M).group(1))


@pytest.mark.parametrize('mib, file_mib', [(64, 4), (least_ram(), 1)])
def test_rootfs_in_little_ram(folder, mib, file_mib):
    """The whole Debian tree, with room to work."""
    text, status, _ = vm.boot('exon', pack(folder, ROOM % (file_mib * 16)), memory=mib, seconds=60)
    assert section(text) == '1\n1\n200\n%d\n20000\n' % (file_mib << 20) and status == 0


def test_busybox_in_24_mib(folder):
    initrd = mkcpio(folder / '24.cpio', *SMALL, '--dir', 'tmp:1777', '--file', 'bin/busybox:755=build/debian/bin/busybox',
                    '--link', 'bin/sh=busybox', '--file', 'init:755=iso/rootfs/init', '--text', 'run.sh:755=' + BUSYBOX)
    text, status, _ = vm.boot('exon', initrd, memory=24, seconds=60)
    assert section(text) == '50\n4194304\n2000\n' and status == 0


BUSYBOX = '''
PATH=/bin; for i in dd wc sort seq head; do busybox ln -s busybox /bin/$i; done
i=0; while [ $i -lt 50 ]; do /bin/busybox true; i=$((i+1)); done; echo $i
dd if=/dev/zero of=/tmp/file bs=64k count=64 2>/dev/null; wc -c </tmp/file
seq 1 2000 | sort -rn | head -1
'''


@pytest.mark.parametrize('mib', [64, 512, 4096])
def test_memory_of_the_kernel(folder, mib):
    """At most 6 MiB beside the root tree, in a machine of any size."""
    text, status, _ = vm.boot('exon', pack(folder, 'cat /proc/meminfo'), memory=mib, seconds=60)
    kib = {name: int(n) for name, n in re.findall(r'^(\w+): +(\d+) kB$', section(text), re.M)}
    assert mib * 1024 - kib['MemFree'] - kib['Cached'] <= 6 * 1024, text
    assert status == 0


SLEEPERS = '''
cat /proc/meminfo
i=0; while [ $i -lt 100 ]; do /bin/busybox sleep 100 & i=$((i+1)); done; sleep 1
cat /proc/meminfo
'''


def test_memory_of_a_process(folder):
    """Page tables, kernel stack and structs of a process that sleeps; its own pages are not counted."""
    text, status, _ = vm.boot('exon', pack(folder, SLEEPERS), memory=256, seconds=60)
    free, own = ([int(n) for n in re.findall(r'^%s: +(\d+) kB$' % name, section(text), re.M)] for name in ('MemFree', 'AnonPages'))
    assert ((free[0] - free[1]) - (own[1] - own[0])) / 100 <= 52
    assert status == 0


def ends_with_panic(initrd, memory=64, seconds=60, cmdline=''):
    """The text, after it was seen to be one panic with a backtrace, and QEMU's end with an error."""
    command = vm.qemu_command(vm.KERNEL['exon'], initrd, vm.CMDLINE['exon'] + ' ' + cmdline, memory)
    try:
        p = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           timeout=seconds * float(os.environ.get('TIMEOUT_SCALE', '1')))
    except subprocess.TimeoutExpired as e:
        pytest.fail('hangs: ' + (e.stdout or b'').decode('utf-8', 'replace'))
    text = p.stdout.decode('utf-8', 'replace').replace('\r\n', '\n')
    assert p.returncode not in (0, -6), text
    assert text.count('Kernel panic - not syncing: ') == 2, text
    trace = re.search(r'Call trace:\n((?: \[<[0-9a-f]{16}>\] \S+\+0x[0-9a-f]+.*\n)+)', text)
    assert trace and 'panic' in trace.group(1), text
    return text


def pack(folder, script):
    path = str(folder / 'rootfs.cpio')
    vm.pack(script, path)
    return path


def test_8_mib(small):
    assert re.search(r'panic - not syncing: not enough RAM: \d+ KiB found, \d+ KiB needed', ends_with_panic(small, 8))


def test_archive_larger_than_ram(folder):
    """QEMU places the archive; the kernel says that its contents do not fit. They are at no page border, and so are copied."""
    with open(mkcpio(folder / 'large.cpio', *SMALL, *OWN, '--file', 'large:644=build/rootfs.cpio'), 'rb') as f:
        (folder / 'shifted').write_bytes(bytes(4) + f.read())
    text = ends_with_panic(str(folder / 'shifted'), 32)
    assert re.search(r'initramfs: no room for large, before byte \d+ of \d+', text), text
    assert re.search(r'The initramfs of 2\d{4} KiB does not fit into 31 MiB of RAM', text), text


# ---- what may be wrong with an initramfs -------------------------------------

def cut(path, small):
    with open(small, 'rb') as f:
        data = f.read()
    return path.write_bytes(data[:len(data) // 2])


BAD_ARCHIVE = {
    'truncated': (cut, r'initramfs: (file|header|name) cut off, at byte \d+ of \d+'),
    'garbage': (lambda p, s: p.write_bytes(b'This is no archive.' * 999), r'initramfs: no cpio magic, at byte 0'),
    'xz': (lambda p, s: p.write_bytes(lzma.compress(open(s, 'rb').read())), r'initramfs: compressed with xz: unpack'),
    'gzip, cut off': (lambda p, s: p.write_bytes(gzip.compress(open(s, 'rb').read())[:99]), r'initramfs: the gzip file at byte 0 of \d+ is damaged'),
    'gzip twice': (lambda p, s: p.write_bytes(gzip.compress(gzip.compress(open(s, 'rb').read()))), r'initramfs: compressed with gzip twice: unpack'),
    'gzip of zeros': (lambda p, s: p.write_bytes(gzip.compress(bytes(512) + open(s, 'rb').read())), r'initramfs: no cpio magic, at byte 0'),
    'zstd': (lambda p, s: p.write_bytes(b'\x28\xb5\x2f\xfd' * 64), r'initramfs: compressed with zstd: unpack'),
    'old cpio': (lambda p, s: p.write_bytes(b'070707' + b'0' * 104), r'initramfs: old cpio format: .*-H newc'),
}


@pytest.mark.parametrize('name', BAD_ARCHIVE)
def test_bad_archive(folder, small, name):
    path = folder / 'bad.cpio'
    write, message = BAD_ARCHIVE[name]
    write(path, small)
    text = ends_with_panic(str(path))
    assert re.search(message, text), text


@functools.lru_cache(maxsize=4)
def zipped(data):
    """Once for both kernels: the root tree takes a second."""
    return gzip.compress(data, 1)


@pytest.mark.parametrize('kernel', ['exon', 'linux'])
@pytest.mark.parametrize('parts', ['one member', 'a member, then a member', 'a member, then an archive'])
def test_gzip(folder, busybox, kernel, parts):
    """QEMU's -initrd hands it over as it is. The whole root tree, once."""
    mkcpio(folder / 'run.cpio', '--text', 'run.sh:755=echo unpacked; cat /proc/sys/kernel/ostype')
    with open(vm.ROOTFS if parts == 'one member' else busybox, 'rb') as a, open(folder / 'run.cpio', 'rb') as b:
        tree, run = a.read(), b.read()
    packed = zipped(tree + run if parts == 'one member' else tree)
    path = folder / 'packed.gz'
    path.write_bytes({'one member': packed, 'a member, then a member': packed + gzip.compress(run),
                      'a member, then an archive': packed + bytes(-len(packed) % 4) + run}[parts])
    text = vm.boot(kernel, str(path), memory=256)[0]
    assert '=== begin\nunpacked\nLinux\n=== end 0' in text


def entry(name, mode=0o100644, body=b'', magic=b'070701', field=None, **numbers):
    """An entry of an archive. @numbers replace those of its header; @field: (number of a field, its eight bytes)."""
    name = name if isinstance(name, bytes) else name.encode() + b'\0'
    values = {'ino': 1, 'mode': mode, 'uid': 0, 'gid': 0, 'nlink': 1, 'mtime': 7, 'size': len(body), 'major': 0, 'minor': 0, 'rmajor': 1,
              'rminor': 3, 'namesize': len(name), 'check': 0}
    values.update(numbers)
    head = magic + b''.join(b'%08X' % v for v in values.values())
    if field:
        head = head[:6 + 8 * field[0]] + field[1] + head[14 + 8 * field[0]:]
    head += name
    return head + bytes(-len(head) % 4) + body + bytes(-len(body) % 4)


TRAILER = entry('TRAILER!!!', 0)
# What Linux passes over, or takes in its way, and goes on behind.
ODD = [
    entry('odd', 0o40755),
    # names: empty, without a byte, too long for a path, too long for a directory, with a NUL, absolute, through a file
    entry('', body=b'x'), entry(b'', body=b'x'), entry('n/' * 2048, body=b'x'), entry('odd/' + 'n' * 256, body=b'x'),
    entry(b'odd/nul\0more\0', body=b'x'), entry('/odd/absolute', body=b'x'), entry('odd/absolute/in', body=b'x'), entry('odd/no/in', body=b'x'),
    # a slash at the end is for directories
    entry('odd/dir/', 0o40750), entry('odd/file/', body=b'x'), entry('odd/absolute/', 0o40755), entry('odd/link/', 0o120777, b'x'),
    # symbolic links: empty, of 4,096 bytes, with a NUL; the body of a directory and of a type that does not exist
    entry('odd/empty', 0o120777), entry('odd/long', 0o120777, b'l' * 4096), entry('odd/sym', 0o120644, b'ab\0cd', uid=3, gid=4),
    entry('odd/body', 0o40755, b'body'), entry('odd/type3', 0o30644), entry('odd/type0', 0o644), entry('odd/type15', 0o170644),
    # numbers: not hexadecimal, with 0x, of 17 bits, -1
    entry('odd/hex', body=b'x', field=(2, b'00 00001')), entry('odd/0x', body=b'x', field=(1, b'0x0081a4')),
    entry('odd/bits', body=b'x', mode=0xffff8fff), entry('odd/nobody', body=b'x', uid=0xffffffff, gid=0xffffffff),
    entry('odd/char', 0o20604, rmajor=0x1005, rminor=0x100001), entry('odd/fifo', 0o10600), entry('odd/sock', 0o140755),
    # hard links: of a file, of a FIFO, of another type, to a name that is gone, to a file that could not be made; not of directories
    entry('odd/h1', nlink=2, ino=7, body=b'one'), entry('odd/h2', nlink=2, ino=7, body=b'twotwo'),
    entry('odd/p1', 0o10644, nlink=2, ino=8), entry('odd/p2', 0o10644, nlink=2, ino=8), entry('odd/p3', 0o140644, nlink=2, ino=8),
    entry('odd/g1', nlink=2, ino=9, body=b'x'), entry('odd/g1', 0o40755), entry('odd/g2', nlink=2, ino=9, body=b'y'),
    entry('odd/s1', nlink=2, ino=10, body=b'x'), entry('odd/s1', nlink=2, ino=10, body=b'yy'),
    entry('odd/no/t1', nlink=2, ino=11, body=b'x'), entry('odd/t2', nlink=2, ino=11, body=b'yy'),
    entry('odd/d1', 0o40755, nlink=2, ino=12), entry('odd/d2', 0o40755, nlink=2, ino=12),
    # of two archives, the same number is not the same file
    TRAILER, bytes(512), entry('odd/h3', nlink=2, ino=7, body=b'three'),
    # one in another's place
    entry('odd/r1', body=b'long contents'), entry('odd/r1', body=b'sh'), entry('odd/r2', body=b'x'), entry('odd/r2', 0o120777, b'r1'),
    entry('odd/r2', body=b'not through the link'), entry('odd/full', 0o40755), entry('odd/full/in', body=b'x'), entry('odd/full', body=b'x'),
    # check sums: right; not of what has no body
    entry('odd/sum', body=b'ab', magic=b'070702', check=195), entry('odd/sumdir', 0o40755, magic=b'070702', check=9)]
LISTED = '''
cd /odd; for f in *; do echo $(stat -c '%n %f %u:%g %h %s %Y %t:%T' $f | sed '/ 4[0-9a-f]* /s/ [0-9]* 7 / - 7 /') $([ ! -f $f ] || cat $f) $(readlink $f); done
'''
# As Linux listed it.
AS_LISTED = '''0x 81a4 0:0 1 1 7 0:0 x
absolute 81a4 0:0 1 1 7 0:0 x
bits 8fff 0:0 1 1 7 0:0 x
char 2184 0:0 1 0 7 5:1
d1 41ed 0:0 2 - 7 0:0
d2 41ed 0:0 2 - 7 0:0
dir 41e8 0:0 2 - 7 0:0
empty a1ff 0:0 1 0 7 0:0
fifo 1180 0:0 1 0 7 0:0
full 41ed 0:0 2 - 7 0:0
g1 41ed 0:0 2 - 7 0:0
h1 81a4 0:0 2 6 7 0:0 twotwo
h2 81a4 0:0 2 6 7 0:0 twotwo
h3 81a4 0:0 1 5 7 0:0 three
hex 81a4 0:0 1 1 7 0:0 x
nobody 81a4 0:0 1 1 7 0:0 x
nul 81a4 0:0 1 1 7 0:0 x
p1 11a4 0:0 2 0 7 0:0
p2 11a4 0:0 2 0 7 0:0
p3 c1a4 0:0 1 0 7 0:0
r1 81a4 0:0 1 2 7 0:0 sh
r2 81a4 0:0 1 20 7 0:0 not through the link
sock c1ed 0:0 1 0 7 0:0
sum 81a4 0:0 1 2 7 0:0 ab
sumdir 41ed 0:0 2 - 7 0:0
sym a1ff 3:4 1 2 7 0:0 ab
wrong 81a4 0:0 1 2 7 0:0 ab
'''


def odd_gzip(raw):
    """Wrong check sum and length, flags that are reserved."""
    return b'\x1f\x8b\x08\xe1' + gzip.compress(raw, 1)[4:-8] + b'12345678'


@pytest.mark.parametrize('kernel', ['exon', 'linux'])
def test_odd_archive(folder, busybox, kernel):
    """All that does not stop the unpacking, and a wrong check sum, which does."""
    last = [entry('odd/wrong', body=b'ab', magic=b'070702', check=1), entry('odd/never', body=b'x'), TRAILER]
    with open(busybox, 'rb') as f:
        tree = odd_gzip(f.read())
    run = mkcpio(folder / 'odd.run', '--text', 'run.sh:755=' + LISTED)
    with open(run, 'rb') as f:
        parts = [tree, bytes(3), gzip.compress(b''), gzip.compress(bytes(999)), gzip.compress(f.read())]
    packed = b''.join(parts)
    path = folder / 'odd'
    path.write_bytes(packed + bytes(-len(packed) % 4) + b''.join(ODD + last))
    text, status, _ = vm.boot(kernel, str(path), memory=256)
    assert section(text) == AS_LISTED and status == 0
    assert 'Initramfs unpacking failed: bad data checksum' in text


MORE = entry('more', body=b'more') + TRAILER
# What follows the archive, and what Linux says then. It boots with what it has unpacked.
STOPS = {
    'garbage': (b'garbage!' + MORE, 'invalid magic at start of compressed archive'),
    'two zeros': (bytes(2) + MORE, 'broken padding'),
    'an extra field': (b'\x1f\x8b\x08\x04' + bytes(6) + b'\4\0abcd' + gzip.compress(MORE)[10:], 'uncompression error'),
    'gzip, cut off': (gzip.compress(MORE)[:-20], 'read error'),
}


@pytest.mark.parametrize('kernel', ['exon', 'linux'])
@pytest.mark.parametrize('name', STOPS)
def test_stop_in_an_archive(folder, busybox, kernel, name):
    after, message = STOPS[name]
    run = mkcpio(folder / 'stop.run', '--text', 'run.sh:755=[ ! -f /more ] || cat /more; cat /proc/sys/kernel/ostype')
    path = folder / 'stop'
    with open(busybox, 'rb') as a, open(run, 'rb') as b:
        path.write_bytes(a.read() + b.read() + after)
    text, status, _ = vm.boot(kernel, str(path), memory=256)
    assert section(text) == ('moreLinux\n' if name == 'gzip, cut off' else 'Linux\n') and status == 0
    assert 'Initramfs unpacking failed: ' + message in text


# What is before the archive's first byte: 4 zeros, and no file is at a page border; or it is compressed.
SHIFTED = {'at page borders': lambda raw: raw, 'off by 4': lambda raw: bytes(4) + raw, 'compressed': zipped}
RETURNS = '''
free() { sed -n 's/^MemFree: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo; }
md5sum /large | cut -c1-32
a=$(free); truncate -s 3M /large; b=$(free); rm /large; c=$(free)
case $(uname -r) in *exon) cut=4000 rest=2000 ;; *) cut=2500 rest=1500 ;; esac
[ $((b - a)) -ge $cut ] && [ $((c - b)) -ge $rest ] || echo "free: $a, $b, $c"
'''


@pytest.mark.parametrize('kernel', ['exon', 'linux'])
@pytest.mark.parametrize('shift', SHIFTED)
def test_memory_of_a_file_returns(folder, busybox, kernel, shift):
    """Pages that were the archive's are the file's: right to the last byte, and free when they are cut off.

    5,120 and 3,072 kB are freed; other tasks of Linux use some of it at once.
    """
    large = b''.join(b'%16d' % i for i in range(512 * 1024)) + b'tail'
    (folder / 'large').write_bytes(large)
    mkcpio(folder / 'returns.cpio', '--file', 'large:644=%s' % (folder / 'large'), '--text', 'run.sh:755=' + RETURNS)
    path = folder / 'returns'
    with open(busybox, 'rb') as a, open(folder / 'returns.cpio', 'rb') as b:
        path.write_bytes(SHIFTED[shift](a.read() + b.read()))
    text, status, _ = vm.boot(kernel, str(path), memory=256, seconds=60)
    assert section(text) == hashlib.md5(large).hexdigest() + '\n' and status == 0


def test_no_initramfs():
    text = ends_with_panic('')
    assert 'No initramfs was given (QEMU: -initrd FILE; GRUB: module2 FILE)' in text
    assert 'no init to run: no initramfs was given' in text


BAD_INIT = {
    'missing': ([], r'no working init in the initramfs: /init \(error -2\): no such file'),
    'not executable': (['--file', 'init:644=build/user/init'], r'/init \(error -13\): .*execute permission'),
    'a directory': (['--dir', 'init:755'], r'/init \(error -13\)'),
    'empty': (['--text', 'init:755='], r'/init \(error -8\): neither an x86-64 ELF program nor a #! script'),
    'damaged ELF': (['--text', 'init:755=\x7fELF\x02\x01\x01' + 'x' * 200], r'/init \(error -8\)'),
    'no interpreter': (['--text', 'init:755=#!/bin/none\n'], r'/init \(error -2\): .*interpreter'),
    'ends': (['--file', 'init:755=build/user/showstack'], r'panic - not syncing: Attempted to kill init! exitcode=0x00000000'),
}


@pytest.mark.parametrize('name', BAD_INIT)
def test_bad_init(folder, name):
    args, message = BAD_INIT[name]
    text = ends_with_panic(mkcpio(folder / 'bad.cpio', *SMALL, *args))
    assert re.search(message, text), text


def test_init_killed(folder):
    """A signal that ends init."""
    initrd = mkcpio(folder / 'killed.cpio', '--tree', 'build/debian', *SMALL, '--text',
                    'init:755=#!/bin/busybox sh\nexit 3\n')
    assert 'Attempted to kill init! exitcode=0x00000300' in ends_with_panic(initrd, 256)


def test_no_init_without_rdinit(small):
    text = ends_with_panic(small, cmdline='rdinit=/none init=/nothing')
    assert 'Failed to execute /none (error -2)' in text and 'Failed to execute /nothing (error -2)' in text


# ---- the end of the machine -----------------------------------------------------

@pytest.mark.parametrize('command', ['poweroff', 'reboot'])
def test_end(folder, command):
    text, status, _ = vm.boot('exon', pack(folder, 'echo going; %s -f; echo still here' % command), seconds=60)
    assert 'going\n' in text and 'still here' not in text
    assert status == 0


def test_halt(folder):
    """A halted machine stands still: QEMU stays. It must have stopped quietly."""
    text = ''
    with pytest.raises(vm.Failed, match='time limit'):
        for text in vm.watch(vm.KERNEL['exon'], pack(folder, 'echo going; halt -f; echo still here'), vm.CMDLINE['exon'], 60, quiet=5):
            pass
    assert text.endswith('going\n') or 'halted' in text[text.index('going'):]
    assert 'still here' not in text and 'panic' not in text


# ---- the price of a boot ----------------------------------------------------------

@pytest.mark.parametrize('which', ['small', 'rootfs'])
def test_boot_instructions(folder, small, which):
    """Under -icount a TSC cycle is an instruction, and a nanosecond; the kernel prints how far it has come ("debug")."""
    initrd = small if which == 'small' else pack(folder, 'true')
    text, status, _ = vm.boot('exon', initrd, 'debug', seconds=60, extra=['-icount', 'shift=0,sleep=off'])
    m = re.search(r"/init is loaded, (\d+) TSC cycles after the kernel's entry", text)
    assert m, text
    assert 1000 * 1000 < int(m.group(1)) <= BOOT_BUDGET
    assert 999500 < int(re.search(r'^time: TSC (\d+) kHz', text, re.M).group(1)) < 1000500 and status == 0


# ---- processors -------------------------------------------------------------------

CPU_SCRIPT = '''
echo $(busybox grep -c processor /proc/cpuinfo)
seq 1 1000 | sort -n | tail -1
bash -c 'for i in 1 2 3; do (echo $i) & done; wait' | sort
seq 0.5 0.25 1 | tail -1
'''


@pytest.mark.parametrize('cpu', ['qemu64', 'max', 'Nehalem', 'Skylake-Server'])
def test_cpu(folder, cpu):
    text, status, _ = vm.boot('exon', pack(folder, CPU_SCRIPT), seconds=60, extra=['-cpu', cpu])
    assert section(text) == '1\n1000\n1\n2\n3\n1.00\n'
    assert status == 0


def test_cpu_without_64_bits(small):
    screens = vm.watch(vm.KERNEL['exon'], small, vm.CMDLINE['exon'], 60, ['-cpu', 'qemu32'])
    assert any('this processor has no 64-bit mode' in text for text in screens)


# ---- the build with checks -----------------------------------------------------------

DEBUG_SCRIPT = '''
bash -mc 'sleep 0.1 & sleep 0.2 | cat & jobs; fg %1; wait'
i=0; while [ $i -lt 30 ]; do (exit $i) & i=$((i+1)); done; wait
seq 1 20000 | sort -rn | head -1
find / -xdev | wc -l >/dev/null; cat /proc/*/maps /proc/*/status >/dev/null 2>&1
mkdir -p /tmp/a/b; mv /tmp/a/b /tmp/c; ln /bin/busybox /tmp/l; ln -s l /tmp/s; rm -r /tmp/a /tmp/c /tmp/l /tmp/s
dd if=/dev/zero of=/tmp/f bs=64k count=32 2>/dev/null; cp /tmp/f /tmp/g; cmp /tmp/f /tmp/g; truncate -s 5 /tmp/f; rm /tmp/f /tmp/g
mkfifo /tmp/p; echo through >/tmp/p & cat /tmp/p
timeout 0.1 sleep 5; echo $?
sh -c 'kill -SEGV $$'; echo $?
sh -c 'kill -STOP $$' & until grep -q '^State:.T' /proc/$!/status; do :; done; kill -CONT $!; wait $!
echo done
'''


def test_debug_build(folder):
    """lockdep, the check of the kernel's tables: they say nothing when all is well."""
    p = make('build/debug/exon.elf')
    assert p.returncode == 0 and 'warning' not in p.stdout, p.stdout
    initrd = pack(folder, DEBUG_SCRIPT)
    command = vm.qemu_command(os.path.join(vm.BUILD, 'debug', 'exon.elf'), initrd, 'console=ttyS0 panic=-1')
    p = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       timeout=60 * float(os.environ.get('TIMEOUT_SCALE', '1')))
    text = p.stdout.decode('utf-8', 'replace').replace('\r\n', '\n')
    assert 'W^X: ' in text, text[:2000]
    assert not re.search(r'lockdep|panic|BUG|Call trace', text.replace(' panic=-1', '')), text
    out = section(text)
    assert out.endswith('done\n') and '\n20000\n' in out and '\nthrough\n' in out and '\n143\n' in out and '\n139\n' in out
    assert p.returncode == 0
