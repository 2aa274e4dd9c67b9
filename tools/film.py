#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Make the film of an exec: run a command on Exon and write how its address space came to be as one HTML file.

  film.py [-o FILE] [--cmdline WORDS] [--linux] [--svg FOLDER] COMMAND...
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
import film_svg
import qemu
import vm

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
AUXV = {3: 'AT_PHDR', 4: 'AT_PHENT', 5: 'AT_PHNUM', 6: 'AT_PAGESZ', 7: 'AT_BASE', 8: 'AT_FLAGS', 9: 'AT_ENTRY', 11: 'AT_UID',
        12: 'AT_EUID', 13: 'AT_GID', 14: 'AT_EGID', 15: 'AT_PLATFORM', 16: 'AT_HWCAP', 17: 'AT_CLKTCK', 23: 'AT_SECURE',
        25: 'AT_RANDOM', 26: 'AT_HWCAP2', 31: 'AT_EXECFN', 33: 'AT_SYSINFO_EHDR', 51: 'AT_MINSIGSTKSZ'}
SESSION = 'xstage start-thread of %s\ncontinue\necho ==stack\\n\nxstack\necho ==end\\n\nxstage off\ncontinue\n'
TEXT = {
    'map': 'a new VMA', 'split': 'a VMA is cut in two', 'merge': 'the new range joins its neighbour', 'move': 'a VMA is moved or resized',
    'grow-stack': 'the stack grows down', 'protect': 'new permissions', 'unmap': 'a range is removed',
    'file': 'page fault: a page of the file', 'shared': 'page fault: a shared page of the file', 'file-copy': 'page fault: a private copy of the page of the file', 'cow': 'page fault: a copy of a page that was read-only',
    'anon': 'page fault: a new page of zeros', 'zero': 'page fault: the zero page', 'again': 'page fault: the page was there'}


def record(prog, cmdline):
    """(console, what xstack printed) of a run on Exon under GDB."""
    name = prog.split()[0]
    with tempfile.TemporaryDirectory() as d:
        initrd, socket, commands, console = (os.path.join(d, n) for n in ('initrd', 'gdb', 'commands', 'console'))
        vm.pack(SCRIPT % prog, initrd)
        with open(commands, 'w') as f:
            f.write(SESSION % name)
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
    said = p.stdout.decode('utf-8', 'replace')
    stack = re.search(r'==stack\n(.*?)==end\n', said, re.S)
    return text, stack[1].rstrip() if stack else ''


def on_linux(prog, cmdline):
    """{'start': VMAs, 'end': VMAs, 'auxv': {name: value}} of the same command on Linux; a VMA is [start, end, perm, name]."""
    text, _ = vm.run('linux', '/peek %s\n' % prog, cmdline, extra_args=['--file', 'peek:755=' + PEEK])
    found = {when: [[*m, path.rsplit('/', 1)[-1]] for *m, path in
                    re.findall(r'^(\w+)-(\w+) (\S+) \S+ \S+ \S+ *(.*)$', part, re.M)]
             for when, part in re.findall(r'== maps (\w+)\n(.*?)== end', text, re.S)}
    if len(found) != 2:
        raise vm.Failed('Linux did not run it under ptrace: is the command a path?')
    auxv = re.search(r'== auxv\n(.*?)== end', text, re.S)[1].split()
    found['auxv'] = {AUXV[int(k, 16)]: int(v, 16) for k, v in zip(auxv[::2], auxv[1::2]) if int(k, 16) in AUXV}
    return found


def beside(stack, auxv):
    """xstack's text with what Linux has for each word of the auxiliary vector."""
    out = []
    for line in stack.split('\n'):
        m = re.match(r'\w+  (AT_\w+) +(0x\w+)', line)
        if m and m[1] in auxv:
            line = '%-70s %s' % (line, 'Linux: equal' if auxv[m[1]] == int(m[2], 16) else 'Linux: %#x' % auxv[m[1]])
        out.append(line)
    return '\n'.join(out)


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


def film(prog, text, stack, linux=None):
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
    about = '%d steps: %d stages of the exec, %d changes of VMAs, %d page faults. Pages: f of a file, p a private copy of it, s shared, a zeros, z the zero page, c copied later.' % (
        len(steps), sum('stage' in s for s in steps), sum(s.get('kind', FAULTS[0]) not in FAULTS for s in steps),
        sum(s.get('kind') in FAULTS for s in steps))
    if head['lost_events']:
        about += ' The kernel had lost the oldest %d events.' % head['lost_events']
    return {'version': 1, 'prog': prog, 'about': about, 'steps': steps, 'sources': sources, 'stack': beside(stack, linux['auxv']) if linux else stack,
            'linux': linux, 'start': next((i for i, s in enumerate(steps) if s.get('stage') == 'start-thread'), len(steps)),
            'noreturn': next((i for i, s in enumerate(steps) if s.get('stage') == 'begin-new-exec'), len(steps))}


def page(data):
    with open(os.path.join(vm.TOP, 'tools', 'film.html'), encoding='utf-8') as f:
        # In a script element only "</" could end the data.
        return f.read().replace('@DATA@', json.dumps(data, separators=(',', ':')).replace('</', '<\\/'))


def write(path, text):
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


def make(prog, cmdline='norandmaps', linux=False):
    return film(prog, *record(prog, cmdline), on_linux(prog, cmdline) if linux else None)


def make_kept():
    docs = os.path.join(vm.TOP, 'docs')
    for name, prog in KEPT.items():
        write(os.path.join(docs, 'films', name + '.html'), page(make(prog, linux=True)))
    write(os.path.join(docs, 'exec.svg'), film_svg.forming_svg(make(PICTURE)))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('-o', default=os.path.join(vm.BUILD, 'film.html'))
    ap.add_argument('--cmdline', default='norandmaps')
    ap.add_argument('--linux', action='store_true', help='with a second column: the same on Linux 6.1')
    ap.add_argument('--svg', metavar='FOLDER', help='one picture a step, and exec.svg, the whole exec')
    ap.add_argument('--kept', action='store_true')
    ap.add_argument('command', nargs='*')
    a = ap.parse_args()
    if bool(a.command) == a.kept:
        ap.error('a command or --kept')
    try:
        if a.kept:
            return make_kept()
        data = make(' '.join(a.command), a.cmdline, a.linux)
    except vm.Failed as e:
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
