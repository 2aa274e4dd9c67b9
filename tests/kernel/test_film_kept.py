# SPDX-License-Identifier: MIT
"""The films and the picture in docs/ are still what the kernel does; `make films` makes them anew. And the pictures of a film."""
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

import film
import film_svg
import vm

DOCS = os.path.join(vm.TOP, 'docs')
STALE = 'no longer what the kernel does: make films'


def guest(name):
    with open(os.path.join(vm.TOP, name)) as f:
        return {row for row in f.read().splitlines() if row.startswith('debian ')}


same_guest = pytest.mark.skipif(guest('build/guest.manifest') != guest('tools/guest.tested'),
                                reason='Debian has newer programs than those of the films')


def kept(name):
    path = os.path.join(DOCS, 'films', name + '.html')
    with open(path, encoding='utf-8') as f:
        text = f.read()
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.S)[1].replace('<\\/', '</')), os.path.getsize(path)


def must_be_same(data):
    """What each step did, and which functions; no times, no lines of source."""
    return [(s.get('stage') or s['kind'], s['start'], s['end'], s.get('perm'), s.get('name'), [c[0] for c in s['calls']])
            for s in data['steps']]


@same_guest
@pytest.mark.parametrize('name', film.KEPT)
def test_kept_film(name):
    data, bytes_ = kept(name)
    now = film.make(film.KEPT[name])
    assert data['prog'] == film.KEPT[name] and bytes_ < 200000
    assert must_be_same(data) == must_be_same(now), STALE
    assert data['linux']['end'], 'Linux is not in it'


@pytest.fixture(scope='module')
def cat():
    return film.make(film.PICTURE)


@same_guest
def test_kept_picture(cat):
    with open(os.path.join(DOCS, 'exec.svg'), encoding='utf-8') as f:
        assert f.read() == film_svg.forming_svg(cat), STALE


def words(root):
    return [t.text or '' for t in root.iter('{http://www.w3.org/2000/svg}text')]


def test_each_step_is_a_picture(cat):
    files = dict(film_svg.all_steps(cat))
    assert len(files) == len(cat['steps'])
    for (name, text), (vmas, pages) in zip(files.items(), film_svg.states(cat['steps'])):
        root = ET.fromstring(text)
        assert not re.search(r'<script|href=|url\(|var\(', text) and text.count('prefers-color-scheme: dark') == 1, name
        said = words(root)
        for v in vmas:
            assert '%x' % v.start in said and '%s %s' % (v.perm, v.name or 'anonymous') in said, (name, v)
    assert len(vmas) > 15 and 'step-0001-map.svg' in files


def test_the_last_step_is_proc_maps(cat):
    """The pictures' VMAs are those that the program itself read from /proc/self/maps."""
    text, _ = vm.run('exon', film.PICTURE + '\n')
    maps = [(int(a, 16), int(b, 16), perm) for a, b, perm in re.findall(r'^(\w+)-(\w+) (\S+)', text, re.M)]
    assert len(maps) > 20
    assert maps in [[(v.start, v.end, v.perm) for v in vmas] for vmas, _ in film_svg.states(cat['steps'])]


def test_compare_shows_the_stack():
    """make compare SHOW=stack: every word of both kernels, and a verdict."""
    p = subprocess.run([sys.executable, os.path.join(vm.TOP, 'tools', 'compare.py'), '--stack', '/usr/local/bin/two'], stdout=subprocess.PIPE, text=True)
    assert p.returncode == 0 and re.search(r'^  7\w+  argv\[0\] string +"/usr/local/bin/two"$', p.stdout, re.M), p.stdout
    assert re.search(r'^the same: all (3|4)\d words and strings', p.stdout, re.M), p.stdout
