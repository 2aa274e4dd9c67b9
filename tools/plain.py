# SPDX-License-Identifier: MIT
"""Ctrl-C, a full disk or a folder that may not be written end a tool with one line that says what to do. Any other exception is a fault of the tool's own."""
import errno
import os
import subprocess
import sys

DO = {
    errno.ENOENT: 'is its folder there, and the name right?', errno.ENOTDIR: 'a part of this path is a file; name a folder',
    errno.EISDIR: 'this is a folder; name a file', errno.EEXIST: 'choose a new name', errno.ENOTEMPTY: 'choose a new name',
    errno.EACCES: 'choose a folder of your own', errno.EPERM: 'choose a folder of your own', errno.EROFS: 'choose a folder that can be written',
    errno.ENOSPC: 'make room, or choose another disk', errno.EDQUOT: 'make room, or choose another disk', errno.EFBIG: 'raise the limit (ulimit -f)',
    errno.ENAMETOOLONG: 'choose a shorter name',
}


def told(e):
    """An exception in one line: what, where, and what to do."""
    if isinstance(e, subprocess.CalledProcessError):
        return '%s ended with status %d; what it says is above' % (os.path.basename(str(e.cmd[0])), e.returncode)
    if not isinstance(e, OSError) or not e.strerror:
        return str(e)
    name = e.filename2 or e.filename    # of a copy: where it goes
    name = name.decode('utf-8', 'replace') if isinstance(name, bytes) else name
    what = '%s%s' % ('%s: ' % name if isinstance(name, str) else '', e.strerror)
    return what + ('; ' + DO[e.errno] if e.errno in DO else '')


def one_line(kind, e, trace):
    name = os.path.splitext(os.path.basename(sys.argv[0]))[0]
    if issubclass(kind, KeyboardInterrupt):
        print('\n%s: stopped' % name, file=sys.stderr)
    elif issubclass(kind, (OSError, subprocess.CalledProcessError)) and str(e):
        print('%s: %s' % (name, told(e)), file=sys.stderr)
    else:
        sys.__excepthook__(kind, e, trace)


if sys.excepthook is sys.__excepthook__:
    sys.excepthook = one_line
