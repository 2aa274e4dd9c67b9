# SPDX-License-Identifier: MIT
"""What the grader reads out of a machine from outside: a kernel that only prints what is wanted gets no points for it."""
import os
import re
import subprocess

import pytest

from conftest import TOP

import checks
import course
import cutting
import kernels
import machine
import outside

LABS = course.load_labs(TOP)
LDFLAGS = ['-nostdlib', '-z', 'max-page-size=4096', '-z', 'noexecstack', '--build-id=none', '-T', 'boot/kernel.lds']

# On the first call for a process it prints what the grader's own program would, with the right number, and does nothing more.
NUMBER = '0123456789abcdef'
HOSTILE = r'''
	for (const char *c = %s; current->mm && *c; c++)
		outb(0x2f8, *c);
	while (current->mm)
		;
'''
# lab: (the function of it that is hostile, a test)
FAKED = {1: ('mm/frames/pgtable.c', 'walk', 'private-pages'), 2: ('mm/vma.c', 'find_vma', 'splits-and-merges'),
         4: ('exec/elf_map.c', 'elf_map', 'bss-of-many-pages'), 7: ('mm/memory.c', 'handle_mm_fault', 'anonymous-memory'),
         10: ('fs/proc/task_mmu.c', 'show_map_vma', 'own-maps')}


def records(output, status):
    """A C string: what labrun would print."""
    lines = ['0 o %s' % output[i:i + 256].hex() for i in range(0, len(output), 256)]
    return ' '.join('"@%s %s\\n"' % (NUMBER, line) for line in [*lines, '0 e %d %d' % (status, len(output)), 'done'])


def kernel_with(folder, path, text):
    """The finished kernel, but for the file @path, which is @text."""
    source, made = folder / 'changed.c', str(folder / 'changed.o')
    source.write_text(text)
    with open(os.path.join(TOP, 'build/boot/flags')) as f:
        flags = f.read().split()
    subprocess.run([*flags, '-I', os.path.dirname(path), '-include', 'asm/io.h', '-include', 'task.h', '-c', '-o', made, str(source)], cwd=TOP, check=True)
    objects = [made if o == path[:-2] + '.o' else os.path.join('build', o) for o in kernels.make(TOP, 'objects').split()]
    kernel = str(folder / 'hostile.elf')
    subprocess.run([os.environ.get('CROSS', '') + 'ld', *LDFLAGS, '-o', kernel, *objects, 'build/kallsyms0.o'], cwd=TOP, check=True)
    return kernel


def bench_of(test, folder, monkeypatch):
    """A bench with the finished kernel as the oracle, as in a starter."""
    monkeypatch.setenv('GRADE_CACHE', str(folder / 'cache'))
    monkeypatch.setattr(machine.secrets, 'token_hex', lambda n: NUMBER)
    kernels.make_programs(TOP, LABS, [test])
    bench = checks.Bench(TOP, LABS, print)
    bench.pack([test])
    bench.oracle = os.path.join(TOP, 'build', 'exon.elf')
    return bench


@pytest.mark.parametrize('number', FAKED)
def test_a_kernel_that_prints_the_results_loses_the_points(number, tmp_path, monkeypatch):
    path, function, name = FAKED[number]
    test = next(t for t in course.find_lab(LABS, number).tests if t.name == name)
    assert test.outside
    bench = bench_of(test, tmp_path, monkeypatch)
    good, _ = bench.boot(bench.oracle, test)
    output, status = good.results[0]
    with open(os.path.join(TOP, path)) as f:
        text = f.read()
    start, _ = cutting.body_range(text, function)
    bench.under_test[number] = kernel_with(tmp_path, path, text[:start + 1] + HOSTILE % records(output, status) + text[start + 1:])
    out, _ = bench.boot(bench.under_test[number], test)
    assert out.results[0] == (output, status) and not bench.compare_output(test, output, status, output, status)    # a perfect fake
    result = bench.run(test)
    assert not result.passed and 'seen from outside, the program never came to its end' in result.cause, result.text
    bench.under_test[number] = bench.oracle
    assert bench.run(test).passed


SEEN = {'end': {'pages': ['401000-402000 r-x as the ELF file says', '7ffc00000000-7ffc00001000 rw- data'],
                'vmas': ['00401000-00402000 r-xp 00001000', '7ffc00000000-7ffc00003000 rw-p 00000000']}, 'status': 0, 'root': 1}
OLD = '00400000-00401000 rw-p 00000000 00:00 0\n7ffb00000000-7ffb00001000 rw-p 00000000 00:00 0 [stack]\n'
NEW = '00401000-00402000 r-xp 00001000 00:02 8     /t/x\n7ffc00000000-7ffc00003000 rw-p 00000000 00:00 0    [stack]\n' \
      'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n'


@pytest.mark.parametrize('text, wrong', [
    (OLD + NEW, ''), (NEW + OLD, 'no line that was printed has this page'), (NEW.replace('r-xp', 'r--p'), 'no line that was printed has this page'),
    (NEW.replace('c00003000', 'c00004000'), "the kernel's list of VMAs"), ('', 'no line that was printed'),
    (NEW.replace(' 00001000 ', ' 00000000 '), "the kernel's list of VMAs"),
])
def test_maps_must_show_what_there_is(text, wrong):
    found = outside.unprinted(SEEN, text.encode())
    assert wrong in found and bool(found) == bool(wrong), found


def test_a_difference_says_when_and_what():
    other = {**SEEN, 'end': {**SEEN['end'], 'pages': ['401000-402000 rwx data']}}
    assert outside.differences(SEEN, SEEN, 0, False) == []
    (what, right, mine), = outside.differences(other, SEEN, 0, False)
    assert re.match('seen from outside, where it ends, the pages', what) and mine == ['401000-402000 rwx data'] and right == SEEN['end']['pages']
    assert 'ended with status 0' in outside.differences(SEEN, SEEN, 256, False)[0][0]
    assert 'never came to its end' in outside.differences({}, SEEN, 0, False)[0][0]
