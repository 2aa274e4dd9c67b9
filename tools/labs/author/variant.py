# SPDX-License-Identifier: MIT
"""Variants: a seed changes constants and orders in the finished source, so that last year's solution fails.

labs/variants.toml lists what may vary. Each entry names a file and either
'line' with {} where one of 'values' goes, or 'shuffle': a regular expression
for lines of a function that are reordered. Without a seed nothing changes.
"""
import os
import random
import re

import course
import cutting


def load(top):
    return course.read_toml(os.path.join(top, 'labs', 'variants.toml')).get('vary', [])


def swap_line(text, entry, rng):
    """Another value in the one line that 'line' describes. Returns (text, what was chosen)."""
    before, after = entry['line'].split('{}')
    m = re.search('^%s(.*?)%s$' % (re.escape(before), re.escape(after)), text, re.M)
    if not m:
        raise course.CourseError('labs/variants.toml: %s has no line "%s"' % (entry['file'], entry['line']))
    value = str(rng.choice([v for v in entry['values'] if str(v) != m.group(1)]))
    return text[:m.start(1)] + value + text[m.end(1):], value


def shuffle_lines(text, entry, rng):
    """The matching lines of a function in another order. Returns (text, the new order)."""
    start, end = cutting.body_range(text, entry['function'])
    lines = text[start:end].split('\n')
    at = [i for i, line in enumerate(lines) if re.search(entry['shuffle'], line)]
    order = at[:]
    while order == at:
        rng.shuffle(order)
    new = lines[:]
    for i, j in zip(at, order):
        new[i] = lines[j]
    names = [re.search(entry['shuffle'], lines[j]).group(1) for j in order]
    return text[:start] + '\n'.join(new) + text[end:], ', '.join(names)


def apply(read, entries, seed):
    """({file: new text}, [(entry, chosen)]) for @seed. read: file -> text. Deterministic."""
    changed, chosen = {}, []
    for entry in entries if seed is not None else []:
        rng = random.Random('%s %s' % (seed, entry['name']))
        text = changed.get(entry['file']) or read(entry['file'])
        change = shuffle_lines if 'shuffle' in entry else swap_line
        changed[entry['file']], value = change(text, entry, rng)
        chosen.append((entry, value))
    return changed, chosen


def page(seed, chosen):
    """labs/VARIANT.md: what is different this year. Without it nobody could write the right code."""
    rows = ['# This year\'s kernel', '',
            'Your kernel differs from the published one in these points (variant %s). The grader expects them, so your code must have them.'
            % seed, '', '| what | where | in the published kernel | in yours |', '|---|---|---|---|']
    rows += ['| %s | `%s` | %s | %s |' % (e['what'], e['file'], e['published'], v) for e, v in chosen]
    return '\n'.join(rows) + '\n'
