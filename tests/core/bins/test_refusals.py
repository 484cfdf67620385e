"""The requests that a bin has refused, kept for its owner."""

import pytest
from bambleweeny.core.bins.refusals import MOST, Refusals
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.public.public_ids import PublicId
from bambleweeny.errors import BodyTooLarge, InvalidSignature, NotFound

NOW = 1_800_000_000.0


@pytest.fixture
def clock(clock):
    clock.now = NOW
    return clock


@pytest.fixture
def refusals(store, clock):
    return Refusals(store, clock)


@pytest.fixture
def hook(services, uli):
    return services.inboxes.documents.create(uli, b'{"list": "hooks", "name": "gh"}').id


def of(uli, public_id):
    return PublicId(public_id, uli.id, "", has_document=True)


def call(path="/push", query="a=b"):
    return Call("POST", path, query, {"x": "y"}, b"body", time=NOW, ip="192.0.2.7")


def test_a_refusal_has_what_was_answered_and_no_body(refusals, uli, hook, store):
    error = InvalidSignature()
    error.reason = "The request has no header X."
    refusals.add(of(uli, hook), call(), error)
    [found] = refusals.read(uli, hook)
    assert (found.method, found.path, found.ip) == ("POST", "/push?a=b", "192.0.2.7")
    assert (found.status, found.code) == (401, "invalid_signature")
    assert (found.info, found.reason) == (error.info, error.reason)
    assert found.time == "2027-01-15T08:00:00.000Z"
    [row] = store.read(("LRANGE", store.schema.tenant(uli.id).refused(hook), 0, -1))[0]
    assert b"body" not in row


def test_the_newest_are_kept_for_a_day(refusals, uli, hook, store, clock):
    for number in range(MOST + 5):
        clock.now += 1
        refusals.add(of(uli, hook), call(f"/{number}"), BodyTooLarge())
    assert [one.path for one in refusals.read(uli, hook)] == [
        f"/{number}?a=b" for number in reversed(range(5, MOST + 5))
    ]
    [left] = store.read(("PTTL", store.schema.tenant(uli.id).refused(hook)))
    assert 86_000_000 < left <= 86_400_000


def test_a_flood_costs_ten_writes_a_second(refusals, uli, hook, clock):
    for number in range(50):
        refusals.add(of(uli, hook), call(f"/{number}"), BodyTooLarge())
    assert len(refusals.read(uli, hook)) == 10
    clock.now += 1
    refusals.add(of(uli, hook), call("/later", ""), BodyTooLarge())
    assert refusals.read(uli, hook)[0].path == "/later"


def test_a_flood_of_bins_is_bounded_too(refusals, uli, hook):
    for number in range(100):
        refusals.add(of(uli, f"none-{number}"), call(), BodyTooLarge())
    refusals.add(of(uli, hook), call(), BodyTooLarge())
    assert refusals.read(uli, hook) == []


def test_long_and_unreadable_texts_are_cut(refusals, uli, hook):
    refusals.add(of(uli, hook), call("/" + "\ud800" * 5000), BodyTooLarge())
    [found] = refusals.read(uli, hook)
    assert found.path == "/" + "?" * 255


def test_a_deleted_bin_has_none(refusals, uli, hook, services, store):
    refusals.add(of(uli, hook), call(), BodyTooLarge())
    services.inboxes.bins.delete(uli, hook)
    assert store.read(("EXISTS", store.schema.tenant(uli.id).refused(hook))) == [0]
    refusals.add(of(uli, hook), call(), BodyTooLarge())
    with pytest.raises(NotFound):
        refusals.read(uli, hook)
    assert store.read(("EXISTS", store.schema.tenant(uli.id).refused(hook))) == [0]


def test_those_of_a_deleted_user_are_deleted(refusals, uli, hook, services, store):
    refusals.add(of(uli, hook), call(), BodyTooLarge())
    services.users.delete(uli.id)
    assert store.read(("EXISTS", store.schema.tenant(uli.id).refused(hook))) == [0]


def test_nothing_fails_without_the_user(refusals, hook):
    refusals.add(PublicId(hook, "99", ""), call(), BodyTooLarge())
