# SPDX-License-Identifier: MIT
"""tools/coverage.py on a program that has counters as the coverage kernel has them, and writes its memory to a file."""
import importlib.util
import os
import subprocess

from conftest import TOP

COUNTED = '''volatile int seen;
void f(int n)
{
	if (n > 1)
		seen += 1;
	else
		seen += 2;
}

void never(void)
{
	seen = 3;
}
'''
# argv[1] becomes the RAM: what lies between the kernel's first byte and its last.
MAIN = '''#include <unistd.h>
#include <fcntl.h>
void f(int n);
extern volatile int seen;
extern char data_start[], _end[];
int main(int argc, char **argv)
{
	int ram = open(argv[1], O_WRONLY | O_CREAT, 0600);

	f(argc);
	f(1);
	f(2);
	lseek(ram, (long)data_start - 0x400000, SEEK_SET);
	return write(ram, data_start, _end - data_start) != _end - data_start || seen != 4;
}
'''
FLAGS = '-O2 -fno-pie -fprofile-arcs -ftest-coverage -fprofile-update=single -fprofile-info-section=.data.gcov_info'.split()


def test_the_counters_become_lines(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location('exon_coverage', os.path.join(TOP, 'tools', 'coverage.py'))
    coverage = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(coverage)
    (tmp_path / 'counted.c').write_text(COUNTED)
    (tmp_path / 'main.c').write_text(MAIN)
    linked = ['-static', '-no-pie', '-fno-pie', '-Wl,--defsym=__gcov_merge_add=0', '-o', 'kernel', 'main.c', 'counted.o']
    for command in (['-c', 'counted.c', *FLAGS], linked):
        subprocess.run(['gcc', *command], cwd=str(tmp_path), check=True)
    for name, value in (('KERNEL', str(tmp_path / 'kernel')), ('BUILD', str(tmp_path)), ('BASE', 0x400000)):
        monkeypatch.setattr(coverage, name, value)
    counters = coverage.Counters()
    for _ in range(2):
        subprocess.run([str(tmp_path / 'kernel'), counters.ram], check=True)
        counters.harvest()
    lines = next(lines for path, lines in counters.lines().items() if path.endswith('counted.c'))
    assert {n: lines[n] for n in (4, 5, 7, 12)} == {4: 6, 5: 4, 7: 2, 12: 0}
    assert not os.path.exists(counters.ram) and coverage.ranges([3, 4, 5, 9]) == '3-5 9'
