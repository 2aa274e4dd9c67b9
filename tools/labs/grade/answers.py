# SPDX-License-Identifier: MIT
"""Answers to questions: a file of 'NUMBER: answer' lines, compared without blanks, case and punctuation at the end.

The finished tree has the answers (and in answers.also others that are right,
too). A starter has blanks, and in answers.sealed only salted hashes, so that
nobody can read the answers there.
"""
import hashlib
import os
import re

LINE = re.compile(r'^(\d+)[ \t]*:[ \t]*(.*)$', re.M)
NAME = 'answers.txt'
ALSO = 'answers.also'
SEALED = 'answers.sealed'


def normal(answer):
    return re.sub(r'\s+', ' ', answer).strip().rstrip('.').lower()


def seal(salt, answer):
    return hashlib.pbkdf2_hmac('sha256', normal(answer).encode(), salt.encode(), 20000).hex()


def read(path):
    """{number: answer} of an answers file."""
    with open(path, encoding='utf-8', errors='replace') as f:
        return {n: a.strip() for n, a in LINE.findall(f.read())}


def blank(text):
    """@text with the answers taken out: what a starter has."""
    return LINE.sub(lambda m: m.group(1) + ':', text)


def sealed_lines(folder, salt):
    """The lines of answers.sealed for the answers in @folder."""
    rows = sorted(read(os.path.join(folder, NAME)).items(), key=lambda x: int(x[0]))
    also = os.path.join(folder, ALSO)
    if os.path.exists(also):
        with open(also, encoding='utf-8') as f:
            rows += LINE.findall(f.read())
    return ['%s %s %s' % (number, salt, seal(salt, answer)) for number, answer in rows]


def check(top, lab, question):
    """(right?, why not)"""
    folder = os.path.join(top, 'labs', lab.folder)
    given = read(os.path.join(folder, NAME)).get(question, '')
    if not given:
        return False, 'question %s has no answer in labs/%s/%s' % (question, lab.folder, NAME)
    path = os.path.join(folder, SEALED)
    if not os.path.exists(path):    # the finished tree: tests/labs/test_answers.py holds its answers against real boots
        return True, ''
    with open(path) as f:
        rows = [line.split() for line in f if line.strip()]
    right = any(n == question and seal(salt, given) == sealed for n, salt, sealed in rows)
    return right, '' if right else 'question %s: "%s" is not the answer' % (question, given)
