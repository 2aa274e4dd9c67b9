# SPDX-License-Identifier: MIT
"""Run one cmocka case on this machine, in a process of its own, and say how it ended: tests/host/ends.c prints where."""
import dataclasses
import math
import os
import re
import resource
import subprocess
import tempfile
import time

import kernels

SECONDS = 10            # of processor time
HURRIED = 2             # the same, once a function of the lab has run out of time
HARD = 60               # for a test that catches the signal
OUT_OF_TIME = 124       # HOST_OUT_OF_TIME of tests/host/ends.h
PRINTED = 12            # lines of printk that are shown
SHOWN = 30              # other lines
END = re.compile(r'^(it crashed|undefined behaviour|panic|ran out of time)(?: in (\w+) \((\S+:\d+)\))?')
FAILED = re.compile(r'\[   LINE   \] --- (tests/host/\w+\.c):(\d+): ')
NOISE = re.compile(r'^(\[  ERROR   \] \w+$|Could not run test: |\[====|\[ RUN |\[  (PASSED|FAILED) | \d+ FAILED TEST|=====|AddressSanitizer:DEADLYSIGNAL)')


@dataclasses.dataclass
class Ended:
    passed: bool
    text: str = ''      # why not
    function: str = ''  # that ran out of time
    line: str = ''      # where: file:number
    timeout: bool = False
    seconds: float = 0.0


def seconds(hurried):
    return math.ceil((HURRIED if hurried else SECONDS) * float(os.environ.get('TIMEOUT_SCALE', '1')))


def environment(test, lab, limit):
    return {'CMOCKA_CASE': test.case, 'HOST_SECONDS': str(limit), 'YOURS': ' '.join(lab.write)}


def process(binary, variables, box):
    """The finished process, with limits: in its box, if there is one."""
    def limits():
        resource.setrlimit(resource.RLIMIT_CPU, (HARD, HARD))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 24, 1 << 24))

    words, how = [binary], {'preexec_fn': limits, 'timeout': 2 * HARD, 'env': {**os.environ, **variables}}
    with tempfile.TemporaryDirectory(prefix='host-', dir=box and box.job) as folder:
        if box:
            words, how = box.words('host', words, [box.give(folder, 'host')], **variables), {}
        return subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **how)


def run(test, lab, top, box=None, hurried=False):
    """What came of @test; one that has passed with the same binary passes."""
    binary = os.path.join(top, 'build', test.binary)
    if box:
        return run_case(test, lab, top, binary, box, hurried)
    known = os.path.join(kernels.cache(top), kernels.digest(top, [binary]) + '.' + test.case)
    with kernels.turn(known):
        if os.path.exists(known):
            with open(known) as f:
                return Ended(True, seconds=float(f.read()))
        ended = run_case(test, lab, top, binary, None, hurried)
        if ended.passed:
            with open(known + '.new', 'w') as f:
                f.write('%.3f' % ended.seconds)
            os.replace(known + '.new', known)
        return ended


def run_case(test, lab, top, binary, box, hurried):
    begin = time.time()
    ended = one_case(test, lab, top, binary, box, hurried)
    return dataclasses.replace(ended, seconds=time.time() - begin)


def one_case(test, lab, top, binary, box, hurried):
    variables = environment(test, lab, seconds(hurried))
    try:
        p = process(binary, variables, box)
        if b'LeakSanitizer has encountered a fatal error' in p.stdout:  # where ptrace is forbidden it cannot look
            p = process(binary, {**variables, 'ASAN_OPTIONS': 'detect_leaks=0'}, box)
    except subprocess.TimeoutExpired:
        return Ended(False, 'it still ran after %d seconds' % (2 * HARD), timeout=True)
    text = p.stdout.decode('utf-8', 'replace')
    if p.returncode == 0 and '[  PASSED  ] 1 test(s)' in text:
        return Ended(True)
    end = next((m for m in map(END.match, text.split('\n')) if m), None)
    function, line = (end.group(2) or '', end.group(3) or '') if end else ('', '')
    return Ended(False, told(text, top), function, line, p.returncode == OUT_OF_TIME)


def check_at(top, path, number):
    """['the check: assert_true(x);'] of a line of a test, and of those that it goes on in. None of fail_msg, whose words are printed."""
    with open(os.path.join(top, path), encoding='utf-8') as f:
        lines = f.read().split('\n')[number - 1:number + 3]
    last = next((i for i, l in enumerate(lines) if l.endswith(';')), 0)
    check = ' '.join(l.strip() for l in lines[:last + 1])
    return [] if check.startswith('fail') else ['the check: ' + check]


def with_check(top, line):
    """@line, and if it names a check that failed, what is checked there."""
    m = FAILED.search(line)
    return [line] + (check_at(top, m.group(1), int(m.group(2))) if m and os.path.isfile(os.path.join(top, m.group(1))) else [])


def told(text, top):
    """What of a test's output tells a student why it failed."""
    lines = [l.rstrip('\r') for l in text.split('\n') if l.strip() and not NOISE.match(l)]
    printed = [l for l in lines if l.startswith('printk: ')]
    others = [l for line in lines if not line.startswith('printk: ') for l in with_check(top, line)]
    at = next((i for i, l in enumerate(others) if END.match(l)), None)
    if at is not None:      # after the stack comes the sanitizer's report of the same
        after = at + 1
        while after < len(others) and others[after].startswith('  '):
            after += 1
        others = others[:after]
    more = ['(the last %d of %d lines of printk)' % (PRINTED, len(printed))] if len(printed) > PRINTED else []
    return '\n'.join(others[:SHOWN] + more + printed[-PRINTED:])
