# SPDX-License-Identifier: MIT
"""Do the tests find faults? Each one-line fault of labs/faults.toml must make one of them fail.

A faulty kernel runs the comparisons of maps.txt and the guest programs of exec,
mm and fork until the first one whose output or status is not Linux's.
"""
import concurrent.futures
import os
import re
import tempfile

import pytest

from conftest import TOP, Batch, diff, results_in, script_of
from test_compare import MAPS
from test_guest import PROGRAMS, ROOT

import faults
import vm

AREAS = ('exec', 'mm', 'fork')
GUEST = [p for p in PROGRAMS if p.split('/')[0] in AREAS]
CASES = {**{'maps.txt:' + n: line for n, line in MAPS.items()}, **{p: '/t/' + p for p in GUEST}}
FAULTS = faults.load()
SECONDS = 200       # of a faulty kernel; a good one needs 15, on a busy machine a minute
# A change that changes nothing: it must not count as caught.
HARMLESS = {'function': 'set_brk', 'old': 'end = PAGE_ALIGN(end);', 'new': 'end = PAGE_ALIGN(end); /* the end */'}


def guest_files():
    programs = os.path.join(TOP, 'build', 'tests', 'programs', 'maps')
    files = [('p/' + n, os.path.join(programs, n)) for n in sorted(os.listdir(programs))]
    files += [('t/' + p, os.path.join(ROOT, p)) for p in GUEST]
    return [word for name, path in files for word in ('--file', '%s:755=%s' % (name, path))]


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
        vm.pack(script_of(CASES), self.initrd, guest_files())
        batch = Batch(CASES, extra_args=guest_files(), kernels=('linux',))
        self.linux = {name: batch.get('linux', name) for name in CASES}
        self.pool = concurrent.futures.ThreadPoolExecutor(2)
        self.jobs = {}

    def start(self, name):
        self.jobs[name] = self.pool.submit(self.caught, name)

    def caught(self, name):
        """How the kernel shows itself different from Linux, or None."""
        with tempfile.TemporaryDirectory(dir=self.folder) as d:
            return self.first_difference(self.kernel(name, os.path.join(d, 'tree')))

    def kernel(self, name, tree):
        if name == 'unchanged':
            return vm.KERNEL['exon']
        fault = HARMLESS if name == 'harmless' else FAULTS[name]
        return faults.build(fault['function'], fault['old'], fault['new'], tree)

    def first_difference(self, kernel):
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
