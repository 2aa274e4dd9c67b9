# SPDX-License-Identifier: MIT
"""Stop at the stages of an exec by name, for one program or for all programs."""
import errno
import functools

import gdb

import binprm
import diff
import guest
import kernel
import replay
import snapshots
from kernel import Command, Problem
from monitor import instructions

FIRST_USER = 'first-user'       # the one stage without a record: no kernel code runs there
FAILED = 'exec-failed'
COMM = 15                       # bytes of a name in comm


@functools.lru_cache(maxsize=1)
def names():
    """The names of include/exec_stages.h, as the kernel itself has them. Each stop asks for them."""
    table = kernel.symbol('exec_stage_names')
    return [kernel.text(table[i]) for i in range(table.type.range()[1] + 1)]


def check(name):
    if name not in names():
        raise Problem('no stage "%s"; xstage alone lists them' % name)


def is_program(program, path):
    """@program is a path, the last part of one, or comm, which is cut: the grader's hints have no other name."""
    name = path.rsplit('/', 1)[-1]
    return program in (path, name, name[:COMM])


def running():
    """(name of the file that the exec loads, its new mm). Outside of an exec, of the running program; ('', None) without one."""
    b = binprm.find()
    if b is not None:
        return kernel.text(b['filename']), binprm.new_mm(b)
    mm = kernel.current_mm()
    if mm is None or not int(mm['exe_file']):
        return '', None
    return kernel.file_path(mm['exe_file']), mm


def arrive(stage, name, mm, where, error=0):
    """A stop: print it, remember the address space for xdiff, and save the machine if `xsave auto` is on."""
    if mm is not None and int(mm):
        diff.remember('%s of %s' % (stage, name), mm)
    print('stage %s of %s (pid %d), in %s%s' % (stage, name, int(kernel.current()['pid']), where, failure(error)))
    snapshots.at_stage(stage)


def failure(error):
    return ', error %d (%s)' % (error, errno.errorcode.get(-error, '?')) if error else ''


class GoesOn(gdb.Breakpoint):
    """In the function of a stage, behind its call of exec_stage: a stop here shows that function and its source."""
    at = {}             # address -> breakpoint

    def __init__(self, address):
        super().__init__('*%#x' % address, internal=True)
        self.silent, self.runner, self.call = True, 0, None
        self.at[address] = self

    def stop(self):
        task = kernel.current()
        if self.call is None or task is None or int(task) != self.runner:
            return False
        call, self.call = self.call, None
        return call()


def when_it_goes_on(function, call):
    """At exec_stage: @call is called when the function of the stage goes on; if it returns True the machine stops there."""
    frame = gdb.newest_frame().older()
    place = frame.pc()
    while frame is not None and frame.pc() >= kernel.KERNEL_HALF:
        if frame.name() == function:
            place = frame.pc()
            break
        frame = frame.older()
    b = GoesOn.at.get(place) or GoesOn(place)
    b.runner, b.call = int(kernel.current()), call


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
        hook.stopped(mm)
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


def site():
    """At exec_stage, whose first argument it is: (name of the stage, function)."""
    s = kernel.pointer('struct exec_site', gdb.parse_and_eval('$rdi'))
    return names()[int(s['stage'])], kernel.text(s['function'])


class StageBreakpoint(gdb.Breakpoint):
    """On exec_stage, which every stage calls; at the wanted stages the machine stops a moment later."""

    def __init__(self):
        super().__init__('*exec_stage', internal=True)
        self.silent = True
        self.wanted, self.program, self.last = set(), None, None
        self.begun, self.seen, self.stops = {}, 0, 0

    def want(self, stages, program):
        """From now on. The execs that have begun are those of which no stage has stopped yet: {mm: (name, pid)}."""
        self.wanted, self.program = set(stages), program
        self.begun, self.seen, self.stops = {}, 0, 0
        gone.enabled = False
        if self.wanted and kernel.current() is not None and binprm.find() is not None:
            self.begin(*running())

    def begin(self, name, mm):
        if self.program and is_program(self.program, name):
            self.begun[int(mm)] = (name, int(kernel.current()['pid']))
            self.seen += 1
            gone.enabled = True

    def text(self):
        return ', '.join(n for n in names() if n in self.wanted)

    def stop(self):
        # After a snapshot was loaded, QEMU sometimes stops once more before the same instruction.
        here = (snapshots.loads, int(kernel.symbol('exec_trace_seq')))
        if here == self.last:
            return False
        self.last = here
        stage, function = site()
        name, mm = running() if self.wanted else ('', None)
        mine = bool(self.wanted) and (not self.program or is_program(self.program, name))
        if mine and stage == 'mm-init':
            self.begin(name, mm)
        if mine and stage == 'start-thread' and FIRST_USER in self.wanted:
            expect_first_user(name, mm)
        error = int(gdb.newest_frame().read_var('error')) if stage == FAILED else 0
        wanted = mine and stage in self.wanted
        if stage == FAILED and mine and not wanted:
            self.over(mm, 'the exec of %s (pid %d) has failed' + failure(error))
        if wanted or instructions() is not None:
            when_it_goes_on(function, lambda: self.goes_on(stage, wanted, name, mm, function, error))
        return False

    def goes_on(self, stage, wanted, name, mm, function, error):
        replay.passed(stage)
        if wanted:
            self.stopped(mm)
            arrive(stage, name, mm, function, error)
        return wanted

    def stopped(self, mm):
        self.stops += 1
        self.begun.pop(int(mm), None)
        gone.enabled = bool(self.begun)

    def over(self, mm, how):
        """An exec or its process has ended: says so if none of the wanted stages has come, for now it is certain."""
        if int(mm) in self.begun:
            print('%s, and has not passed %s' % (how % self.begun.pop(int(mm)), self.text()))

    def at_the_end(self):
        """What to say when the machine switches itself off."""
        if not self.wanted or self.stops:
            return ''
        if self.program and not self.seen:
            return 'no exec of %s has come since xstage; xtrace lists those that have' % self.program
        return 'no exec%s has passed %s' % (' of ' + self.program if self.program else '', self.text())


class Gone(gdb.Breakpoint):
    """An address space ends. Only while an exec has begun: QEMU runs code beside a breakpoint slowly, and this code is mmap's."""

    def __init__(self):
        super().__init__('*exit_mmap', internal=True)
        self.silent, self.enabled = True, False

    def stop(self):
        hook.over(gdb.parse_and_eval('(unsigned long)$rdi'), '%s (pid %d) has ended')
        return False


hook, gone = StageBreakpoint(), Gone()
snapshots.at_the_end.append(hook.at_the_end)


class Stage(Command):
    """List the stages of an exec, or stop at them.

    xstage                     the names, in order; * marks those that stop
    xstage NAME... [of PROG]   stop at these; PROG is a path, the last part of one, or comm
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
            hook.want((), None)
            print('will stop at no stage')
            return
        wanted = names() if wanted == ['all'] else wanted
        for n in wanted:
            check(n)
        hook.want(wanted, of)
        print('will stop at %s%s' % (hook.text(), ' of ' + of if of else ''))


Stage()
