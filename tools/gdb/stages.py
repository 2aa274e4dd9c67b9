# SPDX-License-Identifier: MIT
"""Stop at the stages of an exec by name, for one program or for all."""
import gdb

import kernel
import maps
from kernel import Command, Problem

executing = {}      # pid -> struct linux_binprm *, from its first strings to its end


def stage_names():
    """The names of include/exec_stages.h, as the kernel itself has them."""
    table = kernel.symbol('exec_stage_names')
    return [kernel.text(table[i]) for i in range(table.type.range()[1] + 1)]


def binprm():
    task = kernel.current()
    b = executing.get(int(task['pid'])) if task is not None else None
    if b is None:
        raise Problem('no exec is under way in the running task: stop at a stage first, e.g. `xstage copy-strings`')
    return b


class Begin(gdb.Breakpoint):
    """Silent: remembers the binprm of each exec, by pid."""

    def __init__(self):
        super().__init__('*lay_strings', internal=True)
        self.silent = True

    def stop(self):
        executing[int(kernel.current()['pid'])] = kernel.pointer('struct linux_binprm', gdb.parse_and_eval('$rdi'))
        return False


class End(gdb.Breakpoint):
    """Silent: the binprm is freed."""

    def __init__(self):
        super().__init__('*free_bprm', internal=True)
        self.silent = True

    def stop(self):
        executing.pop(int(kernel.current()['pid']), None)
        return False


class StageBreakpoint(gdb.Breakpoint):
    """On the hook that every stage calls; stops at the wanted ones."""

    def __init__(self):
        super().__init__('*exec_stage', internal=True)
        self.silent = True
        self.wanted, self.program = set(), None

    def stop(self):
        stage = stage_names()[int(gdb.parse_and_eval('$edi'))]
        pid = int(kernel.current()['pid'])
        name = kernel.text(executing[pid]['filename']) if pid in executing else ''
        if stage not in self.wanted or (self.program and self.program not in (name, name.rsplit('/', 1)[-1])):
            return False
        mm = kernel.current()['mm']
        if pid in executing and stage in ('mm-init', 'copy-strings', 'open', 'search-handler', 'load-script', 'load-elf'):
            mm = executing[pid]['mm']
        if int(mm):
            maps.remember('%s of %s' % (stage, name or 'an exec'), mm)
        print('stage %s of %s (pid %d), in %s' % (stage, name or 'an exec that begins', pid,
                                                  kernel.text(gdb.parse_and_eval('(char *)$rsi'))))
        return True


hook = None


class Stage(Command):
    """List the stages of an exec, or stop at them.

    xstage                     the names, in order; * marks those that stop
    xstage NAME... [of PROG]   stop at these; PROG is a path or the last part of one
    xstage all [of PROG]       stop at each
    xstage off                 stop no more

    mm-init comes before an exec has a name: `of PROG` never matches it."""
    name = 'xstage'

    def complete(self, text, word):
        return [n for n in stage_names() + ['all', 'off', 'of'] if n.startswith(word)]

    def run(self, argv):
        global hook
        names = stage_names()
        if hook is None:
            Begin()
            End()
            hook = StageBreakpoint()
        if not argv:
            for n in names:
                print('%s %s' % ('*' if n in hook.wanted else ' ', n))
            return
        program = None
        if 'of' in argv:
            at = argv.index('of')
            if len(argv) != at + 2:
                raise Problem('usage: xstage NAME of PROGRAM')
            program, argv = argv[at + 1], argv[:at]
        if argv == ['off']:
            hook.wanted = set()
            return
        if argv == ['all']:
            argv = names
        for n in argv:
            if n not in names:
                raise Problem('no stage "%s"; xstage alone lists them' % n)
        hook.wanted, hook.program = set(argv), program
        print('will stop at %s%s' % (', '.join(argv), ' of ' + program if program else ''))


class Bprm(Command):
    """struct linux_binprm of the exec under way in the running task: names, counts, stack, first bytes."""
    name = 'xbprm'

    def run(self, argv):
        b = binprm()
        for field in ('filename', 'interp', 'fdpath'):
            print('%-20s %s' % (field, kernel.text(b[field]) or 'NULL'))
        print('%-20s %d, envc %d' % ('argc', int(b['argc']), int(b['envc'])))
        print('%-20s %#x  (argmin %#x, exec %#x)' % ('p', int(b['p']), int(b['argmin']), int(b['exec'])))
        print('%-20s %s' % ('mm', '%#x' % int(b['mm']) if int(b['mm']) else 'NULL: the task has it'))
        print('%-20s %s' % ('file', kernel.file_path(b['file']) if int(b['file']) else 'NULL'))
        if int(b['cred']):
            print('%-20s uid %d euid %d' % ('cred', int(b['cred']['uid']), int(b['cred']['euid'])))
        print('%-20s %s' % ('point_of_no_return', bool(b['point_of_no_return'])))
        data = kernel.memory(int(b['buf'].address), 64)
        print('buf   %s' % describe(data))
        for i in range(0, 64, 16):
            row = data[i:i + 16]
            print('  %02x  %s  %s' % (i, row.hex(' '), ''.join(chr(c) if 32 <= c < 127 else '.' for c in row)))


def describe(data):
    if data[:4] == b'\x7fELF':
        kinds = {2: 'ET_EXEC', 3: 'ET_DYN'}
        return 'ELF, %s, machine %d' % (kinds.get(data[16], 'type %d' % data[16]), data[18])
    if data[:2] == b'#!':
        return 'script: ' + data.split(b'\n')[0].decode('latin-1')
    return 'no format that Exon knows'


Stage()
Bprm()
