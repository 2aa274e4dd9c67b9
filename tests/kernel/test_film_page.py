# SPDX-License-Identifier: MIT
"""make film in a browser: the page shows the numbers of the trace and of Linux, asks no network, and obeys its keys."""
import html
import json
import os
import re
import shutil
import subprocess

import pytest

import film
import vm
from browser import BROWSER, Browser, Page

needs_browser = pytest.mark.skipif(not BROWSER, reason='no chromium: apt-get install chromium')


@pytest.fixture(scope='module')
def data():
    return {**film.make('/bin/cat /proc/version', linux=True), 'other': film.compared('/bin/cat /proc/version', 'quiet')}


@pytest.fixture(scope='module')
def path(data, tmp_path_factory):
    p = tmp_path_factory.mktemp('film') / 'film.html'
    p.write_text(film.page(data))
    return str(p)


@pytest.fixture(scope='module')
def browser():
    b = Browser('--window-size=1300,1500')
    yield b
    b.close()


@pytest.fixture
def dom(browser):
    return lambda *words: dom_of(browser, *words)


def dom_of(browser, path, step=1, extra=''):
    """The page after its script, at @step; @extra is script to run then."""
    if extra:
        with open(path) as f:
            text = f.read()
        path = path + '.%d.html' % abs(hash(extra))
        with open(path, 'w') as f:
            f.write(text.replace('</body>', '<script>%s</script></body>' % extra))
    with Page(browser, 'file://%s#%s' % (path, step)) as page:
        text = page.dom()
        assert not page.complaints(), page.complaints()
    return html.unescape(text)


def test_data(data, path):
    stages = [s['stage'] for s in data['steps'] if 'stage' in s]
    assert stages[0] == 'mm-init' and stages[-1] == 'first-fault' and 'begin-new-exec' in stages
    assert data['steps'][data['noreturn']]['stage'] == 'begin-new-exec'
    known = {r['what']: r for r in data['stack']}
    assert known['argc']['value'] == '0x2' and known['argv[1] string']['text'] == '"/proc/version"' and 'AT_ENTRY' in known
    assert {r['to'] for r in data['stack'] if r['to']} <= {r['at'] for r in data['stack']}
    assert [h['type'] for h in data['headers']['cat']].count('LOAD') == 4, data['headers']
    missing = [s['where'] for s in data['steps'] if not data['sources'][s['where']]]
    assert not missing, missing
    assert os.path.getsize(path) < 1 << 20
    with open(path) as f:
        assert not re.search(r'(src|href)="?http|fetch\(|@import|XMLHttp', f.read())


@needs_browser
def test_last_step_shows_the_maps(data, path, dom):
    text = dom(path, len(data['steps']))
    rows = re.findall(r'<td>(\w+)-(\w+)(?: \*)?</td><td>([rwxsp-]{4})</td><td>[^<]*</td><td>([^<]*)</td>', text)
    names = [r[3] for r in rows]
    assert {'cat', 'libc.so.6', 'ld-linux-x86-64.so.2', '[heap]', '[stack]', '[vvar]', '[vdso]'} <= set(names), names
    assert rows == sorted(rows, key=lambda r: int(r[0], 16)) and text.count('<rect') > len(rows)
    assert 'Step %d of %d,' % (len(data['steps']), len(data['steps'])) in text


@needs_browser
def test_linux_has_the_same(data, path, dom):
    for step, n in ((data['start'] + 1, len(data['linux']['start'])), (len(data['steps']), len(data['linux']['end']))):
        text = dom(path, step)
        assert n > 10 and 'Linux 6.1 has the same %d VMAs.' % n in text, re.findall(r'<table.*?</table>', text, re.S)
    assert len(data['stack']) > 35 and not [r for r in data['stack'] if r['linux']], data['stack']
    assert 'Linux 6.1 has the same %d words and strings' % len(data['stack']) in text


@needs_browser
def test_a_difference_is_shown(data, path, dom):
    text = dom(path, data['start'] + 1, "film.linux.start[0][2] = 'rwxp'; film.stack[0].linux = 'value 0x3'; showStack(); go(now)")
    assert 'Linux 6.1 differs in 1 of %d VMAs.' % len(data['linux']['start']) in text and '<td class="differs">rwxp</td>' in text
    assert 'Linux 6.1 differs in 1 of %d words' % len(data['stack']) in text and '<td class="differs">value 0x3</td>' in text


@needs_browser
def test_point_of_no_return(data, path, dom):
    assert 'Point of no return: ahead.' in dom(path, data['noreturn'])
    assert 'Point of no return: passed.' in dom(path, data['noreturn'] + 1)


@needs_browser
def test_compared_with_random_addresses(data, path, dom):
    """The second tab has each VMA twice and says how far it moved."""
    text = dom(path, 'compare')
    assert re.search(r'<div id="film" hidden', text) and not re.search(r'<div id="compare" hidden', text)
    rows = re.findall(r'<td>(\w+)-\w+</td><td>[^<]*</td><td>(\w+)-\w+</td><td>[^<]*</td><td class="differs">moved by ([+-])(\w+)', text)
    assert len(rows) > 15 and all(int(b, 16) - int(a, 16) == int(sign + n, 16) for a, b, sign, n in rows), rows
    assert len({n for *_, n in rows}) >= 4, 'program, heap, libraries and stack move by themselves'
    assert 'At the end: 0 of %d VMAs are equal.' % len(data['linux']['end']) in text
    assert 'At start-thread' in dom(path, 'compare', "[...document.querySelectorAll('#strip2 button')].find(b => b.textContent === 'start-thread').click()")


@needs_browser
@pytest.mark.parametrize('script, step', [
    ("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight'}))", 6),
    ("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft'}))", 4),
    ("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Home'}))", 1),
    ("document.getElementById('next').click()", 6), ("document.getElementById('prev').click()", 4),
    ("document.getElementById('first').click()", 1), ("document.querySelector('#strip button').click()", 2),
    ("document.getElementById('at').value = 9; document.getElementById('at').oninput({target: document.getElementById('at')})", 10),
    ("document.getElementById('theme').click()", 5),
    ("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'f'})); document.getElementById('last').click(); document.getElementById('prev').click()", 123),
    ("document.getElementById('view-compare').click(); document.getElementById('view-film').click()", 5),
])
def test_control(data, path, dom, script, step):
    if step == 123:     # the last step but one that is no page fault
        faults = [s.get('kind') in film.FAULTS for s in data['steps']]
        step = max(i for i in range(len(faults) - 1) if not faults[i]) + 1
    text = dom(path, 5, script)
    assert re.search(r'id="now"[^>]*>Step %d of' % step, text), re.findall(r'id="now"[^>]*>[^<]*', text)


@needs_browser
@pytest.mark.parametrize('key, chosen', [('-', 'slow'), ('+', 'fast')])
def test_speed_by_key(path, dom, key, chosen):
    text = dom(path, 5, "document.dispatchEvent(new KeyboardEvent('keydown', {key: '%s'})); "
                        "document.title = 'speed ' + document.getElementById('speed').selectedOptions[0].textContent" % key)
    assert '<title>speed %s</title>' % chosen in text


# ---- accessibility: axe-core, which npm or the Dockerfile brings; it is no part of this repository ----

AXE = 'axe-core@4.10.3'
STATES = {'first': ('1', ''), 'tables': ('create-tables', ''), 'end': ('end', "document.querySelectorAll('details').forEach(d => { d.open = true; });"),
          'compare': ('compare', '')}


@pytest.fixture(scope='session')
def axe():
    folder = os.path.join('/opt/exon', AXE)
    if not os.path.exists(os.path.join(folder, 'package')):
        folder = os.path.join(vm.BUILD, 'axe')
    path = os.path.join(folder, 'package', 'axe.min.js')
    if not os.path.exists(path):
        if not shutil.which('npm'):
            pytest.skip('no npm to bring %s' % AXE)
        os.makedirs(folder, exist_ok=True)
        try:
            done = subprocess.run(['npm', 'pack', '--silent', AXE], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        except subprocess.TimeoutExpired:
            done = None
        if done is None or done.returncode:
            pytest.skip('npm cannot bring %s: no network?' % AXE)
        subprocess.run(['tar', '-xzf', AXE.replace('@', '-') + '.tgz'], cwd=folder, check=True)
    with open(path, encoding='utf-8') as f:
        return f.read()


def number_of(data, step):
    """#N of the page: a number, a stage, the end, or the second tab."""
    stages = [s.get('stage') for s in data['steps']]
    return str(stages.index(step) + 1) if step in stages else str(len(stages)) if step == 'end' else step


@needs_browser
@pytest.mark.parametrize('theme', ['light', 'dark'])
@pytest.mark.parametrize('state', STATES)
def test_axe_finds_no_fault(data, path, browser, axe, state, theme, tmp_path):
    step, script = STATES[state]
    with open(path, encoding='utf-8') as f:
        text = f.read()
    html_file = tmp_path / 'axe.html'
    html_file.write_text(text.replace('</body>', '<script>%s</script></body>' % axe.replace('</', '<\\/')))
    with Page(browser, 'file://%s#%s' % (html_file, number_of(data, step))) as page:
        page.value("document.documentElement.dataset.theme = '%s'; %s" % (theme, script))
        found = json.loads(page.value('axe.run().then(r => JSON.stringify({passes: r.passes.length, faults: r.violations.map('
                                      'v => [v.id, v.help, v.nodes.slice(0, 3).map(n => n.html.slice(0, 200))])}))'))
    assert found['passes'] > 15 and not found['faults'], found['faults']
