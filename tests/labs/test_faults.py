# SPDX-License-Identifier: MIT
"""Do the tests find faults? Each one-line fault of labs/faults.toml must make one of them fail.

A faulty kernel runs the comparisons of maps.txt and the guest programs of exec,
mm and fork until the first one whose output or status is not Linux's.
"""
import concurrent.futures
import hashlib
import os
import re
import tempfile
import threading

import pytest

import claims
from conftest import diff, results_in, script_of

import faults
import guest_film
import vm

AREAS = ('exec', 'mm', 'fork')
# These are the first to see one of the faults; the sooner, the shorter the test.
FIRST = ['exec/late_failure_never_returns', 'exec/cloexec_descriptors_close', 'exec/unreadable_program_is_not_dumpable',
         'exec/missing_gnu_stack_note_keeps_stack_plain', 'mm/mprotect_after_fork_still_copies', 'mm/protection_faults_tell_accerr']
GUEST = sorted((p for p in claims.PROGRAMS if p.split('/')[0] in AREAS), key=lambda p: p not in FIRST)
CASES = claims.cases(GUEST)
FAULTS = faults.load()
SECONDS = 200       # of a faulty kernel; a good one needs 15, on a busy machine a minute
# A change that changes nothing: it must not count as caught.
HARMLESS = {'function': 'set_brk', 'old': 'end = PAGE_ALIGN(end);', 'new': 'end = PAGE_ALIGN(end); /* the end */'}


def together(item):
    """For parallel.py."""
    return claims.GROUP


def difference(name, ours, linux):
    """One line that says how a case differs from Linux."""
    rows = [row for _, _, row in diff(ours[0], linux[0]) if re.match(r'[-+][^-+]', row)]
    return '%s: status %d, Linux %d; %s' % (name, ours[1], linux[1], ' / '.join(rows[:2]) or 'other white space')


def last_words(text):
    """What a kernel said that did not reach its end: the panic, if there is one."""
    lines = [l for l in text.splitlines() if l.strip()]
    return next((l for l in lines if 'panic' in l.lower()), lines[-1] if lines else 'nothing')


class Runs:
    """Every kernel that a selected test asks for, two at once, each held against one boot of Linux."""

    def __init__(self, folder):
        self.folder = folder
        self.initrd = os.path.join(folder, 'initrd.cpio')
        vm.pack(script_of(CASES), self.initrd, claims.files())
        self.linux = {name: claims.batch().get('linux', name) for name in CASES}
        self.pool = concurrent.futures.ThreadPoolExecutor(2)
        self.jobs, self.known, self.turn = {}, {}, threading.Lock()

    def start(self, name):
        self.jobs[name] = self.pool.submit(self.caught, name)

    def caught(self, name):
        """How the kernel shows itself different from Linux, or None."""
        with tempfile.TemporaryDirectory(dir=self.folder) as d:
            return self.verdict(self.kernel(name, os.path.join(d, 'tree')))

    def verdict(self, kernel):
        """Kernels that are loaded with the same bytes run once."""
        loaded = hashlib.sha256(repr(guest_film.Image(kernel).segments).encode()).digest()
        with self.turn:
            mine = loaded not in self.known
            verdict = self.known.setdefault(loaded, concurrent.futures.Future())
        if mine:
            try:
                verdict.set_result(self.first_difference(kernel))
            except BaseException as e:
                verdict.set_exception(e)
        return verdict.result()

    def kernel(self, name, tree):
        if name == 'unchanged':
            return vm.KERNEL['exon']
        fault = HARMLESS if name == 'harmless' else FAULTS[name]
        return faults.build(fault['function'], fault['old'], fault['new'], tree)

    def first_difference(self, kernel):
        if kernel == vm.KERNEL['exon']:     # the batch has run it
            ours = {name: claims.batch().get('exon', name) for name in CASES}
            return next((difference(name, ours[name], self.linux[name]) for name in CASES if ours[name] != self.linux[name]), None)
        text, seen = '', {}
        try:
            for text in vm.watch(kernel, self.initrd, vm.CMDLINE['exon'] + ' norandmaps', SECONDS):
                seen = results_in(text)
                for name, result in seen.items():
                    if result != self.linux[name]:
                        return difference(name, result, self.linux[name])
        except vm.Failed as e:
            return 'hangs (%s); its last words: %s' % (e, last_words(text))
        return None if len(seen) == len(CASES) else 'dies: ' + last_words(text)


@pytest.fixture(scope='module')
def runs(request, tmp_path_factory):
    r = Runs(str(tmp_path_factory.mktemp('faults')))
    for item in request.session.items:
        if item.module is request.module and hasattr(item, 'callspec'):
            r.start(item.callspec.params['kernel'])
    yield r
    r.pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize('kernel', ['unchanged', 'harmless'])
def test_good_kernel_is_not_caught(runs, kernel):
    assert runs.jobs[kernel].result() is None


@pytest.mark.parametrize('kernel', FAULTS)
def test_fault_is_caught(runs, kernel):
    assert runs.jobs[kernel].result() is not None, 'no test sees: ' + FAULTS[kernel]['mistake']


def test_score(runs, capsys):
    verdicts = {name: job.result() for name, job in runs.jobs.items() if name in FAULTS}
    caught = sum(1 for v in verdicts.values() if v)
    with capsys.disabled():
        print()
        for name, verdict in verdicts.items():
            print('  %-28s %s' % (name, verdict or 'NOT CAUGHT'))
        print('faults caught: %d of %d' % (caught, len(verdicts)))
    assert caught == len(verdicts)
