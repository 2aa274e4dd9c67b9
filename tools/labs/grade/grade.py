#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Grade the labs of this tree: host tests first, then one machine a test.

Prints TAP and, at the end, 'N passed, N failed'. The exit status is 0 for full
marks, 1 for less, 2 if grading was not possible. In a starter all labs up to
the starter's own are graded, in the finished tree all labs, against Linux 6.1.
"""
import argparse
import concurrent.futures
import os
import sys
import time

sys.dont_write_bytecode = True
import checks
import course
import kernels
from machine import plain
import report
import sandbox
import summary


def say(text):
    """Progress: not part of the results."""
    print(text, file=sys.stderr, flush=True)


def chosen_labs(labs, wanted, start):
    """The labs to grade: those asked for, or all that the student was given; an optional one alone."""
    if wanted or (start and course.find_lab(labs, start['lab']).optional):
        return [course.find_lab(labs, n) for n in sorted(set(wanted or start['cut']))]
    return [l for l in labs if start is None or l.number <= start['lab']]


def chosen_tests(labs, name, start):
    """All tests, or those called @name: in a starter, if its own lab has one, that one."""
    tests = [t for l in labs for t in l.tests if not name or name in (t.name, t.label)]
    if not tests:
        raise course.CourseError('no test is called "%s"; %s' % (name, course.NAMES))
    mine = [t for t in tests if start and t.lab == start['lab']]
    return mine if name and mine else tests


def grade(top, labs, tests, jobs, box=None):
    """Yields a Result for each test, in order, as they come."""
    say('# building what is graded')
    bench = checks.Bench(top, labs, say, box)
    bench.prepare(tests)
    print(''.join('# %s\n' % line for line in checks.warnings(top, [l for l in labs if any(t.lab == l.number for t in tests)], box)), end='', flush=True)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        # Host tests take seconds and come first; an answer costs nothing.
        order = sorted(tests, key=lambda t: t.kind == 'guest')
        pending = {t.label: pool.submit(bench.run, t) for t in order}
        try:
            for t in tests:
                yield pending[t.label].result()
        except BaseException:   # Ctrl-C: what has not begun does not begin
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def parse(argv):
    ap = argparse.ArgumentParser(prog='grade', description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--lab', type=int, action='append', metavar='N', help='only this lab (may be repeated)')
    ap.add_argument('--test', default='', metavar='NAME', help='only this test')
    ap.add_argument('--list', action='store_true', help='the tests and their points')
    ap.add_argument('--junit', metavar='FILE', help='write JUnit XML, too')
    ap.add_argument('--gradescope', metavar='FILE', help="write Gradescope's results.json, too")
    ap.add_argument('--classroom50', metavar='FILE', help="write Classroom 50's result.json, too")
    ap.add_argument('--jobs', type=int, default=os.cpu_count() or 1, metavar='N', help='machines at once')
    ap.add_argument('--top', default=course.TOP, help=argparse.SUPPRESS)
    ap.add_argument('--box', type=sandbox.Box.load, help=argparse.SUPPRESS)     # from classroom.py
    return ap.parse_args(argv)


def show_tests(tests):
    for t in tests:
        print('%-46s %4s points  %-6s %s' % (t.label, report.number(t.points), t.kind, t.shows))
    return 0


def check_writable(path):
    """OSError now, not after the minutes that the tests take. An empty file would be taken for results."""
    new = not os.path.exists(path)
    open(path, 'ab').close()
    if new:
        os.unlink(path)


def run(args):
    labs = course.load_labs(args.top)
    start = course.starter(args.top)
    graded = chosen_labs(labs, args.lab, start)
    tests = chosen_tests(graded, args.test, start)
    if args.list:
        return show_tests(tests)
    for path in filter(None, (args.junit, args.gradescope, args.classroom50)):
        check_writable(path)
    if not args.box:
        checks.note_other_changes(args.top, graded, say)
    print('TAP version 14\n1..%d' % len(tests), flush=True)
    results, begin = [], time.time()
    for r in grade(args.top, graded, tests, max(args.jobs, 1), args.box):
        results.append(r)
        print('\n'.join(report.tap_lines(report.shorten(results), len(results))), flush=True)
        if args.gradescope:     # whatever ends this program early, what is known stays known
            report.write_gradescope(args.gradescope, results, tests[len(results):])
    print('\n'.join(summary.lines(args.top, graded, results, remember=not args.box)))
    if args.junit:
        report.write_junit(args.junit, graded, results, time.time() - begin)
    if args.classroom50:
        report.write_classroom50(args.classroom50, results)
    print(report.closing_line(results), flush=True)
    return 0 if all(r.passed for r in results) else 1


def main(argv=None):
    try:
        return run(parse(argv))
    except (course.CourseError, kernels.BuildError, OSError) as e:
        print('grade: %s' % plain.told(e), file=sys.stderr)
        return 2


if __name__ == '__main__':
    sys.exit(main())
