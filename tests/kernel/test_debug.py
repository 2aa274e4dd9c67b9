# SPDX-License-Identifier: MIT
"""The checks of the DEBUG kernel find each fault that is provoked, and none while the guest tests run."""
import re

import pytest

import claims
import vm
from conftest import Batch, script_of

# What the faults of kernel/provoke.c print, in the order of its table; the index beyond an array is found three times.
FOUND = r'''
undefined behaviour at kernel/provoke.c:\d+:\d+: overflow of the sum of 0x7fffffff and 0x1
undefined behaviour at kernel/provoke.c:\d+:\d+: shift of 0x1 and 0x28
undefined behaviour at kernel/provoke.c:\d+:\d+: index out of bounds: 0x4
undefined behaviour at kernel/provoke.c:\d+:\d+: no object of this size at 0x[0-9a-f]+
KASAN: global out of bounds: read of 4 bytes at 0x[0-9a-f]+ by index_beyond\+0x[0-9a-f]+
undefined behaviour at kernel/provoke.c:\d+:\d+: value that its type does not have: 0x2
list_add: 0x[0-9a-f]+ is in the list already
list_del: the neighbours of 0x[0-9a-f]+ do not point to it
reference count: taken from 0, the object is gone
reference count: -1, dropped once too often
slab: the free object 0x[0-9a-f]+ of 64 bytes was written to at 20
slab: there was a write behind the object 0x[0-9a-f]+ of 64 bytes
slab: the object 0x[0-9a-f]+ of 64 bytes is freed twice
interrupts were off for \d+ cycles
address space of busybox\[\d+\] after with_another\+0x[0-9a-f]+: total_vm is \d+, should be \d+
address space of busybox\[\d+\] after with_another\+0x[0-9a-f]+: rss of private pages is \d+, should be \d+
address space of busybox\[\d+\] after with_another\+0x[0-9a-f]+: pgtables_bytes is \d+, should be \d+
address space of busybox\[\d+\] after with_another\+0x[0-9a-f]+: a VMA that overlaps the one before at 401000
address space of busybox\[\d+\] after with_another\+0x[0-9a-f]+: a PTE that allows more than its VMA at 401000
address space of busybox\[\d+\] after page_count_differs\+0x[0-9a-f]+: a page with too few references at 401000
KASAN: slab out of bounds: read of 1 bytes at 0x[0-9a-f]+ by read_beyond\+0x[0-9a-f]+
KASAN: slab use after free: read of 4 bytes at 0x[0-9a-f]+ by read_after_free\+0x[0-9a-f]+
KASAN: slab use after free: read of 8 bytes at 0x[0-9a-f]+ by memcpy\+0x[0-9a-f]+
KASAN: stack out of bounds: read of 1 bytes at 0x[0-9a-f]+ by read_beyond_stack\+0x[0-9a-f]+
KASAN: global out of bounds: read of 4 bytes at 0x[0-9a-f]+ by read_beyond_global\+0x[0-9a-f]+
KASAN: use of a free page: read of 8 bytes at 0x[0-9a-f]+ by read_freed_page\+0x[0-9a-f]+
'''.strip().split('\n')
FAULTS = 25
# Instructions: a tenth of a millisecond of the machine that counts them.
IRQS_OFF = 100000
SCRIPT = '''
cd /proc/sys/debug
cat irqs_off_cycles
echo %d >irqs_off_limit
find / -xdev | wc -l >/dev/null; i=0; while [ $i -lt 30 ]; do (exit $i) & i=$((i+1)); done; wait; echo quiet
i=1; while [ $i -le %d ]; do echo $i >provoke; i=$((i+1)); done
'''
NUMBERS = 'cd /proc/sys/debug; cat mm_verified stack_use ubsan_faults'
STACK = 7680      # bytes: 6,968 were seen without KASAN, where a stack has 8 KiB; the checks of the compiler make frames larger


def test_provoked_faults_are_found(tmp_path):
    """In one boot of the kernel of make KASAN=1, which has all checks. The last one overflows the stack, and so ends the machine."""
    initrd = str(tmp_path / 'initrd.cpio')
    vm.pack(SCRIPT % (IRQS_OFF, FAULTS), initrd)
    text, status, _ = vm.boot('kasan', initrd, 'norandmaps', memory=128, seconds=60, extra=['-icount', 'shift=0,sleep=off'])
    assert '\nquiet\n' in text, text
    found = re.findall(r'^found: (.*)$', text, re.M)
    assert len(found) == len(FOUND), text
    assert [line for line, pattern in zip(found, FOUND) if not re.fullmatch(pattern, line)] == []
    assert re.findall(r'end Kernel panic - not syncing: (.*) \]---', text) == ['kernel stack overflow (guard page hit) in kernel mode'], text
    assert int(re.search(r'=== begin\n(\d+)\n', text)[1]) < IRQS_OFF, text


@pytest.fixture(scope='module')
def batch():
    cases = {p: '/t/' + p for p in claims.PROGRAMS}
    return Batch(cases, extra_args=claims.files(), kernels=('kasan',), script=script_of({**cases, 'numbers': NUMBERS}))


@pytest.mark.parametrize('room', sorted({p.split('/')[0] for p in claims.PROGRAMS}))
def test_guest_tests_on_the_kernel_with_all_checks(batch, room):
    bad = {p: batch.get('kasan', p) for p in claims.PROGRAMS if p.startswith(room + '/')}
    bad = {p: result for p, result in bad.items() if result[1]}
    assert not bad, '\n'.join('%s ended with %d:\n%s' % (p, status, text) for p, (text, status) in bad.items())


def test_what_the_checks_counted(batch):
    verified, stack, undefined = map(int, batch.get('kasan', 'numbers')[0].split())
    assert verified > 20000 and 1000 < stack <= STACK and not undefined
