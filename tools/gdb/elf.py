# SPDX-License-Identifier: MIT
"""Program headers of a file in the guest, and the VMAs that each of them became."""
import collections
import struct

import binprm
import kernel
import stack
from kernel import Command, Problem

Header = collections.namedtuple('Header', 'kind flags offset vaddr paddr filesz memsz align')
KINDS = {0: 'NULL', 1: 'LOAD', 2: 'DYNAMIC', 3: 'INTERP', 4: 'NOTE', 6: 'PHDR', 7: 'TLS', 0x6474e550: 'GNU_EH_FRAME',
         0x6474e551: 'GNU_STACK', 0x6474e552: 'GNU_RELRO', 0x6474e553: 'GNU_PROPERTY'}
LOAD, INTERP = 1, 3
TYPES = {2: 'ET_EXEC', 3: 'ET_DYN'}


class Image:
    """Type, entry and program headers of a struct file. Raises Problem if it is not an ELF file."""

    def __init__(self, f):
        self.file, self.path = f, kernel.file_path(f)
        head = kernel.file_bytes(f, 0, 64)
        if head[:4] != b'\x7fELF':
            raise Problem('%s is not an ELF file: it begins with %r' % (self.path, head[:16]))
        self.kind, self.entry = struct.unpack_from('<H', head, 16)[0], struct.unpack_from('<Q', head, 24)[0]
        table, n = struct.unpack_from('<Q', head, 32)[0], struct.unpack_from('<H', head, 56)[0]
        data = kernel.file_bytes(f, table, n * 56)
        self.headers = [Header(*struct.unpack_from('<IIQQQQQQ', data, 56 * i)) for i in range(len(data) // 56)]

    def bias(self, mm):
        """Address in @mm minus address in the file. None: it is not mapped there."""
        first = [h for h in self.headers if h.kind == LOAD][:1]
        for v in kernel.vmas(mm):
            if first and int(v['vm_file']) and int(v['vm_file']['f_inode']) == int(self.file['f_inode']) and \
                    int(v['vm_pgoff']) == first[0].offset // kernel.PAGE:
                return int(v['vm_start']) - (first[0].vaddr & -kernel.PAGE)
        return None

    def interpreter(self):
        """The path in PT_INTERP, or ''."""
        for h in self.headers:
            if h.kind == INTERP:
                return kernel.file_bytes(self.file, h.offset, h.filesz).rstrip(b'\0').decode('latin-1')
        return ''


def mapped_files(mm):
    """{path: struct file *} of what an address space maps."""
    found = {}
    for v in kernel.vmas(mm):
        if int(v['vm_file']):
            found.setdefault(kernel.file_path(v['vm_file']), v['vm_file'])
    return found


def interpreter_of(mm):
    """The file that is mapped at AT_BASE, or None."""
    base = stack.auxv(mm).get(stack.AT_BASE, 0)
    for v in kernel.vmas(mm):
        if base and int(v['vm_start']) == base:
            return v['vm_file']
    return None


def became(mm, start, end):
    """The VMAs that overlap [start, end), cut to that range."""
    out = ['%08x-%08x %s' % (max(start, int(v['vm_start'])), min(end, int(v['vm_end'])), kernel.permissions(int(v['vm_flags'])))
           for v in kernel.vmas(mm) if int(v['vm_start']) < end and start < int(v['vm_end'])]
    return ' + '.join(out) or 'nothing yet'


def show(image, mm):
    bias = image.bias(mm)
    print('%s: %s, entry %#x, %s' % (image.path, TYPES.get(image.kind, 'type %d' % image.kind), image.entry,
                                     'not mapped yet' if bias is None else 'load bias %#x' % bias))
    print('  %-12s %-3s %8s %10s %8s %8s  became' % ('type', '', 'offset', 'vaddr', 'filesz', 'memsz'))
    for h in image.headers:
        flags = ''.join(c if h.flags & b else '-' for c, b in (('r', 4), ('w', 2), ('x', 1)))
        place = ''
        if bias is not None and h.memsz:
            start, end = h.vaddr + bias, h.vaddr + bias + h.memsz
            if h.kind == LOAD:      # whole pages
                start, end = start & -kernel.PAGE, -(-end & -kernel.PAGE)
            place = became(mm, start, end)
        print(('  %-12s %s %8x %10x %8x %8x  %s' % (KINDS.get(h.kind, '%#x' % h.kind), flags, h.offset, h.vaddr, h.filesz,
                                                    h.memsz, place)).rstrip())


class Elf(Command):
    """Program headers of the file that an exec loads, or of the running program, with the VMAs that each became.

    xelf          the program and its interpreter
    xelf PATH     another file that the program maps, e.g. a library (Tab completes them)"""
    name = 'xelf'

    def complete(self, text, word):
        mm = kernel.current_mm()
        return [p for p in mapped_files(mm) if p.startswith(text)] if mm is not None else []

    def run(self, argv):
        b = binprm.find()
        mm = binprm.new_mm(b) if b is not None else kernel.mm_of(kernel.task_or_current(''))
        files = mapped_files(mm)
        if argv:
            if argv[0] not in files:
                raise Problem('%s is not mapped; these are: %s' % (argv[0], ' '.join(files) or 'none yet'))
            show(Image(files[argv[0]]), mm)
            return
        main = b['file'] if b is not None else mm['exe_file']
        if not int(main):
            raise Problem('the file is not open yet: go on to `xstage open`')
        image = Image(main)
        show(image, mm)
        if image.interpreter():
            f = binprm.interpreter_file() if b is not None else interpreter_of(mm)
            if f is None:
                print('its interpreter is %s, not open yet: go on to `xstage load-elf`' % image.interpreter())
            else:
                show(Image(f), mm)


Elf()
