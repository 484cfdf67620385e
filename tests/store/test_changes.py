"""What workers know about each other's changes."""

import re
import threading

import pytest
from bambleweeny.store import scripts
from bambleweeny.store.changes import SharedChanges, slot_of

ANN, BOB = "b9y:{1}:user", "b9y:{2}:user"


@pytest.fixture
def shared() -> SharedChanges:
    assert slot_of(ANN) != slot_of(BOB)
    return SharedChanges(3)


@pytest.mark.parametrize("writer", range(3))
@pytest.mark.parametrize("reader", range(3))
def test_a_change_is_seen_when_it_begins(shared, writer, reader):
    writes, reads = shared.of(writer), shared.of(reader)
    ann, bob = (reads.unchanged(reads.snapshot(), user) for user in (ANN, BOB))
    assert ann.holds() and bob.holds()
    place = writes.begin(ANN)
    assert not ann.holds() and bob.holds()
    assert reads.unchanged(reads.snapshot(), ANN) is None
    writes.end(place)
    assert not ann.holds() and bob.holds()
    assert reads.unchanged(reads.snapshot(), ANN).holds()


@pytest.mark.parametrize("name", ["", "b9y:users", "b9y:{1}:keys", "b9y:instance"])
def test_a_change_of_anything_else_concerns_everyone(shared, name):
    writes, reads = shared.of(0), shared.of(1)
    known = [reads.unchanged(reads.snapshot(), user) for user in (ANN, BOB)]
    place = writes.begin(name)
    assert not any(one.holds() for one in known)
    assert reads.unchanged(reads.snapshot(), BOB) is None
    writes.end(place)
    assert reads.unchanged(reads.snapshot(), BOB).holds()


def test_overlapping_changes_are_quiet_once_all_have_ended(shared):
    changes = [shared.of(0), shared.of(0), shared.of(1)]
    places = [one.begin(ANN) for one in changes]
    for one, place in zip(changes, places, strict=True):
        assert changes[0].unchanged(changes[0].snapshot(), ANN) is None
        one.end(place)
    assert changes[0].unchanged(changes[0].snapshot(), ANN).holds()


def test_a_restarted_worker_has_ended_the_changes_of_the_old_one(shared):
    old, other = shared.of(1), shared.of(0)
    known = other.unchanged(other.snapshot(), ANN)
    old.begin(ANN)
    old.begin("")
    assert other.unchanged(other.snapshot(), ANN) is None
    shared.of(1)
    assert other.unchanged(other.snapshot(), ANN).holds()
    assert not known.holds()


def test_no_change_is_lost_between_threads(shared):
    changes = shared.of(2)
    before = changes.snapshot()

    def change() -> None:
        for _ in range(20_000):
            changes.end(changes.begin(ANN))

    threads = [threading.Thread(target=change) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = memoryview(changes.snapshot()).cast("Q")
    assert sorted(numbers)[-2:] == [80_000, 80_000]
    assert not changes.unchanged(before, ANN).holds()


def test_only_scripts_of_other_nouns_are_no_changes():
    """No script that is not counted writes what an answer of a route depends on."""
    uncounted = [
        script
        for script in vars(scripts).values()
        if isinstance(script, scripts.Script) and not script.may_change_answers
    ]
    assert len(uncounted) > 15
    assert {scripts.RECEIVE_REQUEST, scripts.PUSH_WITHIN_BOUNDS} <= {*uncounted}
    writes = re.compile(
        r"redis\.call\('(?!GET|PTTL|MGET|HGET|HMGET|EXISTS|STRLEN|ZSCORE|TYPE)\w+', "
        r"\(its_tag \.\. '(key|document|counts|route_names|routes)\b"
    )
    for script in uncounted:
        assert [line for line in script.lines if writes.search(line.text)] == []
    counted = scripts.DELETE_KEY
    assert [line for line in counted.lines if writes.search(line.text)]
