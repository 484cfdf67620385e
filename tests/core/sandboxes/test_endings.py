"""Sandboxes that end while somebody works on them."""

import time

import pytest
from bambleweeny.core.sandboxes import sandboxes as module
from bambleweeny.core.sandboxes import saved_sets
from bambleweeny.core.sandboxes.sweeper import sweep
from bambleweeny.errors import Busy, NotFound, SnapshotTooLarge, Unauthorized
from bambleweeny.store.scripts import COPY_SET, FIND_UNUSED_IDS, FORGET_OWNERS, SAVE_SET
from core.sandboxes.worlds import place_of, seed

CALLS = {
    "get": lambda sandboxes, place: sandboxes.get(place),
    "extend": lambda sandboxes, place: sandboxes.extend(place, 60),
    "load": lambda sandboxes, place: sandboxes.sets.load(place, ""),
    "save": lambda sandboxes, place: sandboxes.sets.save(place, "now"),
    "delete": lambda sandboxes, place: sandboxes.sets.delete(place, "now"),
}


@pytest.mark.parametrize("name", CALLS)
def test_an_owner_gets_not_found_and_its_own_token_unauthorized(services, sandboxes, uli, name):
    text, made = sandboxes.create(uli, "", 60)
    by_token = services.tokens.verify(text)
    by_owner = sandboxes.find(uli, made.id)
    sandboxes.delete(by_owner)
    with pytest.raises(NotFound) as caught:
        CALLS[name](sandboxes, by_owner)
    assert caught.value.info == "There is no such sandbox."
    with pytest.raises(Unauthorized):
        CALLS[name](sandboxes, by_token)


@pytest.mark.parametrize("copied", [(COPY_SET, "/set"), (SAVE_SET, "")])
def test_the_source_of_a_copy_may_end_meanwhile(sandboxes, uli, meanwhile, keys_of, copied):
    script, snapshot = copied
    _, made = sandboxes.create(uli, "", 60, seed())
    place = place_of(uli, made.id)
    sandboxes.sets.save(place, "set")
    meanwhile(script, lambda: sandboxes.delete(place))
    with pytest.raises(NotFound) as caught:
        sandboxes.create(uli, "", 60, source=made.id + snapshot)
    assert caught.value.info == "There is no such sandbox."
    assert keys_of() == []


def test_a_creation_that_takes_too_long_leaves_nothing(sandboxes, uli, monkeypatch, keys_of):
    monkeypatch.setattr(module, "_UNFINISHED_MS", -1000)
    with pytest.raises(NotFound):
        sandboxes.create(uli, "", 60, seed())
    assert keys_of() == []


def test_a_reset_is_done_even_if_the_sandbox_ends_after_it(sandboxes, uli, meanwhile, keys_of):
    _, made = sandboxes.create(uli, "", 60, seed())
    place = place_of(uli, made.id)
    meanwhile(FIND_UNUSED_IDS, lambda: sandboxes.delete(place))
    sandboxes.sets.load(place, "")
    assert keys_of() == []


def test_a_copy_that_fails_leaves_no_public_ids(sandboxes, uli, monkeypatch, meanwhile, keys_of):
    _, made = sandboxes.create(uli, "", 60, seed())
    before = keys_of()
    monkeypatch.setattr(saved_sets, "MOST_ENTRIES", 1)
    with pytest.raises(SnapshotTooLarge):
        sandboxes.create(uli, "", 60, source=made.id)
    assert keys_of() == before

    def refuse():
        raise Busy

    meanwhile(SAVE_SET, refuse)
    with pytest.raises(Busy):
        sandboxes.create(uli, "", 60, source=made.id)
    assert keys_of() == before


def test_the_sweeper_keeps_an_owner_whose_sandbox_is_being_made(
    sandboxes, uli, store, raw, meanwhile
):
    _, made = sandboxes.create(uli, "", 1)
    sandboxes.delete(place_of(uli, made.id))
    meanwhile(FORGET_OWNERS, lambda: sandboxes.create(uli, "", 3600))
    later = time.time() + 100
    assert sweep(store, lambda: later) == 0
    assert raw.zrange(store.schema.sandbox_owners, 0, -1) == [uli.id.encode()]
    assert len(sandboxes.all(uli)) == 1
