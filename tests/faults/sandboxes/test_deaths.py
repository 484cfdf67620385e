"""Whatever is killed in the middle of resets, a sandbox has all of the old or of the new data."""

import pytest
from faults.sandboxes.deaths import Deaths, kill_during_resets
from faults.sandboxes.places import Owner, serving
from house import House

DEATHS = 4


def check(found: Deaths, what: str) -> None:
    print(f"\n{what}: {found}")
    assert found.wrong == []
    assert found.kills == DEATHS
    assert found.resets > 3 * DEATHS
    # NOTE: all clients may be connected to the worker that is not killed.
    assert found.unanswered >= DEATHS // 2 or what == "worker"


@pytest.mark.timeout(180)
@pytest.mark.parametrize("victim", ["engine", "worker", "supervisor"])
def test_a_killed_process_leaves_the_old_or_the_new_data(tmp_path, victim):
    house = House(tmp_path / "data")
    try:
        found = kill_during_resets(
            house.server.url, house.token, lambda: house.kill(victim), times=DEATHS
        )
    finally:
        house.server.stop()
    check(found, victim)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("engine", ["external", "cluster"])
def test_a_killed_engine_of_others_leaves_the_old_or_the_new_data(engine):
    with serving(engine, 1) as place:
        owner = Owner(place, "uli")

        def kill() -> None:
            place.kill_engine(owner.id)

        with owner.http:
            found = kill_during_resets(place.urls[0], owner.token, kill, times=DEATHS)
            assert owner.http.get("/sandboxes").status_code == 200
    check(found, engine)
