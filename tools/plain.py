# SPDX-License-Identifier: MIT
"""Ctrl-C, a full disk or a folder that may not be written end a tool with one line. Any other exception is a fault of the tool's own."""
import os
import sys


def one_line(kind, e, trace):
    name = os.path.splitext(os.path.basename(sys.argv[0]))[0]
    if issubclass(kind, KeyboardInterrupt):
        print('\n%s: stopped' % name, file=sys.stderr)
    elif issubclass(kind, OSError) and e.strerror:
        print('%s: %s%s' % (name, '%s: ' % e.filename if e.filename else '', e.strerror), file=sys.stderr)
    else:
        sys.__excepthook__(kind, e, trace)


if sys.excepthook is sys.__excepthook__:
    sys.excepthook = one_line
