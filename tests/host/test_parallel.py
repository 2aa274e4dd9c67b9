# SPDX-License-Identifier: MIT
"""tests/parallel.py: a test that failed beside others runs once more, alone; what it does then counts."""
import os
import shutil
import subprocess

import pytest

from conftest import TOP
import parallel

# It fails as long as another test runs, or in a process that has run another test.
NEEDS_ALL = '''
import os
ran = []

def test_before():
    ran.append(1)

def test_needs_all():
    others = not os.path.exists('end')
    open('tried', 'w').close()
    assert not others, 'others run'
    assert not ran, 'no process of its own'
'''
OTHERS = '''
import os, time

def test_other():
    while not os.path.exists('tried'):
        time.sleep(0.01)
    open('end', 'w').close()
'''
WRONG = 'def test_wrong():\n    assert 1 + 1 == 3\n'
# What a fixture needs may be missing, too, and a process may end.
NO_FIXTURE = '''
import os, pytest

@pytest.fixture(scope='module')
def thing():
    if not os.path.exists('tried'):
        open('tried', 'w').close()
        os.close(99)

def test_thing(thing):
    pass
'''
ENDS = '''
import os

def test_ends():
    if not os.path.exists('tried'):
        open('tried', 'w').close()
        os._exit(7)
'''
GOOD = 'def test_good():\n    pass\n'


@pytest.fixture
def run(tmp_path):
    """Runs a tree of tests, {file: text}: (status, what pytest printed)."""
    def run(files, *words):
        tests = tmp_path / 'tests'
        tests.mkdir()
        for name in ('conftest.py', 'parallel.py'):
            shutil.copy(os.path.join(TOP, 'tests', name), tests)
        os.symlink(os.path.join(TOP, 'tools'), tmp_path / 'tools')
        for name, text in files.items():
            (tests / ('test_%s.py' % name)).write_text(text)
        p = subprocess.run(['/usr/bin/python3', '-m', 'pytest', '-p', 'no:cacheprovider', '-q', '--jobs', '2', '--basetemp', str(tmp_path / 'base'), *words],
                           cwd=str(tests), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
        return p.returncode, p.stdout
    return run


def last(text):
    return text.splitlines()[-1]


def test_it_passes_alone_after_the_others(run):
    status, text = run({'needs': NEEDS_ALL, 'other': OTHERS}, '--alone')
    assert (status, last(text)) == (0, '3 passed, 0 failed'), text
    assert 'FAILED test_needs.py::test_needs_all' in text and 'AssertionError: others run' in text
    assert 'test_needs.py::test_needs_all passed alone' in text.split('needed the machine for themselves')[1]


def test_without_the_option_the_first_failure_counts(run):
    status, text = run({'needs': NEEDS_ALL, 'other': OTHERS})
    assert (status, last(text)) == (1, '2 passed, 1 failed') and 'alone' not in text, text


def test_what_fails_twice_has_failed(run):
    status, text = run({'wrong': WRONG, 'good': GOOD}, '--alone')
    assert (status, last(text)) == (1, '1 passed, 1 failed') and 'test_wrong.py::test_wrong FAILED alone, too' in text, text


@pytest.mark.parametrize('reason', [NO_FIXTURE, ENDS], ids=['a fixture fails', 'the process ends'])
def test_other_ways_to_fail(run, reason):
    status, text = run({'ends': reason, 'good': GOOD}, '--alone')
    assert (status, last(text)) == (0, '2 passed, 0 failed') and ' passed alone' in text, text


def test_four_failures_are_no_accident(run):
    status, text = run({**{'wrong%d' % i: WRONG for i in range(3)}, 'needs': NEEDS_ALL, 'other': OTHERS}, '--alone')
    assert (status, last(text)) == (1, '2 passed, 4 failed') and 'alone' not in text, text


def test_one_group_that_waits_runs_beside_the_others():
    progress = parallel.Progress.__new__(parallel.Progress)
    progress.jobs, progress.running, progress.idle = 2, {}, parallel.Idle()
    waiting = [parallel.Group(name) for name in ('a', 'b', 'c', *sorted(parallel.WAITING)[:2])]

    def started():
        names = []
        while group := progress.next_of(waiting):
            waiting.remove(group)
            progress.running[group.name] = group
            names.append(group.name)
        return names

    first, second = sorted(parallel.WAITING)[:2]
    assert started() == [first, 'a', 'b']
    del progress.running['a']
    assert started() == ['c']
    del progress.running['b']
    assert started() == [second]


def test_one_more_group_runs_while_a_processor_is_idle():
    progress = parallel.Progress.__new__(parallel.Progress)
    progress.jobs, progress.running, progress.idle = 2, {'a': parallel.Group('a'), 'b': parallel.Group('b')}, parallel.Idle()
    waiting = [parallel.Group('c')]
    for idle, running, expected in (0, 2, None), (1, 2, waiting[0]), (1, 3, None):
        progress.idle.now = lambda: idle
        progress.running = {n: parallel.Group(str(n)) for n in range(running)}
        assert progress.next_of(waiting) is expected
    idle = parallel.Idle()
    assert not idle.now()
    idle.seen = [(t - parallel.LATELY, ticks - 3 * os.sysconf('SC_CLK_TCK')) for t, ticks in idle.seen]
    assert idle.now() > 0.7
