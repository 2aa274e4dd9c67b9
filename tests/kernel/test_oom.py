# SPDX-License-Identifier: MIT
"""Memory runs out in a small machine: one process dies, the shell lives, the log says who."""
import os
import re

import pytest

import vm
from conftest import TOP

PROGRAM = os.path.join(TOP, 'build', 'tests', 'programs', 'oom', 'memory_ends')
MEMORY = {'exon': 128, 'linux': 192}    # MiB; Linux itself takes some 60
SCRIPT = '''
/t/memory_ends
echo "shell lives"
dmesg | grep 'Out of memory' | sed 's/.*Out/Out/'
'''


@pytest.fixture(scope='module', params=sorted(MEMORY))
def output(request):
    text, status = vm.run(request.param, SCRIPT, memory=MEMORY[request.param], seconds=200,
                          extra_args=['--file', 't/memory_ends:755=' + PROGRAM])
    assert status == 0, text
    return text


def without_log(text):
    """@text without the kernel's lines, which come in between."""
    return re.sub(r'^(\[ *[\d.]+\] )?Out of memory: .*\n', '', text, flags=re.M)


def test_the_largest_dies(output):
    assert ('small: exit 0\nlarge: signal 9\nmemory is back: 1\n'
            'small: signal 9\nlarge: lives\nmemory is back: 1\n') in without_log(output)


def test_the_shell_lives_and_the_log_tells(output):
    assert 'shell lives\n' in output
    told = re.findall(r'^Out of memory: Killed process (\d+) \(memory_ends\) total-vm:\d+kB, anon-rss:\d+kB, '
                      r'file-rss:\d+kB, shmem-rss:\d+kB, UID:0 pgtables:\d+kB oom_score_adj:(-?\d+)$', output, re.M)
    assert len(set(told)) == 2, output
