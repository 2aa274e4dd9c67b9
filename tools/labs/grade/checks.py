# SPDX-License-Identifier: MIT
"""Run one test (a case on this machine, a boot, or an answer), and say what went wrong."""
import difflib
import hashlib
import json
import os
import re
import subprocess
import tempfile
import threading
import time

import answers
import course
import guest_film
import hiding
import host
import kernels
import machine
from machine import backtrace, outside, qemu
from report import Result

YOURS = re.compile(r'Kernel panic - not syncing: lab \d+: (\w+ in \S+) is yours to write')
OWN = re.compile(r'^lab \d+: (\w+ in labs/\S+) is yours to write$', re.M)      # a program's, which ends
NO_BUILD = 'it does not build:'
LINUX_LIMIT = 20000 * machine.MILLION
LINUX_WORDS = ' no_timer_check cryptomgr.notests noreplace-smp'     # as in tools/vm.py


def note_other_changes(top, labs, say):
    """Prints a note if files have changed that are not graded: a starter's grader uses only those that the labs name."""
    if course.starter(top) is None:
        return
    p = subprocess.run(['git', '-C', top, 'diff', '--name-only', 'HEAD'], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    graded = {f for l in labs for f in l.write}
    others = [f for f in p.stdout.decode().split('\n') if f and f not in graded]
    if others:
        say('# note: changed, but not part of what is graded now: %s' % ', '.join(others))


def how_it_ended(status):
    """In words, wait(2)'s status."""
    return 'killed by signal %d' % (status & 0x7f) if status & 0x7f else 'ended with status %d' % (status >> 8)


def innermost(calls, files):
    """', in f (mm/x.c:7)' of the first line of a backtrace that is in one of @files; '' without one."""
    found = (re.match(r'  (\S+):(\d+)  (\w+)', line) for line in calls)
    return next((', in %s (%s:%s)' % (m.group(3), m.group(1), m.group(2)) for m in found if m and m.group(1) in files), '')


def hang_text(outcome, calls, limit, files):
    """calls: lines of the backtrace; files: that a student writes."""
    again = ': the page at %x faults again and again, in the instruction at %x' % tuple(outcome.again) if outcome.again else innermost(calls, files)
    text = {'wall': 'it did not end, but executed almost no instructions: is it waiting for something that never happens?',
            'instructions': 'it did not end within %d million instructions' % (limit // machine.MILLION) + again,
            'idle': 'it did not end: for %d seconds of its own clock every process has waited for something' % machine.IDLE_SECONDS,
            'quit': 'the machine ended without a result: a triple fault, or a power off'}[outcome.verdict]
    if calls and 'cpu_idle' in calls[0]:
        calls = calls + ['  that is the idle loop: every process waits for something']
    return '\n'.join([text] + (['%s waits here:' % outcome.process if outcome.process else 'it was here:'] + calls if calls else []) + [outcome.console.strip()[-1500:]])


def unified(expected, got, names):
    """What was expected and what came, as a diff, cut to a screen or two."""
    a, b = (x.decode('utf-8', 'replace').split('\n') for x in (expected, got))
    lines = list(difflib.unified_diff(a, b, names[0], names[1], lineterm='', n=2))
    return '\n'.join(lines[:60] + (['... %d lines more' % (len(lines) - 60)] if len(lines) > 60 else []))


def warnings(top, labs, box=None):
    """Lines: what the compiler says of the files that a student writes, also of those that were compiled before."""
    start = course.starter(top)
    files = [f for l in labs if start and l.number in start['cut'] for f in l.write if f.endswith('.c')]
    try:
        text = kernels.make(top, '-s', 'warnings', 'FILES=' + ' '.join(files), box=box) if files else ''
    except kernels.BuildError as e:
        text = str(e)
    return [l for l in text.split('\n') if l and not l.startswith('make')]


def seen_of(test, out, number=0):
    return out.seen[number] if test.outside and out.seen else {}


class Bench:
    """All that the tests of one run share."""

    def __init__(self, top, labs, say, box=None):
        self.top, self.labs, self.say, self.box = top, labs, say, box
        self.shared = box.shared if box else top
        self.kernels = kernels.Kernels(top, labs, box)
        self.under_test, self.errors, self.images, self.contents, self.packed, self.right = {}, {}, {}, {}, {}, {}
        self.reference = self.oracle = self.measured = None
        self.endless = {}       # number of a lab -> (function that ran out of time, label of the test)
        self.hung = {}          # (lab, command line, rootfs) -> label of a test whose kernel hung before it
        self.guest, self.turn = [], threading.Lock()
        self.cache = kernels.cache(top)
        self.hide = (course.starter(top) or {}).get('hide', False)      # expected values

    # ---- what is needed before the first test -------------------------------

    def prepare(self, tests):
        """Builds kernels, programs and host tests. What a student's file breaks costs that lab's tests only."""
        guest = self.guest = [t for t in tests if t.kind == 'guest']
        for binary in sorted({t.binary for t in tests if t.kind == 'host'}):
            self.attempt(binary, lambda: kernels.make(self.top, 'build/' + binary, box=self.box))
        if not guest:
            return
        if not self.box:    # a box's bench has them
            kernels.make_programs(self.top, self.labs, guest)
        self.reference, self.oracle = self.kernels.reference(), self.kernels.oracle()
        for number in sorted({t.lab for t in guest}):
            lab = course.find_lab(self.labs, number)
            self.under_test[number] = self.attempt(number, lambda: self.kernels.under_test(lab))
        self.pack(guest)

    def attempt(self, key, build):
        try:
            return build()
        except kernels.BuildError as e:
            self.errors[key] = '%s\n%s' % (NO_BUILD, e)
            return None

    @property
    def cap(self):
        """Seconds of wall clock for a boot: measured before the first one, so that they fit slow machines."""
        with self.turn:
            if not self.measured:
                self.measured = self.calibrate()
        return self.measured

    def calibrate(self):
        kernel = self.reference or next((k for k in self.under_test.values() if k), None)
        if not kernel:
            return machine.CAP_SECONDS
        start = time.time()
        out = machine.boot(kernel, [self.archive('nothing', ())], [], box=self.box)
        speed = out.instructions / (time.time() - start) if out.verdict == 'done' else machine.SPEED / 10
        return machine.cap_for(1000 * machine.MILLION, speed)

    def image(self, kernel):
        if kernel not in self.images:
            self.images[kernel] = guest_film.Image(kernel)
        return self.images[kernel]

    # ---- boots ---------------------------------------------------------------

    def archive(self, name, programs):
        if self.box:
            return os.path.join(self.shared, 'build', 'grade', name + '.cpio')
        finished = {p for l in self.labs for p in l.own_programs} & set(programs)
        return kernels.archive(self.top, name, programs, {p: self.kernels.finished_program(p) for p in finished})

    def own_archive(self, name, programs, own):
        """The same with the student's programs."""
        out = os.path.join(self.box.job if self.box else os.path.join(self.top, 'build', 'grade'), name + '-own.cpio')
        return kernels.archive(self.shared, name, programs, {p: self.kernels.own_program(p) for p in own}, out)

    def pack(self, tests, finished=False):
        """The parts of each test's initramfs, whose programs are built. Tests of a lab share them: see boot_together.

        finished: a student has written nothing yet.
        """
        root = os.path.join(self.shared, 'build', 'rootfs.cpio')
        for name, programs in kernels.archives_of(self.labs, tests).items():
            alike = [t for t in tests if kernels.archive_name(t.lab, t.rootfs) == name]
            right = self.archive(name, programs)
            own = [p for p in course.find_lab(self.labs, alike[0].lab).own_programs if p in programs]
            mine = self.own_archive(name, programs, own) if own and not finished and alike[0].lab not in self.errors else right
            for t in alike:
                self.packed[t.label], self.right[t.label] = ([root] * t.rootfs + [small] for small in (mine, right))

    def key(self, kernel, archives, tests):
        """Equal for two boots that must end alike: the machine is deterministic."""
        h = hashlib.sha256(repr([(t.words(), t.cmdline, t.limit, qemu.CPU, qemu.MEMORY) for t in tests]).encode())
        looks = [outside.__file__] if any(t.outside for t in tests) else []
        for path in [kernel, *archives, *looks]:
            h.update(self.content(path))
        return h.hexdigest()

    def content(self, path):
        """A digest of the file, or of what a kernel of ours is loaded with."""
        if path not in self.contents:
            parts = [b'%x' % start + data for start, data in self.image(path).segments] if path.endswith('.elf') else None
            if parts is None:
                with open(path, 'rb') as f:
                    parts = [f.read()]
            self.contents[path] = hashlib.sha256(b''.join(parts)).digest()
        return self.contents[path]

    @property
    def inside(self):
        """For backtrace.py: how to run a program on a student's kernel."""
        return self.box.words if self.box else None

    def backtrace(self, kernel, out):
        """Lines for the stack of @out, of which the first one is that of the next instruction."""
        stack = out.stack[:1] + (self.image(kernel).caller(out.stack[0], out.top) if out.stack else []) + out.stack[1:]
        calls = [a - (i > 0) for i, a in enumerate(stack)]
        found = backtrace.places(kernel, calls, self.inside)
        return ['  ' + line for a, call in zip(stack, calls) for line in found.get(call, ['[<%016x>] %s' % (a, self.image(kernel).place(a))])]

    def is_linux(self, kernel):
        return os.path.basename(kernel) == 'vmlinux'

    def boot(self, kernel, test, right=False):
        """(Outcome, film) of @test on @kernel, from the cache if it has been there before. right: with the finished programs."""
        return self.boot_once(kernel, [test], 1, right)

    def boot_once(self, kernel, tests, patience, right):
        """The same for @tests, one after the other in one machine. patience: how many times as long it may take."""
        archives, linux = (self.right if right else self.packed)[tests[0].label], self.is_linux(kernel)
        path = os.path.join(self.cache, self.key(kernel, archives, tests) + '.json')
        with kernels.turn(path):
            if os.path.exists(path):
                return self.load(path)
            out = machine.boot(kernel, archives, [t.words() for t in tests], tests[0].cmdline + (LINUX_WORDS if linux else ''),
                               LINUX_LIMIT if linux else tests[0].limit * machine.MILLION, patience * self.cap,
                               {} if linux else self.image(kernel).wanted(), count=not linux, box=self.box, look=self.look(kernel, tests),
                               tasks=None if linux else self.tasks(kernel), hung={} if linux else self.image(kernel).wanted_of_a_hang())
            out.again = guest_film.again(out.memory)
            rows = [] if linux else guest_film.film(self.image(kernel), out.memory)
            if out.verdict == 'done' or (not linux and out.verdict in ('panic', 'instructions', 'idle')):
                self.store(path, out, rows)
            return out, rows

    def look(self, kernel, tests):
        """What is to be seen of the boot from outside, or None."""
        if not any(t.outside for t in tests):
            return None
        built = os.path.join(self.shared, 'build')
        programs = [outside.Program(os.path.join(built, next(p for p in t.programs if t.run[0] == '/t/' + os.path.basename(p)))) if t.outside else None
                    for t in tests]
        ours = {} if self.is_linux(kernel) else {
            'symbols': self.image(kernel).symbols, 'offsets': outside.read_offsets(os.path.join(self.shared, outside.OFFSETS))}
        return outside.Look(programs, outside.Program(os.path.join(built, 'labs', 'kit', 'labrun')), **ours)

    def tasks(self, kernel):
        """Where a kernel of ours has its tasks, for machine.boot."""
        try:
            offsets = dict(zip(outside.FIELDS, outside.read_offsets(os.path.join(self.shared, outside.OFFSETS))))
        except OSError:
            return None
        return self.image(kernel).symbols['init_task'][0], offsets

    def boot_together(self, test):
        """(output, status, what was seen) of @test in a machine of Linux that runs all tests like it: its boot takes seconds. None: that failed."""
        alike = [t for t in self.guest if (self.right[t.label], t.cmdline) == (self.right[test.label], test.cmdline)]
        out, _ = self.boot_once(self.oracle, alike, len(alike), True)
        result = out.results.get(alike.index(test)) if out.verdict == 'done' else None
        return result and (*result, seen_of(test, out, alike.index(test)))

    def store(self, path, out, rows):
        data = {'verdict': out.verdict, 'console': out.console, 'instructions': out.instructions, 'stack': out.stack, 'top': out.top, 'again': out.again,
                'process': out.process, 'seconds': out.seconds, 'results': {n: [o.hex(), s] for n, (o, s) in out.results.items()}, 'seen': out.seen,
                'film': [[pid, list(vars(r).values())] for pid, r in rows]}
        with tempfile.NamedTemporaryFile('w', dir=self.cache, delete=False) as f:
            json.dump(data, f)
        os.replace(f.name, path)

    def load(self, path):
        with open(path) as f:
            d = json.load(f)
        results = {int(n): (bytes.fromhex(o), s) for n, (o, s) in d['results'].items()}
        out = machine.Outcome(d['verdict'], results, d['console'], d['instructions'], stack=d['stack'], top=d.get('top', []), again=d.get('again', []),
                              process=d.get('process', ''), seconds=d.get('seconds', 0.0), seen=d.get('seen', []))
        return out, [(pid, guest_film.Record(*r)) for pid, r in d['film']]

    # ---- verdicts --------------------------------------------------------------

    def run(self, test):
        seconds, instructions, look = 0.0, 0, []
        error = self.errors.get(test.binary if test.kind == 'host' else test.lab)
        if test.kind == 'answer':
            passed, text = answers.check(self.top, course.find_lab(self.labs, test.lab), test.question)
        elif error:
            passed, text = False, error
        elif test.kind == 'host':
            passed, text, look, seconds = self.run_host(test)
        else:
            passed, text, look, out = self.run_guest(test)
            seconds, instructions = out.seconds, out.instructions
        return Result(test, passed, text, seconds, instructions, look)

    def run_host(self, test):
        """(passed?, why not, how to look at it, seconds). A lab in which a function has run out of time is graded in a hurry."""
        before = self.endless.get(test.lab)
        ended = host.run(test, course.find_lab(self.labs, test.lab), self.top, self.box, hurried=before is not None)
        look = ['to look: make debug-test TEST=%s   (GDB stops there)' % test.label]
        if ended.timeout and before and before[1] != test.label:
            return False, 'skipped after %d s in %s (%s): %s ran out of time in %s, so look there first' % (
                host.seconds(True), ended.function, ended.line, before[0], before[1]), [], ended.seconds
        if ended.timeout:
            self.endless.setdefault(test.lab, (ended.function, test.label))
        text = hiding.host(ended.text, host.END) if self.hide and not ended.passed else ended.text
        return ended.passed, text, [] if ended.passed else look, ended.seconds

    def run_guest(self, test):
        """(passed?, why not, how to look at it, Outcome)."""
        kernel = self.under_test[test.lab]
        same = self.hung_before(test)
        if same:
            return False, 'skipped: the kernel does not come to this test: it hangs before, see %s' % same, [], machine.Outcome('quit', {}, '', 0)
        out, rows = self.boot(kernel, test)
        missing = YOURS.search(out.console) or OWN.search(out.results.get(0, (b'',))[0].decode('utf-8', 'replace'))
        if missing:     # a stub: what the boot shows besides is no news
            return False, 'it comes to a function that is yours to write: %s' % missing.group(1), [], out
        if out.verdict == 'panic':
            text = 'the kernel panicked:\n' + backtrace.resolve(backtrace.panic_messages(out.console)[:4000], kernel, self.inside)
        elif out.verdict != 'done':
            text = hang_text(out, self.backtrace(kernel, out), test.limit * machine.MILLION, course.find_lab(self.labs, test.lab).write)
            self.note_hang(test, out, rows)
        else:
            text = self.compare(test, *out.results.get(0, (b'', 0xff00)), seen_of(test, out))
        hints = self.how_to_run if course.find_lab(self.labs, test.lab).own_programs else self.hints
        return not text, text, hints(test, rows, out.verdict) if text else [], out

    def hung_before(self, test):
        """The label of a test that hung before its program was started: all boots of its lab are the same up to there."""
        return self.hung.get((test.lab, test.cmdline, test.rootfs))

    def note_hang(self, test, out, rows):
        if out.verdict in machine.HANGS and all(pid < 2 for pid, _ in rows):
            self.hung.setdefault((test.lab, test.cmdline, test.rootfs), test.label)

    def compare(self, test, got, status, seen):
        """'' if the test passes. seen: from outside the machine."""
        if test.expect != 'same' and status:
            return 'it %s and said:\n%s' % (how_it_ended(status), '\n'.join(hiding.own_lines(got)) if self.hide else got.decode('utf-8', 'replace')[:3000])
        if test.expect == 'zero' and not test.outside and not self.is_linux(self.oracle):
            return ''
        verdict, expected, wanted, right = self.on_oracle(test, (got, status))
        if verdict != 'done' or (test.expect != 'same' and wanted) or (test.expect == 'maps' and outside.unprinted(right, expected)):
            return 'the test itself is wrong, tell your instructor: on the oracle it ended with %s, status %d:\n%s' % (
                verdict, wanted, '' if self.hide else expected.decode('utf-8', 'replace')[-2000:])
        return self.compare_output(test, got, status, expected, wanted) or self.compare_seen(test, got, status, seen, right)

    def compare_output(self, test, got, status, expected, wanted):
        if test.expect != 'same' or (got, status) == (expected, wanted):
            return ''
        if self.hide:
            return hiding.output(expected, got) or 'it %s, which is wrong' % how_it_ended(status)
        ends = '' if status == wanted else 'expected: %s; got: %s\n' % (how_it_ended(wanted), how_it_ended(status))
        if not got:
            return ends + 'it printed nothing; expected:\n' + '\n'.join(expected.decode('utf-8', 'replace').split('\n')[:20])
        return ends + unified(expected, got, self.names())

    def names(self):
        return ('expected (Linux 6.1)' if self.is_linux(self.oracle) else 'expected (the finished kernel)', 'got')

    def compare_seen(self, test, got, status, seen, right):
        found = outside.differences(seen, right, status, 'norandmaps' not in test.cmdline) if test.outside else []
        if self.hide and found:
            return '\n'.join(line for what, _, mine in found for line in [what + ' are not right:' * bool(mine)] + mine)
        texts = [what + ('\n' + unified(*('\n'.join(lines).encode() for lines in both), self.names()) if any(both) else '') for what, *both in found]
        if test.expect == 'maps' and not found:
            texts += filter(None, [outside.unprinted(seen, got)])
        return '\n'.join(texts)

    def on_oracle(self, test, mine):
        """(verdict, output, status, what was seen) of @test on the oracle. Who does not agree with Linux among others meets it alone."""
        if self.is_linux(self.oracle):
            together = self.boot_together(test)
            if together and (together[:2] == mine or (test.expect != 'same' and not together[1])):
                return ('done', *together)
        out, _ = self.boot(self.oracle, test, True)
        return (out.verdict, *out.results.get(0, (b'', -1)), seen_of(test, out))

    @staticmethod
    def how_to_run(test, *_):
        """What is wrong is in a program: it is looked at where it runs."""
        files = ' '.join('build/' + p for p in test.programs)
        return ["to look: make run FILES='%s'   and there: %s" % (files, ' '.join(w.replace('/t/', './') for w in test.run))]

    def hints(self, test, rows, verdict):
        """The first stage that differs from the finished kernel's exec, and how to look at it."""
        stage, program = test.stage, os.path.basename(test.words()[0])
        names, lines = self.image(self.under_test[test.lab]).stage_names(), []
        stop = guest_film.stop_at(rows, names, stage or 'start-thread', program) if stage or verdict == 'done' else ''
        if self.reference and 'norandmaps' in test.cmdline:     # otherwise two films differ by chance
            place = guest_film.first_difference(rows, self.boot(self.reference, test)[1])
            if place:
                i, mine, other = place
                at = other or mine
                lines += ['the exec film differs from the finished kernel\'s first at %s (of %s):' % (at.stage, at.comm),
                          *([] if self.hide else ['  finished: %s' % (other or 'no record more')]), '  yours:    %s' % (mine or 'no record more')]
                stop = guest_film.stop_at(rows[:i + 1], names, (mine or at).stage, guest_film.programs(rows, names)[min(i, len(rows) - 1)] if rows else '')
        lines.append("to look: make debug-test TEST=%s   and in another terminal: make gdb" % test.label)
        if stop:
            lines.append('         (gdb) xstage %s      (gdb) continue      (gdb) %s' % (stop, guest_film.shown_by(names, stop)))
        elif verdict == 'panic':
            lines.append('         (gdb) break panic      (gdb) continue      (gdb) bt')
        elif verdict != 'done':
            lines.append('         (gdb) continue      Ctrl-C      (gdb) bt')
        return lines
