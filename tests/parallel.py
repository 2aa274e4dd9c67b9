# SPDX-License-Identifier: MIT
"""Runs groups of tests side by side, and says how far they are.

A group is the tests of one file, of a part of it that the file's own group()
names, or of several files, if their together() says the same. It runs in a
process of its own, as many at a time as there are processors, and one more
while these wait. The reports come back through a pipe to the first process,
which counts and prints as if it had run the tests itself.

With --alone (make test), tests that failed run once more after all others, one
at a time: a test shares the processors with others, and some look at clocks.
"""
import ctypes
import multiprocessing
import multiprocessing.connection
import os
import shutil
import signal
import sys
import time

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
PR_SET_PDEATHSIG = 1
# Seconds of processor time that a group takes, where it is many: these begin first, and tell the time that is left.
SECONDS = {
    'hosts/test_bare.py': 127, 'labs/test_labs.py a variant': 40, 'labs/test_labs.py a finished tree': 75, 'labs/test_labs.py GDB lines': 55,
    'labs/test_labs.py starter 4': 30, **{'labs/test_labs.py starter %d' % n: 20 for n in range(1, 12) if n != 4}, 'labs/test_labs.py starter 0': 5,
    'labs/test_labs.py earlier labs': 3, 'labs/test_labs.py': 6, 'maps.txt, guest programs and faults': 79, 'kernel/test_programs.py': 70,
    'labs/test_class.py': 37, 'kernel/test_boot.py': 46, 'kernel/test_twin.py': 33, 'gdb/test_gdb.py': 31, 'kernel/test_compare.py': 28,
    'kernel/test_oracle.py': 18, 'kernel/test_film_page.py': 16, 'hosts/test_doors.py': 23, 'kernel/test_debug.py': 36, 'kernel/test_random.py': 19,
    'kernel/test_bench.py': 16, 'kernel/test_failures.py': 15, 'gdb/test_pages.py': 13, 'kernel/test_film_kept.py': 10, 'kernel/test_attacks.py': 14,
    'labs/test_predict.py': 9, 'host/test_host.py': 12, 'host/test_eva.py': 6, 'kernel/test_core.py': 8, 'kernel/test_files.py': 6,
    'kernel/test_film_screens.py': 6, 'kernel/test_terminal.py': 8, 'labs/test_outside.py': 3, 'labs/test_break.py': 5,
    'kernel/test_showmaps.py': 2, 'kernel/test_film_schema.py': 4,
}
OTHERS = 5
# These wait much of the time, for keystrokes, clocks, a browser and files: one of them runs beside as many others as there are processors.
WAITING = {'kernel/test_terminal.py', 'hosts/test_doors.py', 'kernel/test_film_page.py', 'kernel/test_film_screens.py', 'kernel/test_showmaps.py'}
# One more group runs when this part of a processor was idle for so many seconds.
IDLE, LATELY = 0.15, 4
# If more tests than these have failed, none runs alone: that was not the load.
ALONE = 3

libc = ctypes.CDLL(None)


def at_once(wanted):
    """How many machines a test that wants several may run at a time: one where groups run side by side."""
    return min(wanted, int(os.environ.get('AT_ONCE', wanted)))


def name_of(item):
    """hosts/test_bare.py, labs/test_labs.py and the part of it, or the name of a group of several files."""
    several = getattr(item.module, 'together', lambda item: None)(item)
    if several:
        return several
    part = getattr(item.module, 'group', lambda item: None)(item)
    name = os.path.relpath(str(item.path), HERE)
    return name if part is None else '%s %s' % (name, part)


class Group:
    """Tests that run one after the other, in one process."""

    def __init__(self, name, items=()):
        self.name, self.items = name, list(items)
        self.counts = {'passed': 0, 'failed': 0, 'skipped': 0}
        self.reported = set()
        self.begin = self.took = self.used = self.pid = self.pipe = None

    @property
    def cost(self):
        return SECONDS.get(self.name, OTHERS)

    def start(self, config):
        self.begin = time.time()
        self.pipe, end = multiprocessing.Pipe(duplex=False)
        parent = os.getpid()
        self.pid = os.fork()
        if not self.pid:
            self.pipe.close()
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() == parent:
                run_group(config, self.items, end)
            os._exit(1)
        end.close()

    def said(self):
        counts = ', '.join('%d %s' % (n, word) for word, n in self.counts.items() if n)
        return '%s: %s in %d s (%d s of processor time)' % (self.name, counts or 'nothing', self.took, self.used)

    def end(self):
        """Interrupts the process, which has a moment to take its fixtures down."""
        os.kill(self.pid, signal.SIGINT)
        for _ in range(100):
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                return
            time.sleep(0.1)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


class Idle:
    """How many of the processors that we may use were idle of late: 0 until that is known."""

    def __init__(self):
        self.names, self.seen = {'cpu%d' % n for n in os.sched_getaffinity(0)}, []

    def ticks(self):
        with open('/proc/stat') as f:
            rows = [line.split() for line in f]
        return sum(int(n) for row in rows if row[0] in self.names for n in row[4:6])     # idle, and idle with a disk at work

    def again(self):
        self.seen = []

    def now(self):
        self.seen = [(t, ticks) for t, ticks in self.seen if t > time.monotonic() - 2 * LATELY] + [(time.monotonic(), self.ticks())]
        took = self.seen[-1][0] - self.seen[0][0]
        return (self.seen[-1][1] - self.seen[0][1]) / os.sysconf('SC_CLK_TCK') / took if took >= LATELY else 0


class Sender:
    """In a group's process: passes on what pytest reports of a test."""

    def __init__(self, config, pipe):
        self.config, self.pipe = config, pipe

    def pytest_runtest_logreport(self, report):
        self.pipe.send(self.config.hook.pytest_report_to_serializable(config=self.config, report=report))


def run_group(config, items, pipe):
    """The life of a group's process; it never returns."""
    capture = config.pluginmanager.getplugin('capturemanager')
    capture.stop_global_capturing()     # its files are shared with the other processes
    capture.start_global_capturing()
    capture.suspend_global_capture()
    config.pluginmanager.unregister(name='terminalreporter')
    config.pluginmanager.unregister(name='progress')
    config.pluginmanager.register(Sender(config, pipe))
    os.environ['AT_ONCE'] = '1'         # machines, so that the processes do not take each other's processor
    status = 0
    try:
        for item, following in zip(items, items[1:] + [None]):
            config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    except BaseException as e:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        status = 1
        items[0].session._setupstate.teardown_exact(None)
        if not isinstance(e, KeyboardInterrupt):
            raise
    finally:
        sys.stdout.flush()
        os._exit(status)


class Progress:
    """In the first process: starts the groups, counts, prints."""

    def __init__(self, config, jobs):
        self.config, self.jobs, self.idle = config, jobs, Idle()
        self.groups, self.begin, self.running = [], time.time(), {}
        self.alone, self.first = config.getoption('--alone'), {}
        self.live = sys.stderr.isatty() and sys.stdout.isatty()
        self.shown = ''

    def pytest_runtestloop(self, session):
        if session.testsfailed or self.config.option.collectonly or self.config.option.usepdb:
            return None
        self.groups = self.sorted_groups(session.items)
        if len(self.groups) < 2:
            self.groups = []
            return None
        self.config._tmp_path_factory.getbasetemp()     # one folder for all processes
        self.run(session, list(self.groups))
        took, used = time.time() - self.begin, sum(g.used for g in self.groups)
        self.say('%d s of processor time: %.1f of %d processors were in use' % (used, used / took, self.jobs))
        self.run_alone(session)
        return True

    def sorted_groups(self, items):
        groups = {}
        for item in items:
            groups.setdefault(name_of(item), Group(name_of(item))).items.append(item)
        return sorted(groups.values(), key=lambda g: -g.cost)

    def run(self, session, waiting):
        try:
            while waiting or self.running:
                while group := self.next_of(waiting):
                    waiting.remove(group)
                    group.start(self.config)
                    self.idle.again()
                    self.running[group.pipe] = group
                for pipe in multiprocessing.connection.wait(list(self.running), 1):
                    self.receive(self.running[pipe])
                self.show_status()
                if session.shouldfail:
                    raise session.Failed(session.shouldfail)
        finally:
            for group in self.running.values():
                group.end()

    def run_alone(self, session):
        """The tests whose failure was kept back run once more, each in a process of its own; what they do then counts."""
        kept, self.alone = self.first, False
        if not kept:
            return
        if len(kept) > ALONE:
            self.first = {}
            for report in kept.values():
                self.config.hook.pytest_runtest_logreport(report=report)
            return
        groups = []
        for group in list(self.groups):
            for item in group.items:
                if item.nodeid in kept:
                    group.counts['failed'] -= 1
                    groups.append(Group(item.nodeid, [item]))
        self.say('%d of the tests failed beside others: now alone' % len(groups))
        self.groups += groups
        self.jobs = 1
        self.run(session, groups)

    def next_of(self, waiting):
        """The group to start now, or None: all processors are busy."""
        beside = sum(g.name in WAITING for g in self.running.values())
        if self.jobs > 1 and not beside:
            found = next((g for g in waiting if g.name in WAITING), None)
            if found:
                return found
        # Those that wait go on one at a time, and with the others only where no others are left.
        free = self.jobs > len(self.running) - min(beside, self.jobs > 1)
        if not free and self.jobs == len(self.running) > 1:
            free = self.idle.now() > IDLE
        return next((g for g in sorted(waiting, key=lambda g: g.name in WAITING) if free), None)

    def receive(self, group):
        try:
            data = group.pipe.recv()
        except EOFError:
            self.finish(group)
            return
        self.take(group, self.config.hook.pytest_report_from_serializable(config=self.config, data=data))

    def take(self, group, report):
        """Passes a report on to pytest; a failure of a test that may run alone is kept back."""
        if self.alone and report.failed and report.when != 'teardown':
            self.first[report.nodeid] = report
        else:
            self.config.hook.pytest_runtest_logreport(report=report)
        self.count(group, report)

    def count(self, group, report):
        if report.failed:
            group.counts['failed'] += 1
            self.say('FAILED %s' % report.nodeid)
        elif report.skipped:
            group.counts['skipped'] += 1
        elif report.when == 'call':
            group.counts['passed'] += 1
        if report.when == 'call' or not report.passed:
            group.reported.add(report.nodeid)

    def finish(self, group):
        del self.running[group.pipe]
        _, status, usage = os.wait4(group.pid, 0)
        group.used = usage.ru_utime + usage.ru_stime    # of the process and of all that it has waited for
        status = os.waitstatus_to_exitcode(status)
        if status:
            self.crashed(group, status)
        group.took = time.time() - group.begin
        self.say('%s. %s' % (group.said(), self.outlook()))

    def crashed(self, group, status):
        """The process ended before its tests did: those without a result have failed."""
        for item in group.items:
            if item.nodeid not in group.reported:
                report = pytest.TestReport(item.nodeid, item.location, {}, 'failed',
                                           'the process of %s ended with status %d' % (group.name, status), 'call')
                self.take(group, report)

    # ---- what is shown ------------------------------------------------------

    def outlook(self):
        """What runs, how much is done, and how long the rest will take at the speed so far."""
        done = sum(sum(g.counts.values()) for g in self.groups)
        text = '%d of %d tests' % (done, len({item.nodeid for g in self.groups for item in g.items}))
        if not self.running:
            return text
        ended = [g for g in self.groups if g.took]
        pace = sum(g.took for g in ended) / sum(g.cost for g in ended) if ended else 1
        left = sum(g.cost * pace for g in self.groups if not g.begin)
        left += sum(max(g.cost * pace - (time.time() - g.begin), 1) for g in self.running.values())
        return '%s, %s left; running %s' % (text, minutes(left / self.jobs), ', '.join(g.name for g in self.running.values()))

    def pytest_terminal_summary(self, terminalreporter):
        """What failed beside others, in full; and which of these tests passed alone."""
        if not self.first:
            return
        failed = {r.nodeid for word in ('failed', 'error') for r in terminalreporter.stats.get(word, [])}
        terminalreporter.section('failed beside others, and ran once more alone')
        for name, report in self.first.items():
            terminalreporter.section(name, '-')
            terminalreporter.line(report.longreprtext)
        terminalreporter.section('these tests needed the machine for themselves', '-')
        for name in self.first:
            terminalreporter.line('%s %s' % (name, 'FAILED alone, too' if name in failed else 'passed alone'))

    def say(self, line):
        self.config.get_terminal_writer().line('%s[%s] %s' % (self.erase(), clock(time.time() - self.begin), line))
        self.config.get_terminal_writer().flush()

    def erase(self):
        text, self.shown = '\r\x1b[K' if self.shown else '', ''
        return text

    def show_status(self):
        """On a terminal, a last line that changes in place."""
        if not self.live or not self.running:
            return
        line = '[%s] %s' % (clock(time.time() - self.begin), self.outlook())
        columns = shutil.get_terminal_size().columns - 1
        if line[:columns] != self.shown:
            sys.stdout.write(self.erase() + line[:columns])
            sys.stdout.flush()
            self.shown = line[:columns]

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report):
        """No letter a test, for groups side by side: they have lines of their own."""
        if not self.groups:
            return None
        if report.failed:
            return ('failed' if report.when == 'call' else 'error'), '', 'FAILED'
        if report.skipped:
            return 'skipped', '', ''
        return ('passed' if report.when == 'call' else ''), '', ''


def clock(seconds):
    return '%d:%02d' % divmod(seconds, 60)


def minutes(seconds):
    return 'about %d min' % round(seconds / 60) if seconds > 90 else 'about %d s' % seconds
