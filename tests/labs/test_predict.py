# SPDX-License-Identifier: MIT
"""make predict: reading guesses, pairing, points, an explanation for each kind of miss; and whole runs."""
import concurrent.futures
import os
import pty
import re
import struct
import subprocess

import pytest

import vm
from conftest import TOP

import pages
import predict
from boot import vmas_after_exec, command_line, gate_line
from image import Image, Refused, Tree, open_image
from lines import BadLine, pair, parse_file, parse_line, score
from origin import Exec
from picture import picture
from rules import bias_mistake, explain, explain_extra, explain_missing, image_shift, not_guessed

# ---- synthetic programs ----------------------------------------------------------------------------------

LOAD, INTERP, STACK, RELRO = 1, 3, 0x6474e551, 0x6474e552
R, RW, RE = 4, 6, 5


def elf(kind, headers, interpreter=b''):
    """An ELF file of program headers only: (type, flags, offset, vaddr, filesz, memsz, align)."""
    if interpreter:
        headers = [(INTERP, R, 64 + 56 * (len(headers) + 1), 0, len(interpreter) + 1, len(interpreter) + 1, 1)] + headers
    out = b'\x7fELF\x02\x01\x01' + bytes(9) + struct.pack('<HHIQQQIHHHHHH', kind, 62, 1, 0, 64, 0, 0, 64, 56, len(headers),
                                                          64, 0, 0)
    for t, flags, offset, vaddr, filesz, memsz, align in headers:
        out += struct.pack('<IIQQQQQQ', t, flags, offset, vaddr, vaddr, filesz, memsz, align)
    return out + interpreter + b'\0'


PIE = [(LOAD, R, 0, 0, 0x1290, 0x1290, 4096), (LOAD, RE, 0x2000, 0x2000, 0x3d59, 0x3d59, 4096),
       (LOAD, R, 0x6000, 0x8000, 0x1b60, 0x1b60, 4096), (LOAD, RW, 0x7d70, 0xad70, 0x2470, 0x5608, 4096),
       (STACK, RW, 0, 0, 0, 0, 16), (RELRO, R, 0x7d70, 0xad70, 0x290, 0x290, 1)]
LD = [(LOAD, R, 0, 0, 0xd58, 0xd58, 4096), (LOAD, RE, 0x1000, 0x1000, 0x25111, 0x25111, 4096),
      (LOAD, RW, 0x26900, 0x27900, 0x810, 0x9d8, 4096)]
VMAS = '''\
555555554000-555555556000 r--p 00000000 00:02 36 /bin/prog
555555556000-55555555a000 r-xp 00002000 00:02 36 /bin/prog
55555555c000-55555555e000 r--p 00006000 00:02 36 /bin/prog
55555555e000-555555562000 rw-p 00007000 00:02 36 /bin/prog
555555562000-555555565000 rw-p 00000000 00:00 0 [heap]
7ffff7fd0000-7ffff7fd4000 r--p 00000000 00:00 0 [vvar]
7ffff7fd4000-7ffff7fd6000 r-xp 00000000 00:00 0 [vdso]
7ffff7fd6000-7ffff7fd7000 r--p 00000000 00:02 57 /lib/ld.so
7ffff7fd7000-7ffff7ffd000 r-xp 00001000 00:02 57 /lib/ld.so
7ffff7ffd000-7ffff7fff000 rw-p 00026000 00:02 57 /lib/ld.so
7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0 [stack]'''


def pie():
    truths = [parse_line(l) for l in VMAS.splitlines()]
    return Exec(['/bin/prog', 'x'], Image('/bin/prog', elf(3, PIE, b'/lib/ld.so')), Image('/lib/ld.so', elf(3, LD)), truths)


def said(ex, guess_text):
    """Every explanation that a guess gets, as one text."""
    guesses, bad = parse_file(guess_text)
    assert not bad
    pairs = pair(guesses, ex.truths)
    matched = [(ex.origins[j], ex.truths[j], guesses[i]) for j, i in pairs.items()]
    out = []
    shifts = {image: image_shift(ex, image, matched) for image in ex.images}
    out += [bias_mistake(ex, i, s) for i, s in shifts.items() if s]
    out += [text for o, t, g in matched for _, text in explain(ex, o, g, t, shifts.get(o.image, 0))]
    out += [explain_extra(ex, g, [ex.truths[j] for j in pairs]) for i, g in enumerate(guesses) if i not in pairs.values()]
    return '\n'.join(out)


def changed(old, new):
    """The truth with one piece of text changed."""
    assert VMAS.count(old) == 1
    return VMAS.replace(old, new)


MISSES = {
    'start not rounded': (changed('55555555e000-', '55555555ed70-'), 'not rounded down to a page: PT_LOAD 04'),
    'start rounded up': (changed('55555555e000-', '55555555f000-'), 'rounded up; a start is rounded down'),
    'start by offset': (changed('55555555c000-', '55555555a000-'), 'that follows p_offset 6000'),
    'end not rounded': (changed('-55555555a000', '-555555559d59'), 'not rounded up to a page'),
    'end rounded down': (changed('-55555555a000', '-555555559000'), 'rounded down; an end is rounded up'),
    'end by memsz': (changed('-555555562000', '-555555565000'), 'the bss tail e000-11000 is an anonymous VMA of its own'),
    'end by raw memsz': (changed('-555555562000', '-555555564378'), 'p_memsz 5608 counts memory, not file'),
    'offset not rounded': (changed('00007000', '00007d70'), 'not rounded down: an offset of mmap is whole pages'),
    'offset by address': (changed('00007000', '0000a000'), 'that is the page of p_vaddr ad70'),
    'a page off': (changed('-55555555a000', '-55555555b000'), 'the end is 1 page too high'),
    'hole filled': (changed('-55555555a000', '-55555555c000'), 'a hole of 2 pages, 55555555a000-55555555c000'),
    'permissions of a headers-and-code segment': (changed('556000 r--p', '556000 r-xp'), 'PT_LOAD 01 has R, private'),
    'shared': (changed('556000 r--p', '556000 r--s'), 'MAP_PRIVATE'),
    'relro permissions': (changed('562000 rw-p', '562000 r--p'), 'GNU_RELRO becomes read-only later'),
    'relro split': (changed('55555555e000-555555562000 rw-p 00007000 00:02 36 /bin/prog',
                            '55555555e000-55555555f000 r--p 00007000 /bin/prog\n'
                            '55555555f000-555555562000 rw-p 8000 /bin/prog'),
                    'that is the end of GNU_RELRO'),
    'bss from the last file page': (changed('562000-555555565000', '561000-555555565000'), 'this page still is the file\'s'),
    'bss end not rounded': (changed('-555555565000', '-555555564378'), 'memory of PT_LOAD 04 ends at'),
    'bss size alone': (changed('-555555565000', '-555555566000'), 'p_memsz - p_filesz alone was rounded up'),
    'bss with a name': (changed('00:00 0 [heap]', '/bin/prog'), 'a bss has no bytes in the file'),
    'bss without [heap]': (changed('00:00 0 [heap]', ''), 'touches start_brk 555555565000'),
    'heap behind the bss': (VMAS + '\n555555565000-555555586000 rw-p 0 [heap]',
                            'exec only sets start_brk, to 555555565000'),
    'heap in place of the bss': (changed('555555562000-555555565000', '555555565000-555555586000'),
                                 'at start_brk exec maps nothing'),
    'library': (VMAS + '\n7ffff7dbb000-7ffff7de0000 r--p 0 /lib/libc.so.6', 'libraries are mapped by ld.so'),
    'vvar size': (changed('7ffff7fd0000-', '7ffff7fd2000-'), '[vvar] is 4 pages'),
    'vdso size': (changed('-7ffff7fd6000', '-7ffff7fd5000'), '[vdso] is 2 pages'),
    'vvar above vdso': (changed('7ffff7fd0000-7ffff7fd4000', '7ffff7fd2000-7ffff7fd6000'), '[vvar] lies below [vdso]'),
    'vdso elsewhere': (changed('7ffff7fd4000-7ffff7fd6000', '7ffffffff000-800000001000'),
                       'right below /lib/ld.so, which begins at 7ffff7fd6000'),
    'stack without strings': (changed('7ffffffde000', '7ffffffdf000'), 'only the 128 KiB'),
    'stack by its limit': (changed('7ffffffde000', '7fffff7ff000'), 'how far the stack may grow'),
    'stack to 2^47': (changed('-7ffffffff000', '-800000000000'), 'TASK_SIZE = 7ffffffff000'),
    'stack permissions': (VMAS.replace('7ffffffff000 rw-p', '7ffffffff000 rwxp'), 'those of GNU_STACK'),
    'interpreter a page high': (VMAS.replace('7ffff7fd6000-7ffff7fd7000', '7ffff7fd7000-7ffff7fd8000')
                                .replace('7ffff7fd7000-7ffff7ffd000', '7ffff7fd8000-7ffff7ffe000')
                                .replace('7ffff7ffd000-7ffff7fff000', '7ffff7ffe000-7ffff8000000'),
                                'the whole file lies 1 page too high; the interpreter goes where mmap finds room'),
    'vsyscall': (VMAS + '\nffffffffff600000-ffffffffff601000 --xp 0 [vsyscall]', 'only if the kernel\'s command line has'),
    'a gap as a line': (VMAS + '\n7ffff8000000-7ffffff00000 ---p 0', 'it is the gap 7ffff7fff000-7ffffffde000'),
    'a line twice': (VMAS + '\n' + VMAS.splitlines()[1], 'which another guess of yours stands for'),
    'two lines in one': (changed('7ffff7fd6000-7ffff7fd7000', '7ffff7fd6000-7ffff7ffd000'), 'your line covers 2 lines'),
    'unknown field': (changed('562000 rw-p', '562000 ?'), 'not guessed; permissions are p_flags'),
}


@pytest.mark.parametrize('name', MISSES)
def test_a_miss_is_explained(name):
    guess, text = MISSES[name]
    assert text in said(pie(), guess)


def test_permissions_of_a_section():
    ex = pie()
    ex.program.segments[1].sections.append(('.rodata', 0x3000, 'r--p'))
    assert 'those are the permissions of the section .rodata' in said(ex, changed('55555555a000 r-xp', '55555555a000 r--p'))


def test_the_truth_needs_no_explanation():
    assert said(pie(), VMAS) == ''


def test_order_does_not_matter():
    ex = pie()
    guesses, _ = parse_file('\n'.join(reversed(VMAS.splitlines())))
    assert score(guesses, ex.truths, pair(guesses, ex.truths), 0) == (55, 55)


def one_segment(vaddr, filesz, memsz, vmas, kind=2):
    """A static program of one writable segment."""
    truths = [parse_line(l) for l in vmas]
    return Exec(['/p'], Image('/p', elf(kind, [(LOAD, RW, vaddr & 0xfff, vaddr, filesz, memsz, 4096)])), None, truths)


def test_end_without_the_page_offset():
    ex = one_segment(0x400f00, 0x200, 0x200, ['400000-402000 rw-p 0 /p'])
    assert 'p_filesz 200 alone was rounded up, but the segment begins f00 bytes into its first page' in \
        said(ex, '400000-401000 rw-p 0 /p')


def test_a_small_bss_has_no_area():
    ex = one_segment(0x400f00, 0x200, 0x300, ['400000-402000 rw-p 0 /p'])
    assert 'padzero clears the rest of that page' in said(ex, '400000-402000 rw-p 0 /p\n402000-403000 rw-p 0')


def lines_moved(by):
    return '\n'.join('%x-%x %s %x %s' % (t.start + by, t.end + by, t.perms, t.offset, t.name) for t in pie().truths[:4])


@pytest.mark.parametrize('bias, text', [(0, 'the load bias is missing'), (0x400000, '400000 is where ET_EXEC'),
                                        (0x555555555000, 'lies 1 page too high'),
                                        (0x10000000, 'your load bias is 10000000')])
def test_wrong_load_bias(bias, text):
    out = said(pie(), lines_moved(bias - 0x555555554000))
    assert text in out and '7ffffffff000 / 3 * 2 = 555555554aaa' in out
    assert out.count('moved with the load bias of /bin/prog') == 4


def test_static_pie_is_placed_by_mmap():
    vmas = ['7ffff7ff7000-7ffff7ffb000 r--p 0 [vvar]', '7ffff7ffb000-7ffff7ffd000 r-xp 0 [vdso]',
            '7ffff7ffd000-7ffff7fff000 rw-p 0 /p']
    ex = one_segment(0xf00, 0x200, 0x200, vmas, kind=3)
    out = said(ex, '555555554000-555555556000 rw-p 0 /p')
    assert '555555554000 is the bias of a PIE that has an interpreter' in out and 'mmap_base 7ffff7fff000' in out


def test_missing_lines_and_interpreter():
    ex = pie()
    assert 'PT_INTERP names it' in not_guessed(ex, ex.interpreter)
    guesses, _ = parse_file('555555554000-55555555a000 r-xp 0 /bin/prog')
    assert 'goes over it, but it is a line of its own' in explain_missing(ex, ex.origins[0], ex.truths[0], guesses)
    for origin, truth in zip(ex.origins, ex.truths):
        assert explain_missing(ex, origin, truth, [])


# ---- reading and counting --------------------------------------------------------------------------------

@pytest.mark.parametrize('text', ['1000-2000 r-xp 0 00:02 8 /a b', '1000-2000 r-xp 0 /a b', '0x1000-2000 r-xp 00 - - /a b',
                                  '1000-2000   r-xp 0 ? ?   /a b'])
def test_dev_and_inode_may_be_left_out(text):
    line = parse_line(text)
    assert (line.start, line.end, line.perms, line.offset, line.name) == (0x1000, 0x2000, 'r-xp', 0, '/a b')


def test_unknown_fields():
    line = parse_line('?-2000 ? ? ?')
    assert (line.start, line.end, line.perms, line.offset, line.name) == (None, 0x2000, None, None, None)
    assert parse_line('1000-2000 rw-p 0 ? ?').name == ''
    assert parse_line('1000-2000 rw-p 0').name == ''


@pytest.mark.parametrize('text, reason', [
    ('', 'at least'), ('hello', 'at least'), ('1000-2000 r-xp', 'at least'), ('1000 r-xp 0', 'no range'),
    ('zz-2000 r-xp 0', 'not hexadecimal'),
    ('2000-1000 r-xp 0', 'is empty'), ('1000-1000 r-xp 0', 'is empty'), ('1000-2000 rx 0', 'four letters'),
    ('1000-2000 r-xp xyz', 'the offset'), ('1000-11111111111111111 r-xp 0', '64 bits'), ('1000--2000 r-xp 0', 'no range')])
def test_bad_lines_say_why(text, reason):
    with pytest.raises(BadLine, match=reason):
        parse_line(text)


def test_a_file_keeps_its_good_lines():
    good, bad = parse_file('# mine\n\nrubbish\n1000-2000 r-xp 0 /a\n\x00\xff binary stuff\n')
    assert len(good) == 1 and [b[0] for b in bad] == [3, 5]


def test_points():
    ex = pie()
    guesses, _ = parse_file(changed('55555555e000-555555562000 rw-p', '55555555ed70-555555562000 ?') +
                            '\n1000-2000 r--p 0 /nobody')
    assert score(guesses, ex.truths, pair(guesses, ex.truths), 2) == (55 - 2 - 1 - 2, 55)
    assert score([], ex.truths, {}, 9) == (0, 55)


def test_picture():
    ex = pie()
    rows = picture(ex.truths, parse_file(changed('7ffffffde000', '7ffffffdf000'))[0])
    assert sum('[stack]' in r for r in rows) == 1 and 'rw-p 128 KiB  [stack]' in '\n'.join(rows)
    assert any('gap 127.9 MiB' in r for r in rows) and all(len(r) <= 100 for r in rows)
    assert 'your guess' not in '\n'.join(picture(ex.truths, ex.truths))


# ---- programs that cannot be predicted -------------------------------------------------------------------

class FakeTree(Tree):
    def __init__(self, files):
        self.entries = files


@pytest.mark.parametrize('data, mode, text', [
    (b'#! /bin/busybox sh -x\nexit', 0o100755, "PROG='/bin/busybox sh -x /p'"), (b'text', 0o100755, 'ENOEXEC'),
    (b'', 0o100755, 'ENOEXEC'), (elf(3, PIE), 0o100644, 'EACCES'),
    (elf(3, PIE)[:100], 0o100755, 'no ELF file that can be read'), (b'\x7fELF', 0o100755, 'no ELF file that can be read'),
    (elf(1, PIE), 0o100755, 'no program. Link it'),
    (elf(3, PIE).replace(b'\x3e\0', b'\xb7\0', 1), 0o100755, 'another machine'), (elf(3, []), 0o100755, 'no PT_LOAD'),
    (None, 0, 'there is no program /p')])
def test_refused(data, mode, text):
    with pytest.raises(Refused, match=re.escape(text)):
        open_image(FakeTree({'/p': (mode, data)} if mode else {}), '/p')


def test_links_of_the_tree():
    tree = FakeTree({'/a': (0o120777, b'b/c'), '/b': (0o120777, b'/d'), '/d': (0o40755, b''), '/d/c': (0o120777, b'../e'),
                     '/e': (0o100755, b'x'), '/l': (0o120777, b'l')})
    assert tree.resolve('/a') == '/e' and tree.read('/a') == b'x' and tree.read('/l') is None


def test_command_line():
    assert command_line(['/p', 'a b', '-x']) == 'norandmaps rdinit=/p -- "a b" -x'
    with pytest.raises(vm.Failed, match='cannot carry'):
        command_line(['/p', 'a"b'])
    assert '--xp' in gate_line('vsyscall=emulate vsyscall=xonly')[0] and gate_line('vsyscall=none') == []


# ---- whole runs -----------------------------------------------------------------------------------------------

BUILT = os.path.join(TOP, 'build', 'tests')
OWN = ['static_pie', 'dyn_exec', 'align2m', 'execstack', 'bigbss']      # of tests/programs/maps, put into /root
REAL = ['/bin/true', '/bin/busybox'] + ['/root/' + n for n in OWN]


def files(names):
    return [x for n in names for x in ('--file', 'root/%s:755=%s' % (n, os.path.join(BUILT, 'programs', 'maps', n)))]


def on_linux():
    script = 'for p in %s; do echo "@ $p"; /root/traced $p; done' % ' '.join(REAL)
    traced = ['--file', 'root/traced:755=' + os.path.join(BUILT, 'labs', 'traced')]
    text, _ = vm.run('linux', script, extra_args=files(OWN) + traced)
    return {part.split('\n', 1)[0]: part.strip().split('\n')[1:] for part in text.split('@ ')[1:]}


@pytest.fixture(scope='module')
def vmas():
    """{kernel: {program: lines}} at the end of an exec."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        linux = pool.submit(on_linux)
        exon = {p: vmas_after_exec([p], files=files([os.path.basename(p)] if p.startswith('/root') else [])) for p in REAL}
        return {'exon': exon, 'linux': linux.result()}


@pytest.mark.parametrize('program', REAL)
def test_linux_shows_the_same_at_this_moment(vmas, program):
    exon, linux = ([str(parse_line(l)) for l in vmas[k][program]] for k in ('exon', 'linux'))
    assert exon == linux


@pytest.mark.parametrize('program', REAL)
def test_every_real_line_has_an_origin(vmas, program):
    tree = predict.read_tree()
    path, _ = predict.place(tree, program.replace('/root', os.path.join(BUILT, 'programs', 'maps')))
    image = open_image(tree, path)
    interpreter = open_image(tree, image.interpreter) if image.interpreter else None
    ex = Exec([path], image, interpreter, [parse_line(l) for l in vmas['exon'][program]])
    assert 'other' not in [o.kind for o in ex.origins]
    assert said(ex, '\n'.join(vmas['exon'][program])) == ''


def run_predict(args, text=''):
    p = subprocess.run(['/usr/bin/python3', os.path.join(TOP, 'tools', 'labs', 'predict', 'predict.py')] + args, input=text.encode(),
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=200, cwd=TOP)
    return p.returncode, p.stdout.decode('utf-8', 'replace')


def test_a_perfect_guess_from_a_file(vmas, tmp_path):
    (tmp_path / 'guess').write_text('\n'.join(vmas['linux']['/bin/true']))
    status, text = run_predict(['--guess', str(tmp_path / 'guess'), '/bin/true'])
    assert status == 0 and '11 of 11 lines right' in text and text.endswith('score: 55/55\n')
    assert 'Requesting program interpreter' in text


def test_the_page_shows_what_happens(vmas, tmp_path):
    rules, headers, guess, output = (block for _, block in pages.blocks('labs/predict/README.md'))
    (tmp_path / 'guess').write_text(guess)
    status, text = run_predict(['--guess', str(tmp_path / 'guess'), '/bin/busybox'])
    assert status == 0 and pages.missing(headers.rstrip('\n').split('\n') + output.rstrip('\n').split('\n'), text, []) == '', text
    seen = {'800000000000'} | {n for lines in vmas['linux'].values() for line in lines for n in pages.numbers(line)}
    assert pages.numbers(rules) - seen == set()


def test_a_file_with_rubbish(tmp_path):
    (tmp_path / 'guess').write_bytes(b'7ffffffde000-7ffffffff000 rw-p 0 [stack]\nno such thing\n\xff\xfe\x00\n')
    program = os.path.join(BUILT, 'programs', 'maps', 'static_pie') + " a 'b c'"
    status, text = run_predict(['--guess', str(tmp_path / 'guess'), program])
    assert status == 0 and 'line 2 of the guess: no such thing' in text and text.endswith('score: 3/40\n')


def test_the_prompt(vmas):
    """On a terminal: help, a refused line, the truth, an empty line."""
    master, slave = pty.openpty()
    p = subprocess.Popen(['/usr/bin/python3', os.path.join(TOP, 'tools', 'labs', 'predict', 'predict.py'), '/bin/busybox'], cwd=TOP,
                         stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    os.close(slave)
    os.write(master, ('help\n400000-3 r-xp 0 /x\n%s\n\n' % '\n'.join(vmas['exon']['/bin/busybox'])).encode())
    text = p.communicate(timeout=200)[0].decode()
    os.close(master)
    assert p.returncode == 0 and text.endswith('score: 40/40\n')
    assert 'A line is as in /proc/PID/maps' in text and 'not taken: the VMA 400000-3 is empty' in text


@pytest.mark.parametrize('args, text', [
    (['/init'], "a script. The kernel executes the interpreter"), (['/nowhere'], 'there is no program /nowhere'),
    (['/etc'], 'is a folder'), (['--guess', '/nowhere', '/bin/true'], 'the guess /nowhere cannot be read'),
    (['--guess', '/dev/zero', '/bin/true'], 'longer than'), (['"'], 'No closing quotation'),
    ([''], 'name a program'), (['--cmdline', 'a -- b', '/bin/true'], 'may not have the word --')])
def test_errors(args, text):
    status, out = run_predict(args)
    assert status == 2 and text in out


def test_interpreter_that_is_not_there(tmp_path):
    (tmp_path / 'prog').write_bytes(elf(3, PIE, b'/lib/nowhere'))
    status, out = run_predict([str(tmp_path / 'prog')])
    assert status == 2 and 'the interpreter that /root/prog names: there is no program /lib/nowhere' in out


def test_an_exec_that_fails_is_told(tmp_path):
    (tmp_path / 'prog').write_bytes(elf(2, [(LOAD, RW, 0, 1 << 47, 8, 8, 4096)]))
    status, out = run_predict([str(tmp_path / 'prog')], '7ffffffde000-7ffffffff000 rw-p 0 [stack]\n')
    assert status == 2 and 'the exec of /root/prog did not come to its end' in out and 'GUESS=' in out


def test_make_says_how():
    p = subprocess.run(['make', '-C', TOP, 'predict'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert p.returncode != 0 and b"usage: make predict PROG=/bin/true" in p.stdout
