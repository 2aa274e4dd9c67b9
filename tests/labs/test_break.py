# SPDX-License-Identifier: MIT
"""The lab "break the loader": each fault fits the source, the folder does not reveal it, answers are checked."""
import hashlib
import os
import re
import subprocess
import threading

import pytest

from conftest import TOP

import faults
import gdb_machine
import pages

PAGE = 'labs/break/README.md'
SEED = '11'
NAME = 'bss-tail-not-zeroed'        # the fault of that seed; labs/break/README.md works it through
FUNCTION = 'elf_load'


def run(*args):
    """(status, what it printed) of tools/labs/faults/break.py."""
    p = subprocess.run(['/usr/bin/python3', os.path.join(TOP, 'tools', 'labs', 'faults', 'break.py')] + list(args),
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return p.returncode, p.stdout.decode()


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    out = str(tmp_path_factory.mktemp('break') / 'out')
    status, text = run('make', '--seed', SEED, out)
    assert status == 0, text
    assert NAME not in text
    return out


def type_at_prompts(console, said, lines):
    """Types a line at each prompt of the shell in the guest. @said gets what it prints."""
    for line in lines:
        while not said.endswith(b'exon# '):
            byte = console.stdout.read(1)
            if not byte:
                return
            said += byte
        console.stdin.write(line.encode() + b'\n')
        console.stdin.flush()
        said += b'\n'
    said += console.stdout.read()


def test_the_page_shows_what_happens(folder, tmp_path):
    """/lab at the prompt of `make debug`, with the page's session in `make gdb`."""
    _, lab, stages, ptes, files, check = (block for _, block in pages.blocks(PAGE))
    session, said = pages.commands(stages) + pages.commands(ptes) + [('xstage off', []), ('continue', [])], bytearray()
    console = subprocess.Popen(['make', '-s', '-C', folder, 'debug'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    typing = threading.Thread(target=type_at_prompts, args=(console, said, ['/lab', 'poweroff']))
    typing.start()
    try:
        gdb_machine.wait_for(lambda: os.path.exists(os.path.join(folder, 'gdb.socket')))
        answers = gdb_machine.gdb(tmp_path, [command for command, _ in session], ['make', '-s', '-C', folder, 'gdb', 'GDBFLAGS=-batch -x %s' % (
            tmp_path / 'commands.py')], ended=True)
    finally:
        console.kill()
        typing.join()
    assert pages.difference(session, answers[1:]) == ''
    assert pages.missing(lab.split('\n')[1:-1], said.decode().replace('\r\n', '\n').replace('\r', '')) == '', said
    for line in re.findall(r'^\$ (.*)$', files, re.M):
        text = subprocess.run(line, shell=True, cwd=TOP, stdout=subprocess.PIPE).stdout.decode()
        assert text.rstrip('\n') in files, text


def answer(folder, text):
    with open(os.path.join(folder, 'answer.txt'), 'w') as f:
        f.write(text)
    return run('check', folder)


@pytest.mark.parametrize('name', faults.load())
def test_line_is_there_once(name):
    fault = faults.get(name)
    faults.find(TOP, fault['function'], fault['old'])


@pytest.mark.parametrize('line', ['no such line;', 'return err;'])
def test_other_lines_are_refused(line):
    with pytest.raises(faults.Bad, match='times, not once'):
        faults.find(TOP, 'elf_load', line)


def test_apply_changes_one_line(tmp_path):
    tree = str(tmp_path / 'tree')
    p = subprocess.run([os.path.join(TOP, 'tools', 'labs', 'faults', 'faults.py'), 'apply', NAME, '--to', tree])
    assert p.returncode == 0
    diff = subprocess.run(['diff', '-r', '-x', 'build', '-x', '.git', '-x', '__pycache__', TOP, tree],
                          stdout=subprocess.PIPE).stdout.decode()
    changed = [l[2:].strip() for l in diff.splitlines() if l[:2] in ('< ', '> ')]
    assert changed == [faults.get(NAME)['old'], faults.get(NAME)['new']], diff


def test_folder_tells_nothing(folder):
    assert sorted(os.listdir(folder)) == ['Makefile', 'README.md', 'answer.txt', 'exon.elf', 'initrd.cpio', 'seal']
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), 'rb') as f:
            text = f.read()
        assert NAME.encode() not in text, name
        assert hashlib.sha256(NAME.encode()).hexdigest().encode() not in text, name
    sections = subprocess.run(['readelf', '-SW', os.path.join(folder, 'exon.elf')], stdout=subprocess.PIPE).stdout.decode()
    assert '.debug_info' in sections and '.debug_line ' not in sections


def test_good_is_the_same_tree_on_the_good_kernel(folder):
    for target, kernel in (('run', 'exon.elf'), ('debug', 'exon.elf'), ('good', TOP + '/build/exon.elf'), ('good-debug', TOP + '/build/exon.elf')):
        text = subprocess.run(['make', '-n', '-C', folder, target], stdout=subprocess.PIPE, check=True).stdout.decode()
        assert ' -kernel %s -initrd initrd.cpio ' % kernel in text, text
    text = subprocess.run(['make', '-n', '-C', folder, 'good-gdb'], stdout=subprocess.PIPE, check=True).stdout.decode()
    assert ' %s/build/exon.elf -x ' % TOP in text, text


def test_answers(folder):
    commands, shown = re.findall(r'^\$ (.*)\n((?:(?!\$ ).*\n)*)', list(pages.blocks(PAGE))[-1][1], re.M)
    subprocess.run(commands[0], shell=True, cwd=folder, check=True)
    text = subprocess.run(shown[0], shell=True, cwd=folder, stdout=subprocess.PIPE, check=True).stdout.decode()
    assert pages.missing(shown[1].rstrip('\n').split('\n'), text) == '' and FUNCTION in text, text
    for stage, hint in (('vdso', 'look earlier'), ('load-elf', 'look later'), ('brk', 'before the first instruction')):
        status, text = answer(folder, 'stage: %s\ncause: x\n' % stage)
        assert status == 1 and hint in text and FUNCTION not in text
    assert answer(folder, 'stage: nowhere\ncause: x\n')[0] == 2
    assert answer(folder, 'stage: set-brk\ncause:\n')[0] == 2


def test_errors(folder, tmp_path):
    assert run('make', '--seed', SEED, folder)[0] == 2
    assert run('make', '--seed', 'seven', str(tmp_path / 'new')) == (2, 'break: SEED=seven: a seed is a number, for example 7\n')
    assert not (tmp_path / 'new').exists()
    assert run('check', str(tmp_path))[0] == 2
    assert run('which', SEED) == (0, NAME + '\n')
