# SPDX-License-Identifier: MIT
"""The pages of docs/ and labs/: their blocks, the GDB sessions in them, and the machines of these sessions."""
import os
import re
import shlex

import course
import debug_test
import gdb_machine
from conftest import TOP

# What differs between two builds or two boots: kernel addresses and lines, frames, inodes, random bytes ...
VARIES = [(r'\b(0x)?ffff[0-9a-f]{12}\b', 'KERNEL'), (r'(\.(c|h|asm)):\d+', r'\1:N'), (r'^\d+\t', 'N\t'), (r'line=(line@entry=)?\d+', 'line=N'),
          (r', line \d+\.', ', line N.'), (r'frame 0x[0-9a-f]+', 'frame F'), (r'\b[0-9a-f]{16}\b', 'ENTRY'), (r'PTE [0-9a-f]+ -> [0-9a-f]+', 'PTE'),
          (r'00:02 \d+ ', '00:02 I '), (r'([0-9a-f]{2} ){15}[0-9a-f]{2}', 'RANDOM'), (r'KERNEL 0x[0-9a-f]{6,8} ', 'KERNEL CR3 '),
          (r'@entry', ''), (r' +', ' ')]
# ... and addresses inside Debian's libraries, which it may update.
LIBRARIES = [(r'(0x)?7ffff[7e][0-9a-f]{6}', 'LIBRARY'), (r'0x5555555[0-9a-f]{5}', 'PROGRAM'), (r'0x[0-9a-f]{5,8}\b', 'NUMBER')]


def constant(line, varies=VARIES):
    for pattern, word in varies:
        line = re.sub(pattern, word, line)
    return line.strip()


def read(path):
    with open(os.path.join(TOP, path)) as f:
        return f.read()


def blocks(path):
    """[(the text before it, the block)] of the fenced blocks of a page."""
    parts = re.split(r'^```\n', read(path), flags=re.M)
    return list(zip(parts[::2], parts[1::2]))


def commands(block):
    """[(command, [lines of its answer])] of a session; '...' is for lines that are left out, and '' the command before the first one."""
    found = [('', [])]
    for line in block.split('\n')[:-1]:
        if line.startswith('(gdb)'):
            found.append((line[5:].strip(), []))
        elif line.strip() != '...':
            found[-1][1].append(line)
    return found if found[0][1] else found[1:]


def sessions(path):
    """[(the words after `make`, session)] of a page: its blocks up to those of the next `make debug...`, which are of another machine."""
    found = []
    for before, block in blocks(path):
        started = re.findall(r'`make (debug(?:-test TEST=|\s+PROG=)[^`]+)`', before)
        if started:
            found.append((started[-1], []))
        if '(gdb) ' in block:
            found[-1][1].extend(commands(block))
    return [(words, session) for words, session in found if session]


def difference(session, said, varies=VARIES):
    """'' if each line that @session shows is in the answer of its command in @said, in that order."""
    for (command, shown), (asked, answer) in zip(session, said):
        assert command == asked
        where = missing(shown, answer, varies)
        if where:
            return '(gdb) %s no longer prints, at this place,\n%s\nbut\n%s' % (command, where, answer)
    return ''


def missing(shown, text, varies=VARIES):
    """The first line of @shown that is not in @text below the line before it; '' if there is none. One that ends with ... may go on."""
    lines = [constant(line, varies) for line in text.split('\n')]
    for line in shown:
        cut = line.endswith('...')
        want = constant(line.rstrip('.') if cut else line, varies)
        at = next((i for i, have in enumerate(lines) if have == want or (cut and have.startswith(want))), None)
        if at is None:
            return line
        lines = lines[at + 1:]
    return ''


def numbers(text):
    """The hexadecimal numbers of five digits or more, without zeros in front. What looks like binary digits is none."""
    text = re.sub(r'(?<![\dx])([01]{9} )+[01]{12}', '', text)
    found = re.findall(r'(?<![0-9A-Za-z_?])(?:0x)?0*([1-9a-f][0-9a-f]{4,15})(?![0-9A-Za-z_?])', text)
    return {n for n in found if re.search(r'\d', n)}


class LabMachine(gdb_machine.Machine):
    """That of `make debug-test`, for guest tests that it runs one after the other."""

    def __init__(self, folder, tests):
        self.folder, self.socket, self.console = (os.path.join(str(folder), n) for n in ('', 'gdb.socket', 'console'))
        self.start(debug_test.machine_words(TOP, tests, self.folder, self.socket) + [
            '-monitor', 'none', '-serial', 'stdio', '-serial', 'file:' + os.path.join(self.folder, 'records')])


def machine(words, folder):
    """That of `make WORDS`."""
    target, variable = shlex.split(words)
    value = variable.split('=', 1)[1]
    if target == 'debug':
        return gdb_machine.Machine(folder, value)
    return LabMachine(folder, [debug_test.find_test(course.load_labs(), value)])
