# SPDX-License-Identifier: MIT
"""Lines of maps: read them from text, pair a guess with the truth, count points."""
import os
import re

FIELDS = ('start', 'end', 'perms', 'offset', 'name')
COLUMNS = '''A line is as in /proc/PID/maps, its columns apart by blanks:

  start-end perms offset [dev inode] [name]
  7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0 [stack]

  start-end  hexadecimal; the first byte of the VMA, and the first byte after it
  perms      four letters: r or -, w or -, x or -, then p (private) or s (shared)
  offset     hexadecimal; where in the file the VMA begins; 0 for anonymous memory
  dev inode  leave them out, or write - or ?; nobody can predict them
  name       the file's path, [stack], [vdso] ...; nothing for anonymous memory
  ?          in place of a field that you do not know: no points for it, the others count'''


class BadLine(Exception):
    """The text says what is wrong with the line."""


class Line:
    """One VMA. A field is None where the student wrote `?`."""

    def __init__(self, start, end, perms, offset, name):
        self.start, self.end, self.perms, self.offset, self.name = start, end, perms, offset, name

    def __str__(self):
        def number(n, width):
            return '?' if n is None else '%0*x' % (width, n)
        name = '?' if self.name is None else self.name
        return ('%s-%s %s %s  %s' % (number(self.start, 8), number(self.end, 8), self.perms or '?',
                                    number(self.offset, 8), name)).rstrip()

    @property
    def pages(self):
        return (self.end - self.start) / 4096


def number(text, what):
    if text == '?':
        return None
    try:
        value = int(text, 16)
    except ValueError:
        raise BadLine('%s "%s" is not hexadecimal' % (what, text))
    if not 0 <= value < 1 << 64:
        raise BadLine('%s "%s" does not fit into 64 bits' % (what, text))
    return value


def parse_range(text):
    ends = text.split('-')
    if len(ends) != 2 or not all(ends):
        raise BadLine('"%s" is no range: write start-end in hexadecimal' % text)
    start, end = number(ends[0], 'the start'), number(ends[1], 'the end')
    if start is not None and end is not None and start >= end:
        raise BadLine('the VMA %s is empty: its end must be above its start' % text)
    return start, end


def parse_perms(text):
    if text == '?':
        return None
    if not re.fullmatch('[r-][w-][x-][ps]', text):
        raise BadLine('perms "%s" must be four letters such as r-xp' % text)
    return text


def parse_name(words):
    """What is left behind the offset: dev and inode come together or not at all."""
    if len(words) >= 2 and re.fullmatch(r'[-?]|[0-9a-f]+:[0-9a-f]+', words[0]) and re.fullmatch(r'[-?]|[0-9]+', words[1]):
        words = words[2:]
    name = ' '.join(words)
    return {'?': None, '-': ''}.get(name, name)


def parse_line(text):
    """A Line, or BadLine."""
    words = text.split()
    if len(words) < 3:
        raise BadLine('at least start-end, perms and offset are needed (? for what you do not know)')
    start, end = parse_range(words[0])
    return Line(start, end, parse_perms(words[1]), number(words[2], 'the offset'), parse_name(words[3:]))


def parse_file(text):
    """([Line], [(number, text, reason)] of the lines that are none). Empty lines and those with # do not count."""
    good, bad = [], []
    for n, row in enumerate(text.splitlines(), 1):
        if not row.strip() or row.lstrip().startswith('#'):
            continue
        try:
            good.append(parse_line(row))
        except BadLine as e:
            bad.append((n, row.strip(), str(e)))
    return good, bad


# ---- pairs and points ----------------------------------------------------------------------------------

def right_fields(guess, truth):
    return [f for f in FIELDS if getattr(guess, f) == getattr(truth, f)]


def overlap(guess, truth):
    """How much of both VMAs is common to them, 0 to 1."""
    if guess.start is None or guess.end is None:
        return 0
    common = min(guess.end, truth.end) - max(guess.start, truth.start)
    return max(0, common) / (max(guess.end, truth.end) - min(guess.start, truth.start))


def kind(name):
    """What a name says at least: the file without its folders. Anonymous memory that touches start_brk is [heap]."""
    return '' if name == '[heap]' else os.path.basename(name)


def likeness(guess, truth, distance):
    """How well two lines fit each other; 0: not at all. @distance: of their places in the lists."""
    if (guess.name or '').startswith('[') and kind(guess.name) != kind(truth.name):
        return 0        # who writes [vdso] means no other line
    same_name, common = guess.name is not None and kind(guess.name) == kind(truth.name), overlap(guess, truth)
    if not same_name and not common and guess.start != truth.start and guess.end != truth.end:
        return 0
    return 2 * len(right_fields(guess, truth)) + 4 * same_name + 4 * common - distance / 100


def pair(guesses, truths):
    """{index of truth: index of guess}, the best fits first; each line once."""
    guesses_in_order = sorted(range(len(guesses)), key=lambda i: guesses[i].start or 0)
    rank = {i: r for r, i in enumerate(guesses_in_order)}
    fits = [(likeness(g, t, abs(rank[i] - j)), i, j) for i, g in enumerate(guesses) for j, t in enumerate(truths)]
    pairs = {}
    for value, i, j in sorted(fits, key=lambda f: (-f[0], f[1], f[2])):
        if value > 0 and j not in pairs and i not in pairs.values():
            pairs[j] = i
    return pairs


def score(guesses, truths, pairs, nonsense):
    """(points, of how many): a point for each right field; a line that does not exist costs one."""
    points = sum(len(right_fields(guesses[i], truths[j])) for j, i in pairs.items())
    extra = len(guesses) - len(pairs) + nonsense
    return max(0, points - extra), len(truths) * len(FIELDS)
