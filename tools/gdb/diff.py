# SPDX-License-Identifier: MIT
"""What happened to an address space, its VMAs and its pages, between two moments."""
import collections

import binprm
import kernel
import tables
from kernel import Command, Problem

# key: what stays the same when a VMA grows or is split
Vma = collections.namedtuple('Vma', 'start end perms key line')
Moment = collections.namedtuple('Moment', 'label vmas pages')
history = []


def vma_of(v):
    start = int(v['vm_start'])
    if int(v['vm_file']):
        key = (int(v['vm_file']['f_inode']), int(v['vm_pgoff']) * kernel.PAGE - start)
    else:
        key = (int(v['vm_ops']), 'anonymous')
    return Vma(start, int(v['vm_end']), kernel.permissions(int(v['vm_flags'])), key, kernel.maps_line(v))


def moment(label, mm):
    vmas = [vma_of(v) for v in kernel.vmas(mm)]
    pages = {}
    for a in vmas:
        pages.update(tables.entries(tables.table_of(mm), a.start, a.end))
    return Moment(label, vmas, pages)


def remember(label, mm):
    history.append(moment('%d %s' % (len(history), label), mm))


def now():
    b = binprm.find()
    mm = binprm.new_mm(b) if b is not None else kernel.current_mm()
    if mm is None or not int(mm):
        raise Problem('no address space now: stop while a process runs')
    return moment('now', mm)


# ---- VMAs -----------------------------------------------------------------

def overlap(a, b):
    return a.key == b.key and a.start < b.end and b.start < a.end


def moved_to(old, before, after):
    """The new VMA that has the frames that @old had, or None."""
    frames = {e & tables.FRAME for p, e in before.pages.items() if old.start <= p < old.end and e & 1}
    for a in after.vmas:
        if frames and frames & {e & tables.FRAME for p, e in after.pages.items() if a.start <= p < a.end}:
            return a
    return None


def vma_changes(before, after):
    """(address, line to print) of each difference."""
    for old in before.vmas:
        pieces = [a for a in after.vmas if overlap(a, old)]
        if not pieces:
            to = moved_to(old, before, after)
            yield old.start, '-  %s%s' % (old.line, '   moved to %x-%x' % (to.start, to.end) if to else '')
        elif len(pieces) > 1 and sum(overlap(o, p) for o in before.vmas for p in pieces) == len(pieces):
            yield old.start, '/  %s   split into %d' % (old.line, len(pieces))
    for new in after.vmas:
        olds = [o for o in before.vmas if overlap(o, new)]
        if not olds:
            yield new.start, '+  %s' % new.line
        elif len(olds) > 1:
            yield new.start, '&  %s   merged from %d' % (new.line, len(olds))
        else:
            said = compare(olds[0], new)
            if said:
                yield new.start, '~  %s   %s' % (new.line, said)


def compare(old, new):
    said = []
    if (old.start, old.end) != (new.start, new.end):
        word = 'grown' if new.end - new.start > old.end - old.start else 'cut'
        said.append('%s, was %x-%x' % (word, old.start, old.end))
    if old.perms != new.perms:
        said.append('re-protected, was %s' % old.perms)
    return '; '.join(said)


# ---- pages ----------------------------------------------------------------

def page_change(old, new):
    """What happened to one page table entry, in words; '' if nothing that matters."""
    if not old & 1 and not new & 1:
        return ''
    if not old & 1:
        return 'present' + (', writable' if new & 2 else '') + (', dirty' if new & 0x40 else '')
    if not new & 1:
        return 'gone'
    said = []
    if old & tables.FRAME != new & tables.FRAME:
        said.append('another frame')
    for bit, name in ((2, 'writable'), (0x40, 'dirty')):
        if (old ^ new) & bit:
            said.append(name if new & bit else 'not %s any more' % name)
    return ', '.join(said)


def page_changes(a, before, after):
    """[[first, end, text]] of the pages of VMA @a; neighbours with the same change are one."""
    runs = []
    for p in sorted({p for m in (before, after) for p in m.pages if a.start <= p < a.end}):
        text = page_change(before.pages.get(p, 0), after.pages.get(p, 0))
        if not text:
            continue
        if runs and runs[-1][1] == p and runs[-1][2] == text:
            runs[-1][1] = p + kernel.PAGE
        else:
            runs.append([p, p + kernel.PAGE, text])
    return runs


def show(before, after):
    print('%s -> %s' % (before.label, after.label))
    changes = sorted(vma_changes(before, after))
    for _, line in changes:
        print('  ' + line)
    pages = [(a, runs) for a, runs in ((a, page_changes(a, before, after)) for a in after.vmas) if runs]
    for a, runs in pages:
        print('  pages of %x-%x %s' % (a.start, a.end, ' '.join(a.line.split()[5:])))
        for start, end, text in runs:
            n = (end - start) // kernel.PAGE
            print('    %x-%x  %d page%s: %s' % (start, end, n, '' if n == 1 else 's', text))
    if not changes and not pages:
        print('  nothing')


class Diff(Command):
    """What happened to VMAs and pages between two stops at stages of an exec.

    xdiff          from the last stage to now, or between the last two if nothing has run since
    xdiff A B      between two moments: a stage (the last stop there), a number of the list, or now
    xdiff list     the stops so far

    + new VMA, - gone (or moved), ~ grown, cut or re-protected, / split, & merged."""
    name = 'xdiff'

    def complete(self, text, word):
        return [w for w in ['list', 'now'] + [m.label.split()[1] for m in history] if w.startswith(word)]

    def run(self, argv):
        if argv == ['list']:
            for m in history:
                print('%-40s %2d VMAs, %3d pages' % (m.label, len(m.vmas), sum(e & 1 for e in m.pages.values())))
            if not history:
                print('none yet: `xstage all`, then continue')
            return
        if len(argv) == 2:
            show(self.find(argv[0]), self.find(argv[1]))
        elif argv:
            raise Problem('usage: xdiff, xdiff A B, or xdiff list')
        elif not history:
            raise Problem('no stop at a stage is remembered: `xstage all`, then continue twice')
        else:
            here = now()
            if here[1:] != history[-1][1:]:
                show(history[-1], here)
            elif len(history) > 1:
                show(history[-2], history[-1])
            else:
                raise Problem('two moments are needed: continue to the next stage')

    def find(self, name):
        if name == 'now':
            return now()
        if name.isdigit() and int(name) < len(history):
            return history[int(name)]
        for m in reversed(history):
            if m.label.split()[1] == name:
                return m
        raise Problem('no stop at %s is remembered; `xdiff list` shows them' % name)


Diff()
