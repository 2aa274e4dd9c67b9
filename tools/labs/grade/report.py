# SPDX-License-Identifier: MIT
"""Results of a grading run: TAP for people and tools, JUnit XML, Gradescope's results.json, Classroom 50's result.json."""
import dataclasses
import json
import os
import time
import xml.etree.ElementTree as xml


@dataclasses.dataclass
class Result:
    test: object            # course.Test
    passed: bool
    cause: str = ''         # why not: several lines
    seconds: float = 0.0
    instructions: int = 0   # of the guest
    look: list = dataclasses.field(default_factory=list)    # lines: where it begins to differ, and how to see it

    @property
    def points(self):
        return self.test.points if self.passed else 0

    @property
    def text(self):
        return '\n'.join([self.cause] + self.look)


def shorten(results):
    """The last of @results. If an earlier one has the same long cause, it only names that test."""
    last = results[-1]
    for r in results[:-1]:
        if last.cause.count('\n') > 3 and r.cause == last.cause:
            return dataclasses.replace(last, cause='the same as in %s' % r.test.label)
    return last


def number(points):
    return '%g' % points


def tap_lines(result, i):
    """One check: 'ok 3 - 04/bss-tail-is-zero (10/10)', and why not."""
    t = result.test
    lines = ['%s %d - %s (%s/%s)%s' % ('ok' if result.passed else 'not ok', i, t.label, number(result.points),
                                       number(t.points), '' if result.passed else ': ' + t.shows)]
    if not result.passed:
        lines += ['  # ' + line for line in result.text.rstrip().split('\n')]
    return lines


def lab_lines(labs, results):
    """The score of each lab that was graded."""
    lines = []
    for lab in labs:
        mine = [r for r in results if r.test.lab == lab.number]
        if mine:
            possible = sum(r.test.points for r in mine)
            hidden = ' (%s more are for tests that only your instructor has)' % number(lab.worth - lab.points)
            lines.append('# lab %d, %s: %s of %s points%s' % (
                lab.number, lab.title, number(sum(r.points for r in mine)), number(possible),
                hidden if possible == lab.points < lab.worth else ''))
    return lines


def closing_line(results):
    passed = sum(r.passed for r in results)
    return '%d passed, %d failed' % (passed, len(results) - passed)


def clean(text):
    """@text without what XML 1.0 cannot hold."""
    return ''.join(c if c in '\t\n' or c >= ' ' and c not in '\ufffe\uffff' else '?' for c in text)


def junit_counts(results, seconds=None):
    """seconds: of the whole run, in which tests run side by side; otherwise the sum of what each took."""
    return {'tests': str(len(results)), 'failures': str(sum(not r.passed for r in results)), 'errors': '0', 'skipped': '0',
            'time': '%.3f' % (sum(r.seconds for r in results) if seconds is None else seconds)}


def write_junit(path, labs, results, seconds=None):
    root = xml.Element('testsuites', **junit_counts(results, seconds))
    for lab in labs:
        mine = [r for r in results if r.test.lab == lab.number]
        if not mine:
            continue
        suite = xml.SubElement(root, 'testsuite', name='lab %d: %s' % (lab.number, lab.title), **junit_counts(mine))
        for r in mine:
            case = xml.SubElement(suite, 'testcase', classname=lab.folder, name=r.test.name, time='%.3f' % r.seconds)
            if not r.passed:
                xml.SubElement(case, 'failure', message=r.test.shows).text = clean(r.text)
    xml.ElementTree(root).write(path, encoding='utf-8', xml_declaration=True)


def gradescope(results):
    """results.json as Gradescope reads it; hidden tests show after the grades are published."""
    return {
        'score': sum(r.points for r in results),
        'execution_time': int(sum(r.seconds for r in results)),
        'visibility': 'visible',
        'stdout_visibility': 'hidden',
        'tests': [{
            'score': r.points, 'max_score': r.test.points, 'name': '%s: %s' % (r.test.label, r.test.shows),
            'number': r.test.label, 'status': 'passed' if r.passed else 'failed', 'output': r.text,
            'visibility': 'after_published' if r.test.hidden else 'visible',
        } for r in results],
    }


def write_json(path, data):
    """The file is there whole or not at all."""
    with open(path + '.new', 'w') as f:
        json.dump(data, f, indent=1)
        f.write('\n')
    os.replace(path + '.new', path)


def write_gradescope(path, results, missing=()):
    """missing: tests that have no result yet."""
    write_json(path, gradescope(results + [Result(t, False, 'it was not run') for t in missing]))


def classroom50(results, variables):
    """result.json as Classroom 50 reads it (schema classroom50/result/v1). @variables: the environment that its runner sets.

    Scores are whole numbers there. It stamps owner and type of the assignment itself.
    """
    tests = [{'test-name': r.test.label, 'passed': r.passed, 'score': round(r.points), 'max-score': round(r.test.points)} for r in results]
    commit = variables.get('COMMIT_URL', '')
    return {
        'schema': 'classroom50/result/v1',
        'classroom': variables.get('CLASSROOM', ''), 'assignment': variables.get('ASSIGNMENT', ''),
        'submission': variables.get('SUBMISSION_TAG', ''), 'commit': commit, 'release': variables.get('RELEASE_URL', ''),
        'review': variables.get('REVIEW_URL') or commit,
        'datetime': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()),
        'score': sum(t['score'] for t in tests), 'max-score': sum(t['max-score'] for t in tests), 'tests': tests,
    }


def write_classroom50(path, results):
    write_json(path, classroom50(results, os.environ))
