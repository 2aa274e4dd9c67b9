# SPDX-License-Identifier: MIT
"""Minimal systems: a package that this machine has, but that is in no list of ours, is missing there."""
import concurrent.futures
import os
import subprocess

import pytest

from conftest import TOP

TRY = os.path.join(TOP, 'tests', 'hosts', 'try')
CASES = {'Debian 12, root, then without network': ('bookworm', 'root', '--again'),
         'Debian 13, a user with sudo': ('trixie', 'sudo'),
         'Debian 13, a user who may not install': ('trixie', 'plain')}


def attempt(words):
    p = subprocess.run([TRY, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    return p.returncode, p.stdout.decode('utf-8', 'replace')


def in_turn(cases):
    """The systems of one suite are unpacked from the same archive."""
    return {name: attempt(words) for name, words in cases.items()}


@pytest.fixture(scope='module')
def attempts():
    suites = {words[0] for words in CASES.values()}
    parts = [{name: words for name, words in CASES.items() if words[0] == s} for s in suites]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return {name: outcome for part in pool.map(in_turn, parts) for name, outcome in part.items()}


@pytest.mark.parametrize('name', CASES)
def test_from_clone_to_prompt(attempts, name):
    status, text = attempts[name]
    if status == 77:
        pytest.skip(text.strip())
    assert status == 0, text
