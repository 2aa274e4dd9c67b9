#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Predict, then run: guess the lines of /proc/PID/maps from the program headers, boot, and see what was right.

  predict.py [--guess FILE] [--cmdline WORDS] [--files] 'PROG ARGUMENTS'

PROG is a path in Exon's root tree, or a file of this machine. Without --guess
you type the lines. The last line of the output is `score: POINTS/OF`. The exit
status is 0 if there is a score, otherwise 2.
"""
import argparse
import os
import re
import shlex
import stat
import subprocess
import sys
import tempfile
import textwrap

sys.dont_write_bytecode = True
import boot
from boot import vm
from vm import plain
from image import Refused, Tree, open_image
from lines import (COLUMNS, FIELDS, BadLine, Line, pair, parse_file, parse_line, right_fields, score)
from origin import ENVIRONMENT, TASK_SIZE, Exec
from picture import picture
from rules import bias_mistake, explain, explain_extra, explain_missing, image_shift, not_guessed

TYPED = os.path.join(vm.BUILD, 'guess.txt')
MAX_GUESS = 50000
FOLDER = '/root/'           # where a program of this machine is put


# ---- what is predicted ---------------------------------------------------------------------------------

def read_tree():
    with open(vm.root, 'rb') as f:
        return Tree(f.read())


def place(tree, path):
    """(path in Exon, arguments for mkcpio.py): a program of this machine is added to the tree."""
    if path.startswith('/') and tree.read(path) is not None:
        return path, []
    own = os.path.normpath(FOLDER + path)
    if vm.root == vm.FILES and tree.read(own) is not None:
        return own, []
    if os.path.isdir(path):
        raise Refused('%s is a folder' % path)
    if not os.path.isfile(path):
        return path, []
    name = os.path.basename(path)
    if not re.fullmatch(r'[\w.+-]+', name):
        raise Refused('the name "%s" has letters that an initramfs option cannot carry; copy the file to a plainer one'
                      % name)
    with open(path, 'rb') as f:
        tree.entries[FOLDER + name] = (stat.S_IFREG | 0o755, f.read())
    return FOLDER + name, ['--file', '%s%s:755=%s' % (FOLDER.lstrip('/'), name, os.path.abspath(path))]


def check_cmdline(cmdline):
    for word in cmdline.split():
        if word == '--' or word.startswith('rdinit='):
            raise Refused('CMDLINE may not have the word %s: predict itself says what is executed' % word)


def open_interpreter(tree, program):
    """The Image that PT_INTERP names, or None."""
    if not program.interpreter:
        return None
    try:
        return open_image(tree, program.interpreter)
    except Refused as e:
        raise Refused('the interpreter that %s names: %s' % (program.name, e))


def readelf(image, data):
    """The program headers as a student knows them."""
    with tempfile.NamedTemporaryFile() as f:
        f.write(data)
        f.flush()
        text = subprocess.run(['readelf', '-lW', f.name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=dict(os.environ, LC_ALL='C')).stdout.decode('utf-8', 'replace')
    print('---- readelf -lW %s' % image.name)
    print(text.strip('\n') + '\n')


def introduce(words, program, interpreter, cmdline):
    link = '; %s is a link to %s' % (program.interpreter, interpreter.name) \
        if interpreter and interpreter.name != program.interpreter else ''
    print('---- what to predict')
    paragraph('The lines of /proc/PID/maps when execve("%s") has finished and not one instruction of the program has run: '
              'no library is mapped yet, and malloc was never called.' % words[0])
    more = '; the kernel\'s command line has ' + cmdline if cmdline else ''
    paragraph('You may assume: pages of 4096 bytes; norandmaps; user space ends at %x; the stack may grow to 8 MiB; '
              'argv = %s; envp = %s%s%s.' % (TASK_SIZE, ' '.join(words), ' '.join(ENVIRONMENT), more, link))
    print()


def paragraph(text, indent='', first=None):
    print(textwrap.fill(text, 100, initial_indent=indent if first is None else first, subsequent_indent=indent,
                        break_on_hyphens=False, break_long_words=False))


# ---- the guess ---------------------------------------------------------------------------------------------

def keep(lines):
    """What is typed is in a file at once: neither Ctrl-C nor a failed boot loses it."""
    with open(TYPED, 'w') as f:
        f.write(''.join('%s\n' % l for l in lines))


def ask_guess():
    """Lines typed one by one, until an empty one or the end of input."""
    print('Your guess, one line for each VMA, in any order. An empty line ends it; `help` explains the columns.')
    lines = []
    while True:
        try:
            text = input('%2d> ' % (len(lines) + 1)).strip()
        except EOFError:
            print()
            break
        if not text:
            break
        if text == 'help':
            print(COLUMNS)
            continue
        try:
            lines.append(parse_line(text))
            keep(lines)
        except BadLine as e:
            print('    not taken: %s. Please type it again.' % e)
    if lines:
        print('(kept in %s: GUESS=... takes it again)' % os.path.relpath(TYPED))
    return lines, []


def read_guess(path):
    try:
        with open(path, errors='replace') as f:
            text = f.read(MAX_GUESS + 1)
    except OSError as e:
        raise Refused('the guess %s cannot be read: %s' % (path, e.strerror))
    if len(text) > MAX_GUESS:
        raise Refused('the guess %s is longer than %d letters: that is not a list of VMAs' % (path, MAX_GUESS))
    return parse_file(text)


# ---- the report ----------------------------------------------------------------------------------------------

class Told:
    """Prints explanations; one that has been given is not given again."""

    def __init__(self):
        self.given = set()

    def tell(self, what, text):
        paragraph('%s: %s' % (what, 'as above' if (what, text) in self.given else text), ' ' * 10, ' ' * 8)
        self.given.add((what, text))


def report_images(ex, matched, shifts):
    """What is wrong with a whole file."""
    for image, shift in shifts.items():
        if shift:
            paragraph(bias_mistake(ex, image, shift), '  ', '* ')
        elif not any(origin.image is image and origin.segments for origin, _, _ in matched):
            paragraph(not_guessed(ex, image), '  ', '* ')


def report_line(ex, j, guess, shifts, told):
    truth, origin = ex.truths[j], ex.origins[j]
    right = right_fields(guess, truth)
    print('%d of %d  %s' % (len(right), len(FIELDS), truth))
    if len(right) == len(FIELDS):
        return
    print('  you:  %s' % guess)
    for field, text in explain(ex, origin, guess, truth, shifts.get(origin.image, 0)):
        told.tell(field, text)


def report_missing(ex, j, guesses):
    print('0 of %d  %s' % (len(FIELDS), ex.truths[j]))
    print('  you:  nothing')
    paragraph(explain_missing(ex, ex.origins[j], ex.truths[j], guesses), ' ' * 10, ' ' * 8)


def unmoved(ex, guess, shifts):
    """A guess as it would be without the wrong load bias of its file."""
    shift = next((s for image, s in shifts.items() if image.name == guess.name), 0)
    if not shift or None in (guess.start, guess.end):
        return guess
    return Line(guess.start - shift, guess.end - shift, guess.perms, guess.offset, guess.name)


def report_extras(ex, guesses, pairs, bad, shifts):
    for i, guess in enumerate(guesses):
        if i not in pairs.values():
            print('-1       %s' % guess)
            why = explain_extra(ex, unmoved(ex, guess, shifts), [ex.truths[j] for j in pairs])
            paragraph('no such line: ' + why, ' ' * 10, ' ' * 8)
    for number, text, reason in bad:
        print('-1       line %d of the guess: %s' % (number, text))
        paragraph('not a line of maps: ' + reason, ' ' * 10, ' ' * 8)


def report(ex, guesses, bad):
    """Everything behind the boot: picture, lines, points."""
    pairs = pair(guesses, ex.truths)
    matched = [(ex.origins[j], ex.truths[j], guesses[i]) for j, i in sorted(pairs.items())]
    shifts = {image: image_shift(ex, image, matched) for image in ex.images}
    print('\n---- the address space\n')
    print('\n'.join(picture(ex.truths, guesses)))
    print('\n---- line by line\n')
    report_images(ex, matched, shifts)
    told = Told()
    for j in range(len(ex.truths)):
        if j in pairs:
            report_line(ex, j, guesses[pairs[j]], shifts, told)
        else:
            report_missing(ex, j, guesses)
    report_extras(ex, guesses, pairs, bad, shifts)
    points, of = score(guesses, ex.truths, pairs, len(bad))
    whole = sum(len(right_fields(g, t)) == len(FIELDS) for _, t, g in matched)
    print('\n%d of %d lines right, score %d of %d' % (whole, len(ex.truths), points, of))
    print('(a point for each of: %s; a line that does not exist costs one)' % ', '.join(FIELDS))
    print('score: %d/%d' % (points, of))


def predict(words, guess_file, cmdline):
    check_cmdline(cmdline)
    given = read_guess(guess_file) if guess_file else None
    tree = read_tree()
    path, files = place(tree, words[0])
    words = [path] + words[1:]
    program = open_image(tree, path)
    boot.command_line(words, cmdline)       # what it cannot carry is said before the student types
    interpreter = open_interpreter(tree, program)
    for image in (program, interpreter):
        if image:
            readelf(image, tree.read(image.name))
    introduce(words, program, interpreter, cmdline)
    if files:
        print('PROG is a file of this machine; Exon finds a copy of it under the name %s.\n' % path)
    guesses, bad = given or ask_guess()
    print('Booting Exon to see ...', flush=True)
    truths = [parse_line(l) for l in boot.vmas_after_exec(words, cmdline, files)]
    report(Exec(words, program, interpreter, truths), guesses, bad)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--guess', default='')
    ap.add_argument('--cmdline', default='')
    ap.add_argument('--files', action='store_true', help='with the files of tools/files.py')
    ap.add_argument('program')
    a = ap.parse_args()
    if a.files:
        vm.use_files()
    try:
        words = shlex.split(a.program)
        if not words:
            raise Refused('name a program, e.g. PROG=/bin/true')
        predict(words, a.guess, a.cmdline)
    except (Refused, vm.Failed, ValueError, OSError) as e:
        print('predict: %s' % plain.told(e), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print('\npredict: stopped; nothing was scored', file=sys.stderr)
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main())
