"""Dry runs of imports: they plan what imports do, and change nothing."""

import io
import json
import time

import pytest
from bambleweeny.core.auth.caller import CallLimits
from bambleweeny.core.auth.scopes import parse_scopes
from bambleweeny.core.lists.policies import ListPolicy
from bambleweeny.core.transfer.import_plan import LINE_KINDS, ImportPlan
from bambleweeny.errors import BambleweenyError

ROUTE = {"route": {"document": '{"name": "shop", "journal": "calls", "rules": [{"path": "/y"}]}'}}
OTHER = {"route": {"document": '{"name": "shop", "journal": "calls", "rules": [{"path": "/x"}]}'}}
BIN = {"bin": {"list": "hooks"}}


def lines_of(*records):
    return io.BytesIO(b"".join(json.dumps(one).encode() + b"\n" for one in records))


def key(name, value="x", **more):
    return {"key": {"name": name, "value": value, **more}}


def item(name, value="x", **more):
    return {"item": {"list": name, "value": value, **more}}


def message(name, value="x"):
    return {"message": {"topic": name, "value": value}}


def plan_of(services, caller, *records, mode="merge", begun=""):
    return services.imports.plan(caller, lines_of(*records), mode, begun, after=ImportPlan())


def counts_of(plan):
    rows = {kind: tuple(vars(counts).values()) for kind, counts in plan.counts.items()}
    return {kind: row for kind, row in rows.items() if any(row)}


ALL = (
    key("old", "changed"), key("fresh"), key("fresh", "twice"), key("over", ends=1),
    item("old", "a"), item("new", "bb"), item("new", "c", expires=1),
    {"list": {"name": "new", "policy": {"lease": 60}}}, {"list": {"name": "old", "policy": {}}},
    message("old"), message("new", "xyz"), message("new"), ROUTE, ROUTE, OTHER, BIN, BIN,
)  # fmt: skip


@pytest.fixture
def filled(services, uli):
    services.keys.set(uli, "old", b"old")
    services.lists.push(uli, "old", b"old")
    services.topics.publish(uli, "old", b"old")
    return uli


@pytest.mark.parametrize("mode", ["merge", "skip", "replace"])
def test_a_dry_run_counts_what_the_import_then_does(services, filled, mode):
    before = list(services.exports.of(filled))
    plan = plan_of(services, filled, *ALL, mode=mode)
    assert plan.error is None
    assert list(services.exports.of(filled)) == before
    had = services.usage.of(filled)
    done = services.imports.run(filled, lines_of(*ALL), mode)
    shown = plan.shown()
    assert {kind: shown[kind] for kind in (*LINE_KINDS, "skipped")} == {
        kind: getattr(done, kind) for kind in (*LINE_KINDS, "skipped")
    }
    assert plan.begun == done.begun
    has = services.usage.of(filled)
    if mode == "replace":
        assert plan.deleted == {"keys": 1, "lists": 1, "topics": 1}
        assert plan.names == sum(has.counts.values())
    else:
        assert plan.deleted == {}
        assert plan.names == sum(has.counts.values()) - sum(had.counts.values())


@pytest.mark.parametrize("mode", ["merge", "skip", "replace"])
def test_the_growth_is_exact_without_documents_that_are_replaced(services, filled, mode):
    records = [one for one in ALL if one is not OTHER]
    plan = plan_of(services, filled, *records, mode=mode)
    had = 0 if mode == "replace" else services.usage.of(filled).bytes
    services.imports.run(filled, lines_of(*records), mode)
    assert plan.bytes == services.usage.of(filled).bytes - had


def test_counts_tell_new_names_from_ones_that_exist(services, filled):
    assert counts_of(plan_of(services, filled, *ALL)) == {
        "keys": (1, 2, 1),
        "lists": (1, 1, 0),
        "items": (2, 0, 1),
        "policies": (2, 0, 0),
        "topics": (1, 1, 0),
        "messages": (3, 0, 0),
        "routes": (1, 1, 1),
        "bins": (1, 0, 1),
    }
    assert counts_of(plan_of(services, filled, *ALL, mode="skip"))["keys"] == (1, 0, 3)


@pytest.mark.parametrize(
    ("limits", "records"),
    [
        ({"quota": 4}, [key("old"), key("a"), item("q"), item("q"), key("b")]),
        ({"quota": 3}, [{"list": {"name": "q", "policy": {}}}]),
        ({"quota": 4}, [ROUTE]),
        ({"quota": 3}, [BIN]),
        ({"quota": 3}, [message("t")]),
        ({"limits": {"max_bytes": 1000}}, [key("a"), item("q", "x" * 900), key("b")]),
        ({"limits": {"max_bytes": 1000}}, [message("old", "x" * 900)]),
        ({}, [item("old") for _ in range(1000)]),
        ({}, [item("short"), item("short"), item("short")]),
        ({}, [key("a"), {"key": {"name": "a b", "value": "x"}}]),
    ],
)
def test_the_first_error_is_that_of_the_import(services, filled, limits, records):
    services.users.change("1", **{"quota": None, **limits})
    if records[0] == item("short"):
        services.list_policies.set(filled, "short", ListPolicy(max_len=2))
    plan = plan_of(services, filled, *records)
    with pytest.raises(BambleweenyError) as caught:
        services.imports.run(filled, lines_of(*records), "merge")
    assert plan.error is not None
    assert (plan.error.code, plan.error.status) == (caught.value.code, caught.value.status)
    assert (plan.error.hint or "").replace(" would be ", " are ") == (caught.value.hint or "")
    error = plan.shown()["plan"]["error"]
    assert error["code"] == caught.value.code
    assert error["index"] >= 0


def test_what_drops_counts_no_bytes(services, filled):
    services.users.change("1", limits={"max_bytes": 2000})
    services.list_policies.set(filled, "old", ListPolicy(max_len=1, overflow="drop_oldest"))
    plan = plan_of(services, filled, *(item("old", "x" * 400) for _ in range(9)))
    assert (plan.error, plan.bytes, plan.counts["items"].new) == (None, 0, 9)


def test_a_value_over_the_limit_is_the_error(services, uli):
    caller = uli._replace(limits=CallLimits(max_value=5))
    plan = plan_of(services, caller, key("a"), item("q", "123456"))
    assert plan.error is not None
    assert (plan.error.code, plan.error.index) == ("body_too_large", 1)


def test_a_scope_that_is_missing_is_the_error(services, uli):
    caller = uli._replace(scopes=parse_scopes(["write"]))
    plan = plan_of(services, caller, key("a"), {"route": {"key": "k", "content_type": "a/b"}})
    assert plan.error is not None
    assert (plan.error.code, plan.error.index) == ("insufficient_scope", 1)
    assert counts_of(plan) == {}


def test_parts_of_an_import_are_counted_together(services, filled):
    services.users.change("1", quota=5)
    first = plan_of(services, filled, key("a"), item("q"))
    assert (first.names, first.begun) == (2, "lists/q")
    after = ImportPlan(names=first.names, bytes=first.bytes)
    plan = services.imports.plan(
        filled, lines_of(item("q"), key("b")), "merge", first.begun, after=after
    )
    assert plan.error is not None
    assert (plan.error.code, plan.error.index) == ("quota_exceeded", 1)
    assert counts_of(plan) == {"items": (1, 0, 0)}


def test_an_expired_key_is_skipped_and_a_later_one_is_not(services, uli):
    soon = int(time.time() * 1000) + 60_000
    plan = plan_of(services, uli, key("a", ends=1), key("b", ends=soon))
    assert counts_of(plan) == {"keys": (1, 0, 1)}
