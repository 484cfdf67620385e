"""Random operations of every kind in sandboxes, and resets that bring back what was saved."""

import json
from random import Random

import pytest
from core.sandboxes.worlds import place_of, seed
from faults.tenant_work import Work

STEPS, ROUNDS, WORLDS = 40, 5, 3
_OF_TIME = {"_expire_keys", "_pass_time", "_expire_pushes", "_push_options"}
"""Steps after which something expires between two looks."""


def comparable(state: dict) -> dict:
    """Return what a sandbox has as it is after a reset: leased items are ready."""
    stats = [
        (ready + leased, delayed, dead, size)
        for ready, leased, delayed, dead, size in state["stats"]
    ]
    lines = sorted(json.dumps(line, sort_keys=True) for line in state["exported"])
    return {**state, "stats": stats, "exported": lines}


@pytest.mark.parametrize("number", range(5))
def test_resets_bring_back_what_was_saved_whatever_was_done(services, uli, raw, state_of, number):
    random, sandboxes = Random(number), services.sandboxes
    places, saved = [], []
    for _ in range(WORLDS):
        _, made = sandboxes.create(uli, "", 600, seed())
        places.append(place_of(uli, made.id))
        saved.append({"": comparable(state_of(places[-1]))})
    works = [Work(services, place, raw, random) for place in places]
    for work in works:
        work.steps = [step for step in work.steps if step.__name__ not in _OF_TIME]
    for _ in range(ROUNDS):
        for _ in range(STEPS * WORLDS):
            random.choice(works).step()
        for place, of_place in zip(places, saved, strict=True):
            name = f"s{random.randrange(4)}"
            sandboxes.sets.save(place, name)
            of_place[name] = comparable(state_of(place))
        for _ in range(STEPS * WORLDS):
            random.choice(works).step()
        for place, of_place in zip(places, saved, strict=True):
            name = random.choice([*of_place])
            sandboxes.sets.load(place, name)
            found = comparable(state_of(place))
            lines = [{*state["exported"]} for state in (found, of_place[name])]
            assert lines[0] - lines[1] == lines[1] - lines[0] == set()
            assert found == of_place[name]
    assert sum(sum(work.refused.values()) for work in works) > 0
    assert list(services.keys.present(uli, ["k1", "plain"])) == []
    for place in places:
        sandboxes.delete(place)
    assert [name for name in raw.keys("*") if b"~" in name or b":route:" in name] == []
    assert services.usage.of(uli).reserved == 0
