# SPDX-License-Identifier: MIT
"""The address space as a picture, high addresses above: the truth, and beside it the guess where it differs."""
import os

WIDTH = 38      # of a column


def size_text(n):
    for unit, size in (('TiB', 1 << 40), ('GiB', 1 << 30), ('MiB', 1 << 20)):
        if n >= size:
            return '%.1f %s' % (n / size, unit)
    return '%g KiB' % round(n / 1024, 2)


class Column:
    """One list of VMAs, drawn interval by interval from the highest address down."""

    def __init__(self, lines):
        self.lines = [l for l in lines if None not in (l.start, l.end)]
        self.edges = {0} | {l.start for l in self.lines} | {l.end for l in self.lines}

    def at(self, address):
        return next((l for l in self.lines if l.start <= address < l.end), None)

    def gap_around(self, address):
        """(low, high) of the hole that covers @address."""
        return max(e for e in self.edges if e <= address), min(e for e in self.edges if e > address)

    def content(self, low, high, cut):
        """What stands between two edges; the label in the highest part. @cut: what is above is not drawn."""
        vma = self.at(low)
        if vma:
            name = os.path.basename(vma.name or '') or ('?' if vma.name is None else 'anonymous')
            label = '%s %s  %s' % (vma.perms or '?', size_text(vma.end - vma.start), name)
            return '| %-*s |' % (WIDTH - 4, (label if cut or high == vma.end else '')[:WIDTH - 4])
        below, above = self.gap_around(low)
        label = 'gap %s' % size_text(above - below) if above <= 1 << 47 else 'no user space'
        label = label if above == high else 'nothing' if cut else ''
        return ': %s :' % label.center(WIDTH - 4)

    def border(self, address):
        if address in self.edges:
            return '+' + '-' * (WIDTH - 2) + '+'
        side = '|' if self.at(address) else ':'
        return side + ' ' * (WIDTH - 2) + side

    def key(self, address):
        """What must be equal for two columns to show the same here."""
        vma = self.at(address)
        return (vma.start, vma.end, vma.perms, vma.name) if vma else None


def picture(truths, guesses):
    """Rows of text. The right column is drawn only where it differs from the left one."""
    left, right = Column(truths), Column(guesses)
    top = max(left.edges | right.edges)
    for column in (left, right):
        column.edges.add(top)       # the picture's own frame
    edges = sorted(left.edges | right.edges, reverse=True)
    spans = list(zip(edges[1:], edges))
    differs = [left.key(low) != right.key(low) for low, _ in spans]
    rows = ['%16s  %-*s  %s' % ('', WIDTH, 'the truth', 'your guess, where it differs' if any(differs) else '')]
    for i, (low, high) in enumerate(spans):
        above = i > 0 and differs[i - 1]
        rows.append('%16x  %s  %s' % (high, left.border(high), right.border(high) if differs[i] or above else ''))
        rows.append('%16s  %s  %s' % ('', left.content(low, high, False),
                                      right.content(low, high, not above) if differs[i] else ''))
    rows.append('%16x  %s' % (0, left.border(0)))
    return [r.rstrip() for r in rows]
