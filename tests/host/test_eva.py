# SPDX-License-Identifier: MIT
"""Frama-C's EVA over the pure parts of the kernel (tests/eva): where its package is installed."""
import os
import re

import pytest

import eva
from conftest import TOP

pytestmark = pytest.mark.skipif(not eva.here(), reason='no frama-c: apt-get install %s (Debian 12)' % eva.PACKAGE)


@pytest.mark.parametrize('name', eva.names())
def test_no_alarm_is_unexplained(name):
    said, alarms = eva.analyse(name)
    reached, statements = map(int, re.search(r'(\d+) of (\d+) statements', said).groups())
    assert not alarms, '\n'.join(alarms)
    assert reached > 0.95 * statements, said


def test_a_step_beyond_the_table_is_an_alarm(tmp_path):
    with open(os.path.join(TOP, 'exec', 'elf_plan.c'), encoding='utf-8') as f:
        text = f.read()
    wrong = text.replace('i < ehdr->e_phnum', 'i <= ehdr->e_phnum')
    assert wrong != text
    (tmp_path / 'elf_plan.c').write_text(wrong)
    assert any('out of bounds read' in a for a in eva.analyse('elf_plan', str(tmp_path / 'elf_plan.c'))[1])
