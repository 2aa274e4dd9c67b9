# SPDX-License-Identifier: MIT
"""Stop at the stages of an exec by name, for one program or for all programs."""
import gdb

import binprm
import diff
import guest
import kernel
import replay
import snapshots
from kernel import Command, Problem

FIRST_USER = 'first-user'       # the one stage without a record: no kernel code runs there


def names():
    """The names of include/exec_stages.h, as the kernel itself has them."""
    table = kernel.symbol('exec_stage_names')
    return [kernel.text(table[i]) for i in range(table.type.range()[1] + 1)]


def check(name):
    if name not in names():
        raise Problem('no stage "%s"; xstage alone lists them' % name)


def is_program(program, path):
    return program in (path, path.rsplit('/', 1)[-1])


def program():
    """(name of the file that the exec loads, its new mm). Outside of an exec, of the running program; ('', None) without one."""
    b = binprm.find()
    if b is not None:
        return kernel.text(b['filename']), binprm.new_mm(b)
    mm = kernel.current_mm()
    if mm is None or not int(mm['exe_file']):
        return '', None
    return kernel.file_path(mm['exe_file']), mm


def arrive(stage, name, mm, where):
    """A stop: print it, remember the address space for xdiff, and save the machine if `xsave auto` is on."""
    if mm is not None and int(mm):
        diff.remember('%s of %s' % (stage, name), mm)
    print('stage %s of %s (pid %d), in %s' % (stage, name, int(kernel.current()['pid']), where))
    snapshots.at_stage(stage)


class FirstUser(gdb.Breakpoint):
    """On the first user instruction of a program whose exec has come to start-thread."""
    at = {}             # entry -> breakpoint

    def __init__(self, entry):
        super().__init__('*%#x' % entry, internal=True)
        self.silent = True
        self.at[entry] = self

    def stop(self):
        mm = kernel.current_mm()
        if mm is None or int(mm) != self.mm:
            return False
        replay.passed(FIRST_USER)
        self.mm = 0     # the instruction may run again, but not for the first time
        arrive(FIRST_USER, self.program, mm, 'the program at %#x, before its first instruction' % gdb.newest_frame().pc())
        return True


def expect_first_user(name, mm):
    """No kernel function runs at first-user. Its address is known only in load_elf_binary, which is running now."""
    frame = gdb.newest_frame()
    while frame.name() != 'load_elf_binary':
        frame = frame.older()
    entry = int(frame.read_var('l')['entry'])
    b = FirstUser.at.get(entry) or FirstUser(entry)
    b.mm, b.program = int(mm), name


class StageBreakpoint(gdb.Breakpoint):
    """On exec_stage, which every stage calls; stops at the wanted stages."""

    def __init__(self):
        super().__init__('*exec_stage', internal=True)
        self.silent = True
        self.wanted, self.program, self.last = set(), None, None

    def stop(self):
        # After a snapshot was loaded, QEMU sometimes stops once more before the same instruction.
        here = (snapshots.loads, int(kernel.symbol('exec_trace_seq')))
        if here == self.last:
            return False
        self.last = here
        stage = names()[int(gdb.parse_and_eval('$edi'))]
        replay.passed(stage)
        if not self.wanted:
            return False
        name, mm = program()
        if self.program and not is_program(self.program, name):
            return False
        if stage == 'start-thread' and FIRST_USER in self.wanted:
            expect_first_user(name, mm)
        if stage not in self.wanted:
            return False
        arrive(stage, name, mm, kernel.text(gdb.parse_and_eval('(char *)$rsi')))
        return True


hook = StageBreakpoint()


class Stage(Command):
    """List the stages of an exec, or stop at them.

    xstage                     the names, in order; * marks those that stop
    xstage NAME... [of PROG]   stop at these; PROG is a path or the last part of one
    xstage all [of PROG]       stop at each
    xstage off                 stop at no stage

    At first-user the kernel's part is over. exec-failed may come instead of any other stage."""
    name = 'xstage'

    def complete(self, text, word):
        if text.split()[-2 if word else -1:][:1] == ['of']:
            return [p for p in guest.programs() if p.startswith(word)]
        return [n for n in names() + ['all', 'off', 'of'] if n.startswith(word)]

    def run(self, argv):
        if not argv:
            for n in names():
                print('%s %s' % ('*' if n in hook.wanted else ' ', n))
            return
        wanted, of = argv, None
        if 'of' in argv:
            at = argv.index('of')
            if len(argv) != at + 2 or at == 0:
                raise Problem('usage: xstage NAME of PROGRAM, e.g. xstage map-segments of cat')
            of, wanted = argv[at + 1], argv[:at]
        if wanted == ['off']:
            hook.wanted = set()
            print('will stop at no stage')
            return
        wanted = names() if wanted == ['all'] else wanted
        for n in wanted:
            check(n)
        hook.wanted, hook.program = set(wanted), of
        print('will stop at %s%s' % (', '.join(n for n in names() if n in wanted), ' of ' + of if of else ''))


Stage()
