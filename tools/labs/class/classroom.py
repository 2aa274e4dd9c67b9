#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""For the instructor: grade a folder of submissions into a CSV, or pack a grader for Gradescope.

    classroom.py class --lab N --dir SUBMISSIONS --csv OUT.csv    make grade-class
    classroom.py zip --lab N --out OUT.zip                        make gradescope-zip
    classroom.py warm, one                                        run inside Gradescope's image

A bench is made once: the starter with its hidden tests, the finished kernel,
all test programs. Each submission gets a tree of links to it, in which only
the files that the labs name are the student's. Every program that reads or
runs these files (compiler, host test, QEMU) does so in a sandbox.Box.
"""
import argparse
import concurrent.futures
import csv
import json
import os
import pwd
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile

sys.dont_write_bytecode = True
sys.path += [os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', d) for d in ('grade', 'author')]
import checks       # noqa: E402
import course       # noqa: E402
import kernels      # noqa: E402
import report       # noqa: E402
import sandbox      # noqa: E402
import submission   # noqa: E402
from machine import plain, qemu     # noqa: E402

BENCH_SECONDS = 3600    # for one submission, times TIMEOUT_SCALE
NAMES = {'class': 'grade-class', 'zip': 'gradescope-zip'}       # as make has them
GRADER = ('tools/labs/class/classroom.py', 'tools/labs/class/submission.py')    # no part of a starter, but of a grader
SETUP_FILES = ('setup.sh', 'run_autograder', 'packages.txt')        # of labs/class/gradescope


def say(text):
    print(text, file=sys.stderr, flush=True)


# ---- the bench: what all submissions share -------------------------------------

class Bench:
    """A starter with hidden tests, and all that can be built without a submission."""

    def __init__(self, top):
        self.top = os.path.abspath(top)
        start = course.starter(self.top)
        if not start:
            raise course.CourseError('%s is no starter' % top)
        self.labs = [l for l in course.load_labs(self.top) if l.number in start['cut']]
        self.tests = [t for l in self.labs for t in l.tests]
        self.guest = [t for t in self.tests if t.kind == 'guest']
        if not self.tests:
            raise course.CourseError('lab %d has no tests' % start['lab'])

    def files(self):
        """Paths of the sources, for a submission's tree."""
        for where, dirs, names in os.walk(self.top):
            dirs[:] = [d for d in dirs if not (where == self.top and d in ('build', '.git'))]
            for name in names:
                yield os.path.relpath(os.path.join(where, name), self.top)

    def wanted(self):
        """The files that are taken from a submission."""
        return [f for l in self.labs for f in l.write]

    def build(self, source):
        """Everything that a test needs and a submission does not change. source: the finished tree, where programs are built."""
        kernels.Kernels(self.top, self.labs).reference()
        archives = {'nothing': (), **kernels.archives_of(self.labs, self.guest)}
        built = ['labs/kit/labrun', 'labs/kit/offsets.o', *sorted({p for some in archives.values() for p in some})]
        if any(t.rootfs for t in self.guest):
            built.append('rootfs.cpio')
        kernels.make(source, *('build/' + p for p in built))
        for path in built:
            os.makedirs(os.path.dirname(os.path.join(self.top, 'build', path)), exist_ok=True)
            shutil.copy2(*(os.path.join(top, 'build', path) for top in (source, self.top)))
        for name, programs in archives.items():
            kernels.archive(self.top, name, programs)

    def close_hidden(self):
        """A compiler that is told to include a hidden test does not get to read it."""
        for lab in os.listdir(os.path.join(self.top, 'labs')):
            for name, mode in (('hidden', 0o700), ('hidden.toml', 0o600)):
                path = os.path.join(self.top, 'labs', lab, name)
                if os.path.exists(path):
                    os.chmod(path, mode)

    def warm(self, box, jobs):
        """Boots the finished kernel for each test: what is expected is known then, and this machine proved fit."""
        bench = checks.Bench(self.top, self.labs, say, box)
        reference = bench.reference = bench.kernels.reference()
        bench.pack(self.guest, finished=True)

        def boot(test):
            out, _ = bench.boot(reference, test, True)
            if out.verdict != 'done' or 0 not in out.results:
                raise course.CourseError('the finished kernel fails %s here (%s):\n%s' % (
                    test.label, out.verdict, out.console.strip()[-1500:]))

        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            list(pool.map(boot, self.guest))


def make_bench(top, folder, number, seed, cut_earlier, hide):
    """A new bench in @folder, made from the finished tree @top."""
    import lab as starter   # a grader that was packed has no starters to make
    course.find_lab(course.load_labs(top), number)
    say('# making the starter of lab %d, and what its tests need' % number)
    starter.make_starter(top, number, folder, seed, cut_earlier, hidden=True, hide=hide)
    shutil.rmtree(os.path.join(folder, '.git'), ignore_errors=True)
    os.makedirs(os.path.join(folder, os.path.dirname(GRADER[0])))
    for path in GRADER:
        shutil.copy2(os.path.join(top, path), os.path.join(folder, path))
    bench = Bench(folder)
    os.environ.setdefault('GRADE_CACHE', os.path.join(folder, 'build', 'grade', 'cache'))
    bench.build(top)
    bench.close_hidden()
    return bench


# ---- users for boxes ---------------------------------------------------------------

class Users:
    """Pairs of unused user ids, one pair a job. A name in the kernel's table of sockets keeps other graders off them."""

    def __init__(self, method, count):
        self.free, self.locks = queue.Queue(), []
        uid = sandbox.FIRST_UID
        while self.free.qsize() < count:
            if method != 'root' or self.claim(uid):
                self.free.put(uid)
            uid += 2
            if uid > sandbox.FIRST_UID + 4000:
                raise sandbox.SandboxError('no unused user ids from %d on' % sandbox.FIRST_UID)

    def claim(self, uid):
        for i in (uid, uid + 1):
            try:
                pwd.getpwuid(i)
                return False
            except KeyError:
                pass
        lock = socket.socket(socket.AF_UNIX)
        try:
            lock.bind('\0exon-grader-%d' % uid)
        except OSError:
            return False
        self.locks.append(lock)
        return True


# ---- one submission -------------------------------------------------------------------

def lay_out(bench, tree, files, box):
    """A tree of links to the bench, with the submission's @files as its own, and a build/ to write in."""
    for path in bench.files():
        target = os.path.join(tree, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if path in files:
            with open(target, 'wb') as f:
                f.write(files[path])
        else:
            os.symlink(os.path.join(bench.top, path), target)
    if box.method == 'root':    # other submissions' users stay out
        os.chown(tree, 0, box.user('build'))
        os.chmod(tree, 0o750)
    build = os.path.join(tree, 'build')
    os.makedirs(build)
    os.symlink(os.path.join(bench.top, 'build', 'given'), os.path.join(build, 'given'))
    box.give(build, 'build')


def stop(process):
    """Ends a grade.py and the keepers below it, which end what they keep."""
    for sent, seconds in ((signal.SIGTERM, 15), (signal.SIGKILL, None)):
        try:
            os.killpg(process.pid, sent)
        except ProcessLookupError:
            pass
        try:
            process.wait(seconds)
            return
        except subprocess.TimeoutExpired:
            pass


def below(path, folder):
    return (os.path.realpath(path) + '/').startswith(os.path.realpath(folder) + '/')


class Grader:
    """Grades submissions on one bench, several at once."""

    def __init__(self, bench, work, method, slots, jobs, hide=()):
        self.bench, self.work, self.method, self.jobs = bench, work, method, jobs
        self.hide = [h for h in hide if os.path.isdir(h) and not below(work, h)]
        self.open = method == 'root' and not sandbox.works('root')
        self.users, self.running = Users(method, slots), set()
        self.seconds = BENCH_SECONDS * float(os.environ.get('TIMEOUT_SCALE', '1'))

    def box(self, job, uid):
        os.chmod(job, 0o711)
        return sandbox.Box(self.method, self.bench.top, job, uid, tuple(self.hide), self.open)

    def warm(self, jobs):
        job, uid = tempfile.mkdtemp(dir=self.work), self.users.free.get()
        try:
            self.bench.warm(self.box(job, uid), jobs)
        finally:
            self.users.free.put(uid)

    def grade(self, source, keep):
        """(results as Gradescope has them or None, remarks). keep: path without ending for what grade.py printed."""
        taken = submission.collect(source, self.bench.wanted())
        job, uid = tempfile.mkdtemp(dir=self.work), self.users.free.get()
        box = self.box(job, uid)
        try:
            tree = os.path.join(job, 'tree')
            os.makedirs(tree)
            lay_out(self.bench, tree, taken.files, box)
            results, trouble = self.run(box, tree, keep)
        finally:
            box.sweep()
            shutil.rmtree(job, ignore_errors=True)
            self.users.free.put(uid)
        return results, taken.remarks + trouble

    def run(self, box, tree, keep):
        results = os.path.join(box.job, 'results.json')
        words = qemu.dies_with_parent() + [
            sys.executable, '-B', os.path.join(self.bench.top, 'tools', 'labs', 'grade', 'grade.py'), '--top', tree,
            '--box', box.dump(), '--gradescope', results, '--jobs', str(self.jobs)]
        for lab in self.bench.labs:
            words += ['--lab', str(lab.number)]
        with open(keep + '.tap', 'wb') as tap, open(keep + '.log', 'wb') as log:
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=tap, stderr=log, cwd=box.job,
                                       start_new_session=True)
        self.running.add(process)
        try:
            ended = process.wait(self.seconds)
            trouble = [] if ended in (0, 1) else ['the grader ended with %d: %s' % (ended, last_line(keep + '.log'))]
        except subprocess.TimeoutExpired:
            trouble = ['stopped after %d seconds: what had not run counts 0' % self.seconds]
        finally:
            stop(process)
            self.running.discard(process)
        if not os.path.exists(results):
            return None, trouble
        shutil.copyfile(results, keep + '.json')
        with open(results) as f:
            return json.load(f), trouble

    def stop_all(self):
        for process in list(self.running):
            stop(process)


def last_line(path):
    with open(path, errors='replace') as f:
        return ([l.strip() for l in f if l.strip()] or ['it said nothing'])[-1][:200]


# ---- a class ---------------------------------------------------------------------------

def find_submissions(folder):
    """[(student, path)] of what lies in @folder: folders and archives."""
    found = []
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if name.startswith('.'):
            continue
        if submission.is_archive(name) or os.path.isdir(path):
            found.append((name, path))
        else:
            say('# %s: neither a folder nor an archive, ignored' % name)
    if not found:
        raise course.CourseError('%s has no submissions: folders, .zip or .tar.gz files' % folder)
    return found


def cell(value):
    """Text for a spreadsheet: no control characters, and nothing that it would take for a formula."""
    if not isinstance(value, str):
        return report.number(value)
    value = re.sub(r'[\x00-\x1f\x7f]', ' ', value.encode('utf-8', 'replace').decode())
    return "'" + value if value[:1] in ('=', '+', '-', '@') else value


def columns(bench):
    return ['student', 'total', 'max'] + ['lab %d' % l.number for l in bench.labs] + [t.label for t in bench.tests] + ['remarks']


def row(bench, student, results, remarks):
    """One line of the CSV. Without results all is 0, and the remarks say why."""
    score = {t['number']: t['score'] for t in (results or {'tests': []})['tests']}
    labs = [sum(score.get(t.label, 0) for t in l.tests) for l in bench.labs]
    tests, counted = [score.get(t.label, 0) for t in bench.tests], course.counted(bench.labs)
    return [cell(v) for v in [student, sum(s for l, s in zip(bench.labs, labs) if l in counted), sum(l.points for l in counted), *labs, *tests, '; '.join(remarks + trouble_in(results))]]


# What of a failed test's text is a remark: how often, and where, the CSV tells at a glance.
KINDS = (
    ('does not build', re.compile(r'^%s\n(?:.*\n)*?(\S+?:\d+):\d+: (?:fatal )?error: ' % re.escape(checks.NO_BUILD))),
    ('endless loop', re.compile(r'^ran out of time in (\w+ \(\S+\))')),
    ('endless loop', re.compile(r'^it did not end within [^\n]*(?:\nit was here:\n +(\S+(?: +\w+)?))?')),
    ('waits for ever', re.compile(r'^it did not end: [^\n]*(?:\n([^\n]*) waits here:)?')),
    ('panics', re.compile(r'^panic in (\w+ \(\S+\))')),
    ('panics', re.compile(r'^the kernel panicked:\n(?:[^\n]*\n)*?Kernel panic - not syncing: ([^\n]{1,80})')),
    ('crashes', re.compile(r'^(?:it crashed|undefined behaviour) in (\w+ \(\S+\))')),
)


def trouble_in(results):
    """Remarks on what is worse than a wrong answer: ['endless loop in 3 tests: find_vma (mm/vma.c:71)', ...]."""
    found = {}
    for t in (results or {'tests': []})['tests']:
        text = t['output']
        if t['status'] == 'failed' and text.startswith(checks.NO_BUILD):
            found.setdefault('does not build', [])
        for kind, pattern in KINDS:
            m = pattern.search(text) if t['status'] == 'failed' else None
            if m:
                found.setdefault(kind, []).append(m.group(1) or '')
                break
    return [kind + (' (%d tests)' % len(places) if len(places) > 1 else '') + ': %s' % next(filter(None, places), 'see the log')
            for kind, places in found.items()]


def write_csv(path, rows):
    """The file is there whole or not at all."""
    with open(path + '.new', 'w', newline='', encoding='utf-8') as f:
        csv.writer(f).writerows(rows)
    os.replace(path + '.new', path)


def keep_names(students):
    """Names for files, all different."""
    names = [re.sub(r'[^\w.@-]', '_', s) for s in students]
    return ['%s-%d' % (n, i) if names.count(n) > 1 else n for i, n in enumerate(names)]


def time_left(seconds, done, of):
    """At the speed so far."""
    left = seconds / done * (of - done)
    return '' if done == of else '  [%s left]' % ('about %d min' % round(left / 60) if left > 90 else 'about %d s' % left)


def grade_class(grader, submissions, kept, slots):
    """([rows], how many could not be graded); a line of progress each."""
    rows, failed, done, begin = {}, 0, 0, time.time()
    names = keep_names([s for s, _ in submissions])
    with concurrent.futures.ThreadPoolExecutor(slots) as pool:
        jobs = {pool.submit(grader.grade, path, os.path.join(kept, names[i])): i for i, (_, path) in enumerate(submissions)}
        try:
            for job in concurrent.futures.as_completed(jobs):
                student = submissions[jobs[job]][0]
                try:
                    results, remarks = job.result()
                except Exception as e:     # whatever it is, it costs this submission alone
                    results, remarks = None, ['could not be graded: %s: %s' % (type(e).__name__, e)]
                line = rows[jobs[job]] = row(grader.bench, student, results, remarks)
                done, failed = done + 1, failed + (results is None)
                say('# %d/%d %s: %s of %s  %s%s' % (done, len(jobs), cell(student), line[1], line[2], line[-1],
                                                    time_left(time.time() - begin, done, len(jobs))))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            grader.stop_all()
            raise
    return [rows[i] for i in range(len(submissions))], failed


def interrupted(*_):
    raise KeyboardInterrupt


def run_class(args):
    folder, out = os.path.abspath(args.dir), os.path.abspath(args.csv)
    if os.path.isdir(out):
        raise course.CourseError('CSV=%s is a folder: name the file to write' % args.csv)
    submissions, method = find_submissions(folder), sandbox.choose_method()
    if method == 'none':
        say('# warning: submissions run with your user id (%s)' % sandbox.UNSAFE)
    slots = max(args.jobs, 1)
    kept = os.path.splitext(out)[0] + '-results'
    os.makedirs(kept, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix='exon-class-') as work:
        os.chmod(work, 0o711)
        bench = make_bench(course.TOP, os.path.join(work, 'bench'), args.lab, args.seed, args.cut_earlier, args.hide_expected)
        grader = Grader(bench, work, method, slots, 1, (course.TOP, folder, '/home', '/root'))
        if grader.open:
            say('# warning: a submission can use the network and read the others (%s)' % sandbox.UNSAFE)
        grader.warm(slots)
        rows, failed = grade_class(grader, submissions, kept, slots)
    write_csv(out, [columns(bench)] + rows)
    print('%s: %d submissions, %d could not be graded; what each printed is in %s' % (args.csv, len(rows), failed, kept))
    return 1 if failed else 0


# ---- Gradescope ---------------------------------------------------------------------------

def run_zip(args):
    """setup.sh and run_autograder at the root, the bench in an archive of its own, which keeps times."""
    templates = os.path.join(course.TOP, 'labs', 'class', 'gradescope')
    if os.path.isdir(args.out):
        raise course.CourseError('%s is a folder: name the zip file to make' % args.out)
    open(args.out + '.new', 'wb').close()       # before the minutes that it takes
    try:
        return pack_zip(args, templates)
    finally:
        if os.path.exists(args.out + '.new'):
            os.unlink(args.out + '.new')


def pack_zip(args, templates):
    with tempfile.TemporaryDirectory(prefix='exon-class-') as work:
        bench = make_bench(course.TOP, os.path.join(work, 'bench'), args.lab, args.seed, args.cut_earlier, args.hide_expected)
        shutil.rmtree(os.path.join(bench.top, 'build', 'grade', 'cache'), ignore_errors=True)   # this machine's
        with tarfile.open(os.path.join(work, 'bench.tar.xz'), 'w:xz', preset=1) as tar:      # a quarter of the time that 6 takes
            tar.add(bench.top, 'bench', filter=as_root)
        with zipfile.ZipFile(args.out + '.new', 'w', zipfile.ZIP_DEFLATED) as z:
            for name in SETUP_FILES:
                z.write(os.path.join(templates, name), name)
            z.write(os.path.join(work, 'bench.tar.xz'), 'bench.tar.xz', zipfile.ZIP_STORED)
    os.replace(args.out + '.new', args.out)
    print('%s: %.1f MiB, %d tests, %s points. Upload it as the autograder of an assignment.' % (
        args.out, os.path.getsize(args.out) / (1 << 20), len(bench.tests), report.number(sum(t.points for t in bench.tests))))
    return 0


def as_root(info):
    info.uid = info.gid = 0
    info.uname = info.gname = ''
    return info


def prepared(args, work, jobs):
    bench = Bench(args.bench)
    os.environ['GRADE_CACHE'] = os.path.join(bench.top, 'build', 'grade', 'cache')
    bench.close_hidden()
    return Grader(bench, work, sandbox.choose_method(alone=True), 1, jobs)


def run_warm(args):
    """In Gradescope's setup: is this image fit? What the finished kernel does is known from then on."""
    with tempfile.TemporaryDirectory(prefix='exon-') as work:
        os.chmod(work, 0o711)
        grader = prepared(args, work, args.jobs)
        grader.warm(args.jobs)
        check_builds(grader, os.path.join(work, 'nothing'))
    if grader.open:
        print('# warning: no namespaces and no Landlock here: a submission can use the network')
    print('ready: %d tests' % len(grader.bench.tests))
    return 0


def check_builds(grader, empty):
    """The starter itself, an empty submission, must build with the tools of this image."""
    os.makedirs(empty)
    results, remarks = grader.grade(empty, os.path.join(grader.work, 'kept'))
    for t in results['tests'] if results else [{'output': '\n'.join(remarks)}]:
        if not results or t['output'].startswith(checks.NO_BUILD):
            raise course.CourseError('the starter does not build here:\n' + t['output'])


def run_one(args):
    """One submission into one results.json, with its remarks."""
    with tempfile.TemporaryDirectory(prefix='exon-') as work:
        os.chmod(work, 0o711)
        grader = prepared(args, work, args.jobs)
        results, remarks = grader.grade(args.submission, os.path.join(work, 'kept'))
        for name in ('kept.log', 'kept.tap'):
            with open(os.path.join(work, name), errors='replace') as f:
                print(f.read())
    if results is None:
        results = report.gradescope([report.Result(t, False, 'it was not run') for t in grader.bench.tests])
        remarks = remarks or ['the grader ended early; tell your instructor']
    results['output'] = '\n'.join(remarks)
    with open(args.results + '.new', 'w') as f:
        json.dump(results, f, indent=1)
    os.replace(args.results + '.new', args.results)
    return 0


def parse(argv):
    ap = argparse.ArgumentParser(prog='classroom', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = ap.add_subparsers(dest='what', required=True)
    made = argparse.ArgumentParser(add_help=False)
    made.add_argument('--lab', type=int, required=True, metavar='N')
    made.add_argument('--seed', type=int)
    made.add_argument('--cut-earlier', action='store_true', help='the earlier labs were cut, too: grade them all')
    made.add_argument('--hide-expected', action='store_true', help='what students see has no expected values')
    many = argparse.ArgumentParser(add_help=False)
    many.add_argument('--jobs', type=int, default=os.cpu_count() or 1, metavar='N', help='submissions (or machines) at once')
    p = what.add_parser('class', parents=[made, many])
    p.add_argument('--dir', required=True)
    p.add_argument('--csv', required=True)
    p = what.add_parser('zip', parents=[made])
    p.add_argument('--out', required=True)
    for name in ('warm', 'one'):
        p = what.add_parser(name, parents=[many])
        p.add_argument('--bench', default=course.TOP)
        if name == 'one':
            p.add_argument('--submission', required=True)
            p.add_argument('--results', required=True)
    return ap.parse_args(argv)


def main(argv=None):
    args = parse(argv)
    signal.signal(signal.SIGTERM, interrupted)
    try:
        return {'class': run_class, 'zip': run_zip, 'warm': run_warm, 'one': run_one}[args.what](args)
    except KeyboardInterrupt:
        say('interrupted: nothing was written')
        return 130
    except (course.CourseError, kernels.BuildError, sandbox.SandboxError, OSError, ValueError, subprocess.CalledProcessError) as e:
        say('%s: %s' % (NAMES.get(args.what, args.what), plain.told(e)))
        return 2


if __name__ == '__main__':
    sys.exit(main())
