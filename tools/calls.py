# SPDX-License-Identifier: MIT
"""Which function calls which, and where each function is: read from the object files in build/ and from the source.

A function is a pair (source file, name). The compiler inlines many functions; DWARF says where.
A call through a pointer has no target here; tools/spine.py has a table of those that matter.
"""
import collections
import functools
import os
import platform
import re
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(TOP, 'build')
CROSS = '' if platform.machine() in ('x86_64', 'amd64', 'AMD64') else 'x86_64-linux-gnu-'     # as in the Makefile
ROOMS = ('boot', 'arch', 'exec', 'kernel', 'mm', 'fs', 'lib')


def sources(*folders, ends=('.c', '.asm')):
    """The files below @folders, as paths from the top of the tree."""
    found = []
    for folder in folders or ROOMS:
        for where, _, names in os.walk(os.path.join(TOP, folder)):
            found += [os.path.relpath(os.path.join(where, n), TOP) for n in names if n.endswith(ends)]
    return sorted(found)


def object_of(source):
    return os.path.join(BUILD, source[:-2] + '.o' if source.endswith('.c') else source + '.o')


def objects():
    """{source: object file}, without objects whose source is gone."""
    return {s: object_of(s) for s in sources() if os.path.exists(object_of(s))}


def build_is_old():
    """The text of an error if the objects are older than the source; otherwise None."""
    if not objects():
        return 'nothing is built; make all first'
    for source, path in objects().items():
        if os.path.getmtime(path) < os.path.getmtime(os.path.join(TOP, source)):
            return '%s has changed since it was built; make all first' % source
    return None


@functools.lru_cache(maxsize=None)
def text_of(path):
    with open(os.path.join(TOP, path), encoding='utf-8') as f:
        return f.read()


@functools.lru_cache(maxsize=None)
def code_of(path):
    """The text of @path with its comments blanked out, line by line."""
    if path.endswith(('.asm', '.inc')):
        return re.sub(r';.*', '', text_of(path))
    word = r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    return re.sub(r'(%s)|//[^\n]*|/\*.*?\*/' % word, lambda m: m[1] or '\n' * m[0].count('\n'), text_of(path), flags=re.S)


def code_lines(path, first=1, last=None):
    """The number of lines of @path that are not only blanks or a comment."""
    return sum(1 for line in code_of(path).split('\n')[first - 1:last] if line.strip())


@functools.lru_cache(maxsize=None)
def functions(path):
    """{name: (first line, last line)} of the functions that @path defines, by the tree's style: the name's line
    starts in the first column, the body ends with a brace there. In assembly: from a label to the next one."""
    lines, found = code_of(path).split('\n'), {}
    if path.endswith('.asm'):
        labels = [(n, m[1]) for n, line in enumerate(lines, 1) for m in [re.match(r'([A-Za-z_]\w*):', line)] if m]
        for (first, name), (end, _) in zip(labels, labels[1:] + [(len(lines) + 1, '')]):
            found[name] = (first, end - 1)
        return found
    for n, line in enumerate(lines, 1):
        m = re.match(r'(?!#|typedef)[A-Za-z_][\w\s*]*?[\s*](\w+)\(|(\w+)\(', line)
        if not m:
            continue
        end = next((k for k in range(n, min(n + 8, len(lines) + 1)) if re.search(r'[{};]\s*$', lines[k - 1])), None)
        if not end or lines[end - 1].rstrip().endswith(';'):
            continue
        if lines[end - 1].startswith('{') or not lines[end - 1].rstrip().endswith('}'):
            end = next((k for k in range(end, len(lines) + 1) if lines[k - 1].startswith('}')), end)
        name = m[1] or m[2]
        # SYSCALL-like macros aside, a name is followed by its parameters.
        found.setdefault(name, (n, end))
    return found


def run(command, *words):
    """What a command of binutils prints."""
    p = subprocess.run([CROSS + command, *words], cwd=TOP, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return p.stdout.decode('utf-8', 'replace')


def symbols():
    """{source: (global symbols it defines, symbols it needs)}"""
    by_object = {o: s for s, o in objects().items()}
    found = {s: (set(), set()) for s in by_object.values()}
    for line in run('nm', '-A', *by_object).splitlines():
        path, rest = line.split(':', 1)
        kind, name = rest.split()[-2:]
        if kind in 'UTDBRVW':
            found[by_object[path]][kind == 'U'].add(name)
    return found


def plain(symbol):
    """foo.part.0, foo.constprop.1 and foo.cold are pieces of foo."""
    return symbol.split('.')[0]


class Graph:
    """calls[function]: the functions that it calls, and those that the compiler inlined into it."""

    def __init__(self):
        self.calls = collections.defaultdict(set)
        self.home = {name: s for s, (defined, _) in symbols().items() for name in defined}
        self.seen = set()       # (symbol's function, callee): calls of which DWARF knows
        by_object = {o: s for s, o in objects().items()}
        self.read_dwarf(by_object)
        self.read_code(by_object)

    def function(self, source, name):
        """The function that @source means by @name: its own, another file's, a header's."""
        name = plain(name)
        if name in functions(source):
            return source, name
        if name in self.home:
            return self.home[name], name
        return next(((h, name) for h in headers() if name in functions(h)), (source, name))

    def add(self, caller, callee):
        if callee != caller and callee[1] in functions(callee[0]):
            self.calls[caller].add(callee)

    def files(self):
        """{file: {file that it calls, ...}}; a header's functions belong to whoever uses them."""
        def behind(f, seen):
            for callee in self.calls[f] - seen:
                seen.add(callee)
                if callee[0].endswith('.h'):
                    behind(callee, seen)
            return seen
        found = {}
        for f in [f for f in list(self.calls) if not f[0].endswith('.h')]:
            found.setdefault(f[0], set()).update(p for p, _ in behind(f, set()) if p != f[0] and not p.endswith('.h'))
        return found

    def read_dwarf(self, by_object):
        """An inlined function, and a call, belong to the function that contains them in the source."""
        source = entry = None
        names, origin, inside, stack = {}, {}, [], []
        for line in run('readelf', '--debug-dump=info', *by_object).splitlines() + ['File: ']:
            if line.startswith(' <'):
                m = re.match(r' <(\d+)><([0-9a-f]+)>.*?(?:DW_TAG_(\w+)|$)', line)
                depth, entry, kind = int(m[1]), m[2], m[3]
                while stack and stack[-1][0] >= depth:
                    stack.pop()
                if kind in ('inlined_subroutine', 'call_site') and stack:
                    inside.append((stack[0][1], stack[-1][1], entry))
                if kind in ('subprogram', 'inlined_subroutine'):
                    stack.append((depth, entry))
                elif kind != 'call_site':
                    entry = None
            elif line.startswith('File: '):
                for words in inside:
                    self.resolve(source, names, origin, words)
                source, names, origin, inside, stack = by_object.get(line[6:]), {}, {}, [], []
            elif entry and 'DW_AT_name' in line:
                names[entry] = line.split(':')[-1].strip()
            elif entry and ('DW_AT_abstract_origin' in line or 'DW_AT_call_origin' in line):
                origin[entry] = line.split('<0x')[1].rstrip('>')

    def resolve(self, source, names, origin, entries):
        found = []
        for entry in entries:
            while entry in origin:
                entry = origin[entry]
            if entry not in names:
                return      # a call through a pointer
            found.append(self.function(source, names[entry]))
        symbol, caller, callee = found
        self.seen.add((symbol, callee))
        self.add(caller, callee)

    def read_code(self, by_object):
        """The calls and jumps of assembly, and the few that DWARF leaves out. To another section or file, the
        line after the instruction has the name."""
        source = caller = None
        leaves = False
        for line in run('objdump', '-dr', '--no-show-raw-insn', *by_object).splitlines():
            name = None
            if line.endswith('>:'):
                caller = self.function(source, line.split('<')[1][:-2])
            elif ':\tcall ' in line or ':\tj' in line:
                leaves = True
                m = re.search(r'<([^>+]+)>', line)
                name = m and m[1]
            elif leaves and 'R_X86_64_' in line:
                name = re.split('[-+]0x', line.split()[-1])[0]
            else:
                leaves = False
                if ':     file format' in line:
                    source = by_object[line.split(':')[0]]
            if name and (caller, self.function(source, name)) not in self.seen:
                self.add(caller, self.function(source, name))


@functools.lru_cache(maxsize=None)
def headers():
    return tuple(sources('include', *ROOMS, ends=('.h',)))
