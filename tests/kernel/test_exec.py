# SPDX-License-Identifier: MIT
"""The list of formats, and uselib(2). Malformed programs: test_oracle.py."""
import os

import pytest

from conftest import TOP, Batch

PROGRAMS = os.path.join(TOP, 'build', 'tests', 'programs', 'exec')
SWITCH = '/proc/sys/fs/binfmt_test'
# An exec without the shell's own idea of what to do after ENOEXEC.
FORMAT = {
    'before': '/t/try /t/handed a',
    'on': 'echo 1 >%s; cat %s; /t/try /t/handed a "b c"' % (SWITCH, SWITCH),
    'others-go-on': '/t/script one; /bin/busybox true; echo $?',
    'by-script': '/t/try /t/byscript x',
    'no-interpreter': '/t/try /t/nobody',
    'no-newline': '/t/try /t/noline',
    'loop': '/t/try /t/loop',
    'twice-off': 'echo 1 >%s; echo 0 >%s; echo 0 >%s; cat %s; /t/try /t/handed a' % ((SWITCH,) * 4),
    'on-again': 'echo 1 >%s; /t/try /t/handed a; echo 0 >%s' % (SWITCH, SWITCH),
    'uselib': '/t/uselib',
    # With 2 an exec sleeps in the format, which then stays where it is.
    'in-use': 'echo 2 >%s; /t/try /t/handed a & sleep 1; echo 0 >%s; echo $?; cat %s; echo 1 >%s; wait; echo 0 >%s; echo $?'
              % ((SWITCH,) * 5),
    'killed-in-it': 'echo 2 >%s; /t/try /t/handed a & sleep 1; kill -9 $!; wait $!; echo $?; echo 0 >%s; cat %s' % ((SWITCH,) * 3),
    'range': 'echo 3 >%s; echo $?' % SWITCH,
}
HANDED = 'TEST:/t/execfd\nhello\n'
SHOWN = 'argv[0] /t/handed\nargv[1] a\n%sAT_EXECFN /t/handed AT_EXECFD 3 flags 0\noffset 0, 21 bytes: ' + HANDED
EXPECTED = {
    'before': 'ENOEXEC\n', 'on': '1\n' + SHOWN % 'argv[2] b c\n', 'others-go-on': 'script one\n0\n',
    'no-interpreter': 'ENOENT\n', 'no-newline': 'ENOEXEC\n', 'loop': 'ENOEXEC\n',
    'twice-off': '0\nENOEXEC\n', 'on-again': SHOWN % '',
    'in-use': 'sh: write error: Resource temporarily unavailable\n1\n2\n' + SHOWN % '' + '0\n',
    'killed-in-it': 'Killed\n137\n0\n',
    'by-script': 'argv[0] /t/handed\nargv[1] /t/byscript\nargv[2] x\nAT_EXECFN /t/byscript AT_EXECFD 3 flags 0\n'
                 'offset 0, 21 bytes: ' + HANDED,
}


def guest_files():
    files = []
    for name in ('execfd', 'try', 'uselib'):
        files += ['--file', 't/%s:755=%s' % (name, os.path.join(PROGRAMS, name))]
    for name, mode, text in (
            ('handed', 755, HANDED), ('script', 755, '#!/bin/sh\necho script $1\n'), ('byscript', 755, '#!/t/handed\n'),
            ('nobody', 755, 'TEST:/t/none\n'), ('noline', 755, 'TEST:/t/execfd'), ('loop', 755, 'TEST:/t/loop\n'),
            ('data', 644, 'x'), ('unreadable', 711, 'x')):
        files += ['--text', 't/%s:%d=%s' % (name, mode, text)]
    return files


@pytest.fixture(scope='module')
def formats():
    return Batch(FORMAT, extra_args=guest_files(), kernels=('exon',))


@pytest.mark.parametrize('name', sorted(EXPECTED))
def test_format(formats, name):
    assert formats.get('exon', name)[0] == EXPECTED[name]


def test_switch_range(formats):
    assert formats.get('exon', 'range')[0].endswith('Invalid argument\n1\n')


# Exon only: x86-64's table in Linux has an empty slot there. The answers are those of load_elf_library.
USELIB = '''\
good: 0
  60000000-60001000 rwxp 00000000 lib
  60001000-60005000 rw-p 00000000
  code 42, last byte 78, behind it 0, bss 0
again: EEXIST
no change: 0
  60000000-60001000 rwxp 00000000 lib
  60001000-60005000 rw-p 00000000
ET_DYN: ENOEXEC
EM_386: ENOEXEC
no magic: ENOEXEC
no headers: ENOEXEC
two headers: 0
  60000000-60001000 rwxp 00000000 lib
  60001000-60005000 rw-p 00000000
load second: 0
  60000000-60001000 rwxp 00000000 lib
  60001000-60005000 rw-p 00000000
two loads: ENOEXEC
three headers: ENOEXEC
e_phoff: ENOEXEC
e_phentsize: 0
  60000000-60001000 rwxp 00000000 lib
  60001000-60005000 rw-p 00000000
filesz = memsz: 0
  60000000-60001000 rwxp 00000000 lib
odd start: 0
  60000000-60001000 rwxp 00000000 lib
  60001000-60006000 rw-p 00000000
misaligned: EINVAL
kernel address: ENOMEM
occupied: EEXIST
no bytes: EINVAL
short: ENOEXEC
empty: ENOEXEC
not executable: EACCES
missing: ENOENT
folder: EACCES
device: EACCES
script: ENOEXEC
bad pointer: EFAULT
empty name: ENOENT
open for writing: 0
as a user: 0
unreadable: EACCES
not executable: EACCES
'''


def test_uselib(formats):
    assert formats.get('exon', 'uselib')[0] == USELIB
