# SPDX-License-Identifier: MIT
"""docs/syscalls.md is what the table of system calls says, and an absent call is logged once."""
import os
import subprocess

from conftest import TOP

import vm

PROGRAM = os.path.join(TOP, 'build', 'tests', 'guest', 'misc', 'unknown_calls_are_enosys')


def test_page_is_current():
    p = subprocess.run([os.path.join(TOP, 'tools', 'syscalls'), '--check'], stdout=subprocess.PIPE, text=True)
    assert p.returncode == 0, p.stdout


def test_absent_call_is_logged_once():
    output, status = vm.run('exon', '/t && /t && dmesg | grep absent', extra_args=['--file', 't:755=' + PROGRAM])
    lines = [line for line in output.split('\n') if 'system call 335 is absent' in line]
    assert status == 0 and len(lines) == 1 and lines[0].startswith('t['), output
