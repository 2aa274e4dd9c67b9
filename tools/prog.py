#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Which program a command line will exec: prog.py ROOT.cpio COMMAND

Prints the path of the program, or '-' if the line needs the shell. Then prints
the line, with the path in place of a bare name, because busybox's shell runs
many commands without an exec. GDB waits for the exec of that program.
"""
import posixpath
import re
import shlex
import sys

PATH = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin'       # as iso/rootfs/init sets it
SHELL = set(';&|<>()$`\\\n*?[#~{')
TYPE, LINK = 0o170000, 0o120000


def entries(path):
    """{name: (mode, data of a link)} of a newc archive; later entries replace earlier ones."""
    found = {}
    with open(path, 'rb') as f:
        data = f.read()
    at = 0
    while data[at:at + 6] == b'070701':
        fields = [int(data[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        mode, size, length = fields[1], fields[6], fields[11]
        name = data[at + 110:at + 110 + length].split(b'\0')[0].decode()
        body = at + 110 + length + 3 & ~3
        found['/' + name.lstrip('./')] = (mode, data[body:body + size].decode() if mode & TYPE == LINK else '')
        at = body + size + 3 & ~3
        while data[at:at + 1] == b'\0':         # between archives
            at += 1
    return found


def resolve(tree, path, depth=8):
    """The path with all links resolved, or None if there is no such file."""
    done = '/'
    for part in path.strip('/').split('/'):
        done = posixpath.join(done, part)
        if done not in tree:
            return None
        mode, target = tree[done]
        if mode & TYPE == LINK:
            done = resolve(tree, posixpath.normpath(posixpath.join(posixpath.dirname(done), target)), depth - 1) if depth else None
            if done is None:
                return None
    return done


def find(tree, word):
    """The path by which the shell executes @word, or None."""
    places = [posixpath.normpath('/' + word)] if '/' in word else [folder + '/' + word for folder in PATH.split(':')]
    return next((p for p in places if resolve(tree, p)), None)


def main():
    root, command = sys.argv[1:]
    words = [] if set(command) & SHELL else shlex.split(command)
    if not words or '=' in words[0]:
        print('-\n' + command)
        return
    program = find(entries(root), words[0])
    if program is None:
        where = 'no file in the root tree' if '/' in words[0] else 'in no directory of PATH (%s)' % PATH
        sys.exit("prog: PROG's first word, %s, is %s (%s); is it a command of the shell itself? PROG=\"sh -c '...'\" runs any line"
                 % (words[0], where, root))
    if '/' in words[0]:
        program = words[0]
    else:
        command = re.sub(r'\S+', lambda m: program, command, count=1)
    print(program + '\n' + command)


main()
