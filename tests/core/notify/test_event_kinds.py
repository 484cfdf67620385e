"""Which kinds and names a stream of events has."""

import pytest
from bambleweeny.core.notify.event_kinds import BASIC_KINDS, KINDS, Event, Names, wanted_events
from bambleweeny.errors import InvalidRequest


def test_names_are_whole_or_beginnings():
    names = Names(["foo", "app:*"])
    assert [name in names for name in ("foo", "foo:1", "app:", "app:x", "ap")] == [
        True, False, True, True, False,
    ]  # fmt: skip
    assert "any" in Names(["*"])
    assert "any" not in Names([])


@pytest.mark.parametrize("pattern", ["", "a*b", "**", "a b", "*a", "x" * 256])
def test_what_is_no_name_is_refused(pattern):
    with pytest.raises(InvalidRequest):
        Names(["good", pattern])


@pytest.mark.parametrize(
    ("kinds", "names", "expected", "nouns"),
    [
        (None, {}, BASIC_KINDS, ["keys", "lists"]),
        (None, {"keys": "a"}, {"key.set", "key.del"}, ["keys"]),
        (None, {"lists": "a"}, {"list.push"}, ["lists"]),
        (
            None,
            {"topics": "t", "bins": "*"},
            {"topic.publish", "bin.call", "bin.refuse"},
            ["bins", "topics"],
        ),
        ("*", {}, {kind for kinds in KINDS.values() for kind in kinds}, sorted(KINDS)),
        ("*", {"routes": "*"}, {"route.call"}, ["routes"]),
        ("list.pop,list.pop", {}, {"list.pop"}, ["lists"]),
        ("key.expire,list.ack", {}, {"key.expire", "list.ack"}, ["keys", "lists"]),
    ],
)
def test_kinds_and_names_complete_each_other(kinds, names, expected, nouns):
    wanted = wanted_events(kinds, names)
    assert (wanted.kinds, sorted(wanted.names)) == (expected, nouns)


def test_an_event_is_wanted_by_its_kind_and_name():
    wanted = wanted_events("list.pop,key.set", {"lists": "a,b:*", "keys": "*"})
    events = [Event("list.pop", "b:1"), Event("list.pop", "c"), Event("list.push", "a")]
    assert [event in wanted for event in events] == [True, False, False]
    assert Event("key.set", "c") in wanted
    assert not wanted.is_basic
    assert wanted_events("key.set", {}).is_basic


@pytest.mark.parametrize(
    ("kinds", "names", "named"),
    [
        ("", {}, "'kinds'"),
        ("key.set,", {}, "'kinds'"),
        ("key.*", {}, "'kinds'"),
        ("list.pop", {"keys": "*"}, "'lists'"),
        ("list.pop", {"keys": "*", "lists": "*"}, "'keys'"),
        ("topic.publish", {"topics": "a b"}, "'topics'"),
    ],
)
def test_what_cannot_be_selected_is_refused(kinds, names, named):
    with pytest.raises(InvalidRequest, match=named):
        wanted_events(kinds, names)
