"""All of one's own with the client."""

import json

import pytest
from bambleweeny.client import Imported, ImportPlan, Planned
from bambleweeny.errors import InvalidRequest, NotFound, QuotaExceeded


def key(name, value="x"):
    return json.dumps({"key": {"name": name, "value": value}}, separators=(",", ":")).encode()


def item(name, value="x"):
    return json.dumps({"item": {"list": name, "value": value}}, separators=(",", ":")).encode()


def test_it_goes_out_and_in(client, ulis, uli):
    for number in range(300):
        client.set(f"k{number:03}", "x" * 3000)
        client.push("q", str(number))
    lines = list(client.export())
    assert len(lines) == 600
    assert ulis.import_(lines) == Imported(keys=300, items=300)
    assert list(ulis.export()) == lines == list(client.export(userid=int(uli.id)))


def test_a_mode_holds_over_all_parts(client):
    client.set("old", "old")
    client.push("there", "old")
    lines = [key("old", "new")]
    lines += [item("there", str(number) * 50_000) for number in range(10)]
    lines += [item("new", str(number) * 50_000) for number in range(10)]
    done = client.import_(lines, "skip")
    assert done == Imported(items=10, skipped=11)
    assert [client.pop("there"), client.pop("there")] == [b"old", None]
    assert [client.pop("new")[:1] for _ in range(10)] == [b"%d" % n for n in range(10)]
    assert client.import_(lines, "replace") == Imported(keys=1, items=20)
    assert client.get("old") == b"new"
    assert len(list(client.export())) == 21
    assert client.import_([], "replace") == Imported()
    assert list(client.export()) == []


def test_nothing_is_lost_between_parts(client, ulis):
    for number in range(12):
        client.push("q", str(number) + "x" * 50_000)
        client.topics.publish("t", str(number) + "x" * 50_000)
    client.lists.push("q", "later", delay="1h")
    client.lists.set_policy("q", max_len=2, overflow="drop_oldest")
    lines = list(client.export())
    for mode in ("merge", "replace"):
        assert ulis.import_(lines, mode) == Imported(items=13, policies=1, messages=12)
        assert list(ulis.export()) == lines
    assert ulis.import_(lines, "skip") == Imported(skipped=26)


def test_a_bad_line_is_named_by_its_number_in_all(client):
    lines = [key(f"k{number}", "x" * 100_000) for number in range(9)] + [b"{}"]
    with pytest.raises(InvalidRequest, match=r"^Line 10: It must have exactly one of") as caught:
        client.import_(lines)
    assert caught.value.index == 9
    assert caught.value.status == 400


def test_what_is_refused_says_up_to_where(client, ulis, uli):
    client.users.update(int(uli.id), quota=5)
    lines = [key(f"k{number}", "x" * 100_000) for number in range(9)]
    with pytest.raises(QuotaExceeded) as caught:
        ulis.import_(lines)
    assert caught.value.hint.startswith("The lines before line 5 are imported. Delete")
    assert list(ulis.keys) == ["k0", "k1", "k2", "k3"]


def test_an_export_of_nobody_fails_when_it_is_read(client):
    with pytest.raises(NotFound):
        list(client.export(userid=7))


def test_a_plan_holds_over_all_parts(ulis, client, uli):
    ulis.set("old", "old")
    lines = [key("old", "new")]
    lines += [item("new", str(number) * 50_000) for number in range(10)]
    lines += [key(f"k{number}", "x" * 100_000) for number in range(6)]
    plan = ulis.plan_import(lines)
    counts = {kind: row for kind, row in plan.counts.items() if any(row)}
    assert counts == {"keys": Planned(6, 1), "items": Planned(10), "lists": Planned(1)}
    assert (plan.names, plan.deleted, plan.error) == (7, {}, None)
    assert plan.bytes == 10 * 50_064 + 67 + 6 * 100_066
    assert ulis.plan_import(lines, "replace").deleted == {"keys": 1}
    assert ulis.plan_import([]) == ImportPlan(plan_of_nothing(), {}, 0, 0, None)
    assert list(ulis.export()) == [key("old", "old") + b"\n"]
    client.users.update(int(uli.id), quota=5)
    plan = ulis.plan_import(lines)
    assert isinstance(plan.error, QuotaExceeded)
    with pytest.raises(QuotaExceeded) as caught:
        ulis.import_(lines)
    assert plan.error.hint.replace(" would be ", " are ") == caught.value.hint
    assert lines[plan.error.index].startswith(b'{"key":{"name":"k')
    bad = ulis.plan_import([*lines[:3], b"{}"])
    assert (type(bad.error), bad.error.index, bad.error.status) == (InvalidRequest, 3, 400)


def plan_of_nothing():
    kinds = ("keys", "lists", "items", "policies", "topics", "messages", "routes", "bins")
    return dict.fromkeys(kinds, Planned())
