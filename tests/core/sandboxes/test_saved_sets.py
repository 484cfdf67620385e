"""Seeds, snapshots, resets and copies of sandboxes."""

import io

import pytest
from bambleweeny.core.lists.leases import Change, lease_of
from bambleweeny.core.lists.lists import push_options
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.references import Reference
from bambleweeny.core.public.routes import HasDocument
from bambleweeny.core.sandboxes.saved_sets import MOST_SNAPSHOTS
from bambleweeny.errors import (
    Busy,
    LeaseNotFound,
    NotFound,
    QuotaExceeded,
    SnapshotTooLarge,
    TooManySnapshots,
)
from core.sandboxes.worlds import SEED, imported, lines_of, place_of, seed


@pytest.fixture
def seeded(sandboxes, uli):
    """A sandbox with the seed."""
    _, made = sandboxes.create(uli, "test", 600, seed())
    return place_of(uli, made.id)


def change_everything(services, place):
    """Change, add and delete something of each kind."""
    services.keys.set(place, "plain", b"changed")
    services.keys.set(place, "new", b"x")
    services.keys.delete(place, "typed")
    services.lists.push(place, "plain", b"three")
    services.lists.push(place, "fresh", b"x", push_options(delay=9))
    services.leases.lease(place, "mixed", 3, 99)
    services.lists.push(place, "mixed", b"once", push_options(once="key"))
    services.list_policies.delete(place, "mixed")
    services.topics.publish(place, "news", b"more")
    services.topics.publish(place, "other", b"x")
    services.mocks.answers.answer(
        Reference(user=place.name, name="shop"), Call("GET", "/x", "", {}, b""), "", bool
    )
    services.mocks.documents.delete(place, "shop")
    services.mocks.documents.create(place, b'{"name": "shop", "rules": [{}]}')
    services.inboxes.bins.create(place, "elsewhere")
    for one in services.inboxes.bins.owned_by(place):
        if one.target == "received":
            services.inboxes.bins.delete(place, one.id)


def test_a_reset_brings_everything_back(services, sandboxes, seeded, state_of):
    before = state_of(seeded)
    assert len(before["exported"]) == len(SEED)
    for _ in range(3):
        change_everything(services, seeded)
        assert state_of(seeded) != before
        sandboxes.sets.load(seeded, "")
        assert state_of(seeded) == before


def test_a_reset_of_an_empty_sandbox_empties_it(services, sandboxes, uli, state_of):
    _, made = sandboxes.create(uli, "", 600)
    place = place_of(uli, made.id)
    before = state_of(place)
    services.imports.run(place, imported(), "merge")
    change_everything(services, place)
    sandboxes.sets.load(place, "")
    assert state_of(place) == before
    assert sandboxes.get(place).names == sandboxes.get(place).bytes == 0


def test_snapshots_are_loaded_by_name(services, sandboxes, seeded, state_of):
    begun = state_of(seeded)
    change_everything(services, seeded)
    sandboxes.sets.save(seeded, "changed")
    changed = state_of(seeded)
    services.keys.set(seeded, "more", b"x")
    for name, state in (("", begun), ("changed", changed), ("", begun), ("changed", changed)):
        sandboxes.sets.load(seeded, name)
        # NOTE: leased items are ready after a reset.
        found = state_of(seeded)
        assert found["exported"] == state["exported"]
        assert found["routes"] == state["routes"]
        assert found["bins"] == state["bins"]
        assert found["bytes"] == state["bytes"]


def test_no_lease_of_before_is_valid(services, sandboxes, seeded):
    leased = services.leases.lease(seeded, "plain", 2, 99)
    sandboxes.sets.load(seeded, "")
    again = services.leases.lease(seeded, "plain", 2, 99)
    assert min(one.id for one in again) > max(one.id for one in leased)
    with pytest.raises(LeaseNotFound):
        services.leases.change(seeded, "plain", Change("ack", lease_of(leased[0])))


def test_ids_rise_with_each_reset(services, sandboxes, seeded):
    last = 0
    for _ in range(5):
        sandboxes.sets.load(seeded, "")
        items, _ = services.items.read_page(seeded, "plain", "ready", 10, "")
        assert last < items[0].item.id < items[1].item.id
        last = items[1].item.id


def test_leased_items_are_ready_in_a_snapshot_in_their_place(services, sandboxes, seeded):
    for body in (b"three", b"four"):
        services.lists.push(seeded, "plain", body)
    services.leases.lease(seeded, "plain", 2, 99)
    sandboxes.sets.save(seeded, "leased")
    sandboxes.sets.load(seeded, "leased")
    popped = [services.lists.pop(seeded, "plain") for _ in range(4)]
    assert popped == [b"one", b"two", b"three", b"four"]


def test_clocks_stand_still_in_a_snapshot(services, sandboxes, seeded, raw, store):
    tenant = store.schema.tenant(seeded.id)
    raw.pexpire(tenant.key("short"), 30_000)
    [delayed] = raw.zrange(tenant.list_part("delayed", "mixed"), 0, -1, withscores=True)
    sandboxes.sets.load(seeded, "")
    assert 40_000 < raw.pttl(tenant.key("short")) <= 60_000
    assert 40_000 < raw.pttl(tenant.meta("short")) <= 60_000
    [again] = raw.zrange(tenant.list_part("delayed", "mixed"), 0, -1, withscores=True)
    assert delayed[1] <= again[1] <= delayed[1] + 20_000
    assert again[0] > delayed[0]


def test_idempotency_keys_go(services, sandboxes, seeded):
    for _ in range(2):
        services.lists.push(seeded, "once", b"x", push_options(once="a"))
    assert services.items.stats(seeded, "once").ready == 1
    sandboxes.sets.load(seeded, "")
    services.lists.push(seeded, "once", b"x", push_options(once="a"))
    assert services.items.stats(seeded, "once").ready == 1


def test_what_was_published_since_is_gone_and_comes_back(services, sandboxes, seeded, keys_of):
    routes, bins = services.routes, services.inboxes.bins
    before = {one.id for one in routes.owned_by(seeded)}
    made = routes.create(seeded, "plain", "text/plain").id
    for one in before:
        routes.delete(seeded, one)
    assert routes.read(made)[0] == b"1"
    sandboxes.sets.load(seeded, "")
    with pytest.raises(NotFound):
        routes.read(made)
    assert {one.id for one in routes.owned_by(seeded)} == before
    assert not any(made in name for name in keys_of())
    records = [name for name in keys_of() if name.startswith(("b9y:route:", "b9y:bin:"))]
    assert len(records) == len(before) + len(bins.owned_by(seeded))


def test_a_plain_route_that_got_a_document_is_plain_again(services, sandboxes, seeded):
    [plain] = [one.id for one in services.routes.owned_by(seeded) if not one.has_document]
    services.mocks.documents.replace(seeded, plain, b'{"rules": [{}]}')
    with pytest.raises(HasDocument):
        services.routes.read(plain)
    sandboxes.sets.load(seeded, "")
    assert services.routes.read(plain)[0] == b"1"


def test_five_snapshots_and_the_seed(sandboxes, seeded):
    for number in range(MOST_SNAPSHOTS):
        sandboxes.sets.save(seeded, f"s{number}")
    sandboxes.sets.save(seeded, "s0")
    with pytest.raises(TooManySnapshots):
        sandboxes.sets.save(seeded, "more")
    sandboxes.sets.delete(seeded, "s0")
    sandboxes.sets.save(seeded, "more")
    with pytest.raises(NotFound):
        sandboxes.sets.load(seeded, "s0")
    with pytest.raises(NotFound):
        sandboxes.sets.delete(seeded, "s0")
    assert sandboxes.get(seeded).snapshots == ("more", "s1", "s2", "s3", "s4")


def test_a_load_that_deletes_the_snapshots_returns_their_bytes(
    services, sandboxes, seeded, state_of, keys_of
):
    before, keys = state_of(seeded), keys_of()
    for number in range(MOST_SNAPSHOTS):
        services.keys.set(seeded, f"k{number}", bytes(100))
        sandboxes.sets.save(seeded, f"s{number}")
    sandboxes.sets.load(seeded, "s1", deletes_snapshots=True)
    assert {"k0", "k1"} <= {*services.keys.present(seeded, [f"k{n}" for n in range(5)])}
    assert sandboxes.get(seeded).snapshots == ()
    state_of(seeded)
    sandboxes.sets.load(seeded, "", deletes_snapshots=True)
    assert (state_of(seeded), keys_of()) == (before, keys)


def test_a_snapshot_has_at_most_10_000_names_items_and_messages(services, sandboxes, uli):
    _, made = sandboxes.create(uli, "", 600)
    place = place_of(uli, made.id)
    for number in range(20):
        lines = lines_of([{"key": {"name": f"{number}:{one}", "value": ""}} for one in range(500)])
        services.imports.run(place, io.BytesIO(lines), "merge")
    with pytest.raises(QuotaExceeded):
        services.keys.set(place, "more", b"")
    sandboxes.sets.save(place, "full")
    sandboxes.sets.load(place, "full")
    services.selections.delete_keys(place, "1:1")
    for _ in range(50):
        services.lists.push_lines(place, "q", b"x\n" * 4)
    with pytest.raises(SnapshotTooLarge):
        sandboxes.sets.save(place, "more")
    sandboxes.sets.load(place, "full")
    assert sandboxes.get(place).names == 10_000


def test_every_saved_set_fits_into_the_bytes(services, sandboxes, uli, state_of):
    _, made = sandboxes.create(uli, "", 600)
    place = place_of(uli, made.id)
    for number in range(4):
        services.keys.set(place, f"large{number}", bytes(1 << 20))
    for name in ("a", "b", "c"):
        if name == "c":
            with pytest.raises(SnapshotTooLarge):
                sandboxes.sets.save(place, name)
        else:
            sandboxes.sets.save(place, name)
    services.selections.delete_keys(place, "")
    sandboxes.sets.load(place, "a")
    assert state_of(place)["bytes"] > 4 << 20


@pytest.mark.parametrize("snapshot", [None, "s"])
def test_a_copy_has_the_data_and_new_public_ids(services, uli, state_of, seeded, snapshot):
    sandboxes = services.sandboxes
    before = state_of(seeded)
    sandboxes.sets.save(seeded, "s")
    if snapshot:
        change_everything(services, seeded)
    name = seeded.id.partition("~")[2]
    _, made = sandboxes.create(uli, "", 600, source=f"{name}/{snapshot}" if snapshot else name)
    copy = place_of(uli, made.id)
    found = state_of(copy)
    assert found["exported"] == before["exported"]
    assert not {*found["routes"], *found["bins"]} & {*before["routes"], *before["bins"]}
    answer, _ = services.mocks.answers.answer(
        Reference(user=copy.name, name="shop"), Call("GET", "/x", "", {}, b""), bool, bool
    )
    assert answer.body == b"hi"
    change_everything(services, copy)
    sandboxes.sets.load(copy, "")
    assert state_of(copy) == found
    if not snapshot:
        assert state_of(seeded) == before


def test_nothing_stays_in_the_engine(services, uli, seeded, keys_of, store):
    sandboxes = services.sandboxes
    sandboxes.sets.save(seeded, "a")
    change_everything(services, seeded)
    sandboxes.sets.save(seeded, "b")
    sandboxes.sets.load(seeded, "a")
    _, made = sandboxes.create(uli, "", 600, source=f"{seeded.id.partition('~')[2]}/b")
    assert keys_of()
    sandboxes.delete(place_of(uli, made.id))
    sandboxes.delete(seeded)
    assert keys_of() == []
    assert services.usage.of(uli).reserved == 0
    tenant = store.schema.tenant(uli.id)
    assert store.read(("EXISTS", tenant.sandboxes), ("EXISTS", tenant.sandbox_bytes)) == [0, 0]


@pytest.mark.parametrize("snapshot", [None, "s"])
def test_a_copy_into_a_sandbox_that_has_ended_leaves_nothing(
    services, uli, seeded, keys_of, snapshot
):
    sandboxes = services.sandboxes
    sandboxes.sets.save(seeded, "s")
    _, made = sandboxes.create(uli, "", 600)
    ended = place_of(uli, made.id)
    sandboxes.delete(ended)
    before = [name for name in keys_of() if "}~" in name]
    with pytest.raises(Busy):
        sandboxes.sets.copy(seeded, snapshot, ended)
    assert [name for name in keys_of() if "}~" in name] == before
