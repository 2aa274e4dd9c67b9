# SPDX-License-Identifier: MIT
"""Parts of a film (tools/film.py) that the kernel's records lack: program headers of the files, words of the initial stack."""
import glob
import os
import re
import struct

import vm

AUXV = {0: 'AT_NULL', 3: 'AT_PHDR', 4: 'AT_PHENT', 5: 'AT_PHNUM', 6: 'AT_PAGESZ', 7: 'AT_BASE', 8: 'AT_FLAGS', 9: 'AT_ENTRY', 11: 'AT_UID',
        12: 'AT_EUID', 13: 'AT_GID', 14: 'AT_EGID', 15: 'AT_PLATFORM', 16: 'AT_HWCAP', 17: 'AT_CLKTCK', 23: 'AT_SECURE',
        25: 'AT_RANDOM', 26: 'AT_HWCAP2', 31: 'AT_EXECFN', 33: 'AT_SYSINFO_EHDR', 51: 'AT_MINSIGSTKSZ'}
SEGMENTS = {1: 'LOAD', 2: 'DYNAMIC', 3: 'INTERP', 4: 'NOTE', 6: 'PHDR', 7: 'TLS', 0x6474e550: 'GNU_EH_FRAME', 0x6474e551: 'GNU_STACK',
            0x6474e552: 'GNU_RELRO', 0x6474e553: 'GNU_PROPERTY'}


def headers_of(data):
    """The program headers of an ELF file, as `readelf -l` has them; [] of any other file."""
    if data[:5] != b'\x7fELF\x02':
        return []
    at, size, count = struct.unpack_from('<Q14xHH', data, 32)
    found = []
    for i in range(count):
        kind, flags, offset, vaddr, _, filesz, memsz, _ = struct.unpack_from('<IIQQQQQQ', data, at + i * size)
        found.append({'type': SEGMENTS.get(kind, '%#x' % kind), 'perm': ''.join(c if flags & b else '-' for c, b in zip('rwx', (4, 2, 1))),
                      'offset': '%x' % offset, 'vaddr': '%x' % vaddr, 'filesz': '%x' % filesz, 'memsz': '%x' % memsz})
    return found


def headers(names):
    """{name: its program headers} of files of the root tree, which is made of these folders."""
    found = {}
    for name in names:
        paths = [p for folder in ('files', 'debian', 'user') for p in glob.glob(os.path.join(vm.BUILD, folder, '**', glob.escape(name)), recursive=True)
                 if os.path.isfile(p)]
        for path in paths[:1]:
            with open(path, 'rb') as f:
                found[name] = headers_of(f.read())
    return found


class Memory:
    """A piece of the stack."""

    def __init__(self, base, data):
        self.base, self.data = base, data

    def word(self, at):
        return struct.unpack_from('<Q', self.data, at - self.base)[0]

    def string(self, at):
        return self.data[at - self.base:].split(b'\0')[0].decode('utf-8', 'replace')


def row(at, what, who, value=None, text='', to=None):
    return {'at': '%x' % at, 'what': what, 'who': who, 'value': '' if value is None else '%#x' % value, 'text': text,
            'to': '' if to is None else '%x' % to}


def stack_rows(memory):
    """Each word and string of the initial stack, upward from argc: what it is, and which function wrote it."""
    rows, strings = [row(memory.base, 'argc', 'write_tables', memory.word(memory.base))], []
    at = memory.base + 8
    for name in ('argv', 'envp'):
        for i in range(len(memory.data) // 8):
            value = memory.word(at)
            rows.append(row(at, '%s[%d]' % (name, i), 'put_string_pointers', value, to=value or None))
            strings += [(value, '%s[%d] string' % (name, i), 'copy_strings')] if value else []
            at += 8
            if not value:
                break
    while True:
        kind, value = memory.word(at), memory.word(at + 8)
        name = AUXV.get(kind, '%#x' % kind)
        rows.append(row(at, name, 'fill_auxv', value, to=value if name in ('AT_RANDOM', 'AT_PLATFORM', 'AT_EXECFN') else None))
        if name == 'AT_EXECFN':
            strings.append((value, 'file name string', 'copy_string_kernel'))
        elif name == 'AT_PLATFORM':
            strings.append((value, 'platform string', 'create_elf_tables'))
        elif name == 'AT_RANDOM':
            strings.append((value, 'random bytes', 'create_elf_tables'))
        at += 16
        if not kind:
            break
    for at, what, who in sorted(strings):
        text = memory.data[at - memory.base:][:16].hex(' ') if what == 'random bytes' else '"%s"' % memory.string(at)
        rows.append(row(at, what, who, text=text))
    return rows


def beside(rows, theirs):
    """Adds to each row what Linux has instead: '' where all is equal. The random bytes are random."""
    known = {r['what']: r for r in theirs}
    for r in rows:
        other = known.get(r['what'])
        fields = [k for k in ('at', 'value', 'text') if other and other[k] != r[k] and (r['what'], k) != ('random bytes', 'text')]
        r['linux'] = 'not there' if not other else ', '.join('%s %s' % ('address' if k == 'at' else k, other[k] or 'none') for k in fields)
    return rows


def memory_of(text):
    """The Memory in the line 'ADDRESS HEX' after a mark "== stack" of @text, or None."""
    m = re.search(r'== stack\s+([0-9a-f]+) ([0-9a-f]+)', text)
    return Memory(int(m[1], 16), bytes.fromhex(m[2])) if m else None
