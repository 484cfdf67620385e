"""The last tenth of the engine's memory, which is not for users that have much already."""

import pytest
from bambleweeny.core.batch.operations import Set
from bambleweeny.core.instance.status import parse_info
from bambleweeny.core.usage.byte_counts import recount, used_bytes
from bambleweeny.errors import StoreFull
from bambleweeny.store import open_store
from bambleweeny.store.engine.embedded import EmbeddedEngine
from verbs import services_over

MEMORY = 24 << 20


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
        callers.append(services.users.log_in(name, "secret"))
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
