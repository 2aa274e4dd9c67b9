# SPDX-License-Identifier: MIT
"""make film in a browser: the page shows the numbers of the trace, asks no network, and obeys its keys."""
import html
import os
import re
import shutil
import subprocess

import pytest

import film

BROWSER = shutil.which('chromium') or shutil.which('chromium-browser')
needs_browser = pytest.mark.skipif(not BROWSER, reason='no chromium: apt-get install chromium')


@pytest.fixture(scope='module')
def data():
    return film.film('/bin/cat /proc/version', *film.record('/bin/cat /proc/version', 'norandmaps'),
                     film.on_linux('/bin/cat /proc/version', 'norandmaps'))


@pytest.fixture(scope='module')
def path(data, tmp_path_factory):
    p = tmp_path_factory.mktemp('film') / 'film.html'
    p.write_text(film.page(data))
    return str(p)


def dom(path, step=1, extra=''):
    """The page after its script, at @step; @extra is script to run then."""
    if extra:
        with open(path) as f:
            text = f.read()
        path = path + '.%d.html' % abs(hash(extra))
        with open(path, 'w') as f:
            f.write(text.replace('</body>', '<script>%s</script></body>' % extra))
    p = subprocess.run([BROWSER, '--headless', '--no-sandbox', '--disable-gpu', '--enable-logging=stderr', '--dump-dom',
                        'file://%s#%d' % (path, step)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    assert b'CONSOLE' not in p.stderr, p.stderr.decode()
    return html.unescape(p.stdout.decode())


def test_data(data, path):
    stages = [s['stage'] for s in data['steps'] if 'stage' in s]
    assert stages[0] == 'mm-init' and stages[-1] == 'first-fault' and 'begin-new-exec' in stages
    assert data['steps'][data['noreturn']]['stage'] == 'begin-new-exec'
    assert 'argc = 2' in data['stack'] and 'AT_ENTRY' in data['stack']
    missing = [s['where'] for s in data['steps'] if not data['sources'][s['where']]]
    assert not missing, missing
    assert os.path.getsize(path) < 1 << 20
    with open(path) as f:
        assert not re.search(r'(src|href)="?http|fetch\(|@import|XMLHttp', f.read())


@needs_browser
def test_last_step_shows_the_maps(data, path):
    text = dom(path, len(data['steps']))
    rows = re.findall(r'<td>(\w+)-(\w+)(?: \*)?</td><td>(....)</td><td>[^<]*</td><td>([^<]*)</td>', text)
    names = [r[3] for r in rows]
    assert {'cat', 'libc.so.6', 'ld-linux-x86-64.so.2', '[heap]', '[stack]', '[vvar]', '[vdso]'} <= set(names), names
    assert rows == sorted(rows, key=lambda r: int(r[0], 16)) and text.count('<rect') > len(rows)
    assert 'Step %d of %d,' % (len(data['steps']), len(data['steps'])) in text


@needs_browser
def test_linux_has_the_same(data, path):
    for step, n in ((data['start'] + 1, len(data['linux']['start'])), (len(data['steps']), len(data['linux']['end']))):
        text = dom(path, step)
        assert n > 10 and 'Linux 6.1 has the same %d VMAs.' % n in text, re.findall(r'<table.*?</table>', text, re.S)
    assert data['stack'].count('Linux: equal') >= 19 and 'Linux: 0x' not in data['stack'], data['stack']


@needs_browser
@pytest.mark.parametrize('script, step', [
    ("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight'}))", 6),
    ("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft'}))", 4),
    ("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Home'}))", 1),
    ("document.getElementById('next').click()", 6), ("document.getElementById('prev').click()", 4),
    ("document.getElementById('first').click()", 1), ("document.querySelector('#strip button').click()", 2),
    ("document.getElementById('at').value = 9; document.getElementById('at').oninput({target: document.getElementById('at')})", 10),
    ("document.getElementById('theme').click()", 5),
])
def test_control(path, script, step):
    text = dom(path, 5, script)
    assert re.search(r'id="now"[^>]*>Step %d of' % step, text), re.findall(r'id="now"[^>]*>[^<]*', text)
