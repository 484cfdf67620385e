"""Strangers that flood a server with sandboxes stay within their bounds."""

import pytest
from faults.sandboxes.flood import MB, flood, options
from faults.sandboxes.places import serving

MOST, SECONDS = 4, 4


@pytest.mark.timeout(120)
@pytest.mark.parametrize("share", [0.0, 0.6])
def test_a_flood_of_strangers_stays_within_its_bounds(share):
    with serving("embedded", 1, *options(MOST)) as place:
        found = flood(place, MOST, SECONDS, share)
    print(f"\n{found}")
    assert 0 < found.most_sandboxes <= MOST
    assert found.most_growth < (2 * MOST + 8) * MB
    assert found.most_keys <= 10 * MOST + 20
    assert (found.left, found.failed) == (0, 0)
    assert found.statuses["POST 201"] > MOST
    assert found.statuses["POST 503"] > 0
    assert found.statuses["no answer"] == 0
    assert sorted(found.seconds)[len(found.seconds) // 2] < 1
