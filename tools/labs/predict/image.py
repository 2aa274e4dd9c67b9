# SPDX-License-Identifier: MIT
"""What an exec is given: files of the root tree (build/rootfs.cpio), and the program headers in them."""
import io
import os
import stat
import sys

from elftools.elf.elffile import ELFFile

sys.dont_write_bytecode = True
PAGE = 4096
PF = {'r': 4, 'w': 2, 'x': 1}


class Refused(Exception):
    """The program cannot be predicted; the text says why, and what to do instead."""


def page_down(address):
    return address & -PAGE


def page_up(address):
    return page_down(address + PAGE - 1)


# ---- the root tree -------------------------------------------------------------------------------------

class Tree:
    """The files of a newc cpio archive, by path: what the kernel finds when it opens one."""

    def __init__(self, raw):
        self.entries, at = {}, 0
        while raw[at:at + 6] == b'070701':
            field = [int(raw[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
            mode, size, name_size = field[1], field[6], field[11]
            name = raw[at + 110:at + 110 + name_size].split(b'\0')[0].decode('utf-8', 'surrogateescape')
            data = at + (110 + name_size + 3 & ~3)
            self.entries['/' + name] = (mode, raw[data:data + size])
            at = data + (size + 3 & ~3)
            while raw[at:at + 1] == b'\0':      # between archives
                at += 1

    def resolve(self, path):
        """The path without links, as maps shows it."""
        done, todo = '', path.split('/')
        for _ in range(100):
            if not todo:
                return done or '/'
            part = todo.pop(0)
            if part in ('', '.'):
                continue
            if part == '..':
                done = os.path.dirname(done).rstrip('/')
                continue
            mode, data = self.entries.get(done + '/' + part, (0, b''))
            if not stat.S_ISLNK(mode):
                done += '/' + part
                continue
            target = data.decode('utf-8', 'surrogateescape')
            done, todo = '' if target.startswith('/') else done, target.split('/') + todo
        return path         # a loop of links: nobody will find a file there

    def read(self, path):
        """The bytes of a regular file, or None."""
        mode, data = self.entries.get(self.resolve(path), (0, b''))
        return data if stat.S_ISREG(mode) else None

    def executable(self, path):
        return bool(self.entries.get(self.resolve(path), (0, b''))[0] & 0o111)


# ---- an ELF file ---------------------------------------------------------------------------------------

class Segment:
    """A PT_LOAD. Addresses are the file's own: the load bias is not in them."""

    def __init__(self, number, header, sections):
        self.number, self.sections = number, sections
        self.vaddr, self.offset = header['p_vaddr'], header['p_offset']
        self.filesz, self.memsz = header['p_filesz'], header['p_memsz']
        self.perms = ''.join(c if header['p_flags'] & PF[c] else '-' for c in 'rwx') + 'p'

    @property
    def start(self):
        return page_down(self.vaddr)

    @property
    def file_end(self):
        """Where the file mapping ends."""
        return page_up(self.vaddr + self.filesz) if self.filesz else self.start

    @property
    def mem_end(self):
        """Where the anonymous pages behind it end, if there are any."""
        return max(page_up(self.vaddr + self.memsz), self.file_end)


class Image:
    """The program headers of one ELF file, under the name that maps will show."""

    def __init__(self, name, data):
        self.name = name
        try:
            elf = ELFFile(io.BytesIO(data))
            self.check(elf)
            self.read_headers(list(elf.iter_segments()), self.sections_of(elf))
        except Refused:
            raise
        except Exception as e:      # of damaged bytes pyelftools may say anything
            raise Refused('%s is no ELF file that can be read: %s' % (name, e or type(e).__name__))
        self.is_dyn = elf.header['e_type'] == 'ET_DYN'
        if not self.segments:
            raise Refused('%s has no PT_LOAD: there is nothing to map' % name)

    def check(self, elf):
        if elf.elfclass != 64 or elf.header['e_machine'] != 'EM_X86_64':
            raise Refused('%s is an ELF file of another machine; Exon executes x86-64 programs only' % self.name)
        if elf.header['e_type'] not in ('ET_EXEC', 'ET_DYN'):
            raise Refused('%s is %s: an ELF file, but no program. Link it first' % (self.name, elf.header['e_type']))

    def sections_of(self, elf):
        """[(name, address, perms)] of the sections that are in memory. A stripped header table has none."""
        found = []
        for s in elf.iter_sections():
            flags = s['sh_flags']
            if flags & 2:
                found.append((s.name, s['sh_addr'], 'r%s%sp' % ('w' if flags & 1 else '-', 'x' if flags & 4 else '-')))
        return found

    def read_headers(self, headers, sections):
        self.interpreter, self.relro, self.stack_perms, self.segments, self.align = None, None, 'rw-p', [], PAGE
        for number, h in enumerate(headers):
            kind = h['p_type']
            if kind == 'PT_INTERP' and not self.interpreter:
                self.interpreter = h.get_interp_name()
            elif kind == 'PT_GNU_RELRO':
                self.relro = (h['p_vaddr'], h['p_vaddr'] + h['p_memsz'])
            elif kind == 'PT_GNU_STACK':
                self.stack_perms = 'rwxp' if h['p_flags'] & 1 else 'rw-p'
            elif kind == 'PT_LOAD':
                end = h['p_vaddr'] + h['p_memsz']
                inside = [s for s in sections if h['p_vaddr'] <= s[1] < end]
                self.segments.append(Segment(number, h, inside))
                if h['p_align'] and h['p_align'] & (h['p_align'] - 1) == 0:
                    self.align = max(self.align, h['p_align'])

    @property
    def span(self):
        """Bytes of address space from the first segment's page to the end of the last, whole pages."""
        return max(s.mem_end for s in self.segments) - min(s.start for s in self.segments)

    @property
    def brk(self):
        """Where the heap may start, without the bias."""
        return page_up(max(s.vaddr + s.memsz for s in self.segments))


def open_image(tree, path):
    """The Image of a path in the root tree, or Refused with the reason."""
    data = tree.read(path)
    if data is None:
        raise Refused('there is no program %s: neither in Exon\'s root tree nor on this machine' % path)
    if not tree.executable(path):
        raise Refused('%s may not be executed: its mode has no x (execve would say EACCES)' % path)
    if data[:2] == b'#!':
        words = data[2:].split(b'\n')[0].decode('utf-8', 'replace').split(None, 1)
        raise Refused('%s is a script. The kernel executes the interpreter that its first line names, with the script '
                      'as an argument; predict that: PROG=\'%s %s\'' % (path, ' '.join(w.strip() for w in words), path))
    if data[:4] != b'\x7fELF':
        raise Refused('%s is neither an ELF file nor a #! script (execve would say ENOEXEC)' % path)
    return Image(tree.resolve(path), data)
