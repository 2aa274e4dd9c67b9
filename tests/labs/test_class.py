# SPDX-License-Identifier: MIT
"""Grading a class: each submission gets the right score, and none can reach another, the grader or this machine.

A small course of its own, three host tests in lab 3 and two guest tests in lab
4, so that what the labs ask for may change.
"""
import csv
import dataclasses
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import xml.etree.ElementTree as xml
import zipfile

import pytest

from conftest import TOP

import classroom
import course
import lab as starter
import report
import sandbox
import submission

PLAN, MAP = 'exec/elf_plan.c', 'exec/elf_map.c'
HOST = '''
[[test]]
name = "%s"
kind = "host"
binary = "tests/host/test_elf_plan"
case = "%s"
'''
GUEST = '''
[[test]]
name = "%s"
kind = "guest"
programs = ["tests/programs/maps/static_exec"]
run = ["/t/static_exec"]
expect = "%s"
limit = 60
'''
TESTS = {'03-elf-plan': ''.join(HOST % names for names in (
             ('header', 'header_fields'), ('table', 'table_size'), ('borders', 'segment_borders'))),
         '04-segments': GUEST % ('ends', 'zero') + GUEST % ('maps', 'same')}
POINTS = {'03-elf-plan': {'header': 10, 'table': 20, 'borders': 70}, '04-segments': {'ends': 40, 'maps': 60}}
BUILT = ('boot', 'arch', 'exec', 'kernel', 'mm', 'fs', 'lib', 'user', 'labs/kit', 'tests/programs/maps', 'sysroot.complete', 'kallsyms0.asm', 'kallsyms0.o',
         'exon0.elf', 'kallsyms.asm', 'kallsyms.o', 'exon.elf')


def make_course(top):
    """A copy of the finished tree whose labs have only the tests above."""
    starter.copy_tree(TOP, top, starter.tracked(TOP))
    subprocess.run(['git', '-C', top, 'init', '-q'], check=True)
    for name in BUILT:
        source, target = os.path.join(TOP, 'build', name), os.path.join(top, 'build', name)
        if os.path.isdir(source):
            shutil.copytree(source, target)
        elif os.path.exists(source):
            shutil.copy2(source, target)
    os.symlink(os.path.join(TOP, 'build', 'sysroot'), os.path.join(top, 'build', 'sysroot'))    # not fetched again
    for l in os.listdir(os.path.join(top, 'labs')):
        folder = os.path.join(top, 'labs', l)
        if l in TESTS:
            with open(os.path.join(folder, 'lab.toml')) as f:
                head = f.read().split('[[test]]')[0]
            with open(os.path.join(folder, 'lab.toml'), 'w') as f:
                f.write(head + TESTS[l])
            if os.path.exists(os.path.join(folder, 'hidden.toml')):
                os.unlink(os.path.join(folder, 'hidden.toml'))
        elif os.path.exists(os.path.join(folder, 'lab.toml')):
            shutil.rmtree(folder)
    with open(os.path.join(top, 'labs', 'points.toml'), 'w') as f:
        for l, rows in POINTS.items():
            f.write('["%s"]\n%s' % (l, ''.join('"%s" = %d\n' % r for r in rows.items())))


def text(path):
    return starter.read(TOP, path)


def with_body(path, name, body):
    """A right file, but for what function @name does first."""
    start, _ = starter.cutting.body_range(text(path), name)
    return text(path)[:start + 1] + body + text(path)[start + 1:]


FAKE = r'''
	static const char fake[] = "@0000000000000000 0 o 00\n@0000000000000000 0 e 0 1\n@0000000000000000 done\n@ 0 e 0 0\n";
	for (unsigned int i = 0; i < sizeof(fake) - 1; i++)
		__asm__ volatile("outb %b0, %w1" : : "a"(fake[i]), "Nd"(0x2f8));
	for (;;)
		;
'''
TRIPLE = '''
	struct { unsigned short size; unsigned long base; } __attribute__((packed)) none = {0, 0};
	__asm__ volatile("lidt %0; int3" : : "m"(none));
'''
BOMB = '''
int fork(void);
__attribute__((constructor)) static void bomb(void)
{
	for (;;)
		fork();
}
'''
HUGE = '''
int open(const char *path, int flags, ...);
long write(int fd, const void *p, unsigned long n);
char *getenv(const char *name);
__attribute__((constructor)) static void fill(void)
{
	static char block[1 << 20];
	char name[] = "a";

	for (; name[0] <= 'z'; name[0]++) {
		int fd = open(name, 0101, 0644);

		for (int i = 0; i < 1000; i++)
			write(fd, block, sizeof(block));
	}
	__builtin_trap();	/* who is let write all that must not go on to pass its test */
}
'''


def write_tree(folder, **files):
    for path, content in files.items():
        path = os.path.join(folder, {'plan': PLAN, 'map': MAP}[path])
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as f:
            f.write(content)


def solved(lab, path, cut):
    """What a student hands in: the starter's file @cut, contracts and all, with the bodies written."""
    for name in lab.write[path]:
        cut = starter.cutting.replace_body(cut, name, starter.cutting.body(text(path), name))
    return cut


def make_submissions(folder, cut, right):
    """One of each kind. cut: the starter's files; right: those of a student who has all."""
    plan, right = right[PLAN], right[MAP]
    os.makedirs(folder)

    def hand_in(name, **files):
        write_tree(os.path.join(folder, name), **files)

    hand_in('right', plan=plan, map=right)
    hand_in('right/tests/host', plan='not looked at')
    hand_in('untouched', plan=cut[PLAN], map=cut[MAP])
    hand_in('bomb-syntax', plan=plan + BOMB, map=right + 'int (\n')
    hand_in('huge-endless', plan=plan + HUGE, map=with_body(MAP, 'elf_map', '\n\tfor (;;)\n\t\t;\n'))
    hand_in('shadow-fake', plan='#include "/etc/shadow"\n' + plan, map=with_body(MAP, 'elf_map', FAKE))
    hand_in('link-triple', map=with_body(MAP, 'elf_map', TRIPLE))
    os.symlink('/etc/shadow', os.path.join(folder, 'link-triple', PLAN))
    os.makedirs(os.path.join(folder, 'nothing'))
    with zipfile.ZipFile(os.path.join(folder, 'zipped.zip'), 'w') as z:
        z.writestr('../../../../tmp/exon-evil', 'evil')
        z.writestr('ada-lab4/' + PLAN, plan)
        z.writestr('ada-lab4/' + MAP, right)


def work_folders():
    return {n for n in os.listdir(tempfile.gettempdir()) if n.startswith('exon-class-')}


# A run that was killed earlier leaves its folder behind: these do not count.
FOLDERS_OF_OTHERS = work_folders()


@pytest.fixture(scope='module')
def graded(tmp_path_factory):
    """{student: row} of one run over all kinds, and where it ran."""
    room = str(tmp_path_factory.mktemp('class'))
    top = os.path.join(room, 'course')
    make_course(top)
    cut, right = {}, {}
    for number, path in ((3, PLAN), (4, MAP)):
        lab = course.find_lab(course.load_labs(top), number)
        cut[path] = starter.cutting.cut(text(path), path, lab.write[path], number, course.load_contracts(top, lab))
        right[path] = solved(lab, path, cut[path])
    make_submissions(os.path.join(room, 'handed-in'), cut, right)
    p = subprocess.run([sys.executable, os.path.join(top, 'tools/labs/class/classroom.py'), 'class', '--lab', '4', '--cut-earlier',
                        '--dir', os.path.join(room, 'handed-in'), '--csv', os.path.join(room, 'out.csv')],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = p.stdout.decode('utf-8', 'replace')
    assert p.returncode == 0, said
    with open(os.path.join(room, 'out.csv'), newline='') as f:
        rows = {r['student']: r for r in csv.DictReader(f)}
    return rows, room, said


# student: lab 3, lab 4, words of the remarks
EXPECTED = {
    'right': (100, 100, ''),
    'untouched': (0, 0, ''),
    'bomb-syntax': (0, 0, 'does not build'),
    'huge-endless': (0, 0, 'endless loop'),
    'shadow-fake': (0, 0, 'endless loop'),
    'link-triple': (0, 0, 'exec/elf_plan.c: a link, or unreadable'),
    'nothing': (0, 0, 'no file of the lab'),
    'zipped.zip': (100, 100, 'leads out: ../../../../tmp/exon-evil'),
}


@pytest.mark.parametrize('student', EXPECTED)
def test_each_gets_its_points(graded, student):
    lab3, lab4, remark = EXPECTED[student]
    row = graded[0][student]
    assert (row['lab 3'], row['lab 4'], row['total'], row['max']) == (str(lab3), str(lab4), str(lab3 + lab4), '200'), row
    assert remark in row['remarks']
    assert bool(remark) or not row['remarks'].replace('missing', ''), row['remarks']


def test_all_are_in_the_table(graded):
    rows, room, _ = graded
    assert set(rows) == set(EXPECTED)
    assert rows['right']['03/borders'] == '70' and rows['untouched']['03/borders'] == '0'
    assert sorted(os.listdir(os.path.join(room, 'out-results'))) == sorted(
        s + e for s in EXPECTED for e in ('.tap', '.json', '.log'))
    assert not os.path.exists('/tmp/exon-evil')


def printed(graded, student):
    with open(os.path.join(graded[1], 'out-results', student + '.tap'), errors='replace') as f:
        return f.read()


def test_why_not_is_told(graded):
    assert 'is yours to write' in printed(graded, 'untouched')
    assert 'does not build' in printed(graded, 'bomb-syntax') and 'elf_map.c' in printed(graded, 'bomb-syntax')
    assert 'did not end within 60 million instructions' in printed(graded, 'huge-endless')
    assert 'did not end within 60 million instructions' in printed(graded, 'shadow-fake')
    assert 'triple fault' in printed(graded, 'link-triple')


@pytest.mark.skipif(os.geteuid() != 0, reason='who is not root may read what is his')
def test_secrets_stay(graded):
    assert re.search(r'/etc/shadow: Permission denied', printed(graded, 'shadow-fake'))
    with open('/etc/shadow') as f:
        lines = f.read().split('\n')
    for where, _, names in os.walk(os.path.join(graded[1], 'out-results')):
        for name in names:
            with open(os.path.join(where, name), errors='replace') as f:
                assert lines[0] not in f.read()


def test_nothing_is_left(graded):
    users = range(sandbox.FIRST_UID, sandbox.FIRST_UID + 100)
    left = [pid for pid in os.listdir('/proc') if pid.isdigit() and sandbox.owner(pid) in users]
    assert not left
    assert work_folders() == FOLDERS_OF_OTHERS


# ---- what is taken, without grading ------------------------------------------------------

def collect(path):
    return submission.collect(str(path), [PLAN, MAP])


def test_flat_files_and_folders_within(tmp_path):
    (tmp_path / 'elf_map.c').write_text('flat')
    assert collect(tmp_path).files == {MAP: b'flat'}
    write_tree(str(tmp_path / 'x' / 'repo'), plan='a', map='b')
    assert collect(tmp_path).files == {PLAN: b'a', MAP: b'b'}


def test_tar_with_all_sorts(tmp_path):
    with tarfile.open(tmp_path / 's.tar.gz', 'w:gz') as tar:
        def add(name, data=b'', **more):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for k, v in more.items():
                setattr(info, k, v)
            tar.addfile(info, io.BytesIO(data))

        add('/etc/passwd', b'x')
        add('me/../../x', b'x')
        add('me/' + PLAN, b'plan')
        add('me/' + MAP, type=tarfile.SYMTYPE, linkname='/etc/passwd')
        add('me/dev', type=tarfile.CHRTYPE, devmajor=1, devminor=3)
    taken = collect(tmp_path / 's.tar.gz')
    assert taken.files == {PLAN: b'plan'}
    assert [r for r in taken.remarks if 'leads out' in r] == [
        'refused, a path that leads out: /etc/passwd', 'refused, a path that leads out: me/../../x']
    assert 'exec/elf_map.c: a link, or no plain file, so the starter\'s' in taken.remarks


def test_sizes_and_rubbish(tmp_path):
    write_tree(str(tmp_path / 'big'), plan='x' * ((1 << 20) + 1), map='y')
    assert collect(tmp_path / 'big').files == {MAP: b'y'}
    with zipfile.ZipFile(tmp_path / 'bomb.zip', 'w', zipfile.ZIP_DEFLATED) as z:
        z.writestr(PLAN, b'\0' * (64 << 20))
    assert 'larger than 1 MiB' in collect(tmp_path / 'bomb.zip').remarks[1]
    os.mkfifo(tmp_path / 'pipe.zip')
    assert 'refused' in collect(tmp_path / 'pipe.zip').remarks[0]
    for name in ('rubbish.zip', 'rubbish.tar.gz'):
        (tmp_path / name).write_bytes(b'\x1f\x8bnothing that can be unpacked')
        assert collect(tmp_path / name).remarks, name
    os.makedirs(tmp_path / 'pipes' / 'exec')
    os.mkfifo(tmp_path / 'pipes' / PLAN)
    assert 'no plain file' in collect(tmp_path / 'pipes').remarks[1]


def test_a_cell_is_no_formula():
    assert classroom.cell('=cmd|x') == "'=cmd|x" and classroom.cell('a\nb') == 'a b' and classroom.cell(7.5) == '7.5'


# ---- the box ------------------------------------------------------------------------------

@pytest.fixture
def open_folder():
    """One that other users may pass through: pytest's own are closed to them."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o711)
        yield folder


# Root without CAP_SYS_ADMIN, as in a container without privileges: no namespaces.
PLAIN_ROOT = ['setpriv', '--inh-caps', '-sys_admin', '--bounding-set', '-sys_admin']
METHODS = ['root', 'plain root', 'bwrap', 'userns']


def box_of(method, folder, **more):
    """(box, words in front, are there namespaces), or the test is skipped."""
    method, before = ('root', PLAIN_ROOT) if method == 'plain root' else (method, [])
    if method == 'bwrap' and not shutil.which('bwrap') or method == 'root' and os.geteuid() or not sandbox.works(method):
        pytest.skip('not here')
    namespaces = method != 'root' or subprocess.run([*before, 'unshare', '-nm', 'true'], stderr=subprocess.DEVNULL).returncode == 0
    return sandbox.Box(method, '/', folder, 61990, **more), before, namespaces


@pytest.mark.parametrize('method', METHODS)
def test_box(method, open_folder):
    check_box(*box_of(method, open_folder, hide=(TOP,)), os.path.join(open_folder, 'w'))


def check_box(box, before, namespaces, path):
    def run(line):
        folder = box.give(path, 'host')
        p = subprocess.run(before + box.words('host', ['sh', '-c', line], [folder], SAY='a b'),
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return p.returncode, p.stdout.decode()

    assert run('echo $SAY; exit 7') == (7, 'a b\n')
    assert run('kill -9 $$')[0] == 137
    assert 'uid=%d' % (61990 if box.method == 'root' else os.getuid()) in run('id')[1]
    check_no_network(run)
    if namespaces:
        assert run('cat /proc/net/dev | grep -vc -e "|" -e lo:')[1].strip() == '0'
        assert run('test -e %s/Makefile' % TOP)[0] == 1
    else:
        for made in 'socket.socket()', 'socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)':
            assert 'PermissionError' in run(PYTHON % made)[1]
        assert run(PYTHON % 'socket.socket(socket.AF_UNIX)') == (0, '')
        assert 'ermission denied' in run('ipcmk --shmem 100')[1] and 'ermission denied' in run('touch /dev/shm/x')[1]
    for words in 'cat %s/Makefile', 'ls %s/Makefile/..', 'cat /proc/self/root%s/Makefile':
        assert run(words % TOP)[0], words
    assert 'Makefile' not in run('ls ' + TOP)[1]
    assert run('mkdir a && touch a/b && mv a/b c && echo >/dev/null && ls')[1] == 'a\nc\n'
    assert run('touch /tmp/x-$$')[0]
    assert run('touch ../x')[0] and run('touch x') == (0, '')
    assert 'HOME=' in run('env')[1] and 'PYTEST' not in run('env')[1]
    assert run('(setsid sleep 1000 &) ; true')[0] == 0
    assert len(run('yes | head -c 900000')[1]) < 70000
    assert run('head -c 99000000 /dev/zero >big; ls -l big')[1].find(' 16777216 ') > 0


PYTHON = '/usr/bin/python3 -c "import socket; %s"'


def check_no_network(run):
    """A server that the test can reach, and the command cannot."""
    with socket.create_server(('127.0.0.1', 0)) as server:
        line = "socket.create_connection(('127.0.0.1', %d), 5)" % server.getsockname()[1]
        assert subprocess.run(PYTHON % line, shell=True).returncode == 0
        assert run(PYTHON % line)[0] == 1


# Linux permits 16 domains of Landlock one in the other. In the last of them there is none to be had.
NO_LANDLOCK = """
import os, struct, sys
sys.path.insert(0, sys.argv[1])
import sandbox
sandbox.prctl(sandbox.PR_SET_NO_NEW_PRIVS, 1)
for _ in range(16):
    sandbox.landlock(2, sandbox.landlock(0, struct.pack('Q', sandbox.REFER >> 1), 8, 0), 0)
os.execvp(sys.argv[2], sys.argv[2:])
"""


@pytest.mark.skipif(os.geteuid() != 0, reason='only root has the choice')
def test_a_box_that_cannot_be_closed_is_refused(open_folder, monkeypatch):
    box, before, _ = box_of('plain root', open_folder)
    before = before + [sys.executable, '-c', NO_LANDLOCK, os.path.dirname(sandbox.__file__)]

    def run(box):
        p = subprocess.run(before + box.words('host', ['echo', 'it ran'], []), stdout=subprocess.PIPE)
        return p.returncode, p.stdout.decode()

    assert run(box) == (126, 'sandbox: [Errno 7] Landlock: Argument list too long\n')
    assert run(dataclasses.replace(box, open=True)) == (0, 'it ran\n')
    monkeypatch.setattr(sandbox, 'works', lambda method: False)
    monkeypatch.delenv(sandbox.UNSAFE, raising=False)
    with pytest.raises(sandbox.SandboxError, match='neither namespaces nor Landlock'):
        sandbox.choose_method()
    assert sandbox.choose_method(alone=True) == 'root'
    monkeypatch.setenv(sandbox.UNSAFE, '1')
    assert sandbox.choose_method() == 'root'


def running(word):
    """Processes with @word in their command lines."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/cmdline' % pid, 'rb') as f:
                found += [pid] * (word.encode() in f.read().split(b'\0'))
        except OSError:
            pass
    return found


def wait_until(condition):
    end = time.time() + 30 * float(os.environ.get('TIMEOUT_SCALE', '1'))
    while not condition():
        assert time.time() < end
        time.sleep(0.05)


@pytest.mark.parametrize('method', METHODS)
def test_a_box_is_emptied_when_its_grader_is_killed(method, open_folder):
    (box, before, _), mark = box_of(method, open_folder), '%d.5' % os.getpid()
    words = before + box.words('boot', ['sleep', mark], [box.give(os.path.join(open_folder, 'w'), 'boot')])
    grader = subprocess.Popen([sys.executable, '-c', 'import subprocess, sys; subprocess.run(sys.argv[1:])', *words])
    wait_until(lambda: len(running(mark)) > 2)
    grader.kill()
    grader.wait()
    wait_until(lambda: not running(mark))


# ---- formats ---------------------------------------------------------------------------------

def made_up_results():
    """Lab 1: 30 of 40. Lab 2: 0 of 60, its second test hidden; the text has a byte that XML cannot hold."""
    def test(lab, name, points, hidden=False):
        return course.Test(lab=lab, name=name, kind='host', points=points, shows='shows ' + name, hidden=hidden)

    labs = [course.Lab(1, '01-one', 'One', '1', {}, [], 40), course.Lab(2, '02-two', 'Two', '1', {}, [], 60)]
    return labs, [report.Result(test(1, 'a', 30), True, '', 1.25), report.Result(test(1, 'b', 10), False, 'x\x1b[31m & <y>', 0.5),
                  report.Result(test(2, 'c', 20), False, 'no', 2), report.Result(test(2, 'd', 40, True), False, 'no', 0)]


def test_junit(tmp_path):
    labs, results = made_up_results()
    report.write_junit(str(tmp_path / 'r.xml'), labs, results)
    root = xml.parse(tmp_path / 'r.xml').getroot()
    assert root.tag == 'testsuites' and root.get('tests') == '4' and root.get('failures') == '3'
    suites = list(root)
    words = ('name', 'tests', 'failures', 'errors', 'skipped', 'time')
    assert [[s.get(w) for w in words] for s in suites] == [
        ['lab 1: One', '2', '1', '0', '0', '1.750'], ['lab 2: Two', '2', '2', '0', '0', '2.000']]
    cases = [c for s in suites for c in s]
    # GitLab takes a case's suite from classname, and its text from the failure's own; both names together must be unique.
    assert len({(c.get('classname'), c.get('name')) for c in cases}) == 4
    assert [c.find('failure') is None for c in cases] == [True, False, False, False]
    assert cases[1].find('failure').text == 'x?[31m & <y>' and cases[1].find('failure').get('message') == 'shows b'


# What Gradescope's documentation lists, with types.
TOP_KEYS = {'score': (int, float), 'execution_time': (int, float), 'output': str, 'output_format': str, 'visibility': str,
            'stdout_visibility': str, 'extra_data': dict, 'tests': list, 'leaderboard': list}
TEST_KEYS = {'score': (int, float), 'max_score': (int, float), 'status': str, 'name': str, 'name_format': str, 'number': str,
             'output': str, 'output_format': str, 'tags': list, 'visibility': str, 'extra_data': dict}
VISIBLE = ('hidden', 'after_due_date', 'after_published', 'visible')


def check_gradescope(data):
    for row, keys in [(data, TOP_KEYS)] + [(t, TEST_KEYS) for t in data['tests']]:
        for k, v in row.items():
            assert k in keys and isinstance(v, keys[k]), (k, v)
        assert row.get('visibility', 'visible') in VISIBLE and row.get('stdout_visibility', 'visible') in VISIBLE
    assert all(t['status'] in ('passed', 'failed') for t in data['tests'])
    assert data['score'] == sum(t['score'] for t in data['tests'])


def test_gradescope():
    _, results = made_up_results()
    data = json.loads(json.dumps(report.gradescope(results)))
    check_gradescope(data)
    assert (data['score'], sum(t['max_score'] for t in data['tests']), data['execution_time']) == (30, 100, 3)
    assert [t['visibility'] for t in data['tests']] == ['visible'] * 3 + ['after_published']


# ---- Gradescope, with its folders elsewhere -------------------------------------------------------

def run_autograder(base):
    return subprocess.run([os.path.join(base, 'source', 'run_autograder')], cwd=base, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env={**os.environ, 'AUTOGRADER': base})


def results_of(base):
    with open(os.path.join(base, 'results', 'results.json')) as f:
        return json.load(f)


@pytest.mark.skipif(os.geteuid() != 0, reason='Gradescope starts it as root')
def test_gradescope_zip(graded, tmp_path, open_folder):
    top, base = os.path.join(graded[1], 'course'), os.path.join(open_folder, 'autograder')
    out = str(tmp_path / 'grader.zip')
    p = subprocess.run([sys.executable, os.path.join(top, 'tools/labs/class/classroom.py'), 'zip', '--lab', '4', '--out', out, '--hide-expected'],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert p.returncode == 0, p.stdout.decode()
    for name in ('source', 'submission', 'results'):
        os.makedirs(os.path.join(base, name))
    subprocess.run(['unzip', '-q', out, '-d', os.path.join(base, 'source')] if shutil.which('unzip') else
                   [sys.executable, '-m', 'zipfile', '-e', out, os.path.join(base, 'source')], check=True)
    for name in ('setup.sh', 'run_autograder'):
        os.chmod(os.path.join(base, 'source', name), 0o755)
    p = subprocess.run([os.path.join(base, 'source', 'setup.sh')], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       env={**os.environ, 'AUTOGRADER': base, 'NO_APT': '1'})
    assert p.returncode == 0 and b'ready: 2 tests' in p.stdout, p.stdout.decode()
    assert course.starter(os.path.join(base, 'bench'))['hide']

    with open(os.path.join(base, 'submission', 'elf_map.c'), 'w') as f:     # Gradescope's files lie flat
        f.write(text(MAP))
    p = run_autograder(base)
    data = results_of(base)
    check_gradescope(data)
    assert (p.returncode, data['score'], [t['max_score'] for t in data['tests']]) == (0, 100, [40, 60]), p.stdout.decode()
    assert 'elf_map.c was taken as exec/elf_map.c' in data['output']

    # The grader itself dies half-way: what it knew by then counts, and the rest is told.
    # Only the second test needs the reference kernel, if the machine of the first is not looked into.
    shutil.rmtree(os.path.join(base, 'bench', 'build', 'reference'))
    toml = os.path.join(base, 'bench', 'labs', '04-segments', 'lab.toml')
    with open(toml) as f:
        lab = f.read()
    assert lab.count('outside = true\n') == 1
    with open(toml, 'w') as f:
        f.write(lab.replace('outside = true\n', ''))
    p = run_autograder(base)
    data = results_of(base)
    check_gradescope(data)
    assert (p.returncode, data['score']) == (0, 40) and 'the grader ended with 2' in data['output'], p.stdout.decode()
    assert data['tests'][1]['output'] == 'it was not run'
    shutil.rmtree(os.path.join(base, 'bench'))
    p = run_autograder(base)
    assert p.returncode == 0 and results_of(base)['score'] == 0 and results_of(base)['output']


def test_interrupted_leaves_no_csv(graded, tmp_path):
    top = os.path.join(graded[1], 'course')
    p = subprocess.Popen([sys.executable, os.path.join(top, 'tools/labs/class/classroom.py'), 'class', '--lab', '3',
                          '--csv', str(tmp_path / 'x.csv'), '--dir', os.path.join(graded[1], 'handed-in')],
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    for line in p.stderr:
        if line.startswith(b'# 1/'):
            break
    p.send_signal(signal.SIGTERM)
    rest = p.communicate()[1]
    assert p.returncode == 130 and b'nothing was written' in rest
    assert not os.path.exists(tmp_path / 'x.csv')
    test_nothing_is_left(graded)


def test_workflow():
    """GitHub's file is YAML, and asks nothing of a service but Actions."""
    text = starter.read(TOP, 'labs/class/grade.yml')
    assert set(re.findall(r'uses: (\S+)@', text)) == {'actions/checkout', 'actions/upload-artifact'}
    yaml = pytest.importorskip('yaml')
    assert list(yaml.safe_load(text)['jobs']) == ['grade']


# ---- Classroom 50 ------------------------------------------------------------------------------

RUNNER = {'CLASSROOM': 'os', 'ASSIGNMENT': 'lab3', 'SUBMISSION_TAG': 'submit/2026-11-01T10-00-00Z-a1b2c3d',
          'COMMIT_URL': 'https://github.com/os/x/commit/a1b2c3d', 'RELEASE_URL': 'https://github.com/os/x/releases/tag/y'}


def check_classroom50(data):
    """What the page Advanced-Autograding of its wiki asks for."""
    words = ('classroom', 'assignment', 'submission', 'commit', 'release', 'review', 'datetime')
    assert data['schema'] == 'classroom50/result/v1' and all(isinstance(data[w], str) and data[w] for w in words)
    assert re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ', data['datetime'])
    assert all(type(data[w]) is int and data[w] == sum(t[w] for t in data['tests']) for w in ('score', 'max-score'))
    assert all([type(t[w]) for w in ('test-name', 'passed', 'score', 'max-score')] == [str, bool, int, int] for t in data['tests'])


def test_classroom50():
    data = json.loads(json.dumps(report.classroom50(made_up_results()[1], RUNNER)))
    check_classroom50(data)
    assert (data['score'], data['max-score'], data['review']) == (30, 100, RUNNER['COMMIT_URL'])


def test_classroom50_autograder(graded, tmp_path):
    """A right plan is graded in the starter as it was handed out, whatever else the checkout has."""
    top, bundle, checkout = os.path.join(graded[1], 'course'), tmp_path / 'bundle', tmp_path / 'checkout'
    script = ('import sys; sys.path[:0] = [%r, %r]; import lab; lab.make_starter(%r, 3, %r)' % (
        *(os.path.join(top, 'tools', 'labs', d) for d in ('author', 'grade')), top, str(tmp_path / 'lab3')))
    subprocess.run([sys.executable, '-B', '-c', script], check=True, stdout=subprocess.DEVNULL)
    bundle.mkdir()
    subprocess.run(['git', '-C', str(tmp_path / 'lab3'), 'archive', '-o', str(bundle / 'starter.tar.gz'), 'HEAD'], check=True)
    shutil.copy(os.path.join(TOP, 'labs/class/classroom50/autograder.py'), bundle)
    write_tree(str(checkout), plan=text(PLAN))
    (checkout / 'Makefile').write_text('not looked at')
    p = subprocess.run([sys.executable, str(bundle / 'autograder.py')], cwd=checkout, env={**os.environ, **RUNNER},
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert p.returncode == 0, p.stdout.decode()
    data = json.loads((checkout / 'result.json').read_text())
    check_classroom50(data)
    assert (data['score'], data['max-score']) == (100, 100), p.stdout.decode()


# ---- remarks -----------------------------------------------------------------------------------

@pytest.mark.parametrize('output, remark', [
    ("it does not build:\n  CC x\nexec/elf_map.c:7:3: error: expected ';'\nmake: ...", ['does not build: exec/elf_map.c:7']),
    ('ran out of time in find_vma (mm/vma.c:71)\n  mm/vma.c:71\tfind_vma', ['endless loop: find_vma (mm/vma.c:71)']),
    ('it did not end within 500 million instructions\nit was here:\n  mm/vma.c:64  find_vma\n', ['endless loop: mm/vma.c:64  find_vma']),
    ('it did not end within 500 million instructions\n', ['endless loop: see the log']),
    ('it did not end: for 60 seconds\nprocess 3 (count) waits here:\n  kernel/sched/wait.c:7  down_read\n', ['waits for ever: process 3 (count)']),
    ('the kernel panicked:\nOops: x\nKernel panic - not syncing: NULL pointer access\nCall trace:', ['panics: NULL pointer access']),
    ('panic in padzero (exec/elf_map.c:9): BUG', ['panics: padzero (exec/elf_map.c:9)']),
    ('it crashed in padzero (exec/elf_map.c:9): null-deref', ['crashes: padzero (exec/elf_map.c:9)']),
    ('--- expected\n+++ got', []),
])
def test_remarks(output, remark):
    assert classroom.trouble_in({'tests': [{'output': output, 'status': 'failed'}]}) == remark
    assert classroom.trouble_in({'tests': [{'output': '', 'status': 'passed'}]}) == []
