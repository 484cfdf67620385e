"""Sandboxes never mix: a short run of what `python -m faults.sandboxes` does for a minute."""

import pytest
from faults.sandboxes.endings import measure_ends
from faults.sandboxes.places import ENGINES, serving
from faults.sandboxes.run import run

OPERATIONS, SANDBOXES = 150, 6


@pytest.fixture(scope="module", params=ENGINES)
def engine(request):
    return request.param


@pytest.fixture(scope="module")
def place(engine):
    with serving(engine, 2) as place:
        yield place


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.timeout(180)
def test_sandboxes_do_what_their_models_do(place, engine, seed):
    verdict = run(place, engine, seed, owners=2, sandboxes=SANDBOXES, operations=OPERATIONS)
    print(f"\n{verdict}")
    assert verdict.differences == []
    assert verdict.counts["operations"] >= OPERATIONS * SANDBOXES
    assert min(verdict.counts[one] for one in ("resets", "copies", "created", "deleted")) > 2


def test_nothing_is_left_soon_after_the_end(place, engine):
    took, left = measure_ends(place, sandboxes=4, seconds=60)
    print(f"\n{engine}: {took:.1f} s")
    assert left == set()
