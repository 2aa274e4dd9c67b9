# SPDX-License-Identifier: MIT
"""Connect to the machine of `make debug`, and run to the exec of the command that it was given as PROG."""
import os

import gdb

import binprm
import guest
import kernel
import replay
import snapshots
import stages
from kernel import Command, Problem

SCRIPT = '/run.sh'
socket = os.path.join(guest.TOP, 'build', 'gdb.socket')
RESET = 0xfff0                  # where a processor begins


def given():
    """[path of the program or '-', the command] of PROG, as tools/prog.py wrote it beside the socket. None: no PROG."""
    path = os.path.splitext(socket)[0] + '.prog'
    if not os.path.exists(path) or not os.path.getsize(path):
        return None
    with open(path) as f:
        return f.read().split('\n', 1)


class Search(gdb.Breakpoint):
    """On exec_stage: finds the shell that runs /run.sh, then the exec of the program."""

    def __init__(self, program):
        super().__init__('*exec_stage', internal=True)
        self.silent = True
        self.program, self.shell, self.found, self.over = program, 0, False, False

    def stop(self):
        stage, function = stages.site()
        task, b = kernel.current(), binprm.find()
        if b is None:
            return False
        if not self.shell:
            if stage == 'copy-strings' and binprm.arguments(b)[-1:] == [SCRIPT]:
                self.shell = int(task['pid'])
            return False
        if stage != 'mm-init':
            return False
        name = kernel.text(b['filename'])
        # The next exec by a child of /init is that of poweroff.
        self.over = int(task['pid']) != self.shell and int(task['real_parent']['pid']) == 1
        self.found = not self.over and self.program in ('-', name, name.rsplit('/', 1)[-1])
        if self.found:
            mm = b['mm']
            stages.when_it_goes_on(function, lambda: self.arrive(stage, name, mm, function))
        return self.over

    def arrive(self, stage, name, mm, function):
        replay.passed(stage)
        stages.arrive(stage, name, mm, function)
        return True


class Forks(gdb.Breakpoint):
    """Saves the machine as "fork" at each fork of that shell; the last one makes the program's process."""

    def __init__(self, search):
        super().__init__('*dup_mm', internal=True)
        self.silent, self.search = True, search

    def stop(self):
        if int(kernel.current()['pid']) == self.search.shell:
            replay.passed('fork')
            snapshots.keep('fork')
        return False


class Prog(Command):
    """Run to the first stage of the exec of the command that `make debug PROG='...'` was given.

    `make gdb` does it by itself. On the way the machine is saved twice: as "start", before its first
    instruction, and as "fork", where the shell makes the process that will exec the command:
    `xback fork`, in a replay `xgoto fork`."""
    name = 'xprog'

    def run(self, argv):
        if not given():
            raise Problem('no command was given: make debug PROG=\'/bin/cat /proc/self/maps\'')
        program, command = given()
        if int(gdb.parse_and_eval('$pc')) != RESET:
            raise Problem('the machine has left its first instruction; `xback start` if that is saved, then xprog')
        command = command.strip()
        if program == '-':
            print('"%s" is a line for the shell, not one program: stopping at the first exec in it' % command)
        snapshots.keep('start')
        search = Search(program)
        forks = Forks(search)
        try:
            gdb.execute('continue')
        finally:
            search.delete()
            forks.delete()
        if search.over:
            raise Problem('"%s" has ended without an exec of %s: the shell runs some commands by itself; '
                          'give the path, e.g. PROG=\'/bin/echo hi\'' % (command, 'a program' if program == '-' else program))


class Connect(Command):
    """Connect to the QEMU of `make debug` or `make replay`. `make gdb` does it.

    xconnect [SOCKET]     no SOCKET: build/gdb.socket

    If it was given a PROG and has not begun to run, go on to that program's exec (xprog)."""
    name = 'xconnect'
    completion = gdb.COMPLETE_FILENAME

    def run(self, argv):
        global socket
        socket = os.path.abspath(argv[0]) if argv else socket
        try:
            gdb.execute('target remote ' + socket)
        except gdb.error:
            raise Problem('no QEMU answers at %s: type `make debug` in another terminal, then xconnect' % os.path.relpath(socket))
        if given() and int(gdb.parse_and_eval('$pc')) == RESET:
            gdb.execute('xprog')


Prog()
Connect()
