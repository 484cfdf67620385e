"""The engine's part of an answer: which candidate it is, its counter, and its keys."""

import json
from pathlib import Path

import msgspec
import pytest
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.matching.matchers import matcher_of, packed, spec_of
from bambleweeny.core.mocks.routes import load
from bambleweeny.core.mocks.rules import Plan
from msgspec import Raw

SCRIPT = (Path(__file__).parent / "choose_rule.lua").read_text("utf-8")
VALUES = [
    None,
    "",
    "a",
    "ab",
    "abc",
    "a*b",
    "5",
    "5.0",
    "-5",
    "007",
    "1e2",
    "0x10",
    " 5",
    "new",
    "b" * 9000,
    "a" + "b" * 9000,
    "ü",
    "2024-05-01",
]
SPECS = [
    "true", "false", '"a"', '"a*"', '"*b*"', '"*"', '"**"', '"a*b*c"', '"*b"', '"b*"', "5", "5.0", "-5", '["a", 5, false]', '{"not": "a"}', '{"not": ["a", 5]}',
    '{"is": "a*b"}', '{"has": "b"}', '{"gt": 4}', '{"gte": 5}', '{"lt": 0}', '{"lte": -5}', '{"gte": "2024-01-01"}', '{"gt": 1, "not": 5}', '{"has": "b", "not": "ab"}',
]  # fmt: skip


def choose(raw, candidates):
    plans = msgspec.msgpack.encode([candidate.plan() for candidate in candidates])
    place, count, *rest = raw.eval(SCRIPT, 1, "counters", "key:", plans)
    return place, count, dict(zip([name.decode() for name in rest[::2]], rest[1::2], strict=True))


def called(raw, route, call):
    """Answer a call as a server will: one script, and a further read for a key's own names."""
    candidates = route.candidates(call)
    place, count, keys = choose(raw, candidates)
    assert place
    chosen = candidates[place - 1]
    chosen.learn(count, keys)
    further = chosen.further_names()
    chosen.learn(
        count,
        dict(zip(further, raw.mget([f"key:{name}" for name in further]), strict=True))
        if further
        else {},
    )
    return chosen.render("/")


@pytest.mark.parametrize("spec", SPECS)
def test_an_engine_tests_keys_as_conditions_are_tested(raw, spec):
    parsed = spec_of(Raw(spec.encode()))
    matches = matcher_of(parsed)
    for value in VALUES:
        raw.flushdb()
        if value is not None:
            raw.set("key:k", value)
        plan = Plan(0, [("k", packed(parsed))], False, "last", 0, [[]], [])
        place, *_ = raw.eval(SCRIPT, 1, "counters", "key:", msgspec.msgpack.encode([plan]))
        assert bool(place) is matches([] if value is None else [value]), (
            spec,
            value and value[:20],
        )


def test_state_in_keys_chooses_the_rule(raw):
    route = load(json.dumps({"rules": [
        {"path": "/orders/{id:int}", "when": {"key": {"order:$path.id": "paid"}}, "answers": [{"json": {"id": "!@[$path.id|int]", "by": "!@[user:$path.id|json]"}}]},
        {"path": "/orders/{id:int}", "when": {"key": {"order:$path.id": ["new", "held"]}}, "answers": [{"status": 202}]},
        {"path": "/orders/{id:int}", "answers": [{"status": 404}]},
    ]}).encode())  # fmt: skip
    raw.set("key:user:7", '{"name":"ann"}')
    statuses = []
    for state in (None, "new", "held", "paid"):
        if state:
            raw.set("key:order:7", state)
        statuses.append(called(raw, route, Call("GET", "/orders/7")).status)
    assert statuses == [404, 202, 202, 200]
    assert called(raw, route, Call("GET", "/orders/7")).body == b'{"id":7,"by":{"name":"ann"}}'
    assert called(raw, route, Call("GET", "/orders/8")).status == 404


@pytest.mark.parametrize(
    ("order", "bodies"), [("last", "0122"), ("loop", "0120"), ("first", "0000")]
)
def test_a_counter_chooses_the_answer_and_its_keys(raw, order, bodies):
    for n in range(3):
        raw.set(f"key:k{n}", str(n))
    route = load(
        json.dumps(
            {"rules": [{"answers": [{"key": f"k{n}"} for n in range(3)], "order": order}]}
        ).encode()
    )
    assert b"".join(called(raw, route, Call("GET", "/")).body for _ in range(4)).decode() == bodies


def test_a_preferred_answer_is_not_counted(raw):
    route = load(
        b'{"rules":[{"answers":[{"text":"!@[$count]"},{"status":500},{"text":"last !@[$count]"}]}]}'
    )
    assert called(raw, route, Call("GET", "/")).body == b"1"
    assert called(raw, route, Call("GET", "/", "", {"prefer": "code=500"})).status == 500
    assert called(raw, route, Call("GET", "/")).status == 500
    assert called(raw, route, Call("GET", "/")).body == b"last 3"


def test_where_no_candidate_holds_there_is_none(raw):
    route = load(b'{"rules":[{"when":{"key":{"a":"x"}}}]}')
    assert choose(raw, route.candidates(Call("GET", "/"))) == (0, 0, {})


def test_the_names_in_a_shown_text_are_read_after_it(raw):
    raw.mset(
        {
            "key:page": "<p>!@[user:$path.id]</p>!@[foot]",
            "key:user:7": "<b>",
            "key:foot": "!@[user:7]",
        }
    )
    route = load(
        b'{"rules":[{"path":"/{id}","answers":[{"key":"page","content_type":"text/html"}]}]}'
    )
    assert called(raw, route, Call("GET", "/7")).body == b"<p>&lt;b&gt;</p>!@[user:7]"
