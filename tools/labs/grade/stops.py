# SPDX-License-Identifier: MIT
"""For GDB, on a host test: run to the check that fails, or to the line of a crash or of a loop that does not end.

The frame that is selected then is the student's code, or that of the test if the check is the test's own.
"""
import os

import gdb

FLOOR = ('shims.c', 'ends.c', 'told.h', 'machine.h')
YOURS = os.environ.get('YOURS', '').split()


def path_of(frame):
    """The path of the frame's source below the tree; '' for a library and for the floor under the tests."""
    symtab = frame.find_sal().symtab
    path = os.path.normpath(symtab.filename).lstrip('./') if symtab else ''
    return '' if not symtab or symtab.filename.startswith(('/', '../')) or os.path.basename(path) in FLOOR else path


def frames():
    frame = gdb.newest_frame()
    while frame:
        yield frame
        frame = frame.older()


def chosen(crashed):
    """A frame of yours, if one is on the stack. Otherwise of a crash one of the kernel, of a failed check the test's."""
    ours = [(path_of(f), f) for f in frames() if path_of(f)]
    for rank in [lambda p: p in YOURS] + [lambda p: not p.startswith('tests/')] * crashed + [lambda p: True]:
        for path, frame in ours:
            if rank(path):
                return frame
    return None


def main():
    for name in ('_fail', 'host_end'):
        gdb.execute('break %s' % name, to_string=True)
    gdb.execute('handle SIGXCPU nostop noprint pass', to_string=True)
    gdb.execute('run')
    if not gdb.selected_inferior().pid:
        print('The test ended without a failed check.')
        return
    frame = chosen(gdb.newest_frame().name() == 'host_end')
    if frame:
        frame.select()
        print('Here it fails (`up` and `down` for its callers, `continue` for the message, `run` to start again):')
        gdb.execute('frame')


for setting in ('breakpoint pending on', 'pagination off', 'confirm off', 'debuginfod enabled off'):
    try:
        gdb.execute('set ' + setting)
    except gdb.error:       # of a newer GDB
        pass
main()
