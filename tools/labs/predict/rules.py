# SPDX-License-Identifier: MIT
"""Why a guess missed. For each field: what a usual mistake would have given, and what that mistake is.

The first mistake that gives the student's number is the explanation; if none does, the rule
itself is told, with the numbers of this program. Every text names the function that decides.
"""
import collections
import os
import sys

sys.dont_write_bytecode = True
from image import PAGE, page_down, page_up
from lines import FIELDS, right_fields
from origin import MMAP_BASE, STACK_ROOM, TASK_SIZE, TWO_THIRDS

FIRST_HEAP = 0x21000        # what malloc's first brk(2) usually asks for
SMALL_SHIFT = 16 * PAGE     # so far apart, two addresses are not the same one computed badly


def first(value, mistakes):
    """The text of the first mistake that leads to @value, or None."""
    return next((text for result, text in mistakes if result == value), None)


def pages(n):
    return '%d page%s' % (n, '' if n == 1 else 's')


def page_off(what, truth):
    """The mistakes that no formula has: a page or a few too many."""
    return [(truth + n * PAGE, 'the %s is %s too %s: it is %x' % (what, pages(abs(n)), 'high' if n > 0 else 'low', truth))
            for n in (1, -1, 2, -2, 3, -3)]


# ---- where an image lies ----------------------------------------------------------------------------------

def bias_rule(ex, image):
    """Why an image lies where it lies."""
    bias = ex.bias[image]
    if not image.is_dyn:
        return 'ET_EXEC is mapped where the file says: no load bias (map_first_segment)'
    if image is ex.program and image.interpreter:
        return ('a PIE with an interpreter goes to two thirds of user space: %x / 3 * 2 = %x, rounded down to its '
                'alignment %x = %x (choose_load_bias)' % (TASK_SIZE, TWO_THIRDS, image.align, bias))
    rounded = ', rounded down to its alignment %x' % image.align if image is ex.program and image.align > PAGE else ''
    return ('%s goes where mmap finds room, top down from mmap_base %x (user space ends at %x, less the stack\'s gap of '
            '128 MiB): %x less its span of %x bytes%s = %x' % (
                'the interpreter' if image is not ex.program else 'a PIE without an interpreter', MMAP_BASE, TASK_SIZE,
                MMAP_BASE, image.span, rounded, bias + image.segments[0].start))


def bias_mistake(ex, image, shift):
    """What the load bias of a whole image should have been."""
    wrong = ex.bias[image] + shift
    said = {0: 'the load bias is missing: your addresses are the file\'s own',
            page_down(TWO_THIRDS): '%x is the bias of a PIE that has an interpreter' % wrong,
            0x400000: '400000 is where ET_EXEC programs are linked to lie'}.get(wrong)
    if not said and abs(shift) < SMALL_SHIFT:
        said = 'the whole file lies %s too %s' % (pages(abs(shift) // PAGE), 'high' if shift > 0 else 'low')
    return '%s: %s; %s' % (image.name, said or 'your load bias is %x' % wrong, bias_rule(ex, image))


def not_guessed(ex, image):
    """A file of which there is no line in the guess."""
    who = 'the program itself' if image is ex.program else 'PT_INTERP names it, and exec maps it too (load_elf_interp)'
    return '%s: you have no line of it; %s; %s' % (image.name, who, bias_rule(ex, image))


def image_shift(ex, image, matched):
    """By how much all guessed lines of an image are moved: a wrong load bias. 0: they are not."""
    votes = collections.Counter()
    for origin, truth, guess in matched:
        if origin.image is image and origin.segments and guess.start is not None:
            raw = ex.bias[image] + origin.segments[0].vaddr
            votes.update({guess.start - truth.start, guess.start - raw})
    votes = [(n, d) for d, n in votes.most_common() if d % PAGE == 0 and (n > 1 or abs(d) >= SMALL_SHIFT or d == 0)]
    best = max(votes, key=lambda v: (v[0], v[1] == 0), default=(0, 0))
    return best[1]


# ---- lines of a file -----------------------------------------------------------------------------------------

def file_start(ex, o, truth):
    s, bias = o.segments[0], ex.bias[o.image]
    rounded = '; mmap takes whole pages, so it is rounded down to %x' % s.start if s.start != s.vaddr else ''
    rule = 'PT_LOAD %02d begins at p_vaddr %x%s%s (elf_map)' % (
        s.number, s.vaddr, rounded, ', plus the load bias %x' % bias if bias else '')
    return rule, [
        (bias + s.vaddr, 'not rounded down to a page: ' + rule),
        (bias + page_up(s.vaddr), 'rounded up; a start is rounded down: ' + rule),
        (bias + page_down(s.offset), 'that follows p_offset %x; addresses follow p_vaddr %x' % (s.offset, s.vaddr)),
        (bias + s.offset, 'that follows p_offset %x; addresses follow p_vaddr %x' % (s.offset, s.vaddr)),
        (TWO_THIRDS + s.vaddr, 'the load bias is whole pages: ' + bias_rule(ex, o.image)),
        (TWO_THIRDS + s.start, 'the load bias is whole pages: ' + bias_rule(ex, o.image)),
    ]


def file_end(ex, o, truth):
    s, bias = o.segments[-1], ex.bias[o.image]
    file_end, mem_end = s.vaddr + s.filesz, s.vaddr + s.memsz
    rule = 'the file part of PT_LOAD %02d ends at p_vaddr %x + p_filesz %x = %x, rounded up to a page: %x (elf_map)' % (
        s.number, s.vaddr, s.filesz, file_end, s.file_end)
    tail = ('p_memsz %x counts memory, not file: the file mapping ends with p_filesz, at %x; ' % (s.memsz, s.file_end) +
            ('the bss tail %x-%x is an anonymous VMA of its own (set_brk)' % (s.file_end, s.mem_end)
             if s.mem_end > s.file_end else 'the bss tail is in its last page, which padzero clears'))
    inside = s.vaddr - s.start
    return rule, [
        (bias + file_end, 'not rounded up to a page: ' + rule),
        (bias + s.start + page_up(s.filesz), 'p_filesz %x alone was rounded up, but the segment begins %x bytes into its '
         'first page: PAGE_ALIGN(%x + %x) = %x' % (s.filesz, inside, s.filesz, inside, page_up(s.filesz + inside))),
        (bias + page_down(file_end), 'rounded down; an end is rounded up: ' + rule),
        (bias + s.start + s.filesz, 'the segment begins at %x, %x bytes into its page; and an end is rounded up: %s' % (
            s.vaddr, inside, rule)),
        (bias + s.mem_end, tail),
        (bias + mem_end, tail),
    ] + relro_end(o.image, bias, s) + later_ends(ex, o, truth)


def relro_end(image, bias, s):
    if not image.relro or not s.vaddr <= image.relro[0] < s.vaddr + s.memsz:
        return []
    text = ('that is the end of GNU_RELRO: ld.so (or the program\'s own start) makes that part read-only later, by '
            'mprotect; exec maps the whole PT_LOAD %02d as one' % s.number)
    return [(bias + page_down(image.relro[1]), text), (bias + image.relro[1], text)]


def later_ends(ex, o, truth):
    """The line goes on over what follows: a hole, or more lines."""
    found, after = [], [t for t in ex.truths if t.start >= truth.end and t.name == truth.name]
    for n, t in enumerate(after, 2):
        if n == 2 and t.start > truth.end:
            hole = (t.start - truth.end) // PAGE
            found.append((t.start, 'between this segment and the next there is a hole of %s, %x-%x: no segment has '
                          'those addresses, so nothing is mapped there' % (pages(hole), truth.end, t.start)))
        found.append((t.end, 'your line covers %d lines: each PT_LOAD is mapped by itself, with its own permissions and '
                      'offset; VMAs are merged only if these are the same, and the offset goes on' % n))
    return found


def file_perms(ex, o, truth):
    s = o.segments[0]
    rule = 'permissions are p_flags of the segment: PT_LOAD %02d has %s, private (make_prot)' % (
        s.number, s.perms[:3].replace('-', '').upper().replace('X', 'E') or 'none')
    mistakes = [(s.perms[:3] + 's', 'elf_map maps MAP_PRIVATE: p, and what the program writes is its own copy')]
    if relro_end(o.image, 0, s):
        mistakes.append(('r--p', 'GNU_RELRO becomes read-only later, by ld.so\'s mprotect; at the end of exec the '
                         'segment still has what p_flags say: ' + truth.perms))
    for name, _, perms in s.sections:
        mistakes.append((perms, 'those are the permissions of the section %s; the kernel never looks at sections: %s' % (
            name, rule)))
    return rule, mistakes


def file_offset(ex, o, truth):
    s = o.segments[0]
    rule = 'p_offset %x is rounded down together with p_vaddr %x: %x less %x = %x (elf_map)' % (
        s.offset, s.vaddr, s.offset, s.vaddr - s.start, truth.offset)
    return rule, [
        (s.offset, 'not rounded down: an offset of mmap is whole pages, ' + rule),
        (s.start, 'that is the page of p_vaddr %x; the column shows where in the file it begins: %s' % (s.vaddr, rule)),
        (s.vaddr, 'that is p_vaddr %x; the column shows where in the file it begins: %s' % (s.vaddr, rule)),
        (page_up(s.offset), 'rounded up: ' + rule),
        (0, 'only the segment at the beginning of the file has offset 0: ' + rule),
    ]


def file_name(ex, o, truth):
    rule = 'the name is the path of the file that was opened, links followed'
    return rule, [('', 'this VMA maps a file, %s' % truth.name)]


# ---- lines without a file ----------------------------------------------------------------------------------------

def bss_start(ex, o, truth):
    s, bias = o.segments[0], ex.bias[o.image]
    rule = 'the anonymous part begins at the first page after the file part: PAGE_ALIGN(%x + p_filesz %x) = %x ' \
           '(set_brk)' % (s.vaddr, s.filesz, s.file_end)
    return rule, [
        (bias + s.vaddr + s.filesz, 'not rounded up: ' + rule),
        (bias + page_down(s.vaddr + s.filesz), 'this page still is the file\'s, its rest cleared by padzero: ' + rule),
        (bias + s.start, 'that is the start of the whole segment: ' + rule),
        (ex.start_brk(), 'at start_brk exec maps nothing: the heap grows there later, by brk(2). The [heap] of this moment '
         'is the bss: ' + rule),
    ]


def bss_end(ex, o, truth):
    s, bias = o.segments[-1], ex.bias[o.image]
    rule = 'memory of PT_LOAD %02d ends at p_vaddr %x + p_memsz %x = %x, rounded up: %x (set_brk)' % (
        s.number, s.vaddr, s.memsz, s.vaddr + s.memsz, s.mem_end)
    return rule, [
        (bias + s.vaddr + s.memsz, 'not rounded up: ' + rule),
        (bias + page_down(s.vaddr + s.memsz), 'rounded down: ' + rule),
        (bias + s.file_end + page_up(s.memsz - s.filesz), 'p_memsz - p_filesz alone was rounded up, but a part of the '
         'bss lies in the last file page: ' + rule),
        (truth.start + FIRST_HEAP, 'malloc has not run yet: ' + rule),
        (ex.start_brk() + FIRST_HEAP, 'malloc has not run yet: ' + rule),
    ]


def bss_name(ex, o, truth):
    touches = ('this is the bss, but it touches start_brk %x, and the kernel calls every anonymous VMA that does so '
               '[heap] (vma_name in fs/proc/task_mmu.c)' % ex.start_brk())
    rule = touches if truth.name else 'anonymous memory has no name; it does not touch start_brk %x' % ex.start_brk()
    return rule, [(o.image.name, 'a bss has no bytes in the file, so it maps none: ' + rule)]


def no_offset(ex, o, truth):
    return 'no file is mapped here, so the offset is 0', []


def bss_perms(ex, o, truth):
    return 'a bss can be read and written, and is private: %s (vm_brk_flags)' % truth.perms, [
        ('rwxp', 'a VMA of data is executable only if its p_flags have E: ' + truth.perms)]


def vdso_place(ex):
    """Where [vvar] and [vdso] lie, in words."""
    vdso = ex.line_of('[vdso]')
    above = next((t for t in ex.truths if t.start >= vdso.end), None)
    what = 'mmap_base, %x' % MMAP_BASE if vdso.end == MMAP_BASE else \
        '%s, which begins at %x' % (above.name, vdso.end) if above else '%x' % vdso.end
    return 'mapped together, [vvar] 4 pages and above it [vdso] 2 pages, in the highest room of 6 pages: right below ' \
           '%s (map_vdso)' % what


ORDER = 'the other way round: [vvar] lies below [vdso]'


def swapped(ex, name):
    """(start, end) of [vvar] or [vdso], if [vdso] were the lower one."""
    vvar, vdso = ex.line_of('[vvar]'), ex.line_of('[vdso]')
    return {'[vvar]': (vdso.end - (vvar.end - vvar.start), vdso.end),
            '[vdso]': (vvar.start, vvar.start + vdso.end - vdso.start)}[name]


def special_start(ex, o, truth):
    return vdso_place(ex), [(swapped(ex, truth.name)[0], ORDER)]


def special_end(ex, o, truth):
    return vdso_place(ex), [(swapped(ex, truth.name)[1], ORDER)]


def special_perms(ex, o, truth):
    return {'[vvar]': 'the kernel writes [vvar], the program only reads it',
            '[vdso]': '[vdso] is code that the program calls'}[truth.name], []


def fixed_name(ex, o, truth):
    return 'no file is mapped here; the kernel calls the VMA %s' % truth.name, []


def stack_start(ex, o, truth):
    n = ex.string_pages()
    rule = ('the strings (file name, envp, argv) and 8 zero bytes are %d bytes: %s; setup_arg_pages adds 128 KiB: '
            '%x in all, below %x' % (ex.string_bytes(), pages(n), n * PAGE + STACK_ROOM, truth.end))
    return rule, [
        (truth.end - STACK_ROOM, 'only the 128 KiB: ' + rule),
        (truth.end - n * PAGE, 'only the strings: ' + rule),
        (truth.end - (8 << 20), '8 MiB is how far the stack may grow (RLIMIT_STACK), not what it has: ' + rule),
        (truth.end - STACK_ROOM - (n + 1) * PAGE, 'one page too many: ' + rule),
    ]


def stack_end(ex, o, truth):
    rule = 'without randomisation the stack ends where user space ends: TASK_SIZE = %x, a page below 2^47' % TASK_SIZE
    return rule, [(1 << 47, 'the last page below 2^47 is never given to user space: ' + rule),
                  ((1 << 47) - 1, 'an end is the first byte after it, and the last page is not used: ' + rule),
                  (MMAP_BASE, 'that is mmap_base, 128 MiB below: ' + rule)]


def stack_perms(ex, o, truth):
    flags = 'GNU_STACK has %s' % ex.program.stack_perms[:3].replace('-', '').upper().replace('X', 'E')
    return 'the stack\'s permissions are those of GNU_STACK, not of a PT_LOAD: %s, so %s (setup_arg_pages)' % (
        flags, truth.perms), []


def gate(ex, o, truth):
    return '[vsyscall] is a fixed page of the kernel\'s, its permissions as vsyscall= on the command line says: %s' % truth, []


RULES = {
    'file': (file_start, file_end, file_perms, file_offset, file_name),
    'bss': (bss_start, bss_end, bss_perms, no_offset, bss_name),
    '[vvar]': (special_start, special_end, special_perms, no_offset, fixed_name),
    '[vdso]': (special_start, special_end, special_perms, no_offset, fixed_name),
    '[stack]': (stack_start, stack_end, stack_perms, no_offset, fixed_name),
    '[vsyscall]': (gate,) * 5,
}


# ---- from a miss to its explanation ------------------------------------------------------------------------------

def size_mistake(ex, origin, guess, truth):
    """[vvar] and [vdso] with another number of pages: one text for both ends. None: the size is right."""
    if origin.kind not in ('[vvar]', '[vdso]') or None in (guess.start, guess.end) or guess.pages == truth.pages:
        return None
    why = {'[vvar]': 'one of clock data, two for paravirtual clocks, one for time namespaces',
           '[vdso]': 'one shared object in one segment'}[origin.kind]
    outer = origin.kind == '[vvar]' and guess.end == ex.line_of('[vdso]').end or \
        origin.kind == '[vdso]' and guess.start == ex.line_of('[vvar]').start
    return '%s is %s (%s: mm/vdso.c), not %g%s' % (origin.kind, pages(truth.pages), why, guess.pages,
                                                   '; and ' + ORDER if outer else '')


def explain_field(ex, origin, guess, truth, field, shift):
    """The text for one wrong field; '' when the wrong load bias is the whole mistake."""
    rule, mistakes = RULES[origin.kind][FIELDS.index(field)](ex, origin, truth)
    value, right = getattr(guess, field), getattr(truth, field)
    if value is None:
        return 'not guessed; ' + rule
    found = first(value, mistakes)
    if not found and field in ('start', 'end'):
        value -= shift
        if value == right:
            return ''
        found = first(value, mistakes)
    if not found and field not in ('name', 'perms'):
        found = first(value, [(v, t + '. ' + rule) for v, t in page_off(field, right)])
    return found or 'it is %s: %s' % ((right or 'empty') if isinstance(right, str) else '%x' % right, rule)


def explain(ex, origin, guess, truth, shift=0):
    """[(field, text)] for the wrong fields of one guessed line. @shift: the wrong load bias, told elsewhere."""
    wrong = [f for f in FIELDS if f not in right_fields(guess, truth)]
    if origin.kind == 'other':
        return [(f, 'it is %s' % truth) for f in wrong[:1]]
    told, size = [], size_mistake(ex, origin, guess, truth)
    if size and ('start' in wrong or 'end' in wrong):
        wrong = [f for f in wrong if f not in ('start', 'end')]
        told.append(('size', size))
    for field in wrong:
        text = explain_field(ex, origin, guess, truth, field, shift)
        if (field, text) == ('end', told[-1][1] if told else None):
            told[-1] = ('start, end', text)
        elif text:
            told.append((field, text))
    moved = [f for f in wrong if f in ('start', 'end') and f not in ', '.join(t[0] for t in told)]
    if moved:
        told.insert(0, (', '.join(moved), 'moved with the load bias of %s, see above' % origin.image.name))
    return told


def explain_missing(ex, origin, truth, guesses):
    """Why there is a line that nobody guessed."""
    over = [g for g in guesses if None not in (g.start, g.end) and g.start < truth.end and g.end > truth.start]
    covered = 'your line %s goes over it, but it is a line of its own; ' % over[0] if over else ''
    if origin.kind == 'other':
        return covered + 'it is there'
    rules, told = RULES[origin.kind], []
    # Of a bss the name is the surprise; that a file's line has the file's name is none.
    for rule in (*rules[:3], rules[4]) if origin.kind == 'bss' else rules[:3]:
        text = rule(ex, origin, truth)[0]
        if text not in told:
            told.append(text)
    return covered + '; '.join(told)


def explain_extra(ex, guess, pairs_with):
    """Why a guessed line does not exist. @pairs_with: the truths that other guesses were paired with."""
    name = guess.name or ''
    if name == '[heap]':
        return ('exec only sets start_brk, to %x; the VMA [heap] appears when the program (malloc) first calls brk(2)'
                % ex.start_brk())
    if name == '[vsyscall]':
        return 'it is printed only if the kernel\'s command line has vsyscall=xonly or vsyscall=emulate'
    if '.so' in os.path.basename(name) and os.path.basename(name) not in [os.path.basename(i.name) for i in ex.images]:
        return ('libraries are mapped by ld.so, which has not run one instruction yet' if ex.interpreter else
                'the program has no interpreter: nobody maps libraries for it')
    return extra_by_place(ex, guess, pairs_with)


def extra_by_place(ex, guess, pairs_with):
    """The same, from where the line lies."""
    if None in (guess.start, guess.end):
        return 'no line is left that it could be'
    for t in ex.truths:
        if guess.start < t.end and guess.end > t.start:
            origin = ex.origins[ex.truths.index(t)]
            return (relro_split(ex, origin, guess) or small_bss(ex, origin, guess) or
                    '%s has these addresses, and that is one line%s' % (
                        t, ', which another guess of yours stands for' if t in pairs_with else ''))
    tail = [text for i in ex.images for text in [bss_without_vma(ex, i, guess)] if text]
    return tail[0] if tail else gap_at(ex, guess)


def relro_split(ex, origin, guess):
    image = origin.image
    if origin.kind != 'file' or not image.relro or guess.perms not in ('r--p', 'rw-p'):
        return None
    bias, edge = ex.bias[image], ex.bias[image] + page_down(image.relro[1])
    if edge not in (guess.start, guess.end) or not relro_end(image, bias, origin.segments[-1]):
        return None
    return relro_end(image, bias, origin.segments[-1])[0][1]


def small_bss(ex, origin, guess):
    """A guess of a VMA for the bss that overlaps the file page with room for it."""
    return bss_without_vma(ex, origin.image, guess) if origin.kind == 'file' and not guess.name else None


def bss_without_vma(ex, image, guess):
    for s in image.segments:
        end = ex.bias[image] + s.file_end
        if s.memsz > s.filesz and s.mem_end == s.file_end and end - PAGE <= guess.start <= end and \
                guess.name in ('', image.name):
            return ('the bss of PT_LOAD %02d ends at %x, in the last page of its file part, which ends at %x: padzero '
                    'clears the rest of that page, and no anonymous VMA is needed' % (
                        s.number, ex.bias[image] + s.vaddr + s.memsz, end))
    return None


def gap_at(ex, guess):
    below = [t for t in ex.truths if t.end <= guess.start]
    above = [t for t in ex.truths if t.start >= guess.end]
    return 'nothing is mapped there: it is the gap %x-%x. A gap has no line' % (
        below[-1].end if below else 0, above[0].start if above else TASK_SIZE)
