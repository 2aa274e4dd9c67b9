# SPDX-License-Identifier: MIT
"""Starters build, stop with a clear message and score 0; with the functions put back they are the source, with full marks.

A boot's or a link's result is kept by content (GRADE_CACHE), so what is the
same in two starters is done once, though they are made and graded side by side.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import time

import pytest

import vm
from conftest import TOP, at_once

import backtrace
import checks
import course
import cutting
import guest_film
import host
import kernels
import lab as starter
import machine
import pages
import report
import sandbox
import summary
import variant

LABS = course.load_labs(TOP)
NUMBERS = [l.number for l in LABS]
SEED = 2027
KERNEL = ('boot', 'arch', 'exec', 'kernel', 'mm', 'fs', 'lib', 'include', 'user')
# What a starter need not build again. All of it is older than the sources that were cut.
BUILT = ('boot', 'arch', 'exec', 'kernel', 'mm', 'fs', 'lib', 'user', 'labs', 'tests', 'debian.complete', 'sysroot.complete', 'rootfs.cpio')
# Of the tests that are not of one starter each.
GROUPS = {
    'a finished tree': ('test_finished_tree_agrees_with_linux', 'test_a_killed_grader_leaves_no_machine'),
    'GDB lines': ('test_each_gdb_line_stops_where_it_says',),
    'a variant': ('test_a_variant_put_back_scores_all', 'test_last_years_answer_is_not_this_years'),
    'earlier labs': ('test_earlier_labs_can_be_cut_too',),
    'starter 4': ('test_a_wrong_answer_shows_expected_and_got_and_where', 'test_a_wrong_area_shows_the_first_stage_that_differs',
                  'test_a_hang_shows_where_it_was', 'test_prints_disturb_nothing', 'test_how_a_host_test_ends_is_told',
                  'test_gdb_stops_where_a_host_test_fails', 'test_gdb_stops_where_a_failed_guest_test_says'),
}


def group(item):
    """For parallel.py: what needs the same starter stays together."""
    params = item.callspec.params if hasattr(item, 'callspec') else {}
    if 'number' in params:
        return 'starter %d' % params['number']
    return next((name for name, tests in GROUPS.items() if item.originalname in tests), None)


@pytest.fixture(scope='module')
def room(tmp_path_factory):
    """A folder for the starters of this group; all groups have one cache."""
    cache, folder = str(tmp_path_factory.getbasetemp() / 'grade-cache'), tmp_path_factory.mktemp('labs')
    os.environ['GRADE_CACHE'] = cache
    with kernels.turn(os.path.join(kernels.cache(TOP), 'programs')):
        subprocess.run(['make', '-C', TOP, '-s', '-j2', 'build/labs/kit/labrun'] + sorted(
            {'build/' + p for l in LABS for t in l.tests for p in t.programs}), check=True, stdout=subprocess.DEVNULL)
    yield folder
    del os.environ['GRADE_CACHE']
    shutil.rmtree(folder)


def warm(out):
    """Brings what is built already, with its times."""
    for name in BUILT:
        source, target = (os.path.join(top, 'build', name) for top in (TOP, out))
        if os.path.isdir(source):
            copy_tree(source, target, shutil.ignore_patterns('finished-*'))
        elif os.path.exists(source):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            link_or_copy(source, target)
            os.utime(target)    # newer than the starter's tools: without build/debian it would be made anew, and be empty
    os.symlink(os.path.join(TOP, 'build', 'sysroot'), os.path.join(out, 'build', 'sysroot'))    # not fetched again


def copy_tree(source, target, ignore=None):
    shutil.copytree(source, target, symlinks=True, ignore=ignore, copy_function=link_or_copy)


def link_or_copy(source, target):
    """Programs and archives, the bulk of what is built, are links: the linker and mkcpio.py make new files, never write into old ones."""
    if re.search(r'/build/((labs|tests)/.*/\w+|rootfs\.cpio)$', source):
        try:
            return os.link(source, target)
        except OSError:     # another file system
            pass
    return shutil.copy2(source, target)


def make(room, number, seed=None, **options):
    out = str(room / ('lab%02d%s%s' % (number, '-%s' % seed if seed else '', '-'.join([''] + sorted(options)))))
    if not os.path.exists(out):
        starter.make_starter(TOP, number, out, seed, hidden=True, **options)
        warm(out)
    return out


def grade(out, *words):
    """({lab: (score, possible)}, everything that grade printed, exit status)"""
    results = os.path.join(out, 'build', 'results.json')
    p = subprocess.run([sys.executable, os.path.join(out, 'tools', 'labs', 'grade', 'grade.py'), '--gradescope', results,
                        '--jobs', str(at_once(os.cpu_count() or 1)), *words],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = p.stdout.decode('utf-8', 'replace')
    assert p.returncode in (0, 1), text[-4000:]
    scores = {}
    with open(results) as f:
        for t in json.load(f)['tests']:
            number = int(t['number'].split('/')[0])
            score, possible = scores.get(number, (0, 0))
            scores[number] = (score + t['score'], possible + t['max_score'])
    return scores, text, p.returncode


def sources(top):
    """{path: bytes} of what makes the kernel."""
    found = {}
    for d in KERNEL:
        for where, _, names in os.walk(os.path.join(top, d)):
            for n in names:
                path = os.path.join(where, n)
                with open(path, 'rb') as f:
                    found[os.path.relpath(path, top)] = f.read()
    return found


def finished(seed=None):
    changed, _ = starter.finished_source(TOP, seed)
    return lambda path: changed.get(path) or starter.read(TOP, path)


def put_back(room, number, seed=None):
    """A copy of the starter with the cut bodies put back."""
    out = make(room, number, seed)
    whole = out + '-whole'
    if not os.path.exists(whole):
        copy_tree(out, whole)
        starter.restore_lab(whole, course.find_lab(LABS, number), finished(seed))
    return whole


# ---- the labs themselves ----------------------------------------------------------

def test_all_labs_are_there():
    assert NUMBERS == list(range(12)) and [l.number for l in LABS if l.optional] == [11]
    assert course.counted(LABS) == LABS[:11] and course.counted(LABS[11:]) == LABS[11:]


@pytest.mark.parametrize('lab', LABS, ids=lambda l: l.folder)
def test_lab_is_complete(lab):
    assert lab.points == 100
    assert len(lab.tests) >= 5, 'partial credit needs several tests'
    page = starter.read(TOP, 'labs/%s/README.md' % lab.folder)
    for t in lab.tests:
        assert t.hidden or t.name in page, 'the page does not say how %s is graded' % t.name
    for path, names in lab.write.items():
        for name in names if path.endswith('.c') else ():
            assert name in page, 'the page does not speak of %s' % name


@pytest.mark.parametrize('lab', LABS[1:], ids=lambda l: l.folder)
def test_each_step_of_the_page_has_a_function(lab):
    steps = summary.steps(TOP, lab)
    assert list(steps) == list(range(1, len(steps) + 1)) and len(steps) >= 4
    assert set(steps.values()) <= {n for names in lab.write.values() for n in names}
    assert {t.step for t in lab.tests} - {0} <= set(steps) and any(t.step for t in lab.tests)


def test_a_grade_ends_with_steps_changes_and_what_to_do_first(tmp_path):
    lab = course.find_lab(LABS, 2)
    (tmp_path / 'labs').mkdir()
    os.symlink(os.path.join(TOP, 'labs', lab.folder), tmp_path / 'labs' / lab.folder)

    def lines(failed, cause='wrong'):
        results = [report.Result(t, t.name not in failed, '' if t.name not in failed else cause) for t in lab.tests]
        return summary.lines(str(tmp_path), [lab], results, True)

    text = lines(['link', 'lists-vmas'], 'ran out of time in vma_link (mm/vma.c:7)\n  mm/vma.c:7')
    assert [l.split() for l in text[1:]][:2] == [['#', 'step', '1', 'find_vma', '8', 'of', '8'], ['#', 'step', '2', 'vma_link', '0', 'of', '8']]
    assert text[-3].split()[:3] == ['#', 'all', 'together']
    assert text[-2:] == ['# do first: 02/link (step 2, vma_link): ran out of time in vma_link (mm/vma.c:7)',
                         '#           make debug-test TEST=02/link']
    assert '# since the last run, 0 minutes ago: passes now: 02/link, 02/lists-vmas; passed before: 02/find; +4 points' in lines(['find'])
    assert '# do first: make it build; what the compiler says is above' in lines(['find', 'link'], 'it does not build:\nx')
    diff = '--- expected (the finished kernel)\n+++ got\n@@ -1,2 +1,2 @@\n a\n-brk 408000\n+brk 407000'
    assert lines(['link'], diff)[-2].endswith('vma_link): expected "brk 408000", got "brk 407000"')
    panic = 'the kernel panicked:\nOops\nKernel panic - not syncing: BUG: x at mm/vma.c:7\nCall trace:'
    assert lines(['link'], panic)[-2].endswith('vma_link): panic: BUG: x at mm/vma.c:7')
    check = '[  ERROR   ] --- 0xa != 0x9\n[   LINE   ] --- tests/host/test_vma.c:7: error: Failure!\nthe check: assert_int_equal(a, 9);'
    assert lines(['link'], check)[-2].endswith('vma_link): 0xa != 0x9, the check: assert_int_equal(a, 9);')
    assert len(lines([])) == 2


def test_a_file_belongs_to_one_lab():
    files = [f for l in LABS for f in l.write]
    assert len(set(files)) == len(files)


def test_no_points_without_a_test():
    points = course.read_toml(os.path.join(TOP, 'labs', 'points.toml'))
    for lab in LABS:
        assert set(points[lab.folder]) == {t.name for t in lab.tests}


# ---- cutting -----------------------------------------------------------------------

SAMPLE = '''/* f( in a comment { */
static int helper(int a) { return a; }
struct s { int f; };
int f(int a,
      char *b)
{
	if (a == '{' || b[0] == '"')
		return helper(1); /* } */
	return f(a, "}");
}
'''


def test_cut_and_put_back():
    text = cutting.cut(SAMPLE, 'x.c', ['f', 'helper'], 7)
    assert 'panic("lab 7: f in x.c is yours to write");' in text
    assert text.count('yours to write') == 2 and 'helper(1)' not in text and 'struct s { int f; };' in text
    assert cutting.put_back(text, SAMPLE, ['helper', 'f']) == SAMPLE


@pytest.mark.parametrize('name', ['g', 's', 'hel'])
def test_what_is_no_function_is_not_cut(name):
    with pytest.raises(cutting.CutError, match='0 definitions'):
        cutting.cut(SAMPLE, 'x.c', [name], 1)


SHORT = """/* Helps f. */
static int helper(int a)
{
	return a;
}
"""


def test_a_contract_takes_the_place_of_the_comment():
    text = cutting.cut(SHORT, 'x.c', ['helper'], 7, {'helper': 'Returns @a.\n\nNever fails.\n'})
    assert text.startswith('/*\n * Returns @a.\n *\n * Never fails.\n */\nstatic int helper(int a)\n{\n\tpanic(')
    assert cutting.put_back(text, SHORT, ['helper']) == SHORT


def test_a_function_without_comment_gets_one_and_loses_it_again():
    bare = SHORT.split('\n', 1)[1]
    text = cutting.cut('int x;\n\n' + bare, 'x.c', ['helper'], 7, {'helper': 'Returns @a.'})
    assert '\n\n/*\n * Returns @a.\n */\nstatic' in text
    assert cutting.put_back(text, 'int x;\n\n' + bare, ['helper']) == 'int x;\n\n' + bare


# ---- contracts: what a function has to do stands beside the lab ----------------------

def c_files(lab):
    return {path: names for path, names in lab.write.items() if path.endswith('.c')}


@pytest.mark.parametrize('lab', LABS, ids=lambda l: l.folder)
def test_a_starter_has_each_contract_above_its_stub(lab):
    contracts = course.load_contracts(TOP, lab)
    for path, names in c_files(lab).items():
        whole = starter.read(TOP, path)
        text = cutting.cut(whole, path, names, lab.number, contracts)
        for name in names:
            start, end = cutting.comment_range(text, name)
            assert text[start:end] == cutting.as_comment(contracts[name])
        assert cutting.put_back(text, whole, names) == whole


@pytest.mark.parametrize('lab', LABS, ids=lambda l: l.folder)
def test_the_finished_source_has_four_lines_of_why_at_most(lab):
    for path, names in c_files(lab).items():
        text = starter.read(TOP, path)
        for name in names:
            start, end = cutting.comment_range(text, name)
            lines = [l for l in text[start:end].split('\n') if l.strip(' */')]
            assert len(lines) <= 4, '%s: the contract of %s belongs into labs/%s/contracts.toml' % (path, name, lab.folder)


def test_no_comment_below_a_files_head_is_a_specification():
    long = []
    for path, text in sources(TOP).items():
        if not path.endswith(('.c', '.h')) or path.startswith('user/'):
            continue
        text = text.decode()
        comments = [m for m in re.finditer(r'/\*.*?\*/', text, re.S) if 'SPDX' not in m.group()]
        below = [m for m in comments if text[:m.start()].count('\n') > 2]
        long += ['%s:%d' % (path, text[:m.start()].count('\n') + 1) for m in below if len(re.findall(r'\w+', m.group())) > 60]
    assert not long, 'more than 60 words: %s' % ', '.join(long)


@pytest.mark.parametrize('text, message', [
    ('', 'f has no contract'),
    ('f = "Helps."\n', 'g has no contract'),
    ('f = "Helps."\ng = "Too."\nh = "And h."\n', 'h is no function that lab.toml cuts'),
    ('f = "Helps."\ng = ""\n', 'the contract of g must be a text'),
    ('f = "Helps."\ng = "/* Helps. */"\n', 'the contract of g must be a text'),
    ('f = "Helps."\ng = "%s"\n' % ('x' * 98), 'a line of g is longer than 97'),
])
def test_a_wrong_contract_is_an_error(tmp_path, text, message):
    (tmp_path / 'labs' / '11-new').mkdir(parents=True)
    (tmp_path / 'labs' / '11-new' / 'contracts.toml').write_text(text)
    lab = course.Lab(11, '11-new', 'New', '1', {'x.c': ['f', 'g']}, [], 0)
    with pytest.raises(course.CourseError, match='labs/11-new/contracts.toml: ' + message):
        course.load_contracts(str(tmp_path), lab)


# ---- every starter --------------------------------------------------------------------

@pytest.mark.parametrize('number', NUMBERS)
def test_starter_put_back_is_the_source(room, number):
    whole = put_back(room, number)
    assert sources(whole) == sources(TOP)
    assert all(starter.read(whole, f) == starter.read(TOP, f) for f in c_files(course.find_lab(LABS, number)))


@pytest.mark.parametrize('number', NUMBERS)
def test_starter_is_one_commit_without_what_is_hidden(room, number):
    out = str(room / ('shown%02d' % number))
    starter.make_starter(TOP, number, out)
    log = subprocess.run(['git', '-C', out, 'log', '--oneline'], stdout=subprocess.PIPE, check=True).stdout
    assert len(log.splitlines()) == 1
    files = subprocess.run(['git', '-C', out, 'ls-files'], stdout=subprocess.PIPE, check=True).stdout.decode().split()
    assert not [f for f in files if 'hidden' in f or 'INSTRUCTOR' in f or f.endswith('answers.also')]
    assert not [f for f in files if re.match(r'labs/(\d\d)-', f) and int(f[5:7]) > number]
    assert 'labs/given.tar.xz' in files and 'LAB.md' in files
    shutil.rmtree(out)


@pytest.mark.parametrize('number', NUMBERS)
def test_starter_builds_and_stops_clearly(room, number):
    out = make(room, number)
    p = subprocess.run(['make', '-C', out, '-j2', 'all'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = p.stdout.decode('utf-8', 'replace')
    assert p.returncode == 0 and 'warning:' not in text, text[-3000:]
    initrd = os.path.join(out, 'build', 'stop.cpio')
    vm.pack('cat /proc/self/maps\necho reached the end\n', initrd)
    kernel = os.path.join(out, 'build', 'exon.elf')
    p = subprocess.run(vm.qemu_command(kernel, initrd, vm.CMDLINE['exon']), stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    console = p.stdout.decode('utf-8', 'replace')
    lab = course.find_lab(LABS, number)
    missing = re.search(r'Kernel panic - not syncing: lab (\d+): (\w+) in (\S+) is yours to write', console)
    if lab.kernel_files:
        assert missing, console[-2000:]
        assert int(missing.group(1)) == number and missing.group(2) in lab.write[missing.group(3)]
    else:
        assert not missing and 'reached the end' in console, console[-2000:]


@pytest.mark.parametrize('number', NUMBERS)
def test_starter_scores_nothing_in_its_lab_and_all_before(room, number):
    scores, text, status = grade(make(room, number))
    assert status == 1
    assert scores.pop(number) == (0, 100), text[-6000:]
    # Lab 0's answers are blank in every starter.
    assert {n: s for n, s in scores.items() if n} == {n: (100, 100) for n in before(number) if n}, text[-6000:]
    assert re.search(r'^\d+ passed, \d+ failed$', text.strip().split('\n')[-1])


@pytest.mark.parametrize('number', NUMBERS)
def test_starter_put_back_scores_all(room, number):
    whole = put_back(room, number)
    if number:
        starter.restore_lab(whole, course.find_lab(LABS, 0), finished())
    scores, text, status = grade(whole)
    assert scores == {n: (100, 100) for n in [*before(number), number]} and status == 0, text[-6000:]
    check_hints(whole, number)


def before(number):
    """The labs that a starter of this one is graded with; an optional one is graded alone."""
    return [l.number for l in LABS if l.number < number and not course.find_lab(LABS, number).optional]


def check_hints(whole, number):
    """The finished kernel passes the stage of each guest test's hint, or one before it. Its boots are in the cache."""
    labs = course.load_labs(whole)
    tests = [t for t in course.find_lab(labs, number).tests if t.kind == 'guest' and t.stage]
    if not tests:
        return
    bench = checks.Bench(whole, labs, print)
    bench.prepare(tests)
    for t in tests:
        rows, program = bench.boot(bench.reference, t)[1], os.path.basename(t.words()[0])
        names = bench.image(bench.reference).stage_names()
        stop = guest_film.stop_at(rows, names, t.stage, program)
        stages = {guest_film.words(r.stage, p) for (_, r), p in zip(rows, guest_film.programs(rows, names))}
        assert stop in stages and (stop.endswith(' of ' + program) or stop.split()[0] == t.stage), '%s: xstage %s' % (t.label, stop)


def test_earlier_labs_can_be_cut_too(room):
    out = make(room, 6, cut_earlier=True)
    page = starter.read(out, 'LAB.md')
    for n in range(1, 7):
        for path, names in course.find_lab(LABS, n).write.items():
            assert '- `%s`: %s\n' % (path, ', '.join('`%s`' % name for name in names)) in page
    for n in (1, 2, 3, 4, 5, 6):
        for path, names in course.find_lab(LABS, n).write.items():
            assert starter.read(out, path).count('is yours to write') == len(names)
    # A lab that is finished scores all, whatever the others lack.
    starter.restore_lab(out, course.find_lab(LABS, 6), finished())
    scores, text, _ = grade(out, '--lab', '5', '--lab', '6')
    assert scores == {5: (0, 100), 6: (100, 100)}, text[-6000:]


# ---- what a student is told ------------------------------------------------------------

def with_change(room, name, old, new):
    """Lab 4 put back, but for one line of padzero, graded by one test: what the grader printed."""
    out = str(room / name)
    copy_tree(put_back(room, 4), out)
    text = starter.read(out, 'exec/elf_map.c')
    assert text.count(old) == 1
    starter.write(out, 'exec/elf_map.c', text.replace(old, new))
    return grade(out, '--test', '04/tail-of-the-page')[1:]


CLEAR = 'return clear_user((void __user *)start, n) ? -EFAULT : 0;'


def test_a_wrong_answer_shows_expected_and_got_and_where(room):
    text, status = with_change(room, 'wrong', CLEAR, 'return 0;')
    assert status == 1 and 'not ok 1 - 04/tail-of-the-page (0/' in text
    assert re.search(r'^  # --- expected \(the finished kernel\)\n  # \+\+\+ got$', text, re.M), text
    # set_brk leaves no record there, for it maps nothing.
    assert 'make debug-test TEST=04/tail-of-the-page' in text and '(gdb) xstage map-segments of tail ' in text


def test_gdb_stops_where_a_failed_guest_test_says(room):
    out = put_back(room, 4)
    waits = subprocess.Popen([sys.executable, 'tools/labs/grade/debug_test.py', 'tail-of-the-page'], cwd=out, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        for line in waits.stdout:
            if b'waits:' in line:
                break
        p = subprocess.run(['make', '-s', 'gdb', 'GDBFLAGS=-batch -ex "xstage map-segments of tail" -ex continue -ex xmaps -ex kill'], cwd=out,
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=200)
    finally:
        waits.terminate()
        waits.wait()
    text = p.stdout.decode()
    assert re.search(r'^stage map-segments of /t/tail \(pid 2\), in elf_map$', text, re.M) and ' /t/tail' in text.split('in elf_map')[1], text


def test_a_hint_names_a_stage_that_the_machine_passes():
    names = ['mm-init', 'open', 'begin-new-exec', 'map-segments', 'set-brk', 'start-thread', 'exec-failed']
    rows = [(pid, guest_film.Record(stage, '', comm, 0, 0, 0, 0)) for pid, stage, comm in (
        (1, 'mm-init', 'swapper'), (1, 'open', 'swapper'), (1, 'map-segments', 'run'), (1, 'start-thread', 'run'),
        (2, 'mm-init', 'run'), (2, 'open', 'run'), (2, 'map-segments', 'tail'), (2, 'map-segments', 'tail'), (2, 'start-thread', 'tail'))]
    assert guest_film.programs(rows, names) == ['run'] * 4 + ['tail'] * 5
    assert guest_film.stop_at(rows, names, 'start-thread', 'tail') == 'start-thread of tail'
    assert guest_film.stop_at(rows, names, 'set-brk', 'tail') == 'map-segments of tail'
    assert guest_film.stop_at(rows[:6], names, 'set-brk', 'tail') == 'open'   # it ended there
    assert guest_film.stop_at(rows[:6], names, 'mm-init', 'tail') == 'mm-init'
    assert guest_film.stop_at(rows[:3], names, 'set-brk', 'tail') == 'map-segments of run'
    assert guest_film.stop_at([], names, 'set-brk', 'tail') == ''
    assert [guest_film.shown_by(names, stop) for stop in ('mm-init', 'open of tail', 'map-segments of tail')] == ['xbprm', 'xbprm', 'xmaps']


def test_the_caller_of_a_function_without_a_frame_is_found():
    """With the kernel as it is linked: memcpy builds no frame. A word that no call of memcpy leaves is passed over."""
    image = guest_film.Image(os.path.join(TOP, 'build', 'exon.elf'))
    start, call = image.symbols['memcpy'][0], None
    for where, name in image.functions:
        code = image.read(where, 4096)
        at = next((i for i in range(len(code) - 5) if code[i] == 0xe8 and where + i + 5 + int.from_bytes(code[i + 1:i + 5], 'little', signed=True) == start), None)
        if at is not None:
            call = where + at + 5
            break
    assert call and image.caller(start + 3, [start, 7, call + 1, call, start]) == [call]
    assert image.caller(start + 3, [start, 7]) == [] and image.caller(image.symbols['copy_page_range'][0], [call]) == []


def test_a_fault_that_comes_again_and_again_is_found():
    def ring(pages):
        rows = [(time, 0, page, page + 4096, 11, 2, 0, 0x401234) for time, page in enumerate(pages, 1)]
        return {'mm_trace_ring': b''.join(guest_film.FAULT.pack(*r) + bytes(16) for r in rows).ljust(64 * guest_film.FAULT_RECORDS, b'\0')}

    assert guest_film.FAULT.size == 48
    assert guest_film.again(ring([0x5000] + [0x7000] * 64)) == [0x7000, 0x401234]
    assert guest_film.again(ring([0x7000] * 64 + [0x5000])) == guest_film.again(ring([0x7000] * 63)) == guest_film.again({}) == []
    again = machine.Outcome('instructions', {}, '', 0, again=[0x7000, 0x401234])
    assert checks.hang_text(again, [], 5000000, {}).split('\n')[0] == (
        'it did not end within 5 million instructions: the page at 7000 faults again and again, in the instruction at 401234')


# What the pages show of a wrong answer: {lab: (file, [(line of it, the mistake)], {test: its block of the page})}.
MISTAKES = {
    1: ('mm/frames/pgtable.c', [('if (base < floor || base + size - 1 > ceiling - 1)', 'if (addr < floor || next - 1 > ceiling - 1)')],
        {'free-keeps-neighbours': 1}),
    2: ('mm/vma.c', [('piece->vm_pgoff += (addr - vma->vm_start) >> PAGE_SHIFT;', '')], {'split-offsets': 1}),
    3: ('exec/elf_plan.c', [('img->brk = max(img->brk, start + ph->p_memsz);', 'img->brk = max(img->brk, start + ph->p_filesz);'),
                            ('ehdr->e_phentsize != sizeof(Elf64_Phdr)', 'false')], {'code-and-data': 1, 'broken-headers': 2}),
    5: ('exec/stack.c', [('int err = 0;\n\n\twhile (!err && argc-- > 0)', 'int err = 0, all = argc;\n\n\twhile (!err && argc-- > 0)'),
                         ('get_arg(argv, argc, &str)', 'get_arg(argv, all - 1 - argc, &str)')], {'copy-strings-keeps-the-order': 3}),
    11: ('labs/11-tracer/programs/tracer.c', [('ptrace(PTRACE_SYSCALL, t->pid, 0, t->signal);', 'ptrace(PTRACE_SYSCALL, t->pid, 0, 0);')],
         {'signals-arrive': 2}),
}


@pytest.mark.parametrize('number', sorted(MISTAKES))
def test_a_mistake_shows_what_the_page_says(room, number):
    path, changes, tests = MISTAKES[number]
    out, lab = str(room / ('mistake%d' % number)), course.find_lab(LABS, number)
    copy_tree(put_back(room, number), out)
    source = starter.read(out, path)
    for old, new in changes:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    starter.write(out, path, source)
    for test, block in tests.items():
        text = grade(out, '--test', '%02d/%s' % (number, test))[1].replace('\n  # ', '\n')
        shown = pages.blocks('labs/%s/README.md' % lab.folder)[block][1].rstrip('\n').split('\n')
        assert pages.missing([l for l in shown if not re.match(r'\$ |\[ +(RUN|FAILED) ', l)], text) == '', text


def test_a_wrong_area_shows_the_first_stage_that_differs(room):
    text, _ = with_change(room, 'area', 'start = PAGE_ALIGN(start);\n\tend', 'start = PAGE_ALIGN(start) + PAGE_SIZE;\n\tend')
    assert re.search(r"the exec film differs from the finished kernel's first at set-brk", text), text


def test_a_hang_shows_where_it_was(room):
    text, status = with_change(room, 'hang', CLEAR, 'for (;;)\n\t\t;')
    assert re.search(r'it did not end within \d+ million instructions, in padzero \(exec/elf_map\.c:\d+\)\n', text), text
    assert status == 1 and re.search(r'it was here:\n  #   exec/elf_map.c:\d+  padzero\n', text), text


def test_a_deadlock_ends_soon_and_shows_who_waits(room):
    """By its instructions the machine would take six minutes of a processor's time: it idles."""
    began = time.process_time() + sum(os.times()[2:4])
    twice = 'mmap_write_lock(current->mm);\n\tmmap_write_lock(current->mm);\n\t' + CLEAR
    text, status = with_change(room, 'deadlock', CLEAR, twice)
    waits = r'it did not end: for \d+ seconds .*\n  # process 2 \(tail\) waits here:\n(  #   .*\n)*  #   exec/elf_map.c:\d+  padzero\n'
    assert status == 1 and re.search(waits, text), text
    assert time.process_time() + sum(os.times()[2:4]) - began < 60


# What is put in front of the first line of a function of lab 4, and what the grader says of the test.
ENDS = {
    'padzero-clears-to-the-pages-end': (
        'padzero', 'int no_pointer = &start; if (start + no_pointer) start = *(unsigned long *)16;', [
            r'^# exec/elf_map.c:%d:\d+: warning: initialization of .int. from .long unsigned int \*.[^\0]*^not ok 1',
            r'^  # (it crashed|undefined behaviour) in padzero \(exec/elf_map\.c:%d\): ',
            r'^  #   exec/elf_map\.c:%d\tpadzero$']),
    'set-brk-maps-whole-pages': (
        'set_brk', 'for (;;) ;', [r'^  # ran out of time in set_brk \(exec/elf_map\.c:%d\)$', r'^  #   exec/elf_map\.c:%d\tset_brk$']),
    'elf-map-asks-for-whole-pages': (
        'elf_map', 'printk(KERN_INFO "at %%lx\\n", addr); panic("no %%d", 7);',
        [r'^  # panic in elf_map \(exec/elf_map\.c:%d\): no 7$', r'^  # printk: at [0-9a-f]+$']),
}


@pytest.fixture(scope='module')
def three_mistakes(room):
    """(A copy of lab 4 put back, with the mistakes of ENDS; {function: line of its mistake})."""
    out = str(room / 'mistakes')
    copy_tree(put_back(room, 4), out)
    text, lines = starter.read(out, 'exec/elf_map.c'), {}
    for function, line, _ in ENDS.values():
        brace = cutting.body_range(text, function)[0] + 1
        text = text[:brace] + '\n' + line % () + text[brace:]
    for function, line, _ in ENDS.values():
        lines[function] = text[:text.index(line % ())].count('\n') + 1
    starter.write(out, 'exec/elf_map.c', text)
    return out, lines


def test_how_a_host_test_ends_is_told(three_mistakes, monkeypatch):
    monkeypatch.setenv('TIMEOUT_SCALE', '0.2')
    out, lines = three_mistakes
    for test, (function, _, patterns) in ENDS.items():
        text = grade(out, '--test', test)[1]
        for pattern in patterns:
            pattern = pattern % lines[function] if '%d' in pattern else pattern
            assert re.search(pattern, text, re.M), text


# A check in a fake that a student's function calls, and one of the test itself.
CHECKED = {'exec/mine.c': 'void fake(void);\n\nvoid mine(void)\n{\n\tfake();\n\t__asm__ volatile("");\n}\n', 'tests/host/test_mine.c': r'''
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
void mine(void);
void fake(void)
{
	fail_msg("a step of 0 bytes");
}
static void in_a_fake(void **state) { (void)state, mine(); }
static void of_the_test(void **state)
{
	(void)state;
	fail_msg("3, expected 4");
}
int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(in_a_fake), cmocka_unit_test(of_the_test)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
'''}


def test_a_check_below_a_students_function_names_its_line(tmp_path):
    for path, text in CHECKED.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    subprocess.run(['gcc', '-g', '-Og', '-fsanitize=address,undefined', '-o', 'test', *CHECKED, os.path.join(TOP, 'tests/host/ends.c'), '-lcmocka',
                    '-Wl,--wrap=_fail'], cwd=tmp_path, check=True)
    said = {}
    for case in ('in_a_fake', 'of_the_test'):
        p = subprocess.run(['./test'], cwd=tmp_path, env={**os.environ, 'CMOCKA_CASE': case, 'YOURS': 'exec/mine.c'}, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT)
        said[case] = host.told(p.stdout.decode(), str(tmp_path)).split('\n')
    assert said['in_a_fake'][:3] == ['ERROR: a step of 0 bytes', 'it comes from mine (exec/mine.c:5)', '  exec/mine.c:5\tmine'], said
    assert said['of_the_test'][0] == 'ERROR: 3, expected 4' and 'it comes from' not in ''.join(said['of_the_test']), said


def test_gdb_stops_where_a_host_test_fails(three_mistakes):
    out, lines = three_mistakes
    p = subprocess.run([sys.executable, 'tools/labs/grade/debug_test.py', 'padzero-clears-to-the-pages-end'], cwd=out, stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, 'GDBFLAGS': '-batch'})
    text = p.stdout.decode()
    assert re.search(r'Here it fails.*\n#\d+ .*padzero \(.*\)\s+at \S*exec/elf_map\.c:%d\n' % lines['padzero'], text), text


# Runs each of CASES but the last one, which `make debug-test` itself runs then.
EACH = """
import gdb
for case in CASES[:-1]:
    gdb.execute('set environment CMOCKA_CASE ' + case)
    gdb.execute('source tools/labs/grade/stops.py')
    gdb.write('\\x01')
    gdb.flush()
gdb.execute('set environment CMOCKA_CASE ' + CASES[-1])
"""


def host_stops(out, tests, folder):
    """{label: (function, file, line)} where GDB stops by the line that a failed host test shows: one GDB for each program."""
    found = {}
    for binary in sorted({t.binary for t in tests}):
        some = [t for t in tests if t.binary == binary]
        (folder / 'each.py').write_text('CASES = %r\n' % [t.case for t in some] + EACH)
        p = subprocess.run(['make', '-s', 'debug-test', 'TEST=' + some[-1].label, 'GDBFLAGS=-batch -x %s' % (folder / 'each.py')], cwd=out,
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, 'TIMEOUT_SCALE': '0.1'})
        said = p.stdout.decode('utf-8', 'replace').split('\x01')
        assert len(said) == len(some), said[-1][-3000:]
        for t, text in zip(some, said):
            stop = re.search(r'^Here it fails.*\n#\d+ +(?:0x\w+ in )?(\w+) \([^\n]*\)\s+at (\S+):(\d+)\n', text, re.M)
            found[t.label] = stop and (stop.group(1), os.path.normpath(stop.group(2)).replace('../', ''), int(stop.group(3)))
    return found


def with_zeros(out, lab):
    """A copy of a starter whose functions return 0, and do nothing."""
    zeros = out + '-zeros'
    copy_tree(out, zeros)
    for path in c_files(lab):
        text = starter.read(zeros, path)
        for name in lab.write[path]:
            kind = re.search(r'^(?:static )?(?:inline )?(\w.*?)%s\(' % name, text, re.M).group(1).strip()
            stub = 'panic("lab %d: %s in %s is yours to write");' % (lab.number, name, path)
            assert text.count(stub) == 1
            text = text.replace(stub, 'return;' if kind == 'void' else 'return (%s){0};' % kind)
        starter.write(zeros, path, text)
    return zeros


@pytest.mark.parametrize('number', [l.number for l in LABS if any(t.kind == 'host' for t in l.tests)])
def test_gdb_stops_where_each_host_test_fails(room, number, tmp_path, monkeypatch):
    """In the function that is to be written; and where all return 0, at the check that fails or in the line that crashes."""
    out, lab = make(room, number), course.find_lab(LABS, number)
    tests = [t for t in lab.tests if t.kind == 'host' and not t.hidden]
    for label, stop in host_stops(out, tests, tmp_path).items():
        assert stop and stop[0] in lab.write[stop[1]] and 'is yours to write' in starter.read(out, stop[1]).split('\n')[stop[2] - 1], (label, stop)
    zeros = with_zeros(out, lab)
    monkeypatch.setenv('TIMEOUT_SCALE', '0.1')
    stops = host_stops(zeros, tests, tmp_path)
    for t in tests:
        ended = host.run_case(t, lab, zeros, os.path.join(zeros, 'build', t.binary), None, False)
        told = ended.line or next((m.group(1) for p in (r'^it comes from \w+ \((\S+:\d+)\)', r'\[   LINE   \] --- (\S+:\d+): ')
                                   for m in re.finditer(p, ended.text, re.M)), None)
        assert not ended.passed and stops[t.label], (t.label, ended.text)
        # Where the grade names no line, GDB stops in the function of the test that prints what is wrong.
        assert told == '%s:%d' % stops[t.label][1:] if told else stops[t.label][0] in ('teardown', 'wrong'), (t.label, told, stops[t.label])


def test_a_panics_callers_have_lines():
    kernel = os.path.join(TOP, 'build', 'exon.elf')
    symbols = backtrace.symbols(kernel)
    console = 'init\r\nKernel panic - not syncing: x\r\nCall trace:\r\n [<%016x>] start_kernel+0x5\r\n---[ end Kernel panic - not syncing: x ]---' % (
        symbols['start_kernel'] + 5)
    text = backtrace.resolve(backtrace.panic_messages(console), kernel)
    assert re.fullmatch(r'Kernel panic - not syncing: x\nCall trace:\n  boot/main\.c:\d+  start_kernel', text), text
    assert 'entry.asm:' in backtrace.places(kernel, [symbols['common_trap']])[symbols['common_trap']][0]
    assert backtrace.panic_messages('no such thing') == ''


def test_prints_disturb_nothing(room):
    shout = 'extern int printk(const char *fmt, ...);\n\tprintk("@0 0 e 0 0\\n@0 done\\n");\n\t' + CLEAR
    text, status = with_change(room, 'prints', CLEAR, shout)
    assert status == 0 and text.strip().endswith('1 passed, 0 failed'), text


def test_a_killed_grader_leaves_no_machine(tmp_path):
    grader = subprocess.Popen([sys.executable, os.path.join(TOP, 'tools', 'labs', 'grade', 'grade.py'), '--test', '04/tail-of-the-page'],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, 'GRADE_CACHE': str(tmp_path)})
    machines = []
    while not machines:
        assert grader.poll() is None, 'it ended before a machine was seen'
        machines = [pid for pid in sandbox.descendants(grader.pid) if command_of(pid) == b'qemu-system-x86_64']
        time.sleep(0.01)
    grader.kill()
    grader.wait()
    time.sleep(2)
    assert not [pid for pid in machines if command_of(pid) == b'qemu-system-x86_64']


def command_of(pid):
    """b'' for a process that has ended."""
    try:
        with open('/proc/%d/cmdline' % pid, 'rb') as f:
            return f.read().split(b'\0')[0]
    except OSError:
        return b''


# ---- the finished tree, and variants -----------------------------------------------------

def test_finished_tree_agrees_with_linux(room):
    scores, text, status = grade(TOP)
    assert scores == {n: (100, 100) for n in NUMBERS} and status == 0, text[-6000:]


LONG = 400      # records of a test that is the last one of its machine: GDB looks at each record


def gdb_lines(bench, test):
    """(How many records its film has, the words for xstage that @test may be shown with, in the order in which the machine comes there.)

    Of lab 4 all: those for a film that differs from its first record on, from its second ...
    """
    rows, names = bench.boot(bench.under_test[test.lab], test)[1], bench.image(bench.under_test[test.lab]).stage_names()
    programs, place = guest_film.programs(rows, names), {}
    for i, ((_, r), program) in enumerate(zip(rows, programs)):
        for words in (guest_film.words(r.stage, program), r.stage):
            place.setdefault(words, i)
    stops = {guest_film.stop_at(rows, names, test.stage or 'start-thread', os.path.basename(test.words()[0]))}
    if test.lab == 4:
        stops |= {guest_film.stop_at(rows[:i + 1], names, r.stage, p) for i, ((_, r), p) in enumerate(zip(rows, programs))}
    return len(rows), sorted(stops, key=place.get)


def gdb_machines(bench, tests):
    """[(tests that one machine runs one after the other, words for xstage)]: each distinct line once, the long tests at the ends."""
    alike = {}
    for t in tests:
        alike.setdefault((t.lab, t.rootfs, t.cmdline), []).append((t, *gdb_lines(bench, t)))
    for rows in alike.values():
        rows.sort(key=lambda row: row[1])
        short, long = ([row for row in rows if (row[1] >= LONG) == wanted] for wanted in (False, True))
        for some in [short + long[:1], *([row] for row in long[1:])]:
            yield with_lines_of_their_own(some)


def with_lines_of_their_own(rows):
    """(tests, lines) of @rows without the tests all of whose lines are those of earlier ones: GDB stops at each record that they leave, too."""
    some, words = [], {}
    for test, _, stops in rows:
        if not words.keys() >= set(stops):
            some.append(test)
            words.update(dict.fromkeys(stops))
    return some, list(words)


def test_each_gdb_line_stops_where_it_says(room, tmp_path):
    """The line that a failed guest test shows, of each test of each lab, in GDB.

    The films are in the cache, or are made now: from the last lab on, for the finished tree may make the same ones, from the first lab on.
    """
    bench = checks.Bench(TOP, LABS, print)
    tests = [t for l in reversed(LABS) for t in l.tests if t.kind == 'guest' and not l.own_programs]
    bench.prepare(tests)
    for i, (some, stops) in enumerate(gdb_machines(bench, tests)):
        folder = tmp_path / str(i)
        folder.mkdir()
        with pages.LabMachine(folder, some) as machine:
            said = machine.gdb([line for words in stops for line in ('xstage ' + words, 'continue')])
        for words, (_, answer) in zip(stops, said[2::2]):
            stage, _, program = words.partition(' of ')
            stopped = re.findall(r'^stage (\S+) of (.*) \(pid \d+\), in ', answer, re.M)[-1:]
            assert stopped and stopped[0][0] == stage and os.path.basename(stopped[0][1]).startswith(program), 'xstage %s:\n%s' % (words, answer)


def test_every_variant_is_another_kernel():
    entries = variant.load(TOP)
    read = lambda f: starter.read(TOP, f)   # noqa: E731
    for seed in range(20):
        changed, chosen = variant.apply(read, entries, seed)
        assert all(changed[e['file']] != read(e['file']) for e in entries)
        assert variant.apply(read, entries, seed) == (changed, chosen)
    assert variant.apply(read, entries, None) == ({}, [])


def test_a_variant_put_back_scores_all(room):
    last = course.counted(LABS)[-1].number
    whole = put_back(room, last, SEED)
    starter.restore_lab(whole, course.find_lab(LABS, 0), finished(SEED))
    scores, text, status = grade(whole)
    assert scores == {n: (100, 100) for n in [*before(last), last]} and status == 0, text[-6000:]
    page = starter.read(whole, 'labs/VARIANT.md')
    assert all(e['what'] in page for e in variant.load(TOP))


def test_last_years_answer_is_not_this_years(room):
    """The published files in a variant lose points in each lab whose file varies: its tests run up to the first one that fails."""
    varied = {e['file'] for e in variant.load(TOP)}
    last = course.counted(LABS)[-1].number
    out = str(room / 'last-year')
    copy_tree(make(room, last, SEED), out)
    labs = [l for l in course.load_labs(out) if varied & set(l.write)]
    for path in {path for l in labs for path in l.write}:
        shutil.copy(os.path.join(TOP, path), os.path.join(out, path))
    assert len(labs) >= 4
    for lab in labs:
        bench = checks.Bench(out, labs, print)
        assert any(fails(bench, [t for t in lab.tests if t.kind == kind]) for kind in ('guest', 'host')), lab.folder


def fails(bench, tests):
    """Does one of @tests lose points? Those after it do not run. A file that does not build is no answer."""
    bench.prepare(tests)
    assert not bench.errors
    return any(t.points and not bench.run(t).passed for t in tests)
