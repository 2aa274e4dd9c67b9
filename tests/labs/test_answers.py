# SPDX-License-Identifier: MIT
"""Lab 0's answers against a real run: one boot under GDB, with what the lab's page says to type."""
import os
import re
import subprocess
import tempfile
import time

import pytest

import qemu
import vm
from conftest import TOP

import answers
import course
import pages
import report

FOLDER = os.path.join(TOP, 'labs', '00-tools')
PROG = '/bin/cat /etc/passwd /proc/version'
# The shell of `make run` would print the same; here it goes on after the program that GDB looks at.
SCRIPT = PROG + '''
echo ==limit; (ulimit -s 64; /bin/cat /proc/self/maps)
echo ==film; /bin/cat /proc/exec_trace.jsonl
'''
SESSION = '''
xstage load-elf start-thread of cat
continue
echo ==bprm\\n
xbprm
continue
echo ==stack\\n
xstack
echo ==walk\\n
xpwalk 0x7fffffffe000
echo ==end\\n
xstage off
continue
'''


def boot(folder):
    """(what GDB said, what the guest printed)"""
    initrd, socket, commands, console = (os.path.join(folder, n) for n in ('initrd', 'gdb', 'commands', 'console'))
    vm.pack(SCRIPT, initrd)
    with open(commands, 'w') as f:
        f.write(SESSION)
    # The memory of `make debug`.
    command = vm.qemu_command(vm.KERNEL['exon'], initrd, 'console=ttyS0 norandmaps', qemu.MEMORY,
                              [*qemu.debugger(socket), '-monitor', 'none'])
    with open(console, 'wb') as log:
        guest = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
    try:
        while not os.path.exists(socket) and guest.poll() is None:
            time.sleep(0.05)
        p = subprocess.run([os.environ.get('GDB', 'gdb'), '-q', '-nx', '-batch', '-iex', 'set auto-load no', vm.KERNEL['exon'],
                            '-x', os.path.join(TOP, 'tools', 'gdb', 'exon.py'), '-ex', 'target remote ' + socket,
                            '-x', commands], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           timeout=180)
        guest.wait(60)
    finally:
        guest.kill()
        guest.wait()
    with open(console, encoding='utf-8', errors='replace') as f:
        return p.stdout.decode('utf-8', 'replace'), f.read().replace('\r', '')


@pytest.fixture(scope='module')
def run():
    with tempfile.TemporaryDirectory() as folder:
        return boot(folder)


def part(text, name):
    assert '==%s\n' % name in text, text
    return text.split('==%s\n' % name, 1)[1].split('\n==', 1)[0]


def only(pattern, text):
    found = re.findall(pattern, text, re.M)
    assert found, '%s is not in:\n%s' % (pattern, text)
    return found[0]


FIND = {
    '1': lambda gdb, console: only(r'^(\w+)-\w+ rw-p .*\[stack\]$', part(console, 'limit')),
    '2': lambda gdb, console: only(r'"stage":"mm-init",.*"flags":"(\w+)"', part(console, 'film')),
    '3': lambda gdb, console: only(r'^p +0x(\w+) ', part(gdb, 'bprm')),
    '4': lambda gdb, console: only(r'argv\[2\] = 0x(\w+)', part(gdb, 'stack')),
    '5': lambda gdb, console: only(r'^PT .* frame \S+  (.+)$', part(gdb, 'walk')),
}


@pytest.mark.parametrize('question', sorted(FIND))
def test_answer(run, question):
    assert answers.normal(FIND[question](*run)) == answers.normal(answers.read(os.path.join(FOLDER, answers.NAME))[question])


def test_each_question_has_one():
    assert sorted(answers.read(os.path.join(FOLDER, answers.NAME))) == sorted(FIND)


def test_a_wrong_answer_is_shown_as_on_the_page(tmp_path):
    lab = course.find_lab(course.load_labs(TOP), 0)
    shown = next(block for _, block in pages.blocks('labs/00-tools/README.md') if block.startswith('not ok'))
    folder = tmp_path / 'labs' / lab.folder
    folder.mkdir(parents=True)
    (folder / answers.SEALED).write_text('\n'.join(answers.sealed_lines(FOLDER, 'salt')))
    (folder / answers.NAME).write_text('3: 7fffffffef80\n')
    test = next(t for t in lab.tests if t.question == '3')
    result = report.Result(test, *answers.check(str(tmp_path), lab, '3'))
    assert report.tap_lines(result, 3) == shown.rstrip('\n').split('\n')
