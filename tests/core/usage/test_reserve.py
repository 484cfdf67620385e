"""The last tenth of the engine's memory, which is not for users that have much already."""

from contextlib import suppress

import pytest
from bambleweeny.core.batch.operations import Set
from bambleweeny.core.instance.status import parse_info
from bambleweeny.core.usage.byte_counts import recount, used_bytes
from bambleweeny.errors import BambleweenyError, StoreFull
from bambleweeny.store import open_store
from bambleweeny.store.engine.embedded import EmbeddedEngine
from core.sandboxes.worlds import place_of
from verbs import WRITES, Filled, services_over

MEMORY = 24 << 20
BURIALS = ("change leases", "bury an item")
"""These may create the dead-letter list, so that consumers can work."""
GROWING = {name: verb for name, verb in WRITES.items() if name not in BURIALS}


@pytest.fixture
def small(tmp_path):
    """A store with little memory."""
    engine = EmbeddedEngine(tmp_path, max_memory=MEMORY)
    engine.start()
    engine.wait_until_ready()
    store = open_store(engine.url)
    yield store
    store.close()
    engine.stop()


def memory_of(store):
    return parse_info(store.read(("INFO", "memory"))[0])["used_memory"]


def fill_with_values(services, caller):
    for number in range(1000):
        services.keys.set(caller, f"k{number}", bytes(100_000))


def fill_with_small_keys(services, caller):
    for start in range(0, 1_000_000, 1000):
        sets = [Set(f"k{number}", "") for number in range(start, start + 1000)]
        for outcome in services.batch.run(caller, sets):
            if isinstance(outcome, StoreFull):
                raise outcome


def fill_with_items(services, caller):
    for number in range(5000):
        services.lists.push_lines(caller, f"q{number}", b"x\n" * 1000)


@pytest.mark.parametrize("fill", [fill_with_values, fill_with_small_keys, fill_with_items])
def test_one_user_cannot_take_all_memory(small, fill):
    services = services_over(small)
    services.users.create_admin("changeme")
    callers = []
    for name in ("greedy", "modest"):
        services.users.create(name, "secret")
        callers.append(services.logins.log_in(name, "secret"))
    greedy, modest = callers
    with pytest.raises(StoreFull) as caught:
        fill(services, greedy)
    assert caught.value.code == "store_full"
    assert 0.8 * MEMORY < memory_of(small) < 0.96 * MEMORY
    for number in range(5):
        services.keys.set(modest, f"k{number}", bytes(20_000))
        services.lists.push(modest, "q", b"x")
    assert used_bytes(small, greedy) == recount(small, greedy)
    for number in range(10):
        services.selections.delete_keys(greedy, f"k{number}")
    for names in list(services.lists.walk(greedy))[:2]:
        for name in names:
            services.lists.delete(greedy, name)
    services.keys.set(greedy, "again", bytes(1 << 20))
    assert used_bytes(small, greedy) == recount(small, greedy)


def test_sandboxes_take_nothing_of_the_last_tenth_for_their_owner(small):
    services = services_over(small)
    services.users.create_admin("changeme")
    services.users.create("greedy", "secret")
    greedy, sandboxes = services.logins.log_in("greedy", "secret"), services.sandboxes
    places = [place_of(greedy, sandboxes.create(greedy, "", 600)[1].id) for _ in range(3)]
    kept, *empty = places
    services.keys.set(kept, "k", bytes(100_000))
    sandboxes.sets.save(kept, "with")
    services.keys.delete(kept, "k")
    sandboxes.sets.save(kept, "without")
    with pytest.raises(StoreFull):
        fill_with_values(services, greedy)
    for place in empty:
        with pytest.raises(StoreFull):
            services.keys.set(place, "k", b"x")
    with pytest.raises(StoreFull):
        sandboxes.sets.load(kept, "with")
    sandboxes.sets.load(kept, "without")
    services.keys.set(kept, "k", bytes(100_000))
    with pytest.raises(StoreFull):
        sandboxes.sets.save(kept, "more")
    assert sandboxes.get(kept).snapshots == ("with", "without")
    services.selections.delete_keys(greedy, "k")
    sandboxes.sets.load(kept, "with")


@pytest.mark.parametrize("verb", GROWING.values(), ids=GROWING)
def test_no_call_stores_more_bytes_in_a_full_engine(store, raw, verb):
    filled = Filled(store)
    before, memory = used_bytes(store, filled.caller), raw.config_get("maxmemory")["maxmemory"]
    # An expired key: its removal is a write, which a full engine allows.
    raw.zadd("b9y:{1}:keys", {"gone": 0})
    raw.zadd("b9y:{1}:expiring", {"gone": 1})
    raw.hincrby("b9y:{1}:user", "room", -(4 + 64))
    raw.config_set("maxmemory", 1)
    try:
        with suppress(BambleweenyError):
            verb(filled.services, filled.caller, filled)
    finally:
        raw.config_set("maxmemory", memory)
    assert used_bytes(store, filled.caller) <= before
