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


# Chromium unpacks the picture, in a page of its own: half its size, in 16 shades of grey, a byte a pixel.
SMALL = """(async data => {
    const image = new Image();
    image.src = 'data:image/png;base64,' + data;
    await image.decode();
    const canvas = document.createElement('canvas'), {width, height} = image;
    Object.assign(canvas, {width, height});
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const rgba = context.getImageData(0, 0, width, height).data, grey = [];
    for (let y = 0; y + 1 < height; y += 2)
        for (let x = 0; x + 1 < width; x += 2) {
            let sum = 0;
            for (const at of [y * width + x, y * width + x + 1, (y + 1) * width + x, (y + 1) * width + x + 1])
                sum += rgba[4 * at] + rgba[4 * at + 1] + rgba[4 * at + 2];
            grey.push(Math.floor((Math.floor(sum / 12) + 8) / 17) * 17);
        }
    const rows = [];
    for (let at = 0; at < grey.length; at += width >> 1)
        rows.push(btoa(String.fromCharCode(...grey.slice(at, at + (width >> 1)))));
    return rows;
})('%s')"""


def small(browser, path):
    """The picture at half its size, in 16 shades of grey: rows of bytes."""
    with open(path, 'rb') as f:
        data = base64.b64encode(f.read()).decode()
    with Page(browser, 'about:blank') as page:
        return [base64.b64decode(row) for row in page.value(SMALL % data)]


def pixels(path):
    """The rows of a PNG that write_png has written."""
    with open(path, 'rb') as f:
        data = f.read()
    width, packed, at = struct.unpack('>I', data[16:20])[0], b'', 8
    while at < len(data):
        size, name = struct.unpack('>I4s', data[at:at + 8])
        packed += data[at + 8:at + 8 + size] if name == b'IDAT' else b''
        at += 12 + size
    raw = zlib.decompress(packed)
    return [raw[i + 1:i + 1 + width] for i in range(0, len(raw), width + 1)]


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
    ours, known = blocks(small(browser, path)), blocks(pixels(reference(moment, theme)))
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
        write_png(reference(*case), small(one, large))
        print(large)
    one.close()
