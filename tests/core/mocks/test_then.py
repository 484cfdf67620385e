"""The operations of a rule's `then`."""

import json

import pytest
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.refusals import Refused
from bambleweeny.core.mocks.scope import Scope
from bambleweeny.core.mocks.then import effects_of, packed_effects
from bambleweeny.errors import TooMuchAtOnce
from msgspec import Raw

CALL = Call("POST", "/", "q=x", {}, b'{"n":1.10}')


def packed(*operations, call=CALL, **path):
    effects = effects_of([Raw(json.dumps(operation).encode()) for operation in operations])
    return packed_effects(effects, Scope(call, path or {"id": "7"}))


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (["set", "order:$path.id", "paid"], ("set", "order:7", b"paid")),
        (["set", "a", "!@[$path.id] !@[$query.q|upper]"], ("set", "a", b"7 X")),
        (["set", "a", {"json": {"id": "!@[$path.id|int]", "n": "!@[$body.n]", "none": None}}], ("set", "a", b'{"id":7,"n":1.10,"none":null}')),
        (["set", "a", {"json": None}], ("set", "a", b"null")),
        (["set", "a", {"base64": "/w=="}], ("set", "a", b"\xff")),
        (["push", "l:$path.id", "!@[$body]"], ("push", "l:7", b'{"n":1.10}')),
        (["push", "l", "!@[$body]", {"delay": "5s"}], ("push_with", "l", b'{"delay":5000}\n{"n":1.10}')),
        (["publish", "t", "x"], ("publish", "t", b"x")),
        (["del", "order:$path.id"], ("del", "order:7", "")),
        (["incr", "hits"], ("incr", "hits", "1")),
        (["incr", "hits:$path.id", -5], ("incr", "hits:7", "-5")),
        (["pop", "l"], ("pop", "l", "")),
    ],
)  # fmt: skip
def test_an_operation_is_what_a_batch_takes(operation, expected):
    assert packed(operation) == [expected]


def test_options_are_those_of_a_batch():
    [(verb, name, fields)] = packed(["set", "order:$path.id", "paid", {"ttl": "1h"}])
    assert (verb, name) == ("set_with_options", "order:7")
    assert b"paid" in fields and b"3600" in fields


@pytest.mark.parametrize("part", ["a b", "", "x" * 65, "a:b", "../x"])
def test_a_name_that_cannot_be_made_is_no_match(part):
    assert packed(["set", "a", "1"], ["del", "order:$path.id"], id=part) is None


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (["move", "a"], "invalid_operation"),
        (["set"], "invalid_operation"),
        (["set", "a"], "invalid_operation"),
        (["set", "a", 5], "invalid_operation"),
        (["set", "a", {"text": "x"}], "invalid_operation"),
        (["set", "a", "x", {"tll": "1h"}], "invalid_operation"),
        (["set", "a", "x", {"ttl": "1x"}], "invalid_operation"),
        (["set", "a", "x", {}, 1], "invalid_operation"),
        (["incr", "a", "x"], "invalid_operation"),
        ([], "invalid_operation"),
        ("set", "invalid_operation"),
        ({"set": "a"}, "invalid_operation"),
        ([5, "a"], "invalid_operation"),
        (["set", 5, "a"], "invalid_operation"),
        (["set", "a b", "x"], "invalid_template"),
        (["set", "a", "!@[$foo]"], "invalid_template"),
        (["set", "a", "!@[other]"], "invalid_template"),
        (["set", "a", "!@[user:$path.id]"], "invalid_template"),
        (["set", "a", {"json": "!@[$count]"}], "invalid_template"),
    ],
)
def test_what_is_no_operation_is_refused_with_its_place(operation, code):
    with pytest.raises(Refused, match=r" - at `\$\.then\[1\]") as refused:
        packed(["incr", "x"], operation)
    assert refused.value.code == code


def test_what_is_written_has_its_bound():
    call = Call("POST", "/", body=b"x" * 700_000)
    push = ["push", "l", "!@[$body]"]
    assert len(packed(push, push, call=call)) == 2
    with pytest.raises(TooMuchAtOnce):
        packed(push, push, push, call=call)
