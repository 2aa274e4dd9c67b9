# SPDX-License-Identifier: MIT
"""Random programs say the same on both kernels (tests/programs/twin); a few seconds of each family, with a new seed each time."""
import os
import random
import subprocess

import pytest

import twin
from conftest import KERNELS, TOP, Batch

SECONDS = float(os.environ.get('TWIN_SECONDS', 20 / len(twin.FAMILIES)))


@pytest.fixture(scope='module')
def twins():
    """One boot for all families."""
    both = twin.Twins(twin.FAMILIES)
    yield both
    both.end()


@pytest.mark.parametrize('family', twin.FAMILIES)
def test_twin(twins, family):
    """TWIN_SEED=N TWIN_SECONDS=N: that seed, so long."""
    seed = int(os.environ.get('TWIN_SEED', random.randrange(1, 1 << 32)))
    print('TWIN_SEED=%d' % seed)
    while twins.families[0] != family:
        twins.next_family()
    count, found = twin.run_family(twins, family, seed, SECONDS, most=1)
    print('%d programs' % count)
    assert count and not found, '\n'.join(found)


# A program, the steps that are left of it, what a kernel says there, and what a wrong one would say.
WRONG = {'space': (4243, [12], '-ENOMEM', '-EINVAL'), 'files': (263, [8], 'ENOTEMPTY', 'EEXIST'),
         'tasks': (22, [4, 8, 9, 10, 11, 14, 21, 23], '0xffff', '0xff7f'), 'exec': (109, [2], 'argc 7', 'argc 6')}


class Pretended(twin.Twins):
    """Exon, and a wrong kernel that is Exon."""

    def __init__(self, families):
        self.guests = [twin.Guest('exon', families)]
        self.guests[0].until(b'@ready')

    def texts(self, seed, mask):
        text = self.guests[0].text(seed, mask)
        return [text.replace(*self.mistake), text]


def written(twins, family):
    """The C files of the steps that are left; that of the wrong kernel as if it were Linux."""
    seed, steps, *twins.mistake = WRONG[family]
    mask = ['01'[i in steps] for i in range(twin.STEPS)]
    if family in ('files', 'exec'):
        assert twins.minimise(seed)[0] == mask
    texts = twins.texts(seed, mask)
    for name, both in ('right', texts), ('wrong', texts[::-1]):
        with open(os.path.join(twin.FOUND, '%s-%s.c' % (family, name)), 'w') as f:
            f.write(twin.guest_test(family, seed, *both))
        yield '%s-%s' % (family, name)


def test_what_differs_becomes_a_guest_test():
    """It passes on both kernels with what they say, and fails with what the wrong one says."""
    os.makedirs(twin.FOUND, exist_ok=True)
    names, twins = [], Pretended(list(WRONG))
    try:
        for family in WRONG:
            names += written(twins, family)
            twins.guests[0].ask('quit', b'@ready' if family != list(WRONG)[-1] else b'@bye')
    finally:
        twins.end()
    paths = {name: os.path.join(twin.FOUND, name) for name in names}
    subprocess.run(['make', '-s', *(os.path.relpath(p, TOP) for p in paths.values())], cwd=TOP, check=True)
    batch = Batch({name: '/t/' + name for name in names},
                  extra_args=[w for name, path in paths.items() for w in ('--file', 't/%s:755=%s' % (name, path))])
    for name in names:
        for kernel in KERNELS:
            output, status = batch.get(kernel, name)
            assert status == name.endswith('wrong'), '%s on %s: %s' % (name, kernel, output)
