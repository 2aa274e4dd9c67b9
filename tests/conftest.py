# SPDX-License-Identifier: MIT
"""Shared parts of the tests: boot both kernels at once, cut their output into cases, print the closing line."""
import concurrent.futures
import os
import re
import signal
import shlex
import sys

import pytest

sys.dont_write_bytecode = True
os.environ['EXON_CACHE'] = ''     # the tests leave the user's own folder of packages alone
TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(TOP, *p) for p in (
    ('tools',), ('tools', 'bench'), *(('tools', 'labs', d) for d in ('author', 'grade', 'class', 'predict', 'faults')), ('tests', 'kernel'), ('tests', 'gdb'))]
import vm  # noqa: E402
from parallel import Progress, at_once  # noqa: E402

KERNELS = ('exon', 'linux')


def script_of(cases):
    """The shell script that runs @cases, {name: shell text}, each between two marks."""
    script = vm.NO_MODPROBE
    for name, text in cases.items():
        script += 'echo; echo "@@@ begin %s"; cd /tmp; busybox timeout 60 busybox sh -c %s; end=$?; echo; echo "@@@ end $end"\n' % (
            name, shlex.quote(text))
    return script


def results_in(text):
    """{name: (output, status)} of the cases whose two marks are in @text."""
    found = re.findall(r'\n@@@ begin (\S+)\n(.*?)\n@@@ end (\d+)\n', text, re.S)
    return {name: (out, int(status)) for name, out, status in found}


class Batch:
    """Many small cases in one boot of each kernel. cases: {name: shell text}; results: {kernel: {name: (output, status)}}."""

    def __init__(self, cases, cmdline='norandmaps', extra_args=(), seconds=400, kernels=KERNELS, script=None, memory=vm.MEMORY):
        script = script or script_of(cases)
        self.error = {}
        self.results = {}
        with concurrent.futures.ThreadPoolExecutor(at_once(2)) as pool:
            jobs = {k: pool.submit(vm.run, k, script, cmdline, memory, seconds, extra_args) for k in kernels}
            for kernel, job in jobs.items():
                try:
                    text = job.result()[0]
                except vm.Failed as e:
                    self.error[kernel] = str(e)
                    text = str(e)
                self.results[kernel] = results_in(text)

    def get(self, kernel, name):
        if name not in self.results[kernel]:
            pytest.fail('%s gave no result for %s. %s' % (kernel, name, self.error.get(kernel, '')), pytrace=False)
        return self.results[kernel][name]

    def assert_same(self, name):
        exon, linux = self.get('exon', name), self.get('linux', name)
        if exon != linux:
            rows = ['  %s %s' % (' ' if a == b else '|', text) for a, b, text in diff(exon[0], linux[0])]
            pytest.fail('differs from Linux (status: exon %d, linux %d)\n%s' % (exon[1], linux[1], '\n'.join(rows)),
                        pytrace=False)


def diff(ours, theirs):
    import difflib
    for line in difflib.unified_diff(theirs.splitlines(), ours.splitlines(), 'linux', 'exon', lineterm='', n=2):
        yield (0, 1, line)


class ClosingLine:
    """The very last line is plain: 'N passed, N failed'."""

    def __init__(self):
        self.passed = self.failed = 0

    def pytest_terminal_summary(self, terminalreporter):
        stats = terminalreporter.stats
        self.passed = len(stats.get('passed', []))
        self.failed = len(stats.get('failed', [])) + len(stats.get('error', []))

    def pytest_unconfigure(self):
        print('%d passed, %d failed' % (self.passed, self.failed), flush=True)


def pytest_addoption(parser):
    parser.addoption('--jobs', type=int, default=len(os.sched_getaffinity(0)), help='groups of tests at a time')
    parser.addoption('--alone', action='store_true', help='up to three tests that failed run once more, after all others')


def pytest_configure(config):
    # A background job ignores both, and so would what the tests start: make ends by SIGQUIT (tools/recipe.sh).
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.pluginmanager.register(ClosingLine())
    config.pluginmanager.register(Progress(config, config.getoption('--jobs')), 'progress')
