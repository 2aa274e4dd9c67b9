# SPDX-License-Identifier: MIT
"""struct linux_binprm of the exec that the running task is in."""
import gdb

import kernel
import tables
from kernel import Command, Problem


def find():
    """The binprm: each function of an exec has it in a variable `bprm`. None: no exec is under way."""
    frame = gdb.newest_frame()
    while frame is not None and frame.pc() >= kernel.KERNEL_HALF:
        try:
            b = frame.read_var('bprm')
            if not b.is_optimized_out:
                return b
        except ValueError:
            pass
        frame = frame.older()
    return None


def needed():
    b = find()
    if b is None:
        raise Problem('no exec is under way in the running task: stop at a stage first, e.g. `xstage copy-strings`, then continue')
    return b


def new_mm(b):
    """The address space that the exec builds: bprm->mm until exec_mmap, then the task's mm."""
    return b['mm'] if int(b['mm']) else kernel.current()['mm']


def interpreter_file():
    """The interpreter that load_elf_binary, which is running, has opened. None: not opened yet."""
    frame = gdb.newest_frame()
    while frame is not None and frame.name() != 'load_elf_binary':
        frame = frame.older()
    f = frame.read_var('b')['interpreter'] if frame is not None else 0
    return f if int(f) else None


def arguments(b):
    """The strings of argv that are on the new stack already."""
    out, p, mm = [], int(b['p']), new_mm(b)
    for _ in range(int(b['argc'])):
        s = tables.user_string(mm, p)
        out.append(s)
        p += len(s) + 1
    return out


def describe(data):
    if data[:4] == b'\x7fELF':
        kinds = {2: 'ET_EXEC', 3: 'ET_DYN'}
        machine = int.from_bytes(data[18:20], 'little')
        return 'ELF, %d bit, %s, %s' % (32 * data[4], kinds.get(data[16], 'type %d' % data[16]),
                                        'x86-64' if machine == 62 else 'machine %d' % machine)
    if data[:2] == b'#!':
        return 'script: ' + data.split(b'\n')[0].split(b'\0')[0].decode('latin-1')
    return 'no format that Exon knows' if any(data) else 'not read yet: `xstage search-handler`'


class Bprm(Command):
    """struct linux_binprm of the exec under way in the running task: names, strings, stack, file, first bytes."""
    name = 'xbprm'

    def run(self, argv):
        b = needed()
        for field in ('filename', 'interp', 'fdpath'):
            print('%-20s %s' % (field, kernel.text(b[field]) or 'NULL'))
        print('%-20s %d, envc %d' % ('argc', int(b['argc']), int(b['envc'])))
        for i, s in enumerate(arguments(b)[:8]):
            print('%-20s "%s"' % ('  argv[%d]' % i, s))
        print('%-20s %#x  (argmin %#x, exec %#x)' % ('p', int(b['p']), int(b['argmin']), int(b['exec'])))
        if int(b['mm']):
            print('%-20s %#x' % ('mm', int(b['mm'])))
            print('%-20s %x-%x' % ('vma', int(b['vma']['vm_start']), int(b['vma']['vm_end'])))
        else:
            print('%-20s NULL: the task has it' % 'mm')
        print('%-20s %s' % ('file', kernel.file_path(b['file']) if int(b['file']) else 'NULL'))
        if int(b['cred']):
            print('%-20s uid %d euid %d' % ('cred', int(b['cred']['uid']), int(b['cred']['euid'])))
        print('%-20s %s' % ('point_of_no_return', 'yes' if int(b['point_of_no_return']) else 'no'))
        data = kernel.memory(int(b['buf'].address), 64)
        print('%-20s %s' % ('buf', describe(data)))
        for i in range(0, 64 if any(data) else 0, 16):
            row = data[i:i + 16]
            print('  %02x  %s  %s' % (i, row.hex(' '), ''.join(chr(c) if 32 <= c < 127 else '.' for c in row)))


Bprm()
