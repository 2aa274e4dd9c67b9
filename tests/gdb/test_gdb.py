# SPDX-License-Identifier: MIT
"""Every GDB command of tools/gdb, in batch mode against real boots: a static program, a dynamic PIE, a script."""
import concurrent.futures
import json
import os
import re
import subprocess

import pytest
from elftools.elf.elffile import ELFFile

import film_svg
import gdb_machine
import pages
import vm
from conftest import TOP

SCRIPT = ['--text', 'tmp/script:755=#!/bin/cat /proc/self/maps\n']
KINDS = {       # kind: (command, path that is exec'ed, path of the program that runs)
    'busybox': ('/bin/busybox cat /proc/self/maps', '/bin/busybox', '/bin/busybox'),
    'cat': ('cat /proc/self/maps', '/bin/cat', '/bin/cat'),
    'script': ('/tmp/script', '/tmp/script', '/bin/cat'),
}
ENTRY = 'boot_percpu.current->mm->saved_auxv[21]'
SP = 'boot_percpu.current->mm->start_stack'
LIBC = '/lib/x86_64-linux-gnu/libc.so.6'
SHELL, PID = 5, 6       # of /run.sh's shell, and of the program: /init starts so many before

# What is asked at each moment of the exec. NAME is the last part of the path that is exec'ed.
SESSION = '''
xps
xbprm
xmaps -b
xelf
bt
xstage search-handler load-elf begin-new-exec map-segments start-thread first-user of NAME
xstage
ubreak NAME:main
ubreak NAME:write
xsave auto
continue
xbprm
continue
CONTINUE-SCRIPT
xbprm
xelf
continue
xmaps
xdiff
xstack
xstage start-thread first-user of NAME
continue
xdiff begin-new-exec now
xmaps
xelf
xstack
xauxv
xpwalk ENTRY
xpwalk SP
x/1gx SP
xpwalk exec_stage
xpwalk 0x800000000000
xmaps -v
xptes
print boot_percpu.current->mm->rss_stat
xtask
xcpu
monitor info registers
xtrace
xtrace FOLDER/film
xfilm FOLDER/film.html
who-mapped SP
who-mapped ENTRY
continue
info registers rip
xsyms
continue
info registers rdi rip
x/s *(char **)$rsi
xdiff
xsyms
who-mapped $pc
xfault on
ubreak
delete
tbreak sys_write
continue
xfault off
xmaps
bt
xstage off
tbreak do_group_exit
continue
tbreak mmdrop
continue
python import symbols; print(len(symbols.loaded))
xsave
xdiff list
xback start-thread
xmaps
xback first-user
info registers rip
xsyms
who-mapped -b $pc
xback first-user
who-mapped -b $sp
frame
xback fork
xps
xsyms off
xsyms on
'''


def ask(kind, folder):
    command, path, _ = KINDS[kind]
    lines = SESSION.replace('NAME', os.path.basename(path)).replace('ENTRY', ENTRY).replace('SP', SP).replace('FOLDER', folder)
    # A script passes search-handler twice: once for itself, once for its interpreter.
    lines = lines.replace('CONTINUE-SCRIPT', 'continue' if kind == 'script' else 'xstage')
    with gdb_machine.Machine(folder, command, SCRIPT) as machine:
        said = machine.gdb(lines.strip().split('\n'))
        with open(os.path.join(folder, 'film')) as f:
            film = [json.loads(line) for line in f]
        with open(os.path.join(folder, 'film.html'), encoding='utf-8') as f:
            page = json.loads(re.search(r'id="data">(.*?)</script>', f.read(), re.S)[1].replace('<\\/', '</'))
        return said, film, page, machine.said()


class Session:
    """The answers of one session, by command and by how often it was asked before."""

    def __init__(self, kind, said, film, page, console):
        self.kind, self.said, self.film, self.page, self.console = kind, said, film, page, console
        self.text = ''.join(c + '\n' + out for c, out in said)
        self.command, self.path, self.program = KINDS[kind]

    def __call__(self, command, nth=0):
        return self.answers(self.said, command)[nth]

    def after(self, marker, command, nth=0):
        """The answer to the first @command after the answer that contains @marker."""
        at = next(i for i, (_, out) in enumerate(self.said) if marker in out)
        return self.answers(self.said[at:], command)[nth]

    @staticmethod
    def answers(said, command):
        command = command.replace('ENTRY', ENTRY).replace('SP', SP)
        return [out for c, out in said if c == command]


@pytest.fixture(scope='module')
def sessions(tmp_path_factory):
    """All three at the same time."""
    folders = {kind: str(tmp_path_factory.mktemp(kind)) for kind in KINDS}
    with concurrent.futures.ThreadPoolExecutor(len(KINDS)) as pool:
        jobs = {kind: pool.submit(ask, kind, folder) for kind, folder in folders.items()}
        return {kind: Session(kind, *job.result()) for kind, job in jobs.items()}


@pytest.fixture(params=sorted(KINDS))
def s(request, sessions):
    return sessions[request.param]


def vmas(text):
    """The lines that look like those of /proc/PID/maps."""
    return re.findall(r'^[0-9a-f]{8,}-[0-9a-f]+ [-rwxsp]{4} .*$', text, re.M)


def host_file(path):
    return os.path.realpath(os.path.join(TOP, 'build', 'debian') + path)


def loads(path):
    with open(path, 'rb') as f:
        return [s.header for s in ELFFile(f).iter_segments() if s['p_type'] == 'PT_LOAD']


# ---- at the first stage ------------------------------------------------------

def test_prog_alone_stops_at_the_first_stage_of_its_exec(s):
    assert 'stage mm-init of %s (pid %d), in __bprm_mm_init' % (s.path, PID) in s('')
    ps = s('xps')
    assert re.search(r'^\* +%d +%d R  busybox' % (PID, PID), ps, re.M) and re.search(r'^ +1 +1 S  init', ps, re.M)
    assert len(vmas(s('xmaps -b'))) == 1 and s('xmaps -b').startswith('7fffffffe000-7ffffffff000 rw-p')


def test_a_question_too_early_says_where_to_go(s):
    assert 'error: the file is not open yet: go on to `xstage open`' in s('xelf')
    assert 'error: the tables are not written yet: go on to `xstage start-thread`' in s('xstack')


def test_backtrace_leads_from_the_stage_to_the_shell(s):
    bt = s('bt')
    assert bt.startswith('#0  __bprm_mm_init (')      # not exec_stage
    for function in ('__bprm_mm_init', 'alloc_bprm', 'do_execveat_common', 'sys_execve', 'do_syscall_64', 'entry_SYSCALL_64'):
        assert ' %s (' % function in bt
    assert re.search(r'^#\d+ +0x0000000000[0-9a-f]+ in ', bt, re.M)      # the shell's own code


def test_stages_are_listed_in_their_order(s):
    with open(os.path.join(TOP, 'include', 'exec_stages.h')) as f:
        names = re.findall(r'X\([A-Z_]+,\s+"([a-z-]+)"', f.read())
    assert [line[2:] for line in s('xstage').split('\n')[:-1]] == names
    assert '* map-segments' in s('xstage') and '  vdso' in s('xstage')
    passed = [r['stage'] for r in s.film if r['pid'] == PID]
    first = [names.index(stage) for stage in dict.fromkeys(passed)]
    assert first == sorted(first) or s.kind == 'script'


# ---- binprm, program headers ---------------------------------------------------

def test_binprm(s):
    first, before, at_elf = (s('xbprm', i) for i in range(3))
    assert re.search(r'^filename +%s$' % s.path, first, re.M) and re.search(r'^file +NULL$', first, re.M)
    assert 'script: #!/bin/cat /proc/self/maps' in before if s.kind == 'script' else 'ELF, 64 bit' in before
    assert re.search(r'^file +%s$' % s.path, before, re.M)
    assert re.search(r'^interp +%s$' % s.program, at_elf, re.M) and re.search(r'^file +%s$' % s.program, at_elf, re.M)
    argv = {'busybox': ['/bin/busybox', 'cat', '/proc/self/maps'], 'cat': ['/bin/cat', '/proc/self/maps'],
            'script': ['/bin/cat', '/proc/self/maps', '/tmp/script']}[s.kind]
    assert re.findall(r'argv\[\d\] +"(.*)"', at_elf) == argv
    assert re.search(r'^point_of_no_return +no$', at_elf, re.M)
    assert '7f 45 4c 46 02 01 01' in at_elf


def test_program_headers_and_what_they_became(s):
    before, after = s('xelf', 1), s.after('stage start-thread', 'xelf')
    assert 'not mapped yet' in before.split('\n')[0] and before.startswith(s.program + ': ET_')
    want = loads(host_file(s.program))
    rows = re.findall(r'^  LOAD +[-rwx]{3} +([0-9a-f]+) +([0-9a-f]+) +([0-9a-f]+) +([0-9a-f]+)  (.*)$', after, re.M)
    assert [tuple(int(x, 16) for x in row[:4]) for row in rows[:len(want)]] == \
        [(h['p_offset'], h['p_vaddr'], h['p_filesz'], h['p_memsz']) for h in want]
    maps = vmas(s('xmaps', 1))
    became = [piece for row in rows for piece in row[4].split(' + ')]
    assert [p for p in became if not any(line.startswith(p) for line in maps)] == []
    assert ('ld-linux-x86-64.so.2: ET_DYN' in after) == (s.kind != 'busybox')


# ---- the address space ---------------------------------------------------------

def test_maps_are_those_that_the_program_itself_prints(s):
    """In the same boot: the program has read /proc/self/maps and is about to write it."""
    ours, printed = vmas(s('xmaps', 2)), vmas(s.console)
    # After going back it may have printed them once more.
    assert len(ours) > 8 and ours == printed[:len(ours)]


def test_vmas_form(s):
    diff, maps = s('xdiff begin-new-exec now'), vmas(s('xmaps', 1))
    new = [line.strip() for line in re.findall(r'^  \+  (.*)$', diff, re.M)]
    stack = [line for line in maps if line.endswith('[stack]')]
    assert new + stack == [line.strip() for line in maps]
    assert 'grown, was 7fffffffe000-7ffffffff000' in diff
    assert re.search(r'pages of [0-9a-f-]+ %s\n    [0-9a-f-]+  1 page: present, writable, dirty' % s.program, diff)     # padzero


def test_splits_and_protections_by_the_interpreter_are_named(s):
    diff = s.after('breakpoint 1, ', 'xdiff')
    if s.kind == 'busybox':
        assert 're-protected' in diff or 'pages of' in diff
        return
    assert 'split into 2' in diff and 're-protected, was rw-p' in diff and '+  ' in diff and LIBC in diff
    assert re.search(r'\d+ pages: present$', diff, re.M)


def test_going_on_to_a_stage_is_remembered(s):
    moments = s('xdiff list')
    for stage in ('mm-init', 'load-elf', 'begin-new-exec', 'start-thread', 'first-user'):
        assert re.search(r'^\d+ %s of %s +\d+ VMAs' % (stage, s.path), moments, re.M), stage


def test_walk_tells_why_an_access_faults(s):
    entry, stack = s('xpwalk ENTRY'), s('xpwalk SP')
    assert 'fetch faults, P = 0: a page of its file comes in' in entry
    assert 'write faults, P = 0: the VMA is r-xp, SIGSEGV (SEGV_ACCERR)' in entry
    assert [line.split()[0] for line in stack.strip().split('\n')] == \
        ['PML4', 'PDPT', 'PD', 'PT', 'page', 'VMA', 'read', 'write', 'fetch']
    assert 'P RW US A D NX' in stack and ', anonymous, ' in stack and 'write no fault' in stack
    assert 'fetch faults, NX = 1: the VMA is rw-p, SIGSEGV (SEGV_ACCERR)' in stack
    assert 'U/S = 0: the page is the kernel\'s, SIGSEGV' in s('xpwalk exec_stage')


def test_walk_finds_the_frame(s):
    """The frame and the struct page agree, and its count of mappings is what one program makes."""
    frame = int(re.search(r'^PT .* frame (0x[0-9a-f]+)', s('xpwalk SP'), re.M).group(1), 16)
    page = int(re.search(r'struct page (0x[0-9a-f]+)', s('xpwalk SP')).group(1), 16)
    assert (page - 0xffffea0000000000) // 64 * 4096 == frame
    assert 'in 1 page tables' in s('xpwalk SP')


def test_pages_add_up_to_what_the_kernel_counts(s):
    rows = re.findall(r'^[0-9a-f]+-[0-9a-f]+ +\d+ +(\d+) +\d+ +\d+  (.*)$', s('xptes'), re.M)
    rss = re.search(r'\{(.*)\}', s('print boot_percpu.current->mm->rss_stat')).group(1)
    assert sum(int(n) for n, name in rows if name != '[vvar]') == sum(int(x) for x in rss.split(','))


def test_stack_and_auxv(s):
    stack, auxv = s('xstack', 1), s('xauxv')
    argv = {'busybox': 3, 'cat': 2, 'script': 3}[s.kind]
    assert 'argc = %d ' % argv in stack and len(re.findall(r'argv\[\d\] = 0x7f', stack)) == argv
    address = int(re.search(r'([0-9a-f]+)  argc', stack).group(1), 16)
    assert '0x%016x' % argv in s('x/1gx SP') and '0x%x:' % address in s('x/1gx SP')
    assert auxv.count('AT_') == 21 and [line.split()[:2] for line in auxv.strip().split('\n')] == \
        [line.split()[1:3] for line in stack.split('\n') if re.search(r'  AT_[A-Z]', line)]
    assert 'AT_EXECFN' in auxv and '"%s"' % s.path in auxv and '"x86_64"' in stack
    for who in ('copy_strings: argv', 'copy_strings: envp', 'copy_string_kernel', 'fill_auxv', 'put_string_pointers'):
        assert who in stack
    assert '"PATH=/usr/local/bin:' in stack


# ---- the machine ---------------------------------------------------------------

def test_control_registers(s):
    cpu, qemu = s('xcpu'), s('monitor info registers')
    for name in ('CR0', 'CR2', 'CR3', 'CR4'):
        assert int(re.search(r'%s=([0-9a-f]+)' % name, qemu).group(1), 16) == \
            int(re.search(r'^%s +([0-9a-f]+)' % name.lower(), cpu, re.M).group(1), 16)
    assert re.search(r'cr0 .* PE .*WP.* PG', cpu) and re.search(r'cr4 .*SMEP SMAP', cpu) and re.search(r'efer .*SCE LME LMA NXE', cpu)
    assert 'kernel mode' in cpu


def test_task(s):
    task = s('xtask')
    assert 'pid %d tgid %d ppid %d' % (PID, PID, SHELL) in task and 'cred uid 0 euid 0' in task
    code = int(re.search(r'start_code +(0x[0-9a-f]+)', task).group(1), 16)
    assert any(int(line.split('-')[0], 16) <= code < int(line.split('-')[1].split()[0], 16) and line.endswith(s.program)
               for line in vmas(s('xmaps', 1)))


# ---- symbols and breakpoints in programs ---------------------------------------

def test_first_user_stops_before_the_first_instruction(s):
    stop = re.search(r'stage first-user of %s \(pid %d\), in the program at (0x[0-9a-f]+)' % (s.path, PID), s.text)
    assert stop and stop.group(1) in s('info registers rip')
    auxv = dict(line.split()[:2] for line in s('xauxv').strip().split('\n'))
    if s.kind == 'busybox':
        assert stop.group(1) == auxv['AT_ENTRY']
    else:
        with open(host_file('/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'), 'rb') as f:
            assert int(stop.group(1), 16) == int(auxv['AT_BASE'], 16) + ELFFile(f).header['e_entry']


def test_symbols_follow(s):
    at_entry, at_main = s('xsyms', 0), s('xsyms', 1)
    assert 'build/debian' + s.program in at_entry and 'vdso.debug' in at_entry
    assert LIBC not in at_entry and (LIBC in at_main) == (s.kind != 'busybox')
    if s.kind != 'busybox':
        base = next(line.split('-')[0] for line in vmas(s('xmaps', 2)) if line.endswith(LIBC))
        assert re.search(r'^ *0x%s  build/debian%s$' % (base, LIBC), at_main, re.M)
        assert re.search(r'^#3 .*write', s('bt', 1), re.M)      # libc's, below the kernel's three
        assert re.search(r'^%s:write  0x[0-9a-f]+ in /bin/cat$' % os.path.basename(s.path), s('ubreak'), re.M)
    # Its address space has gone, and they with it.
    assert s('python import symbols; print(len(symbols.loaded))') == '0\n'
    assert 'only the kernel has symbols now' in s('xsyms off')


def test_ubreak_finds_main_of_a_stripped_program(s):
    assert re.search(r'^main is 0x[0-9a-f]+ in %s \(pid %d\)$' % (s.program, PID), s.text, re.M)
    assert 'breakpoint 1, %s:main (pid %d)' % (os.path.basename(s.path), PID) in s.text
    argc = {'busybox': 3, 'cat': 2, 'script': 3}[s.kind]
    assert re.search(r'^rdi +0x%x ' % argc, s('info registers rdi rip'), re.M)
    assert '"%s"' % s.program in s('x/s *(char **)$rsi')


# ---- film, who, faults ---------------------------------------------------------

def test_film(s):
    mine = [r for r in s.film if r['pid'] == PID]
    assert [r['stage'] for r in mine][:2] == ['mm-init', 'copy-strings'] and mine[-1]['stage'] == 'start-thread'
    mapped = [r for r in mine if r['stage'] == 'map-segments']
    assert len(mapped) == len(loads(host_file(s.program))) + (0 if s.kind == 'busybox' else 4)
    assert all(r['function'] == 'elf_map' and r['file'].startswith('exec/') and r['line'] > 0 for r in mapped)
    assert re.search(r'elf_map exec/\w+\.c:\d+ [0-9a-f]+-[0-9a-f]+ r-xp', s('xtrace'))


def test_the_page_of_the_film_up_to_here(s):
    """xfilm writes what make film would, up to the stop; its last VMAs are those of xmaps."""
    steps = s.page['steps']
    stages = [step['stage'] for step in steps if 'stage' in step]
    assert stages[0] == 'mm-init' and stages[-1] == 'start-thread' and stages.count('mm-init') == 1
    assert all(s.page['sources'][step['where']] for step in steps)
    words = {r['what']: r for r in s.page['stack']}
    assert 'AT_ENTRY' in words and words['argc']['who'] == 'write_tables'
    *_, (made, _) = film_svg.states(steps)
    shown = [(int(a, 16), int(b, 16), perm) for a, b, perm in re.findall(r'^([0-9a-f]{6,})-([0-9a-f]+) ([-rwxsp]{4})', s('xmaps', 1), re.M)]
    assert [(v.start, v.end, v.perm) for v in made] == [v for v in shown if v[0] < 1 << 47]


def test_who_made_vma_and_page(s):
    stack, entry = s('who-mapped SP'), s('who-mapped ENTRY')
    assert re.search(r'^VMA   stage mm-init: __bprm_mm_init, exec/stack.c:\d+$', stack, re.M)
    assert re.search(r'then stage arg-pages: setup_arg_pages, exec/stack.c:\d+$', stack, re.M)
    assert re.search(r'^page  after stage mm-init, before copy-strings\n      get_arg_page, exec/stack.c:\d+$', stack, re.M)
    assert re.search(r'^VMA   stage map-segments: elf_map, exec/\w+\.c:\d+$', entry, re.M)
    assert 'vma_link <- ' in entry and '<- elf_map <- ' in entry and '<- load_elf_binary' in entry
    assert 'page  not present: nobody has touched it yet' in entry
    ran = s.after('breakpoint 1, ', 'who-mapped $pc')
    assert 'handle_mm_fault' in ran and 'for the user instruction at 0x' in ran


def test_faults_are_logged(s):
    faults = re.findall(r'^fault pid %d 0x[0-9a-f]+ (\w+), (.*): PTE [0-9a-f]+ -> ([0-9a-f]+) (.*?)  [0-9a-f]+-' % PID, s.text, re.M)
    assert {'read', 'write'} <= {f[0] for f in faults}
    assert {'page of the file', 'anonymous'} <= {f[1] for f in faults}
    assert all(int(entry, 16) & 1 and bits.startswith('P') for _, _, entry, bits in faults)


# ---- going back ------------------------------------------------------------------

def test_snapshot_of_each_stage(s):
    saved = s('xsave').split()
    assert {'start', 'fork', 'load-elf', 'begin-new-exec', 'start-thread', 'first-user'} <= set(saved)
    assert vmas(s('xmaps', 3)) == vmas(s('xmaps', 1)) != vmas(s('xmaps', 2))
    assert s('info registers rip', 0) == s('info registers rip', 1)
    assert s('xsyms', 2) == s('xsyms', 0)
    assert re.search(r'^\* +%d +%d R  busybox' % (SHELL, SHELL), s('xps', 1), re.M) and \
        not re.search(r' %d +%d ' % (PID, PID), s('xps', 1))


def test_back_to_who_made_it(s):
    vma, page = s('who-mapped -b $pc'), s('who-mapped -b $sp')
    assert re.search(r'back from snapshot [\w-]+ to the moment at which it was made: elf_map, exec/\w+\.c:\d+\n#\d+ .* in elf_map \(', vma)
    assert re.search(r'made: get_arg_page, exec/stack.c:\d+\n#\d+ .* in get_arg_page \(', page)
    assert 'get_user_page(' in s('frame')       # the source line


def test_no_traceback(s):
    assert 'Traceback' not in s.text and 'Python Exception' not in s.text


# ---- help, completion, bad input -------------------------------------------------

MISTAKES = {
    'xstage nonsense': 'no stage "nonsense"; xstage alone lists them',
    'xstage of': 'usage: xstage NAME of PROGRAM',
    'xbprm': 'no exec is under way in the running task: stop at a stage first',
    'xps': 'is the kernel running yet?',
    'xmaps': 'no task runs yet: stop after boot',
    'xmaps 99x': '"99x" is not a pid; xps lists them',
    'xdiff': 'no stop at a stage is remembered',
    'xdiff no such': 'no stop at no is remembered; `xdiff list` shows them',
    'xdiff one': 'usage: xdiff',
    'xpwalk': 'usage: xpwalk ADDRESS [PID]',
    'xpwalk 0x1000': 'paging is off',
    'xpwalk no_such_symbol': 'No symbol "no_such_symbol" in current context.; `help xpwalk` shows its use',
    'xpwalk "unfinished': '`help xpwalk` shows its use',
    'xelf': 'no task runs yet',
    'xstack': 'no task runs yet',
    'xauxv 7': 'cannot read memory here',
    'xtask nobody': '"nobody" is not a pid',
    'xsyms': 'no task runs yet',
    'ubreak main': 'usage: ubreak PROG:LOCATION',
    'xfault perhaps': 'usage: xfault on, or xfault off',
    'xtrace /no/such/folder/film': 'cannot write /no/such/folder/film: No such file or directory',
    'who-mapped': 'usage: who-mapped [-b] ADDRESS [PID]',
    'who-mapped exec_stage': 'is the kernel\'s: no VMA of a process covers it',
    'xsave two words': 'usage: xsave NAME; a name is one word',
    'xback nowhere': 'usage: xback NAME, one of: none saved yet',
    'xgoto 5': 'this machine is not a replay: `make record`, then `make replay`',
    'reverse-continue': 'QEMU 7.2 hangs in reverse-continue',
    'reverse-next': 'QEMU 7.2 hangs in reverse-next',
    'reverse-stepi': 'this machine is not a replay',
    'xprog': 'no command was given: make debug PROG=',
    'xconnect /no/such/socket': 'type `make debug` in another terminal, then xconnect',
}


@pytest.fixture(scope='module')
def idle(tmp_path_factory):
    """GDB on a machine that has not begun, without a PROG."""
    folder = tmp_path_factory.mktemp('idle')
    with gdb_machine.Machine(folder, 'cat') as machine:
        os.unlink(folder / 'gdb.prog')
        return machine.gdb(['xhelp', 'complete xstage map', 'complete xstage all of ca', 'complete ubreak bas',
                            'complete xfault o', 'complete xdiff l', 'complete xsave a', 'xsave one', 'complete xback o',
                            'monitor delvm one', 'xdiff list', 'xcpu', *MISTAKES])


def test_bad_input_is_answered(idle):
    said = dict(idle)
    wrong = {c: said[c] for c, words in MISTAKES.items() if words not in said[c] or not said[c].startswith('error: ')}
    assert wrong == {}
    assert 'Traceback' not in str(idle) and 'Python Exception' not in str(idle)


def test_completion(idle):
    said = dict(idle)
    assert said['complete xstage map'].split('\n')[:2] == ['xstage map-interp', 'xstage map-segments'] or \
        'xstage map-segments' in said['complete xstage map']
    assert 'xstage all of cat' in said['complete xstage all of ca']
    assert 'ubreak bash:' in said['complete ubreak bas']
    assert 'xfault on' in said['complete xfault o'] and 'xdiff list' in said['complete xdiff l']
    assert 'xsave auto' in said['complete xsave a'] and 'xback one' in said['complete xback o']


def test_help_names_every_command(idle):
    files = os.path.join(TOP, 'tools', 'gdb')
    names = set()
    for name in os.listdir(files):
        if name.endswith('.py'):
            with open(os.path.join(files, name)) as f:
                names.update(re.findall(r"^    name = '([a-z-]+)'", f.read(), re.M))
    listed = re.findall(r'^([a-z-]+) +\S', dict(idle)['xhelp'], re.M)
    assert names - {'xhelp', 'reverse-stepi'} <= set(listed)
    assert 'first-user' in dict(idle)['xhelp']


# ---- PROG ------------------------------------------------------------------------

@pytest.mark.parametrize('command, program, line', [
    ('/bin/cat x', '/bin/cat', '/bin/cat x'), ('cat x', '/bin/cat', '/bin/cat x'), ('inf', '/usr/local/bin/inf', '/usr/local/bin/inf'),
    ('./bin/cat', './bin/cat', './bin/cat'), ('cd /tmp; ./x', '-', 'cd /tmp; ./x'), ('A=b cat', '-', 'A=b cat'),
    ('cat <x', '-', 'cat <x')])
def test_prog_is_found(command, program, line):
    assert gdb_machine.find_program(os.path.join(vm.BUILD, 'rootfs.cpio'), command) == [program, line + '\n']


@pytest.mark.parametrize('command, words', [('/bin/nosuch', 'is no file in the root tree'), ('nosuch', 'is in no directory of PATH')])
def test_prog_that_is_no_file(command, words):
    p = subprocess.run([os.path.join(TOP, 'tools', 'prog.py'), os.path.join(vm.BUILD, 'rootfs.cpio'), command],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    assert p.returncode and words in p.stdout and 'PROG="sh -c' in p.stdout


def test_what_never_comes_is_said(tmp_path):
    """And a line for the shell stops at its first exec; a breakpoint whose page is not present yet stops once."""
    with gdb_machine.Machine(tmp_path, 'cd /tmp; /bin/true') as machine:
        said = machine.gdb(['xstage load-script of true', 'ubreak true:nosuch', 'ubreak nosuch:main', 'tbreak finalize_exec', 'continue',
                            'break *' + ENTRY, 'continue', 'x/i $pc', 'continue'])
    text = ''.join(out for _, out in said)
    assert 'is a line for the shell, not one program: stopping at the first exec in it\nstage mm-init of /bin/true' in said[0][1]
    assert text.count('Breakpoint 2, ') == 1 and '=> 0x5555' in text
    assert 'ubreak true:nosuch stops nowhere: /bin/true (with its libraries) has no nosuch\n' in text
    assert '/bin/true (pid 6) has ended, and has not passed load-script\n' in text
    assert text.count('ubreak nosuch:main: no exec of nosuch has come\n') == 1


@pytest.mark.parametrize('command, words', [
    ('true && true', 'has ended without an exec of a program: the shell runs some commands by itself')])
def test_prog_without_an_exec_of_its_own(command, words, tmp_path):
    with gdb_machine.Machine(tmp_path, command) as machine:
        assert words in machine.gdb([])[0][1]


# ---- record and replay -------------------------------------------------------------

REPLAY = '''
xstage create-tables first-user of cat
continue
info registers
stepi
stepi
info registers rip
reverse-stepi
reverse-stepi
info registers
continue
xgoto
reverse-stepi
info registers rip
xgoto create-tables
info registers
xsave here
who-mapped -b $sp
xgoto first-user
who-mapped -b $sp
frame
xgoto 12345
xgoto fork
bt 1
xgoto nowhere
xgoto 99999999999
'''.strip().split('\n')

TYPED = ['xgoto create-tables', 'info registers', 'stepi', 'stepi', 'reverse-stepi 2', 'info registers', 'xstage first-user of cat', 'continue',
         'xgoto', 'xgoto load-script', 'xgoto 5']


def test_record_and_replay(tmp_path):
    p = gdb_machine.make('do-record', 'PROG=/bin/cat /proc/self/maps')
    assert p.returncode == 0 and len(vmas(p.stdout)) > 8, p.stdout[-2000:]
    with gdb_machine.Make('replay'):
        one = gdb_machine.make_gdb(tmp_path, REPLAY)
    with gdb_machine.Make('replay'):
        two = gdb_machine.type_gdb(TYPED)
    said, again = dict(reversed(one)), dict(reversed(two))     # the first answer to each
    # Typed at the prompt, where GDB does not wait for the machine by itself.
    assert re.search(r'^instruction \d+\n#0  .*create_elf_tables \(', again['xgoto create-tables'], re.M)
    assert [out for c, out in two if c == 'info registers'][:1] == [out for c, out in two if c == 'info registers'][1:]
    assert re.search(r'^#0  .*create_elf_tables \(', again['reverse-stepi 2'], re.M)
    assert 'this replay is over' in again['xgoto load-script'] and 'no machine is connected' in again['xgoto 5']
    assert 'Traceback' not in str(two) and 'Python Exception' not in str(two)
    # The same instruction counts and registers, twice.
    assert said['info registers'] == again['info registers'] and 'rip' in said['info registers']
    assert re.findall(r'(\d+)  (\S+)$', said['xgoto'], re.M) == re.findall(r'(\d+)  (\S+)$', again['xgoto'], re.M)
    # Two steps forward, two back; then over iretq; then to the stage: the very same state.
    registers = [out for c, out in one if c == 'info registers']
    assert registers[0] == registers[1] == registers[2]
    rip = [out for c, out in one if c == 'info registers rip']
    assert rip[0].split()[1] != re.search(r'^rip +(\S+)', registers[0], re.M).group(1) and 'iret_to_user' in rip[1]
    stage = re.search(r'^ +(\d+)  create-tables$', said['xgoto'], re.M).group(1)
    assert 'instruction %s\n' % stage in said['xgoto create-tables'] and 'first-user' in said['xgoto']
    assert 'error: a replay cannot go on from a snapshot' in said['xsave here']
    back = [out for c, out in one if c == 'who-mapped -b $sp']
    assert 'is the kernel\'s' in back[0] and 'made: get_arg_page' in back[1] and 'get_user_page(' in said['frame']
    assert 'instruction 12345\n' in said['xgoto 12345'] and '#0  dup_mm (' in said['bt 1']
    assert 'error: usage: xgoto NUMBER, or a stage, one of: fork mm-init' in said['xgoto nowhere']
    assert 'error: the recording ends before instruction 99999999999' in said['xgoto 99999999999']
    assert 'Traceback' not in str(one)


# ---- docs/debugging.md -------------------------------------------------------------

def test_documentation_says_what_happens(tmp_path):
    """The session of docs/debugging.md, by make debug and make gdb: each command, and each line that is shown of its answer."""
    session = [line for _, block in pages.blocks('docs/debugging.md') if block.startswith('(gdb) ') for line in pages.commands(block)]
    assert len(session) > 30
    with gdb_machine.Make('do-debug', 'PROG=/bin/cat /proc/self/maps'):
        said = gdb_machine.make_gdb(tmp_path, [command for command, _ in session])
    assert 'stage mm-init of /bin/cat (pid %d), in __bprm_mm_init' % PID in said[0][1]
    assert pages.difference(session, said[1:], pages.VARIES + pages.LIBRARIES) == ''


# ---- an editor -----------------------------------------------------------------------

def test_machine_interface(tmp_path):
    """What the editor's debugger sends for .vscode/launch.json, in its order."""
    with open(os.path.join(TOP, '.vscode', 'launch.json')) as f:
        launch = json.loads(f.read().replace('${workspaceFolder}', TOP))['configurations'][0]
    with gdb_machine.Machine(tmp_path, '/bin/cat') as machine:
        assert os.path.basename(launch['miDebuggerServerAddress']) == os.path.basename(machine.socket)
        setup = ['-interpreter-exec console "%s"' % c['text'] for c in launch['setupCommands']]
        lines = ['-gdb-set pagination off', '-gdb-set auto-solib-add on', *setup, '-environment-cd ' + launch['cwd'],
                 '-file-exec-and-symbols ' + launch['program'], '-target-select remote ' + machine.socket,
                 '-break-insert setup_arg_pages', '-interpreter-exec console "xstage load-elf"', '-exec-continue']
        mi = gdb_machine.MachineInterface()
        said = [mi(line) for line in lines] + [mi.until('*stopped')]
        said += [mi('-interpreter-exec console "xbprm"'), mi('-stack-list-frames 0 3')]
        mi.close()
    assert [out for out in said if '^error' in out] == []
    assert '^connected' in ''.join(said) and 'point_of_no_return' in said[-2] and 'func="load_elf_binary"' in said[-1]
