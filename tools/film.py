#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Make the film of an exec: run a command on Exon and write how its address space came to be as one HTML file.

  film.py [-o FILE] [--cmdline WORDS] [--linux] [--files] [--svg FOLDER] [--prog2 COMMAND] [--cmdline2 WORDS] COMMAND...
  film.py --kept

The records are those of /proc/exec_trace.jsonl (docs/film.md); GDB adds the stack before the first instruction.
The page is tools/film.html with the data put in: it needs nothing else, and no network. --svg writes each step as a
picture instead. --kept makes the films and the picture that lie in docs/ anew.
"""
import argparse
import bisect
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import film_parts
import film_svg
import qemu
import vm
from prog import NotFound, entries, look_up

FAULTS = tuple(film_svg.FAULTS)
KEPT = {'two': '/usr/local/bin/two', 'bash': '/bin/bash -c true'}       # docs/films/NAME.html
PICTURE = '/bin/cat /proc/self/maps'                                    # docs/exec.svg
PLUMBING = ('mm/', 'lib/', 'arch/', 'kernel/trace/')
LINES = 7       # of source, before and after the one that is meant
SCRIPT = '''echo "== shell $$"
%s
echo "== status $?"
/bin/cat /proc/exec_trace.jsonl
'''
PEEK = os.path.join(vm.BUILD, 'film', 'peek')
STACK = ("import kernel, tables; mm = kernel.current_mm(); p = int(mm['start_stack']); end = int(mm['env_end']); "
         "print('== stack %x ' % p + tables.read_user(mm, p, (end | 4095) + 1 - p).hex())")
SESSION = 'xstage start-thread of %s\ncontinue\npython ' + STACK + '\nxstage off\ncontinue\n'
TEXT = {
    'map': 'a new VMA', 'split': 'a VMA is cut in two', 'merge': 'the new range joins its neighbour', 'move': 'a VMA is moved or resized',
    'grow-stack': 'the stack grows down', 'protect': 'new permissions', 'unmap': 'a range is removed',
    'file': 'page fault: a page of the file', 'shared': 'page fault: a shared page of the file', 'file-copy': 'page fault: a private copy of the page of the file', 'cow': 'page fault: a copy of a page that was read-only',
    'anon': 'page fault: a new page of zeros', 'zero': 'page fault: the zero page', 'again': 'page fault: the page was there'}


def record(prog, cmdline):
    """(console, what GDB printed, with the stack) of a run on Exon."""
    name = prog.split()[0]
    with tempfile.TemporaryDirectory() as d:
        initrd, socket, commands, console = (os.path.join(d, n) for n in ('initrd', 'gdb', 'commands', 'console'))
        vm.pack(SCRIPT % prog, initrd)
        with open(commands, 'w') as f:
            f.write(SESSION.replace('%s', name, 1))
        words = vm.qemu_command(vm.KERNEL['exon'], initrd, vm.CMDLINE['exon'] + ' ' + cmdline, vm.MEMORY,
                                [*qemu.debugger(socket), '-monitor', 'none'])
        with open(console, 'wb') as log:
            guest = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            while not os.path.exists(socket) and guest.poll() is None:
                time.sleep(0.05)
            p = subprocess.run(['gdb', '-q', '-nx', '-batch', '-iex', 'set auto-load no', vm.KERNEL['exon'],
                                '-x', os.path.join(vm.TOP, 'tools', 'gdb', 'exon.py'), '-ex', 'target remote ' + socket,
                                '-x', commands], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               timeout=300)
            guest.wait(120)
        except subprocess.TimeoutExpired:
            raise vm.Failed('the program did not end in time') from None
        finally:
            guest.kill()
            guest.wait()
        with open(console, encoding='utf-8', errors='replace') as f:
            text = f.read().replace('\r', '')
    return text, p.stdout.decode('utf-8', 'replace')


def on_linux(prog, cmdline):
    """{'start': VMAs, 'end': VMAs, 'stack': rows} of the same command on Linux; a VMA is [start, end, perm, name]."""
    text, _ = vm.run('linux', '/peek %s\n' % prog, cmdline, extra_args=['--file', 'peek:755=' + PEEK])
    found = {when: [[*m, path.rsplit('/', 1)[-1]] for *m, path in
                    re.findall(r'^(\w+)-(\w+) (\S+) \S+ \S+ \S+ *(.*)$', part, re.M)]
             for when, part in re.findall(r'== maps (\w+)\n(.*?)== end', text, re.S)}
    if len(found) != 2:
        raise vm.Failed('Linux did not run it under ptrace: is the command a path?')
    found['stack'] = film_parts.stack_rows(film_parts.memory_of(text))
    return found


class Symbols:
    """Function and source line of the kernel's addresses."""

    def __init__(self, elf):
        rows = subprocess.run(['nm', elf], check=True, stdout=subprocess.PIPE, text=True).stdout.split('\n')
        self.elf = elf
        self.address = {r.split()[2]: int(r.split()[0], 16) for r in rows if re.match(r'\w+ [tT] ', r)}
        self.known = {}

    def look_up(self, places):
        """Fills known: {'function+offset': (function, file, line)} of return addresses."""
        places = sorted({p for p in places if p.split('+')[0] in self.address})
        addresses = ['%x' % (self.address[p.split('+')[0]] + max(int(p.split('+')[1]), 0)) for p in places]
        p = subprocess.run(['addr2line', '-f', '-e', self.elf], input='\n'.join(addresses), check=True, stdout=subprocess.PIPE, text=True)
        out = p.stdout.split('\n')
        for i, place in enumerate(places):
            path, line = out[2 * i + 1].split(' ')[0].rsplit(':', 1)
            path = os.path.relpath(path, vm.TOP) if os.path.isabs(path) else os.path.normpath(path)
            path = re.sub(r'^(arch/.*)/\1/', r'\1/', path)      # nasm
            self.known[place] = (place.split('+')[0], path, int(line) if line.isdigit() else 0)


def records_of(text, comm_pid):
    """The records of the first program that the shell started, from its new address space to its end; and the header."""
    rows = [json.loads(r) for r in text.split('\n') if r.startswith('{"')]
    head, rows = rows[0], rows[1:]
    pids = sorted({r['pid'] for r in rows if r.get('stage') == 'mm-init' and r['pid'] > comm_pid})
    if not pids:
        raise vm.Failed('no exec of the program is in the film: is it there, and is it a file and not a word of the shell?')
    first = next(i for i, r in enumerate(rows) if r.get('stage') == 'mm-init' and r['pid'] == pids[0])
    begin = max(i for i, r in enumerate(rows[:first]) if r.get('kind') == 'map' and r['pid'] == pids[0])
    mm, found = rows[begin]['mm'], []
    for r in rows[begin:]:
        if r['pid'] == pids[0] and 'stage' in r:
            if found and r['stage'] == 'mm-init' and any(f.get('stage') == 'mm-init' for f in found):
                break
            found.append(r)
        elif r.get('mm') == mm:
            if r['kind'] == 'unmap' and r['start'] == '0':
                break
            found.append(r)
    return head, found


def permissions(flags):
    return ''.join(c if flags >> i & 1 else '-' for i, c in enumerate('rwx')) + ('s' if flags & 0x80 else 'p')


def name_of(r, calls):
    flags, functions = int(r['flags'], 16), [c[0] for c in calls]
    if r.get('name'):
        return r['name']
    if flags & 0x100:
        return '[stack]'
    if 'install_special_mapping' in functions:
        return '[vdso]' if flags & 4 else '[vvar]'
    return '[heap]' if 'sys_brk' in functions else ''


def snippet(path, line):
    try:
        with open(os.path.join(vm.TOP, path), encoding='utf-8') as f:
            lines = f.read().split('\n')
    except OSError:
        return None
    first = max(1, line - LINES)
    return {'first': first, 'line': line, 'lines': [t.replace('\t', '    ') for t in lines[first - 1:line + LINES]]}


def handler(kind):
    """(function, file, line) of what serves such a fault; the table at the head of mm/memory.c has them."""
    name = {'file': 'do_read_fault', 'shared': 'do_shared_fault', 'anon': 'do_anonymous_page', 'zero': 'do_anonymous_page',
            'file-copy': 'do_cow_fault', 'cow': 'wp_page_copy', 'again': 'handle_pte_fault'}[kind]
    path = 'mm/cow.c' if name == 'wp_page_copy' else 'mm/memory.c'
    with open(os.path.join(vm.TOP, path), encoding='utf-8') as f:
        for number, line in enumerate(f, 1):
            if line.startswith('static vm_fault_t %s(' % name):
                return (name, path, number)
    return (name, path, 1)


def step_of(r, begin, symbols):
    calls = [symbols.known[c] for c in r.get('calls', []) if c in symbols.known]
    us = (r['ns'] - begin) // 1000
    if 'stage' in r:
        path = symbols.known.get(r['function'] + '+0', ('', '?', 0))[1]
        text = 'stage %s, by %s()' % (r['stage'], r['function'])
        if r['error']:
            text += ', error %d' % r['error']
        return {'stage': r['stage'], 'us': us, 'start': r['start'], 'end': r['end'], 'text': text, 'calls': [],
                'where': '%s:%d' % (path, r['line'])}
    if r['kind'] in FAULTS:
        calls = [handler(r['kind']), *calls]
    who = next((c for c in calls if not c[1].startswith(PLUMBING)), None)
    who = who or next((c for c in calls if c[0].startswith('sys_')), calls[-1] if calls else ('?', '?', 0))
    if r['kind'] in FAULTS and who[1].startswith('arch/'):
        who = calls[0]
    asked = next((c[0] for c in calls if c[0].startswith('sys_')), None)
    name = '' if r['kind'] in FAULTS else name_of(r, calls)
    text = '%s%s, %s-%s' % (TEXT[r['kind']], ' of ' + name if name else '', r['start'], r['end'])
    if r['kind'] not in FAULTS:
        text += ' %s; %s' % (permissions(int(r['flags'], 16)), 'the system call %s' % asked[4:] if asked else who[0])
    return {'kind': r['kind'], 'us': us, 'start': r['start'], 'end': r['end'], 'perm': permissions(int(r['flags'], 16)), 'name': name,
            'file': r['name'], 'pgoff': r['pgoff'], 'text': text, 'calls': calls, 'where': '%s:%d' % who[1:]}


def film(prog, text, said, linux=None):
    """The data of the page."""
    shell = int(re.search(r'== shell (\d+)', text)[1]) if '== shell' in text else 0
    head, found = records_of(text, shell)
    symbols = Symbols(vm.KERNEL['exon'])
    symbols.look_up({c for r in found for c in r.get('calls', [])} | {r['function'] + '+0' for r in found if 'stage' in r})
    steps = [step_of(r, found[0]['ns'], symbols) for r in found]
    sources = {}
    for s in steps:
        path, line = s['where'].rsplit(':', 1)
        if s['where'] not in sources:
            sources[s['where']] = snippet(path, int(line))
    about = '%d steps: %d stages of the exec, %d changes of VMAs, %d page faults.' % (
        len(steps), sum('stage' in s for s in steps), sum(s.get('kind', FAULTS[0]) not in FAULTS for s in steps),
        sum(s.get('kind') in FAULTS for s in steps))
    if head['lost_events']:
        about += ' The kernel had lost the oldest %d events.' % head['lost_events']
    memory = film_parts.memory_of(said)
    stack = film_parts.stack_rows(memory) if memory else []
    return {'version': 2, 'prog': prog, 'about': about, 'steps': steps, 'sources': sources,
            'stack': film_parts.beside(stack, linux['stack']) if linux else stack,
            'headers': film_parts.headers(dict.fromkeys(s['file'] for s in steps if s.get('file'))),
            'linux': linux and {k: linux[k] for k in ('start', 'end')},
            'start': next((i for i, s in enumerate(steps) if s.get('stage') == 'start-thread'), len(steps)),
            'noreturn': next((i for i, s in enumerate(steps) if s.get('stage') == 'begin-new-exec'), len(steps))}


def page(data):
    parts = {}
    for name in ('film.html', 'film.js'):
        with open(os.path.join(vm.TOP, 'tools', name), encoding='utf-8') as f:
            parts[name] = f.read()
    # In a script element only "</" could end the data.
    text = json.dumps(data, separators=(',', ':')).replace('</', '<\\/')
    return parts['film.html'].replace('@SCRIPT@', parts['film.js'].strip()).replace('@DATA@', text)


def write(path, text):
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


def make(prog, cmdline='norandmaps', linux=False):
    data = film(prog, *record(prog, cmdline), on_linux(prog, cmdline) if linux else None)
    return {**data, 'cmdline': cmdline}


def compared(prog, cmdline):
    """What the second tab needs of the other exec."""
    return {k: v for k, v in make(prog, cmdline).items() if k in ('prog', 'cmdline', 'steps', 'start', 'noreturn', 'headers')}


def make_kept():
    docs = os.path.join(vm.TOP, 'docs')
    for name, prog in KEPT.items():
        write(os.path.join(docs, 'films', name + '.html'), page(make(prog, linux=True)))
    write(os.path.join(docs, 'exec.svg'), film_svg.forming_svg(make(PICTURE)))


def with_path(command):
    """On Linux a tracer executes the program, and looks in no PATH."""
    return look_up(entries(vm.root), command, vm.folder())[1]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('-o', default=os.path.join(vm.BUILD, 'film.html'))
    ap.add_argument('--cmdline', default='norandmaps')
    ap.add_argument('--prog2', metavar='COMMAND', help='the second tab: compared with this exec')
    ap.add_argument('--cmdline2', metavar='WORDS', help="the second kernel's command line; 'quiet': with random addresses")
    ap.add_argument('--linux', action='store_true', help='with a second column: the same on Linux 6.1')
    ap.add_argument('--files', action='store_true', help='with the files of tools/files.py')
    ap.add_argument('--svg', metavar='FOLDER', help='one picture a step, and exec.svg, the whole exec')
    ap.add_argument('--kept', action='store_true')
    ap.add_argument('command', nargs='*')
    a = ap.parse_args()
    if bool(a.command) == a.kept:
        ap.error('a command or --kept')
    if a.files:
        vm.use_files()
    try:
        if a.kept:
            return make_kept()
        data = make(with_path(' '.join(a.command)), a.cmdline, a.linux)
        if a.prog2 or a.cmdline2:
            data['other'] = compared(with_path(a.prog2) if a.prog2 else data['prog'], a.cmdline2 or a.cmdline)
    except (vm.Failed, NotFound) as e:
        sys.exit('film: %s' % e)
    if a.svg:
        shutil.rmtree(a.svg, ignore_errors=True)
        for name, text in [('exec.svg', film_svg.forming_svg(data)), *film_svg.all_steps(data)]:
            write(os.path.join(a.svg, name), text)
        a.o = a.svg
    else:
        write(a.o, page(data))
    print('%s: %s' % (os.path.relpath(a.o), data['about']))


if __name__ == '__main__':
    main()
