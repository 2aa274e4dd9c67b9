# SPDX-License-Identifier: MIT
"""SVG pictures of a film (tools/film.py), without a browser: each step by itself, and one of the whole exec.

An SVG has both themes: it follows the reader's (prefers-color-scheme). Nothing is told by colour alone.
"""
import html
import re

FAULTS = {'file': 'f', 'shared': 's', 'file-copy': 'p', 'cow': 'c', 'anon': 'a', 'zero': 'z', 'again': '.'}
PAGE = 4096
# Classes and no variables, for Inkscape and LibreOffice do not know these.
THEME = '''text { font: 12px "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: %(fg)s; } .paper { fill: %(bg)s; }
.soft { fill: %(soft)s; } .small { font-size: 11px; } .tiny { font-size: 10px; } .big { font-size: 15px; } .b { font-weight: bold; }
.band { fill: %(band)s; stroke-width: 1; } .new { fill: %(new)s; stroke-width: 3; } .hot { stroke-width: 3; } .grid { stroke: %(line)s; fill: none; stroke-width: .6; }
.r { stroke: %(r)s; } .x { stroke: %(x)s; } .w { stroke: %(w)s; } .curve { fill: none; } .pr { fill: %(r)s; } .px { fill: %(x)s; } .pw { fill: %(w)s; }
.ink { fill: %(bg)s; } .stop { stroke: %(stop)s; fill: none; stroke-width: 1.6; } text.stop { fill: %(stop)s; stroke: none; } .dash { stroke-dasharray: 2 3; }
'''
LIGHT = {'bg': '#fff', 'fg': '#1b1b1b', 'soft': '#595959', 'line': '#8a8a8a', 'band': '#eef2f7', 'new': '#ffe9a8', 'r': '#5b6b7d', 'x': '#0b5cad',
         'w': '#9a4b00', 'stop': '#b00020'}
DARK = {'bg': '#15181c', 'fg': '#ececec', 'soft': '#b0b0b0', 'line': '#777', 'band': '#242a32', 'new': '#55480f', 'r': '#a9b8c9', 'x': '#7db8f5',
        'w': '#f0a868', 'stop': '#ff8a94'}


def size(n):
    n = float(n)
    for unit in ('B', 'KiB', 'MiB', 'GiB'):
        if n < 1024:
            break
        n /= 1024
    else:
        unit = 'TiB'
    return '%.1f %s' % (n, unit) if n < 10 and n != int(n) else '%d %s' % (n + .5, unit)


class Vma(dict):
    """A VMA at one step: start, end, perm, name, file, off (in the file), step (that made or changed it)."""
    __getattr__ = dict.__getitem__

    def key(self):
        return self.start, self.end, self.perm, self.name


def states(steps):
    """(VMAs by address, {page: kind of its last fault}) after each step, by the rule of docs/film.md."""
    vmas, pages = [], {}
    for i, s in enumerate(steps):
        start, end = int(s['start'], 16), int(s['end'], 16)
        if s.get('kind') in FAULTS:
            pages = {**pages, start: s['kind']}
        elif 'kind' in s:
            kept = []
            for v in vmas:
                if v.start >= end or v.end <= start:
                    kept.append(v)
                elif s['kind'] not in ('move', 'grow-stack'):
                    kept += [Vma(v, end=start)] if v.start < start else []
                    kept += [Vma(v, start=end, off=v.off + end - v.start)] if v.end > end else []
            if s['kind'] == 'unmap':
                pages = {p: k for p, k in pages.items() if not start <= p < end}
            else:
                kept.append(Vma(start=start, end=end, perm=s['perm'], name=s['name'], file=s['file'], off=s['pgoff'] * PAGE, step=i))
            vmas = sorted(kept, key=lambda v: v.start)
        yield vmas, pages


class Svg:
    """Elements, and in the end the file."""

    def __init__(self):
        self.parts = []

    def add(self, tag, text=None, **attributes):
        words = ''.join(' %s="%s"' % (k.rstrip('_').replace('_', '-'), html.escape(v if isinstance(v, str) else '%g' % round(v, 1)))
                        for k, v in attributes.items())
        self.parts.append('<%s%s/>' % (tag, words) if text is None else '<%s%s>%s</%s>' % (tag, words, html.escape(text, False), tag))

    def text(self, x, y, text, class_='', **more):
        self.add('text', text, x=x, y=y, **({'class_': class_} if class_ else {}), **more)

    def file(self, width, height, title, about):
        style = THEME % LIGHT + '@media (prefers-color-scheme: dark) {\n' + THEME % DARK + '}\n'
        return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="t d">\n'
                '<title id="t">%s</title>\n<desc id="d">%s</desc>\n<style>\n%s</style>\n<rect class="paper" width="100%%" height="100%%"/>\n%s\n</svg>\n') % (
                    width, height, width, height, html.escape(title, False), html.escape(about, False), style, '\n'.join(self.parts))


def kind_of(perm):
    return 'w' if perm[1] == 'w' else 'x' if perm[2] == 'x' else 'r'


def as_text(vmas):
    return '; '.join('%x-%x %s %s' % (v.start, v.end, v.perm, v.name or 'anonymous') for v in vmas)


# ---- one step ------------------------------------------------------------------------

X, WIDTH, HEIGHT = 230, 400, 34     # of a band


def draw_pages(svg, v, pages, y):
    count = (v.end - v.start) // PAGE
    cells = min(count, 100)
    w = (WIDTH - 8) / cells
    svg.add('rect', x=X + 4, y=y + 18, width=WIDTH - 8, height=12, class_='grid')
    for cell, kind in {(p - v.start) // PAGE * cells // count: k for p, k in sorted(pages.items()) if v.start <= p < v.end}.items():
        svg.add('rect', x=X + 4 + cell * w, y=y + 18, width=max(w, 2), height=12, class_='p' + kind_of(v.perm))
        if w >= 7:
            svg.text(X + 4 + (cell + .5) * w, y + 27.5, FAULTS[kind], 'tiny ink', text_anchor='middle')


def draw_gap(svg, y, n):
    svg.add('path', d='M%d %dv16M%d %dv16' % (X, y + 3, X + WIDTH, y + 3), class_='grid dash')
    svg.text(X + WIDTH / 2, y + 15, 'nothing: ' + size(n), 'soft small', text_anchor='middle')
    return y + 22


def draw_bands(svg, vmas, pages, n, y):
    """The bands from high to low addresses; returns where each is, and where the last ends."""
    at, above = {}, None
    for v in reversed(vmas):
        if above is not None and above > v.end:
            y = draw_gap(svg, y, above - v.end)
        svg.add('rect', x=X, y=y, width=WIDTH, height=HEIGHT, class_='%s %s' % ('new' if v.step == n else 'band', kind_of(v.perm)))
        svg.text(X + 5, y + 13, '%s %s' % (v.perm, v.name or 'anonymous'), 'b' if v.step == n else '')
        svg.text(X + WIDTH - 5, y + 13, size(v.end - v.start), 'soft small', text_anchor='end')
        if above != v.end:
            svg.text(X + WIDTH + 6, y + 9, '%x' % v.end, 'small')
        svg.text(X + WIDTH + 6, y + HEIGHT + 3, '%x' % v.start, 'small')
        draw_pages(svg, v, pages, y)
        at[v.start], above, y = y, v.start, y + HEIGHT
    return at, draw_gap(svg, y, above) if above else y


def draw_files(svg, vmas, at, n, y):
    files = {}
    for v in vmas:
        if v.file:
            files.setdefault(v.file, []).insert(0, v)
    for name, parts in reversed(files.items()):
        y = max(y, min(at[v.start] for v in parts))
        svg.text(8, y + 10, name)
        y += 15
        for v in parts:
            kind, to = kind_of(v.perm), at[v.start] + 17
            svg.add('rect', x=8, y=y, width=120, height=17, class_='band ' + kind)
            svg.text(12, y + 12, '+%x %s' % (v.off, size(v.end - v.start)), 'tiny')
            svg.add('path', d='M128 %dC180 %d 180 %d %d %d' % (y + 8, y + 8, to, X, to), class_='curve %s%s' % (kind, ' hot' if v.step == n else ''))
            y += 19
        y += 10
    return y


def step_svg(data, n, vmas, pages):
    """The picture of step @n, counted from 0, with what was done and where in C."""
    s, svg = data['steps'][n], Svg()
    svg.text(8, 20, '%d  %s' % (n + 1, s.get('stage') or s['kind']), 'big b')
    svg.text(8, 40, s['text'], 'small')
    svg.text(8, 56, ' < '.join(c[0] for c in s['calls'][:6]), 'soft small')
    svg.text(8, 72, s['where'] + ('' if n >= data['noreturn'] else '   Before the point of no return: the old address space still runs.'), 'soft small')
    at, low = draw_bands(svg, vmas, pages, n, 88)
    low = max(draw_files(svg, vmas, at, n, 88), low + 18)
    svg.text(X, low - 4, 'address 0. Not to scale: each VMA is one band.', 'soft small')
    return svg.file(X + WIDTH + 110, low + 8, 'Step %d of %d: %s' % (n + 1, len(data['steps']), s['text']), as_text(vmas))


def all_steps(data):
    """(file name, SVG) of each step."""
    for n, (vmas, pages) in enumerate(states(data['steps'])):
        s = data['steps'][n]
        yield 'step-%04d-%s.svg' % (n + 1, s.get('stage') or s['kind']), step_svg(data, n, vmas, pages)


# ---- the whole exec: an address is a row, time goes to the right -----------------------------

LEFT, COLUMN, LANE, GAP, TOP = 12, 60, 21, 14, 160
SHOWN = ('mm-init', 'begin-new-exec', 'arg-pages', 'map-segments', 'set-brk', 'vdso', 'create-tables', 'start-thread')


def call_of(step):
    return next((c[0] for c in step['calls'] if c[0].startswith('sys_')), '')


def columns(data):
    """[(index of the column's last step, name, function)]: the stages that matter, then runs of one system call."""
    found, name, file = [], '', ''
    for i, s in enumerate(data['steps']):
        call = call_of(s) if i > data['start'] else ''
        if s.get('kind') in FAULTS or not (call or 'stage' in s):
            file = s.get('file') or file
            continue
        before, name = name, s.get('stage') or call[4:]
        function = call or re.search(r'by (\w+)', s['text'])[1]
        if name == 'map-interp':
            found[-1] = (i, name, function)
        elif name in SHOWN or call:
            if found and found[-1][1] == name and (call or before == name) and (name != 'map-segments' or file == data_file):
                found.pop()
            found.append((i, name, function))
        data_file = file
    return found


def lanes_of(chosen):
    """The ranges that are one row each, from high to low, and the y of each: {(start, end): y}."""
    edges = sorted({e for vmas, _ in chosen for v in vmas for e in (v.start, v.end)}, reverse=True)
    lanes, y, low = {}, TOP, None
    for end, start in zip(edges, edges[1:]):
        if any(v.start <= start and end <= v.end for vmas, _ in chosen for v in vmas):
            y += GAP if low is not None and low != end else 0
            lanes[start, end], low, y = y, start, y + LANE
    return lanes


def rows_of(v, lanes):
    return [y for (start, end), y in lanes.items() if v.start <= start and end <= v.end]


def draw_lives(svg, chosen, lanes):
    """A box for each VMA, from the column that made it to the last that left it as it was."""
    lives = []
    for i, (vmas, _) in enumerate(chosen):
        for v in vmas:
            old = next((life for life in lives if life[0].key() == v.key() and life[2] == i - 1), None)
            if old:
                old[2] = i
            else:
                lives.append([v, i, i])
    for v, first, last in lives:
        y, kind = rows_of(v, lanes), kind_of(v.perm)
        x, height = LEFT + first * COLUMN, max(y) - min(y) + LANE - 2
        svg.add('rect', x=x, y=min(y) + 1, width=(last - first + 1) * COLUMN, height=height, class_='band ' + kind)
        svg.add('path', d='M%d %dv%d' % (x, min(y) + 1, height), class_='hot ' + kind)
        svg.text(x + 5, min(y) + 15, v.perm, 'small b')


def draw_faults(svg, chosen, lanes):
    """How many pages each VMA got in each column."""
    before = {}
    for i, (vmas, pages) in enumerate(chosen):
        for v in vmas:
            n = sum(v.start <= p < v.end and p not in before for p in pages)
            if n:
                svg.text(LEFT + (i + 1) * COLUMN - 3, min(rows_of(v, lanes)) + 15, '+%d' % n, 'soft small', text_anchor='end')
        before = pages


def draw_labels(svg, last, lanes, x):
    vmas, pages = last
    for v in vmas:
        y = min(rows_of(v, lanes)) + 15
        svg.text(x + 84, y, '%x' % v.start, 'small', text_anchor='end')
        svg.text(x + 94, y, v.name.replace('-linux-x86-64', '') or 'anonymous', 'small')
        svg.text(x + 224, y, size(v.end - v.start), 'small', text_anchor='end')
        svg.text(x + 296, y, '%d of %d' % (sum(v.start <= p < v.end for p in pages), (v.end - v.start) // PAGE), 'small', text_anchor='end')
    low = None
    for (start, end), y in lanes.items():
        if low not in (None, end):
            svg.text(x + 94, y - 3, 'nothing: ' + size(low - end), 'soft tiny')
        low = start


def draw_headings(svg, data, cols, bottom):
    for i, (step, name, function) in enumerate(cols):
        left, x, y = LEFT + i * COLUMN, LEFT + (i + .4) * COLUMN, TOP - 8
        svg.text(x, y, '%s()' % name if function.startswith('sys_') else '%s: %s()' % (name, function), 'small',
                 transform='rotate(-38 %g %g)' % (x, y))
        svg.add('path', d='M%g %dV%d' % (left, TOP - 4, bottom), class_='grid dash')
        if step == data['noreturn']:
            svg.add('path', d='M%g %dV%dM%g %dV%d' % (left - 2, TOP - 4, bottom + 6, left + 2, TOP - 4, bottom + 6), class_='stop')
            svg.text(left - 4, bottom + 20, 'point of no return', 'small stop')
        if name == 'create-tables':
            svg.text(left + 3, TOP + LANE + 13, 'argc argv envp auxv', 'tiny')
        if name == 'start-thread':
            svg.add('path', d='M%g %dV%d' % (left + COLUMN, TOP - 4, bottom + 6), class_='stop')
            svg.text(left + COLUMN - 4, bottom + 20, 'first instruction in user mode; then its system calls', 'small stop')


def forming_svg(data):
    """How the address space of an exec forms, in one picture."""
    svg, cols, all_states = Svg(), columns(data), list(states(data['steps']))
    chosen = [all_states[i] for i, _, _ in cols]
    chosen[-1] = all_states[-1]
    lanes, right = lanes_of(chosen), LEFT + len(cols) * COLUMN
    bottom = max(lanes.values()) + LANE
    svg.text(LEFT, 22, data['prog'], 'big b')
    draw_lives(svg, chosen, lanes)
    draw_headings(svg, data, cols, bottom)
    draw_faults(svg, chosen, lanes)
    for x, text, anchor in ((84, 'address', 'end'), (94, 'name', 'start'), (224, 'size', 'end'), (296, 'pages', 'end')):
        svg.text(right + x, TOP - 8, text, 'soft small', text_anchor=anchor)
    draw_labels(svg, chosen[-1], lanes, right)
    svg.text(LEFT, bottom + 42, 'A box is a VMA, from the function that made it on; high addresses above; not to scale. '
             '+n: pages that came meanwhile, by faults.', 'soft small')
    return svg.file(right + 306, bottom + 54, 'How the address space of %s forms, step by step' % data['prog'],
                    'At the end: ' + as_text(chosen[-1][0]))
