#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Which program a command line will exec: prog.py ROOT.cpio COMMAND [FOLDER]

FOLDER is where the command runs: / if it is not given. Prints the path of the program, or '-' if the line needs the shell. Then prints
the line, with the path in place of a bare name, because busybox's shell runs
many commands without an exec. GDB waits for the exec of that program.
"""
import os
import posixpath
import re
import shlex
import sys

sys.dont_write_bytecode = True
import plain  # noqa: E402,F401

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


def find(tree, word, folder='/'):
    """The path by which the shell executes @word, or None."""
    places = [posixpath.normpath(posixpath.join(folder, word))] if '/' in word else [p + '/' + word for p in PATH.split(':')]
    return next((p for p in places if resolve(tree, p)), None)


class NotFound(Exception):
    """The text says what to do."""


def words_of(command):
    """The words of the command; none, if it is a line for the shell."""
    try:
        words = [] if set(command) & SHELL else shlex.split(command)
    except ValueError as e:
        raise NotFound('%s: %s' % (command, e))
    return [] if words and '=' in words[0] else words


def on_this_machine(tree, command, folder='/'):
    """What to say where the command names a program of this machine that the guest lacks, or ''."""
    word = (words_of(command) or [''])[0]
    if '/' not in word or find(tree, word, folder) or not os.path.isfile(word):
        return ''
    return "the guest has no %s; FILES='%s' PROG='./%s' puts this machine's there" % (word, word, os.path.basename(word))


def look_up(tree, command, folder='/'):
    """(path of the program or '-', the command with that path). Raises NotFound."""
    words = words_of(command)
    if not words:
        return '-', command
    program = find(tree, words[0], folder)
    if program is None:
        where = 'no file in the root tree' if '/' in words[0] else 'in no directory of PATH (%s)' % PATH
        raise NotFound(on_this_machine(tree, command, folder) or
                       "PROG's first word, %s, is %s; is it a command of the shell itself? PROG=\"sh -c '...'\" runs any line" % (words[0], where))
    if '/' in words[0]:
        return words[0], command
    return program, re.sub(r'\S+', lambda m: program, command, count=1)


def main(words):
    try:
        print('\n'.join(look_up(entries(words[0]), *words[1:])))
    except NotFound as e:
        sys.exit('prog: %s' % e)


if __name__ == '__main__':
    main(sys.argv[1:])
