"""Selections of keys, lists and topics: spans, pages, groups, counts; what has expired is not there."""

import time

import pytest
from bambleweeny.core.key_entry import KeyEntry
from bambleweeny.core.listing.name_range import NameRange
from bambleweeny.core.listing.selections import Row
from bambleweeny.errors import InvalidRequest, StaleToken, Unauthorized
from bambleweeny.store.scripts import LIST_NAMES

NAMES = ["a", "app:", "app:1", "app:2:x", "app:2:y", "b:c:d", "b:e", "c", "c:"]


@pytest.fixture
def full(services, uli, admin):
    for name in NAMES:
        services.keys.set(uli, name, name.encode())
        services.lists.push(uli, name, b"")
        services.topics.publish(uli, name, b"")
    services.keys.set(admin, "of-the-admin", b"")
    return services


def expire(raw, *names):
    """Make keys expired that their index still has."""
    for name in names:
        raw.delete(f"b9y:{{1}}:key:{name}")
        raw.zadd("b9y:{1}:expiring", {name: int(time.time() * 1000) - 1})


def expire_all(raw, prefix, count):
    names = [f"{prefix}{number:05}" for number in range(count)]
    raw.zadd("b9y:{1}:keys", dict.fromkeys(names, 0))
    raw.zadd("b9y:{1}:expiring", dict.fromkeys(names, int(time.time() * 1000) - 1))


EVERYTHING = NameRange()


def selected(services, caller, span=EVERYTHING, limit=None, noun="keys"):
    selection = services.selections.of(caller, noun, span, limit)
    entries = [entry for page in selection.names() for entry in page]
    return entries, selection.next


@pytest.mark.parametrize("noun", ["keys", "lists", "topics"])
@pytest.mark.parametrize(
    ("span", "found"),
    [
        (NameRange(), NAMES),
        (NameRange("app:"), ["app:", "app:1", "app:2:x", "app:2:y"]),
        (NameRange("app"), ["app:", "app:1", "app:2:x", "app:2:y"]),
        (NameRange("none"), []),
        (NameRange("", "app:2:x"), ["app:2:y", "b:c:d", "b:e", "c", "c:"]),
        (NameRange("app:", "app:1"), ["app:2:x", "app:2:y"]),
        (NameRange("app:", "a"), ["app:", "app:1", "app:2:x", "app:2:y"]),
        (NameRange("app:", "b"), []),
        (NameRange("", "", ":"), ["a", "app:", "b:", "c", "c:"]),
        (NameRange("app:", "", ":"), ["app:", "app:1", "app:2:"]),
        (NameRange("", "app:", ":"), ["b:", "c", "c:"]),
        (NameRange("", "app:1", ":"), ["b:", "c", "c:"]),
        (NameRange("app:", "app:2:", ":"), []),
        (NameRange("", "", "p:"), ["a", "app:", "b:c:d", "b:e", "c", "c:"]),
        (NameRange("b", "", "x"), ["b:c:d", "b:e"]),
    ],
)
def test_a_span_has_its_entries_in_order_and_in_any_pages(full, uli, noun, span, found):
    assert selected(full, uli, span, noun=noun) == (found, None)
    for limit in (1, 2, 3, 1000):
        given, after = [], span.after
        while after is not None:
            entries, after = selected(full, uli, span._replace(after=after), limit, noun)
            assert len(entries) == limit or after is None
            given += entries
        assert given == found, limit


def test_pages_of_a_long_index_meet(services, uli, raw):
    names = [f"k{number:05}" for number in range(1000)]
    raw.zadd("b9y:{1}:keys", dict.fromkeys(names, 0))
    assert selected(services, uli) == (names, None)
    for limit in (199, 200, 201, 999, 1000):
        more = names[limit - 1] if limit < 1000 else None
        assert selected(services, uli, limit=limit) == (names[:limit], more)


def test_a_group_is_jumped_over(services, uli, raw):
    raw.zadd("b9y:{1}:keys", {f"{group}:{n}": 0 for group in "abc" for n in range(5000)})
    trips = raw.info("commandstats").get("cmdstat_zrangebylex", {}).get("calls", 0)
    assert selected(services, uli, NameRange(delimiter=":")) == (["a:", "b:", "c:"], None)
    assert raw.info("commandstats")["cmdstat_zrangebylex"]["calls"] - trips <= 4


def test_a_selection_ends_early_past_10_000_groups(services, uli, raw):
    raw.zadd("b9y:{1}:keys", {f"g{number:05}:x": 0 for number in range(10_300)})
    entries, more = selected(services, uli, NameRange(delimiter=":"))
    assert 10_000 <= len(entries) < 10_300
    assert more == entries[-1]
    rest, end = selected(services, uli, NameRange(delimiter=":", after=more))
    assert (len(entries) + len(rest), end) == (10_300, None)


def test_what_has_expired_is_in_no_selection(full, uli, raw):
    expire(raw, "app:1", "b:c:d", "b:e")
    assert selected(full, uli)[0] == ["a", "app:", "app:2:x", "app:2:y", "c", "c:"]
    assert raw.zcard("b9y:{1}:expiring") == 0
    assert next(full.keys.walk(uli)) == ["a", "app:", "app:2:x", "app:2:y", "c", "c:"]


@pytest.mark.parametrize("delimiter", ["", ":"])
def test_what_has_expired_is_shown_by_no_page_of_many(services, uli, raw, delimiter):
    expire_all(raw, "gone:", 1000)
    services.keys.set(uli, "h", b"")
    raw.zadd("b9y:{1}:keys", {"gone:x": 0})
    raw.zadd("b9y:{1}:expiring", {"gone:x": 1})
    assert selected(services, uli, NameRange(delimiter=delimiter), 5) == (["h"], None)


def test_a_count_is_exact(full, uli, admin, raw):
    for noun in ("keys", "lists", "topics"):
        counts = [full.selections.count(uli, noun, prefix) for prefix in ("", "app:", "b", "none")]
        assert counts == [9, 4, 2, 0]
    expire(raw, "app:1", "b:e", "c")
    assert full.selections.count(uli, "keys") == 6
    assert full.selections.count(uli, "keys", "app:") == 3
    assert full.selections.count(uli, "lists", "app:") == 4
    assert full.selections.count(admin, "keys") == 1


def test_a_count_is_exact_where_thousands_have_expired(full, uli, raw):
    expire_all(raw, "app:", 2500)
    assert full.selections.count(uli, "keys") == 9
    assert full.selections.count(uli, "keys", "app:") == 4


def test_rows_have_values_and_what_else_is_known(full, uli, raw):
    ends = int(time.time() * 1000) + 90_500
    raw.set("b9y:{1}:meta:app:1", f"{ends} text/html; charset=utf-8")
    raw.set("b9y:{1}:meta:app:2:y", "0 image/png")
    selection = full.selections.of(uli, "keys", NameRange("app:", "", ":"))
    rows = list(selection.rows())
    html = KeyEntry(b"app:1", ends, "text/html; charset=utf-8")
    assert rows == [Row("app:", KeyEntry(b"app:")), Row("app:1", html), "app:2:"]
    rows = list(full.selections.of(uli, "keys", NameRange("app:2")).rows())
    assert rows == [
        Row("app:2:x", KeyEntry(b"app:2:x")),
        Row("app:2:y", KeyEntry(b"app:2:y", None, "image/png")),
    ]


def test_rows_end_where_their_values_are_too_many_and_go_on_there(services, uli):
    names = [f"k{number}" for number in range(9)]
    for name in names:
        services.keys.set(uli, name, name.encode() * 350_000)
    found, after = [], ""
    while after is not None:
        selection = services.selections.of(uli, "keys", NameRange(after=after))
        rows = list(selection.rows(2_000_000))
        assert 0 < len(rows) <= 2
        found += rows
        after = selection.next
    assert [row.name for row in found] == names
    assert all(row.entry.value == row.name.encode() * 350_000 for row in found)


def test_a_row_that_is_too_large_alone_is_given_all_the_same(services, uli):
    services.keys.set(uli, "a", b"large")
    services.keys.set(uli, "b", b"large")
    selection = services.selections.of(uli, "keys", NameRange())
    assert [row.name for row in selection.rows(1)] == ["a"]
    assert selection.next == "a"


def test_rows_of_keys_that_are_gone_meanwhile_are_left_out(full, uli, raw):
    raw.delete("b9y:{1}:key:a")
    rows = list(full.selections.of(uli, "keys", NameRange(), 2).rows())
    assert [row.name for row in rows] == ["app:"]


def test_a_long_selection_goes_on_when_another_session_of_its_user_ends(services, uli):
    for number in range(300):
        services.keys.set(uli, f"{number:03}", b"")
    pages = services.selections.of(uli, "keys", NameRange()).names()
    assert len(next(pages)) == 200
    other = services.tokens.issue(uli)
    services.sessions.end(services.tokens.session_of(other))
    assert [len(page) for page in pages] == [100]


def test_keys_are_deleted_by_prefix(full, uli, admin, raw):
    raw.set("b9y:{1}:meta:app:1", "0 text/html")
    expire(raw, "app:2:x")
    assert full.selections.delete_keys(uli, "app:") == 3
    assert selected(full, uli)[0] == ["a", "b:c:d", "b:e", "c", "c:"]
    assert not raw.exists("b9y:{1}:key:app:1", "b9y:{1}:meta:app:1", "b9y:{1}:key:app:2:y")
    assert raw.zcard("b9y:{1}:expiring") == 0
    assert full.selections.delete_keys(uli, "app:") == 0
    assert full.selections.delete_keys(uli, "") == 5
    assert selected(full, admin)[0] == ["of-the-admin"]


def test_many_keys_are_deleted_in_steps_and_told(services, uli, store):
    names = [f"tmp:{number}" for number in range(250)]
    for name in [*names, "tmp"]:
        services.keys.set(uli, name, b"")
    with store.pubsub.follow("b9y:{1}:events") as follower:
        assert follower.wait(20)
        store.write(("HSET", "b9y:{1}:user", "watched", "9999999999999"))
        follower.take()
        assert services.selections.delete_keys(uli, "tmp:") == 250
        services.keys.set(uli, "last", b"")
        heard = []
        while not heard or heard[-1] != b"key.set last":
            assert follower.wait(20)
            heard += follower.take()
    assert sorted(heard[:-1]) == sorted(f"key.del {name}".encode() for name in names)
    assert selected(services, uli)[0] == ["last", "tmp"]


@pytest.mark.parametrize("field", NameRange._fields)
@pytest.mark.parametrize("text", ["a b", "x" * 256, "ä", "a/b", "\xff"])
def test_what_is_no_part_of_a_name_is_refused(services, uli, field, text):
    with pytest.raises(InvalidRequest, match=f"The parameter '{field}' is invalid"):
        services.selections.of(uli, "keys", NameRange(**{field: text}))


def test_a_bad_prefix_counts_and_deletes_nothing(services, uli):
    with pytest.raises(InvalidRequest, match="'prefix'"):
        services.selections.count(uli, "keys", "a*")
    with pytest.raises(InvalidRequest, match="'prefix'"):
        services.selections.delete_keys(uli, "a*")


def test_a_selection_ends_with_the_token(full, uli):
    full.users.change("1", password="another")
    for ask in (
        lambda: selected(full, uli),
        lambda: full.selections.count(uli, "keys"),
        lambda: full.selections.delete_keys(uli, "a"),
    ):
        with pytest.raises(Unauthorized):
            ask()


def test_an_engine_that_takes_no_writes_lists_all_the_same(full, uli, raw):
    expire(raw, "app:1")
    raw.config_set("min-replicas-to-write", 1)
    try:
        assert selected(full, uli, NameRange("app:")) == (["app:", "app:2:x", "app:2:y"], None)
    finally:
        raw.config_set("min-replicas-to-write", 0)


def test_a_listing_goes_on_if_another_session_ends_meanwhile(services, uli, meanwhile):
    for number in range(201):
        services.topics.publish(uli, f"t{number:03}", b"")
    other = services.sessions.decode(services.tokens.issue(uli))
    meanwhile(LIST_NAMES, lambda: meanwhile(LIST_NAMES, lambda: services.sessions.end(other)))
    names, _ = selected(services, uli, noun="topics")
    assert len(names) == 201
    with pytest.raises(StaleToken):
        selected(services, uli, noun="topics")
