# SPDX-License-Identifier: MIT
"""Debian's programs, in the tree of `make run ROOT=programs`: what they print must be what they print on Linux 6.1."""
import os
import re
import shlex

import pytest

import vm
from conftest import Batch
from claims import read_commands

COMMANDS = read_commands('programs.txt')
TREE = os.path.join(vm.BUILD, 'debian-programs.cpio')
MEMORY = 1024       # MiB
LIMIT = 60          # seconds for one line


# Numbers of processes and inodes, and ticks, differ between two boots of Linux itself.
MASKS = [(r'(line 1: +)\d+ ', r'\1PID '), (r'(Process |si_pid=)\d+', r'\1PID'), (r'si_([us])time=\d+( /\*.*?\*/)?', r'si_\1time=T'),
         (r'(pipe|socket):\[\d+\]', r'\1:[INODE]')]


def masked(result):
    text, status = result
    for pattern, to in MASKS:
        text = re.sub(pattern, to, text)
    return text, status


def script_of(cases):
    """The script that runs each line by bash, in a folder and a process group of its own, between two marks."""
    script = 'umask 022; export LC_ALL=C COLUMNS=80 PYTHONUNBUFFERED=1\n'
    for name, text in cases.items():
        script += ('mkdir /tmp/%s; cd /tmp/%s; echo; echo "@@@ begin %s"; /usr/bin/timeout -k 1 %d bash -c %s </dev/null 2>&1 | cat; '
                   'end=${PIPESTATUS[0]}; echo; echo "@@@ end $end"; cd /; rm -rf /tmp/%s\n' % (name, name, name, LIMIT, shlex.quote(text), name))
    return script


@pytest.fixture(scope='module')
def programs():
    before = vm.root
    vm.root = TREE
    batch = Batch(COMMANDS, script=script_of(COMMANDS), memory=MEMORY)
    batch.results = {kernel: {name: masked(r) for name, r in results.items()} for kernel, results in batch.results.items()}
    yield batch
    vm.root = before


@pytest.mark.parametrize('number', COMMANDS, ids=lambda n: '%s %s' % (n, COMMANDS[n][:50]))
def test_program(programs, number):
    programs.assert_same(number)
