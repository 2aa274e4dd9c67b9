# SPDX-License-Identifier: MIT
"""What a user sees at the terminal: the end of a run, a panic, a misspelt variable, no desktop."""
import json
import os
import pty
import re
import select
import signal
import subprocess
import time

import pytest

from conftest import TOP
import variables

WHERE = '\x1b[6n'       # the guest's shell asks where the cursor is
PROMPT = 'exon# ' + WHERE
ENVIRONMENT = {k: v for k, v in os.environ.items() if k not in ('MAKEFLAGS', 'MAKELEVEL', 'MFLAGS', 'DISPLAY', 'WAYLAND_DISPLAY')}


class Person:
    """A shell command on a terminal that replies, after a delay, where its cursor is."""

    def __init__(self, command):
        self.text = ''
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.chdir(TOP)
            os.execve('/bin/sh', ['sh', '-c', command], ENVIRONMENT)

    def read(self, seconds):
        """False: the command has ended."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            got = os.read(self.fd, 65536).decode('utf-8', 'replace')
        except OSError:
            return False
        self.text += got
        for _ in range(got.count(WHERE)):
            time.sleep(0.05)
            os.write(self.fd, b'\x1b[24;7R')
        return True

    def wait(self, text, seconds=60):
        end = time.time() + seconds * float(os.environ.get('TIMEOUT_SCALE', '1'))
        while text not in self.text:
            assert time.time() < end and self.read(1), self.text[-3000:]

    def interrupt(self):
        """Ctrl-C until the command ends: Python misses one between its prompt and its read."""
        for _ in range(20):
            os.write(self.fd, b'\x03')
            end = time.time() + 2
            while time.time() < end:
                if not self.read(0.5):
                    return

    def end(self, seconds=60):
        end = time.time() + seconds * float(os.environ.get('TIMEOUT_SCALE', '1'))
        while self.read(1):
            assert time.time() < end, self.text[-3000:]
        os.waitpid(self.pid, 0)
        return self.text.replace('\r', '')


def make(*words, **environment):
    p = subprocess.run(['make', *words], cwd=TOP, env=dict(ENVIRONMENT, **environment), stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    return p.returncode, p.stdout


def test_the_terminal_is_as_it_was():
    person = Person('stty -g; make run; echo "status $?"; stty -g; stty -icanon min 0 time 5; echo left:; dd bs=1 status=none | od -c')
    person.wait(PROMPT)
    os.write(person.fd, b'poweroff\r')
    text = person.end()
    settings = re.findall(r'^[0-9a-f]+(?::[0-9a-f]+){8,}$', text, re.M)
    assert len(settings) == 2 and settings[0] == settings[1]
    assert 'status 0' in text and text.endswith('left:\n0000000\n'), text[-500:]
    assert text.rindex('\x1b[?7h') > text.rindex('\x1b[?7l')      # lines wrap again


def test_a_panic_shows_its_text_and_ends():
    text = Person("make run CMDLINE='rdinit=/nothing'; echo status $?").end()
    assert 'Kernel panic - not syncing: no working init' in text and 'the kernel panicked' in text
    assert 'status 1' in text


def test_the_welcome_fits_and_names_what_there_is_to_see():
    """And the least RAM, by which make run refuses less, is enough."""
    with open(os.path.join(TOP, 'Makefile'), encoding='utf-8') as f:
        person = Person('make run RAM=' + re.search(r'^LEAST_RAM := (\d+)$', f.read(), re.M).group(1))
    person.wait(PROMPT)
    line = re.search(r'Linux 6\.1\.0-exon: .*', person.text.replace('\r', '')).group(0)
    os.write(person.fd, b'poweroff\r')
    person.end()
    assert len(line) <= 80 and all(word in line for word in ('showmaps', 'showstack', 'inf &', 'cat /proc/exec_trace', 'poweroff')), line


def test_a_window_needs_a_desktop():
    status, text = make('run-vga')
    assert status == 1 and "no desktop here" in text and "'make run'" in text and 'Starting' not in text


WRONG = {'run RAM=abc': 'RAM=abc: a number of MiB is wanted', 'run RAM=8': 'RAM=8: the root tree and the kernel need at least',
         'fuzz SECONDS=abc': 'SECONDS=abc: a number', "lab N=4 OUT=x EARLIER=yes": "EARLIER=yes: 'cut' or nothing",
         'run INITRD=x.cpio': 'make run takes no INITRD=; it takes: CMDLINE=, DEBUG=, FILES=, KVM=, RAM=, ROOT=. INITRD= is for: iso',
         'run RAMM=256': 'RAMM=: there is no such variable, is RAM= meant', 'compare DEBUG=1 PROG=ls': 'make compare takes no DEBUG=',
         'run ROOT=full RAM=1024': 'RAM=1024: the root tree and the kernel need at least 1536 MiB', 'soak ROOT=full': 'make soak takes no ROOT=',
         'run ROOT=Full': "ROOT=Full: 'full', or names of packages of Debian 12, is wanted",
         'run DEBUG=0': "DEBUG=0: '1' or nothing", 'run-iso UEFI=yes': "UEFI=yes: '1' or nothing",
         'test ALONE=0': "ALONE=0: 'no' or nothing", 'test-host ALONE=no': 'make test-host takes no ALONE='}


@pytest.mark.parametrize('words', WRONG)
def test_wrong_variables(words):
    status, text = make(*words.split())
    assert status == 1 and WRONG[words] in text and text.count('\n') == 1, text


# What no check of variables sees: the tools say it. No words of make's own, no traceback; nothing is booted.
# FOLDER is one that is there, FREE a name that is free, TINY a folder on a disk of 64 KiB.
REFUSED = {
    'grde': 'there is no target grde, is grade meant', 'run all tset': 'there is no target tset, is test meant',
    'lab': 'lab: usage: make lab N=4 OUT=dir', 'lab N=99 OUT=FREE': 'lab: there is no lab 99; there are: 0, 1', 'lab N=4 OUT=FOLDER': 'is there already',
    'lab N=4 OUT=/dev/null/x': 'lab: /dev/null/x: Not a directory; a part of this path is a file; name a folder', 'lab N=4 OUT=/proc/none/x': 'lab: /proc/none: ',
    'lab N=4 OUT=TINY/x': 'No space left on device; make room, or choose another disk', 'lab N=é OUT=FREE': 'N=é: the number of a lab',
    'break': 'usage: make break OUT=DIR', 'break OUT=FOLDER': 'name a new folder', 'break OUT=/dev/null/x': 'name a new folder',
    'break OUT=FREE SEED=7x': 'SEED=7x: a number is wanted', 'break-check': 'usage: make break-check DIR=DIR', 'break-check DIR=é': 'has no seal',
    'grade LAB=99': 'grade: there is no lab 99', 'grade TEST=é': 'grade: no test is called "é"', 'debug-test TEST=nosuch': 'debug-test: no test is called "nosuch"',
    'grade GRADEFLAGS=--junit=/proc/none/x': 'grade: /proc/none/x: No such file or directory; is its folder there',
    'grade-class N=4': 'usage: make grade-class', 'grade-class DIR=/nope N=4': 'grade-class: /nope: No such file or directory; is its folder there, and the name right?',
    'grade-class DIR=/dev/null N=4': 'grade-class: /dev/null: Not a directory', 'grade-class DIR=FOLDER N=4': 'has no submissions',
    'grade-class DIR=FOLDER N=4 CSV=FOLDER': 'is a folder: name the file to write',
    'gradescope-zip N=4': 'usage: make gradescope-zip', 'gradescope-zip N=99 ZIP=FREE': 'there is no lab 99', 'gradescope-zip N=4 ZIP=FOLDER': 'is a folder: name the zip',
    'gradescope-zip N=4 ZIP=/proc/none/x': 'gradescope-zip: /proc/none/x.new: No such file or directory',
    'compare': 'usage: make compare', 'compare PROG=/nosuch FILES=/nope': 'FILES: there is no file or folder /nope', "compare PROG='": 'No closing quotation',
    'film PROG=': 'usage: make film', 'film PROG=nosuch': 'nosuch, is in no directory of PATH', 'film-svg PROG=': 'usage: make film-svg',
    'profile PROG=é': 'é, is in no directory of PATH', 'record FILES=/nope': 'there is no file or folder /nope', 'run FILES=é': 'there is no file or folder é',
    'run PROG=ls': 'make run takes no PROG=', 'predict PROG=/etc': 'predict: /etc is a folder', 'predict PROG=/bin/true GUESS=/nope': 'the guess /nope cannot be read',
    'iso INITRD=FOLDER': 'no such file: INITRD=', 'iso ISO=/dev/null/x': 'make iso: ISO=/dev/null/x cannot be written; name a file', 'fuzz SECONDS=0': 'SECONDS=0: a number is wanted',
    'run ROOT=no-such-package': 'debian: Debian 12 has no package no-such-package',
    'gdb': 'gdb: no machine waits yet', 'replay': 'replay: '}


@pytest.fixture(scope='module')
def tiny(tmp_path_factory):
    """A disk of 64 KiB; None without root."""
    folder = str(tmp_path_factory.mktemp('tiny'))
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tiny', folder], stderr=subprocess.DEVNULL).returncode:
        yield None
        return
    yield folder
    subprocess.run(['umount', folder], check=True)


@pytest.mark.parametrize('words', REFUSED)
def test_wrong_words_are_one_answer(words, tmp_path, tiny):
    if 'TINY' in words and not tiny or words in ('gdb', 'replay') and os.path.exists(os.path.join(TOP, 'build', 'gdb.socket')):
        pytest.skip('not here')
    given = [w.replace('FOLDER', str(tmp_path)).replace('FREE', str(tmp_path / 'free')).replace('TINY', str(tiny)) for w in words.split()]
    status, text = make('-s', *given)
    assert status == 1 and REFUSED[words] in text, text
    assert not re.search(r'\*\*\*|Traceback|Errno|make\[', text), text
    assert not os.path.exists(str(tiny) + '/x')     # no half of a starter


def test_a_compile_error_is_the_compilers_alone(tmp_path):
    """make has no line of its own, on no level, and loses none of the compiler's."""
    subprocess.run(['cp', '-r', 'Makefile', 'labs', 'tools', 'include', 'exec', 'boot', str(tmp_path)], cwd=TOP, check=True)
    with open(tmp_path / 'exec' / 'elf_map.c', 'a') as f:
        f.write('int (\n')
    for goal in ('build/exec/elf_map.o', 'do-compile'):
        (tmp_path / 'labs' / 'labs.mk').write_text('do-compile:\n\t@$(MAKE) build/exec/elf_map.o\n')
        p = subprocess.run(['make', goal], cwd=tmp_path, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        text = p.stdout.decode()
        assert p.returncode and text.count('error: ') == 1 and 'elf_map.c:' in text and not re.search(r'\*\*\*|make', text), text


# Each is stopped by Ctrl-C while it works; a terminal sends that to the whole group.
STOPPED = ['grade/grade.py --lab 1', 'author/lab.py --lab 4 --out FREE', 'class/classroom.py zip --lab 4 --out FREE', 'faults/break.py make FREE']


@pytest.mark.parametrize('words', STOPPED)
def test_ctrl_c_while_it_works(words, tmp_path):
    program, *given = words.replace('FREE', str(tmp_path / 'free')).split()
    p = subprocess.Popen(['/usr/bin/python3', '-X', 'importtime', os.path.join(TOP, 'tools', 'labs', program), *given], cwd=TOP, start_new_session=True,
                         env=dict(ENVIRONMENT, GRADE_CACHE=str(tmp_path / 'cache')), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    for line in p.stderr:       # the last module that all of them import before they begin
        if b'argparse' in line or b'plain' in line:
            break
    time.sleep(1)
    os.killpg(p.pid, signal.SIGINT)
    text = p.communicate(timeout=60 * float(os.environ.get('TIMEOUT_SCALE', '1')))[1].decode()
    said = [line for line in text.split('\n') if line and not line.startswith('import time:')]
    assert p.returncode and not re.search('Traceback|Errno', text) and re.search('stopped|interrupted', text), said


# Ten kinds of wrong words; there is no target that one of them suits.
KINDS = ['RAMM=1', 'NOSUCH=1', 'RAM=abc', 'RAM=-1', 'SECONDS=1.5', 'N=four', 'EARLIER=yes', 'DEBUG=2', 'CMDLINE=two\nlines', 'SEED=x']


def test_each_target_refuses_ten_kinds_of_wrong_words(capsys):
    paths = [os.path.join(TOP, 'Makefile'), os.path.join(TOP, 'labs', 'labs.mk')]
    for target in variables.read(paths)[0]:
        for words in KINDS:
            variables.main([*paths, '--', target, '--', 'LEAST_RAM=56', words])
            text = capsys.readouterr().out
            assert words.split('=')[0] in text and text.count('\n') == 1, (target, words, text)


def test_ctrl_c_is_one_line():
    person = Person('make predict PROG=/bin/true; echo status $?')
    person.wait(' 1> ')
    person.interrupt()
    text = person.end()
    assert 'predict: stopped; nothing was scored' in text and 'status 0' not in text
    assert '***' not in text and 'Traceback' not in text


def test_a_full_disk_is_one_line(tmp_path):
    p = subprocess.run(['sh', '-c', 'ulimit -f 1; exec "$@"', 'sh', os.path.join(TOP, 'tools', 'mkcpio.py'), '-o', str(tmp_path / 'out'), '--file',
                        'big:644=' + os.path.join(TOP, 'Makefile')], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    assert p.returncode == 1 and p.stdout == 'mkcpio: File too large; raise the limit (ulimit -f)\n'


def test_a_failure_is_one_where_sigquit_is_ignored():
    """As in a job in the background: make cannot be ended by that signal, and must not take a failure for a success."""
    p = subprocess.run(['sh', '-c', "trap '' QUIT; exec make -s break-check DIR=/nope"], cwd=TOP, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert p.returncode == 2 and b'has no seal' in p.stdout


def test_a_wrong_value_in_the_environment():
    assert 'RAM=lots' in make('run', RAM='lots')[1]


def test_right_variables_are_taken():
    taken, known = variables.read([os.path.join(TOP, 'Makefile'), os.path.join(TOP, 'labs', 'labs.mk')])
    for goals, name in (['run'], 'RAM'), (['run'], 'OFFLINE'), (['test'], 'TESTFLAGS'), (['build/exon.elf'], 'DEBUG'), (['lab'], 'SEED'), \
            (['clean', 'run'], 'CMDLINE'), (['debug'], 'PROG'), (['run'], 'CC'):
        assert not variables.wrong_name(name, goals, taken, known), (goals, name)


@pytest.fixture
def engine(tmp_path):
    """Puts a fake docker first in PATH: (words of its info, what runs already) -> (status, text, calls)."""
    def run(info, running, version='Docker version 27.3.1, build ce12230'):
        docker = tmp_path / 'docker'
        docker.write_text('#!/bin/sh\necho "$@" >>%s/calls\ncase $1 in info) %s ;; ps) echo %s ;; --version) echo %s ;; esac\n' % (
            tmp_path, info, running, version))
        docker.chmod(0o755)
        (tmp_path / 'podman').write_text('#!/bin/sh\nexit 1\n')
        (tmp_path / 'podman').chmod(0o755)
        status, text = make('container', 'CMD=make gdb', PATH='%s:%s' % (tmp_path, os.environ['PATH']))
        return status, text, (tmp_path / 'calls').read_text()
    return run


def test_no_engine_for_a_container(engine):
    status, text, calls = engine('echo no daemon; exit 1', '')
    assert status == 1 and 'neither docker nor podman works here' in text and 'no daemon' in text and 'run' not in calls


def test_a_container_has_this_folder_and_this_user(engine):
    status, _, calls = engine('exit 0', '')
    assert status == 0 and 'build -q -t exon-host .' in calls
    assert re.search(r'^run .*--volume %s:/exon .*--user %d:%d exon-host sh -c make gdb$' % (
        re.escape(TOP), os.getuid(), os.getgid()), calls, re.M)


@pytest.mark.parametrize('words', [('echo "[name=seccomp,profile=builtin name=rootless name=cgroupns]"', '', 'Docker version 27.3.1'),
                                   ('exit 0', '', 'podman version 4.3.1')])
def test_where_root_of_the_container_is_this_user(engine, words):
    status, _, calls = engine(*words)
    assert status == 0 and 'run --rm' in calls and '--user' not in calls


def test_the_editors_container_is_of_the_same_image():
    with open(os.path.join(TOP, '.devcontainer', 'devcontainer.json')) as f, open(os.path.join(TOP, 'Dockerfile')) as g:
        settings, dockerfile = json.load(f), g.read()
    assert settings['build'] == {'dockerfile': '../Dockerfile', 'context': '..'}
    assert re.search(r'^RUN useradd .* %s$' % settings['remoteUser'], dockerfile, re.M)
    assert not {'privileged', 'capAdd', 'securityOpt', 'runArgs'} & settings.keys()


def test_a_second_command_goes_into_the_same_container(engine):
    status, _, calls = engine('exit 0', 'abc')
    assert status == 0 and re.search(r'^exec -i exon-\d+ sh -c make gdb$', calls, re.M) and 'build' not in calls


def test_help_has_every_target_in_a_group():
    status, text = make('help')
    assert status == 0
    with open(os.path.join(TOP, 'Makefile')) as f, open(os.path.join(TOP, 'labs', 'labs.mk')) as g:
        targets = re.findall(r'^([a-z-]+):[^#\n]*## ', f.read() + g.read(), re.M)
    assert sorted(re.findall(r'^  ([a-z-]+) ', text, re.M)) == sorted(targets)
    assert re.findall(r'^[A-Z]\w+$', text, re.M) == ['Run', 'Look', 'Debug', 'Test', 'Labs', 'Teach', 'House']
    assert max(map(len, text.splitlines())) <= 120
