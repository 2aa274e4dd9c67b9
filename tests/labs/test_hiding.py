# SPDX-License-Identifier: MIT
"""HIDE_EXPECTED: whatever fails, no message has an expected value; each says which check failed."""
import dataclasses
import subprocess

import pytest

import checks
import classroom
import course
import guest_film
import hiding
import host
import machine

SECRET = '5ec4e7'
CASES = {
    'integers': 'assert_int_equal(1, 0x5ec4e7);', 'strings': 'assert_string_equal("mine", "5ec4e7");', 'bytes': 'assert_memory_equal("mine..", "5ec4e7", 6);',
    'range': 'assert_in_range(1, 0x5ec4e7, 0x5ec4e8);', 'message': 'fail_msg("expected %s", "5ec4e7");',
    'print': 'print_message("seed 5ec4e7\\n"); fail();', 'condition': 'assert_true(0x5ec4e7 == 1);'}
HEADERS = ''.join('#include <%s.h>\n' % h for h in ('stdarg', 'stddef', 'stdint', 'setjmp', 'cmocka'))


@pytest.fixture(scope='module')
def failed(tmp_path_factory):
    """What the grader tells of what cmocka prints of each kind of check, which is line 71 of its file."""
    folder = tmp_path_factory.mktemp('hiding')
    (folder / 'tests' / 'host').mkdir(parents=True)
    (folder / 'tests' / 'host' / 'test_x.c').write_text('\n' * 70 + '\tassert_int_equal(mine,\n\t\t0x5ec4e7);\n')
    (folder / 'x.c').write_text(HEADERS + '#line 71 "tests/host/test_x.c"\n' + ' '.join(
        'static void %s(void **s) { (void)s; %s }' % case for case in CASES.items()) + '\nint main(int c, char **v) { const struct CMUnitTest t[] = {%s};'
        ' cmocka_set_test_filter(v[c - 1]); return cmocka_run_group_tests(t, 0, 0); }' % ', '.join('cmocka_unit_test(%s)' % c for c in CASES))
    subprocess.run(['gcc', '-o', str(folder / 'x'), str(folder / 'x.c'), '-lcmocka'], check=True)
    printed = {c: subprocess.run([str(folder / 'x'), c], stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.decode() for c in CASES}
    return {c: host.told(text + 'printk: mine\n', str(folder)) for c, text in printed.items()}


@pytest.mark.parametrize('case', CASES)
def test_a_host_test(failed, case):
    assert 'the check: assert_int_equal(mine, 0x5ec4e7);\n' in failed[case]
    assert hiding.host(failed[case], host.END) == 'the check at tests/host/test_x.c:71 fails\nprintk: mine'


def test_how_a_host_test_ended_stays():
    text = 'it crashed in padzero (exec/elf_map.c:9): null-deref\n  exec/elf_map.c:9\tpadzero\nexpected 5ec4e7'
    assert hiding.host(text, host.END) == text.rsplit('\n', 1)[0]


SEEN = {'status': 0, 'start': {'pages': ['401000-402000 r-x mine'], 'vmas': []}, 'end': {'pages': ['401000-402000 r-x mine'], 'vmas': ['mine']}}
RIGHT = {'status': 0, 'start': {'pages': ['401000-402000 r-x 5ec4e7'], 'vmas': ['5ec4e7']}, 'end': {'pages': ['401000-402000 r-x 5ec4e7'], 'vmas': ['5ec4e7']}}
TEST = course.Test(lab=4, name='t', kind='guest', points=1, shows='x', run=('/t/t',), outside=True)
CHECKED = b'labs/04-segments/programs/x.c:7: brk: got 1 (0x1, errno 0), expected TOP = 6210791 (0x5ec4e7)\n'


def bench():
    b = object.__new__(checks.Bench)
    b.hide, b.oracle, b.reference, b.under_test = True, 'exon.elf', 'r', {4: 'u'}
    b.on_oracle = lambda test, mine: ('done', b'mine\n5ec4e7\n', 0, RIGHT)
    return b


@pytest.mark.parametrize('expect, got, status, words', [
    ('same', b'mine\nnot it\n', 0, 'what it printed is not right, first in line 2:\nmine\nnot it'), ('same', b'', 0, 'it printed nothing'),
    ('same', b'mine\n5ec4e7\n', 256, 'it ended with status 1, which is wrong'), ('same', b'mine\n' + CHECKED, 0, 'the check at labs/04-segments/programs/x.c:7 fails'),
    ('zero', CHECKED, 256, 'it ended with status 1 and said:\nthe check at labs/04-segments/programs/x.c:7 fails'),
    ('zero', b'', 0, 'seen from outside, at its first instruction'),
])
def test_a_guest_test(expect, got, status, words):
    text = bench().compare(dataclasses.replace(TEST, expect=expect), got, status, SEEN)
    assert words in text and (SECRET not in text or SECRET in got.decode() and 'expected' not in text), text


def test_the_film_is_the_students_own():
    def record(function):
        return 2, guest_film.Record('set-brk', function, 't', 0x1000, 0x2000, 3, 0)

    b = bench()
    b.image = lambda kernel: type('Image', (), {'stage_names': lambda self: ['mm-init', 'begin-new-exec', 'set-brk', 'start-thread', 'exec-failed']})()
    b.boot = lambda kernel, test: (machine.Outcome('done', {}, '', 0), [record('5ec4e7')])
    lines = b.hints(TEST, [record('mine')], 'done')
    assert 'mine' in '\n'.join(lines) and SECRET not in '\n'.join(lines)


def test_the_switch_is_in_each_command():
    assert classroom.parse(['class', '--lab', '4', '--dir', 'x', '--csv', 'y', '--hide-expected']).hide_expected
    assert not classroom.parse(['zip', '--lab', '4', '--out', 'x']).hide_expected
