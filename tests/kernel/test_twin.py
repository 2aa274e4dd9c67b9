# SPDX-License-Identifier: MIT
"""Random programs say the same on both kernels (tests/programs/twin); a few seconds of each family, with a new seed each time."""
import os
import random

import pytest

import twin

SECONDS = float(os.environ.get('TWIN_SECONDS', 20 / len(twin.FAMILIES)))


@pytest.mark.parametrize('family', twin.FAMILIES)
def test_twin(family):
    """TWIN_SEED=N TWIN_SECONDS=N: that seed, so long."""
    seed = int(os.environ.get('TWIN_SEED', random.randrange(1, 1 << 32)))
    print('TWIN_SEED=%d' % seed)
    twins = twin.Twins([family])
    try:
        count, found = twin.run_family(twins, family, seed, SECONDS, most=1)
    finally:
        twins.end()
    print('%d programs' % count)
    assert count and not found, '\n'.join(found)
