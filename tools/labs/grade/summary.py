# SPDX-License-Identifier: MIT
"""The end of a grade: points by step of the lab's page, what has changed since the last run, what to do first."""
import json
import os
import re
import time

import report

TASK = re.compile(r'^## (?:\d+\. )?The task\n(.*?)^## ', re.M | re.S)
STEP = re.compile(r'^(?:\*\*Step )?(\d+)(?:: |\. \*\*)(.*?)\*\*', re.M)
LAST = os.path.join('build', 'grade', 'last.json')
PANIC = 'Kernel panic - not syncing: '
CMOCKA = '[  ERROR   ] --- '    # before what cmocka found, or before the place if it found no number
NO_BUILD = 'it does not build:'


def steps(top, lab):
    """{number: the function that it is about} of the section "The task" of the lab's page."""
    with open(os.path.join(top, 'labs', lab.folder, 'README.md'), encoding='utf-8') as f:
        task = TASK.search(f.read())
    names = {int(n): re.findall(r'`(\w+)', title) for n, title in STEP.findall(task.group(1) if task else '')}
    return {n: found[0] for n, found in names.items() if found}


def step_lines(top, lab, results):
    """Points by step, for a lab of which all tests were run and some failed."""
    names, rows = steps(top, lab), {}
    if all(r.passed for r in results) or len(results) < len(lab.tests) or not any(r.test.step for r in results):
        return []
    for r in results:
        got, of = rows.get(r.test.step, (0, 0))
        rows[r.test.step] = (got + r.points, of + r.test.points)
    return ['#   %-7s %-24s %3s of %s' % ('step %d' % n if n else 'all', names.get(n, 'together'), report.number(rows[n][0]), report.number(rows[n][1]))
            for n in sorted(rows, key=lambda n: n or 99)]


def first(results):
    """The failed test to look at first: of the earliest step, for later ones need it; one that says where it ends before a skipped one."""
    failed = [r for r in results if not r.passed and r.test.kind != 'answer'] or [r for r in results if not r.passed]
    return min(failed, key=lambda r: (r.test.lab, r.cause.startswith('skipped'), r.test.step or 99), default=None)


def gist(cause):
    """One line of @cause: the first one, or of a diff what was expected and what came."""
    lines = cause.split('\n')
    panic = next((l for l in lines if PANIC in l), None) if lines[0] == 'the kernel panicked:' else None
    at = next((i for i, l in enumerate(lines) if l.startswith('@@ ')), None)
    if panic:
        return 'panic: ' + panic.split(PANIC, 1)[1]
    if at is None:
        check = next((l for l in lines if l.startswith('the check: ')), '') if lines[0].startswith(CMOCKA) else ''
        return ', '.join(filter(None, [lines[0].replace(CMOCKA, ''), check]))
    wanted, got = (next((l[1:].strip() for l in lines[at:] if l.startswith(sign)), 'no such line') for sign in '-+')
    return 'expected "%s", got "%s"' % (wanted, got)


def first_lines(top, labs, results):
    r = first(results)
    if r is None:
        return []
    if r.cause.startswith(NO_BUILD):
        return ['# do first: make it build; what the compiler says is above']
    lab = next(l for l in labs if l.number == r.test.lab)
    name = steps(top, lab).get(r.test.step)
    lines = ['# do first: %s%s: %s' % (r.test.label, ' (step %d, %s)' % (r.test.step, name) if name else '', gist(r.cause))]
    return lines + ['#           make debug-test TEST=%s' % r.test.label] * (r.test.kind != 'answer' and 'is yours to write' not in r.cause)


def load(top):
    try:
        with open(os.path.join(top, LAST)) as f:
            return json.load(f)
    except (OSError, ValueError):
        return {}


def store(top, before, results):
    """Keeps what is not run this time."""
    path = os.path.join(top, LAST)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + '.new', 'w') as f:
        json.dump({**before, **{r.test.label: [r.passed, time.time()] for r in results}}, f)
    os.replace(path + '.new', path)


def change_lines(before, results):
    """What passes now, and what does not any more."""
    known = [r for r in results if r.test.label in before]
    if not known:
        return []
    new = [r for r in known if r.passed and not before[r.test.label][0]]
    lost = [r for r in known if not r.passed and before[r.test.label][0]]
    points = sum(r.test.points for r in new) - sum(r.test.points for r in lost)
    minutes = round((time.time() - max(before[r.test.label][1] for r in known)) / 60)
    words = [word + ', '.join(r.test.label for r in some) for word, some in (('passes now: ', new), ('passed before: ', lost)) if some]
    return ['# since the last run, %d minute%s ago: %s' % (minutes, 's' * (minutes != 1), '; '.join(words + ['%+g points' % points]) if words else 'no change')]


def lines(top, labs, results, remember):
    before, text = load(top) if remember else {}, []
    for lab in labs:
        mine = [r for r in results if r.test.lab == lab.number]
        text += report.lab_lines([lab], results) + step_lines(top, lab, mine)
    text += change_lines(before, results) + first_lines(top, labs, results)
    if remember:
        store(top, before, results)
    return text
