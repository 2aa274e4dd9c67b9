# SPDX-License-Identifier: MIT
"""What the pages of docs/ and labs/ show is what the machine prints: each GDB session, output and picture is made again.

docs/debugging.md is in test_gdb.py; what a kernel with a mistake in it shows is where such kernels are: see KINDS.
"""
import glob
import json
import os
import re
import subprocess
import pytest

import kernels
import pages
import vm
from conftest import TOP, results_in, script_of

# The blocks of each page, in order:
#   gdb      a session, run by test_sessions
#   numbers  a drawing: each number in it is printed by a session of the page, or by MORE
#   letters  a drawing of pages: each row of letters is printed by a program in the guest
#   guest    lines that are printed in the guest
#   text     nothing that a program prints
# A name of a file: the test that makes the block again.
KINDS = {
    'README.md': 'text',
    'docs/address-space.md': 'guest',
    'docs/architecture.md': 'text text',
    'docs/exec.md': 'text guest',
    'docs/film.md': 'rows',
    'docs/inside.md': 'text text text',
    'docs/locks.md': 'text',
    'docs/memory.md': 'text',
    'docs/verification.md': 'text text',
    'labs/00-tools/README.md': 'numbers doctor guest gdb test_answers.py gdb',
    'labs/01-page-tables/README.md': 'numbers test_labs.py gdb gdb',
    'labs/02-vmas/README.md': 'numbers test_labs.py gdb',
    'labs/03-elf-plan/README.md': 'numbers test_labs.py test_labs.py gdb',
    'labs/04-segments/README.md': 'gdb-lines readelf gdb',
    'labs/05-stack/README.md': 'gdb-lines numbers text test_labs.py gdb',
    'labs/06-interpreter/README.md': 'guest numbers gdb gdb',
    'labs/07-demand-paging/README.md': 'letters gdb',
    'labs/08-fork/README.md': 'numbers letters gdb',
    'labs/09-scripts/README.md': 'script numbers text gdb gdb',
    'labs/10-maps/README.md': 'gdb-lines maps numbers numbers smaps gdb gdb',
    'labs/11-tracer/README.md': 'story text test_labs.py',
    'labs/INSTRUCTOR.md': 'text text text text',
    'labs/break/README.md': 'text test_break.py test_break.py test_break.py test_break.py test_break.py',
    'labs/predict/README.md': 'test_predict.py test_predict.py test_predict.py test_predict.py',
}
# Commands after those of a page's session, by page and machine: they print the rest of the numbers in its drawing.
MORE = {
    ('labs/00-tools/README.md', 0): ['xstage start-thread of cat', 'continue', 'xstack', 'xmaps'],
    ('labs/02-vmas/README.md', 0): ['delete', 'tbreak sys_mprotect', 'continue', 'xmaps', 'python print("%x %x %x" % tuple('
                                    'int(gdb.parse_and_eval("find_vma(boot_percpu.current->mm, %#x)->vm_pgoff" % a)) for a in (0x10000000, 0x10008000, 0x1000c000)))'],
    ('labs/03-elf-plan/README.md', 0): ['xstage start-thread of crafted', 'continue', 'xmaps'],
    ('labs/04-segments/README.md', 0): ['xmaps'],
    ('labs/05-stack/README.md', 0): ['x/1gx 0x7fffffffeff8', 'print/x boot_percpu.current->mm->arg_start & -16'],
    ('labs/06-interpreter/README.md', 0): ['xmaps'],
    ('labs/09-scripts/README.md', 0): ['x/6s 0x7fffffffefd2', 'x/1gx 0x7fffffffeff8'],
    ('labs/10-maps/README.md', 0): ['xstage off', 'tbreak sys_exit_group', 'tbreak sys_exit', 'continue', 'xmaps'],
}
SESSIONS = [(path, i) for path, words in sorted(KINDS.items()) if 'gdb' in words.split() for i in range(len(pages.sessions(path)))]


def kinds(wanted):
    """[(page, block)] of a kind."""
    return [(path, block) for path, words in sorted(KINDS.items()) for kind, (_, block) in zip(words.split(), pages.blocks(path)) if kind == wanted]


def test_every_block_is_made_again_or_no_output():
    found = {os.path.relpath(p, TOP) for p in glob.glob(TOP + '/docs/*.md') + glob.glob(TOP + '/labs/**/*.md', recursive=True)} | {'README.md'}
    found = {p: len(pages.blocks(p)) for p in found - {'docs/debugging.md'} if pages.blocks(p)}
    assert found == {p: len(words.split()) for p, words in KINDS.items()}
    for path, words in KINDS.items():
        for kind, (_, block) in zip(words.split(), pages.blocks(path)):
            assert ('(gdb) ' in block) <= (kind in ('gdb', 'test_break.py')), path


# ---- in GDB ------------------------------------------------------------------------------

@pytest.fixture(scope='module')
def said():
    """{(page, machine): [(command, answer)]}, each made when it is asked for."""
    return {}


def ask(said, path, i, folder):
    if (path, i) not in said:
        words, session = pages.sessions(path)[i]
        with pages.machine(words, folder) as machine:
            said[path, i] = machine.gdb([c for c, _ in session if c] + MORE.get((path, i), []))
    return said[path, i]


@pytest.mark.parametrize('path, i', SESSIONS)
def test_sessions(said, path, i, tmp_path):
    session, answers = pages.sessions(path)[i][1], ask(said, path, i, tmp_path)
    assert pages.difference(session, answers if session[0][0] == '' else answers[1:]) == ''


@pytest.mark.parametrize('path', sorted({path for path, _ in kinds('numbers') + kinds('gdb-lines')}))
def test_drawings(said, guest, path, tmp_path_factory):
    """Frames and kernel addresses may differ: the page's own sessions show those of its drawings."""
    text = guest['cat'] + ''.join(block for page, block in kinds('gdb') if page == path)
    for i in range(len(pages.sessions(path))):
        text += ''.join(answer for _, answer in ask(said, path, i, tmp_path_factory.mktemp('drawings')))
    seen = pages.numbers(text) | {'%x' % int(n) for n in re.findall(r'\b\d+\b', text)}
    for block in (block for page, block in kinds('numbers') if page == path):
        assert not [n for n in pages.numbers(block) if not any(s.endswith(n) for s in seen)], block
    for block in (block for page, block in kinds('gdb-lines') if page == path):
        assert pages.missing([line for line in block.split('\n') if line not in ('', '...')], text) == '', block


# ---- in the guest ------------------------------------------------------------------------

@pytest.fixture(scope='module')
def guest():
    """{name: what it prints}: programs of the labs, and what the pages say to type."""
    programs = ('07-demand-paging/programs/anonymous', '07-demand-paging/programs/around', '08-fork/programs/frames', '10-maps/programs/own-maps',
                '09-scripts/programs/argv', '11-tracer/programs/tracer')
    kernels.make(TOP, *('build/labs/' + p for p in programs))
    commands = {p.rsplit('/', 1)[1]: '/t/' + p.rsplit('/', 1)[1] for p in programs[:-2]}
    commands.update({
        'cat': '/bin/cat /proc/self/maps', 'script': "printf '#!/t/argv -e\n' >script; chmod 755 script; ./script kept",
        'smaps': 'cat /proc/self/smaps', 'story': '/t/tracer mscb /bin/true', 'format': only('docs/exec.md', 'guest'), 'records': 'cat /proc/exec_trace.jsonl',
        'rows': '/bin/cat /proc/version; cat /proc/exec_trace'})
    files = [w for p in programs for w in ('--file', 't/%s:755=%s' % (p.rsplit('/', 1)[1], os.path.join(TOP, 'build', 'labs', p)))]
    out, _ = vm.run('exon', script_of(commands), 'norandmaps vsyscall=xonly', extra_args=files)
    return {name: text for name, (text, _) in results_in(out).items()}


def only(path, kind):
    """The one block of this kind on the page."""
    block, = (block for page, block in kinds(kind) if page == path)
    return block


def test_lines_of_maps(guest):
    for path in ('docs/address-space.md', 'labs/06-interpreter/README.md'):
        assert pages.missing(only(path, 'guest').rstrip('\n').split('\n'), guest['cat']) == ''
    lines = re.findall(r'^ (\S+-\S+ [-rwxsp]{4} .*)$', only('labs/10-maps/README.md', 'maps'), re.M)
    assert len(lines) == 2 and pages.missing(lines, guest['own-maps']) == '', guest['own-maps']
    name = lines[0].index('/t/own-maps')
    assert 'column %d ---->|' % name in only('labs/10-maps/README.md', 'maps') and guest['own-maps'].split('\n')[1].index('/t/own-maps') == name


def test_story_of_an_exec(guest):
    shown = [l for l in only('labs/11-tracer/README.md', 'story').split('\n')[1:] if l not in ('', '...')]
    assert pages.missing(shown, guest['story']) == '', guest['story']


def test_flags_of_smaps(guest):
    for name, rss, flags in re.findall(r'(\[\w+\])( +Rss: .*?kB)? +VmFlags: (.*)', only('labs/10-maps/README.md', 'smaps')):
        part = re.search(r'%s\n(.*?VmFlags: .*?)\n' % re.escape(name), guest['smaps'], re.S).group(1)
        assert part.strip().endswith('VmFlags: ' + flags) and pages.constant(rss) in pages.constant(part)


def test_letters_of_pages(guest):
    """Each row of a drawing, without the blanks between its letters."""
    printed = ' '.join(guest[name] for name in ('anonymous', 'around', 'frames')).split()
    for path, block in kinds('letters'):
        rows = [row.replace(' ', '') for row in re.findall(r'^\D.*?  ((?:[-saf] ?){8,})(?:  |$)', block.split('address (pages)')[0], re.M)]
        assert len(rows) == 4 and all(row in printed for row in rows[path.startswith('labs/07'):]), block


def test_windows_of_fault_around(guest):
    """Column 18 of the drawing is page 16, and the VMA begins at page 21."""
    rows = re.findall(r'^read page (\d+) .{5}([ -]*f+)', only('labs/07-demand-paging/README.md', 'letters'), re.M)
    assert len(rows) == 2
    for page, row in rows:
        printed = re.search(r'address page 21, 40 pages, file page 0; reads page %d: .\n +(\S+)' % (int(page) - 21), guest['around']).group(1)
        assert (16 + row.index('f'), row.count('f')) == (21 + printed.index('f'), printed.count('f'))


def test_headers_of_a_program():
    programs = 'build/labs/04-segments/programs/pages'
    kernels.make(TOP, programs)
    shown = only('labs/04-segments/README.md', 'readelf').split('\n')[1].split()
    rows = subprocess.run(['readelf', '-lW', programs], cwd=TOP, stdout=subprocess.PIPE, check=True).stdout.decode().split('\n')
    found = [row.split() for row in rows if row.strip().startswith('LOAD') and 'RW' in row][0]
    del found[3]    # the physical address
    assert shown[0] == found[0] and [int(n, 16) for n in shown[1:5]] == [int(n, 16) for n in found[1:5]] and shown[5] == found[5]


def test_tools():
    """The versions of this machine may be others."""
    out = subprocess.run(['make', '-s', 'doctor'], cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.decode()
    for line in only('labs/00-tools/README.md', 'doctor').rstrip('\n').split('\n'):
        tool, tested = line.split()[0], line.find('tested with')
        assert line == '...' or any(have.split()[:1] == [tool] and (tested < 0 or have.endswith(line[tested:])) for have in out.split('\n')), line


def test_a_script(guest):
    words = re.findall(r'argv\[\d\] = (".*?")', only('labs/09-scripts/README.md', 'script'))
    assert len(words) == 4 and 'argv: ' + ' '.join(words) in guest['script']


def test_a_format_that_has_users(guest):
    want = re.findall(r'# (Resource .*)|prints (.*)', only('docs/exec.md', 'guest'))
    assert pages.missing(['sh: write error: ' + want[0][0], want[1][1]], guest['format']) == '', guest['format']


def test_records(guest):
    """Times, pids, counts and lines of the source may differ."""
    shown = json.loads(only('labs/00-tools/README.md', 'guest'))
    found = [json.loads(line) for line in guest['records'].strip().split('\n')]
    varies = ('seq', 'ns', 'pid', 'line')
    assert {k: v for k, v in shown.items() if k not in varies} in [{k: v for k, v in r.items() if k not in varies} for r in found]
    assert list(shown) in map(list, found)


def test_rows(guest):
    def words(text):
        return re.sub(r'\d+(?= +[a-z])|(?<=:)\d+|(?<=[a-z] )\d+', 'N', text)
    shown = [words(line) for line in only('docs/film.md', 'rows').rstrip('\n').split('\n') if line != '...']
    assert pages.missing(shown, words(guest['rows'])) == ''
