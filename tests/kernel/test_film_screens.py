# SPDX-License-Identifier: MIT
"""The page of a film looks as it did when somebody looked at it: six moments in both themes, small, with a tolerance for fonts.

  test_film_screens.py      takes the pictures in tests/kernel/screens/ anew: look at them
"""
import base64
import json
import os
import re
import struct
import sys
import zlib

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, 'tools'))
import film  # noqa: E402
from browser import BROWSER, Browser, Page  # noqa: E402

OPTIONS = ('--hide-scrollbars', '--force-device-scale-factor=0.5', '--window-size=1300,1800')
SIZE = {'width': 1300, 'height': 1800, 'deviceScaleFactor': 0.5, 'mobile': False}
MOMENTS = ('mm-init', 'begin-new-exec', 'map-interp', 'create-tables', 'end', 'compare')
BLOCK = 5           # pixels, whose mean is compared
CASES = [(m, t) for m in MOMENTS for t in ('light', 'dark')]


def kept(name):
    with open(os.path.join(TOP, 'docs', 'films', name + '.html'), encoding='utf-8') as f:
        return json.loads(re.search(r'id="data">(.*?)</script>', f.read(), re.S)[1].replace('<\\/', '</'))


def page(theme):
    """The page of today with the films that are kept: bash, and in the second tab the smallest program."""
    text = film.page({**kept('bash'), 'other': kept('two')})
    return text.replace('</body>', "<script>document.documentElement.dataset.theme = '%s';</script></body>" % theme)


def shoot(browser, moment, theme, path, folder):
    stages = [s.get('stage') for s in kept('bash')['steps']]
    at = stages.index(moment) + 1 if moment in stages else len(stages) if moment == 'end' else moment
    html = os.path.join(str(folder), theme + '.html')
    with open(html, 'w', encoding='utf-8') as f:
        f.write(page(theme))
    with Page(browser, 'file://%s#%s' % (html, at)) as shown:
        shown.call('Emulation.setDeviceMetricsOverride', **SIZE)
        picture = base64.b64decode(shown.call('Page.captureScreenshot')['data'])
    with open(path, 'wb') as f:
        f.write(picture)


def pixels(path):
    """(bytes a pixel, rows) of a PNG with 8 bits a channel."""
    with open(path, 'rb') as f:
        data = f.read()
    width, height, depth, kind = struct.unpack('>IIBB', data[16:26])
    assert depth == 8 and kind in (0, 2, 6)
    step, packed, at = {0: 1, 2: 3, 6: 4}[kind], b'', 8
    while at < len(data):
        size, name = struct.unpack('>I4s', data[at:at + 8])
        packed += data[at + 8:at + 8 + size] if name == b'IDAT' else b''
        at += 12 + size
    raw, rows, above = zlib.decompress(packed), [], bytes(width * step)
    for y in range(height):
        how, row = raw[y * (width * step + 1)], bytearray(raw[y * (width * step + 1) + 1:(y + 1) * (width * step + 1)])
        unfilter(how, row, above, step)
        rows.append(bytes(row))
        above = row
    return step, rows


def unfilter(how, row, above, step):
    """PNG stores how much a byte differs from a: the one on the left, b: the one above, their mean, or the likeliest of a, b and c."""
    for x in range(len(row) if how else 0):
        a, b, c = (row[x - step], above[x], above[x - step]) if x >= step else (0, above[x], 0)
        if how == 4:
            from_a, from_b, from_c = abs(b - c), abs(a - c), abs(a + b - c - c)
            b = a if from_a <= from_b and from_a <= from_c else b if from_b <= from_c else c
        row[x] = row[x] + (0, a, b, (a + b) // 2, b)[how] & 255


def small(path):
    """The picture at half its size, in 16 shades of grey: rows of bytes."""
    step, rows = pixels(path)
    return [bytes((sum(r[x + c] for r in pair for c in (0, 1, 2, step, step + 1, step + 2)) // 12 + 8) // 17 * 17
                  for x in range(0, len(pair[0]) - 2 * step + 1, 2 * step)) for pair in zip(rows[::2], rows[1::2])]


def write_png(path, rows):
    def part(name, data):
        return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))
    with open(path, 'wb') as f:
        f.write(b'\x89PNG\r\n\x1a\n' + part(b'IHDR', struct.pack('>IIBBBBB', len(rows[0]), len(rows), 8, 0, 0, 0, 0))
                + part(b'IDAT', zlib.compress(b''.join(b'\0' + r for r in rows), 9)) + part(b'IEND', b''))


def blocks(rows):
    """The mean of each block."""
    return [sum(sum(row[left:left + BLOCK]) for row in rows[top:top + BLOCK]) / (BLOCK * BLOCK)
            for top in range(0, len(rows) - BLOCK + 1, BLOCK) for left in range(0, len(rows[0]) - BLOCK + 1, BLOCK)]


def reference(moment, theme):
    return os.path.join(HERE, 'screens', '%s-%s.png' % (moment, theme))


@pytest.fixture(scope='module')
def browser():
    b = Browser(*OPTIONS)
    yield b
    b.close()


@pytest.mark.skipif(not BROWSER, reason='no chromium: apt-get install chromium')
@pytest.mark.parametrize('moment, theme', CASES)
def test_screen(browser, moment, theme, tmp_path):
    path = str(tmp_path / 'now.png')
    shoot(browser, moment, theme, path, tmp_path)
    ours, known = blocks(small(path)), blocks(pixels(reference(moment, theme))[1])
    assert len(ours) == len(known)
    apart = [abs(a - b) for a, b in zip(ours, known)]
    assert sum(apart) / len(apart) < 5 and sum(d > 40 for d in apart) < len(apart) / 50, (
        'looks otherwise: mean %.1f, %d of %d blocks; if it is meant, run this file and look' % (
            sum(apart) / len(apart), sum(d > 40 for d in apart), len(apart)))


if __name__ == '__main__':
    os.makedirs(os.path.join(HERE, 'screens'), exist_ok=True)
    one = Browser(*OPTIONS)
    for case in CASES:
        large = os.path.join(TOP, 'build', 'film', '%s-%s.png' % case)
        shoot(one, *case, large, os.path.dirname(large))
        write_png(reference(*case), small(large))
        print(large)
    one.close()
