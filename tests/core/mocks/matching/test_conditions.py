"""The conditions of a rule."""

import msgspec
import pytest
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.matching.conditions import Conditions, When
from bambleweeny.core.mocks.refusals import Refused

CALL = Call(
    "POST", "/x", "page=2&tag=a&tag=b&empty=",
    {"accept": "application/json", "cookie": "sid=abc", "content-type": "application/x-www-form-urlencoded"},
    b'{"user":{"name":"ann"},"total":5,"list":[1,{"x":null}]}',
)  # fmt: skip
FORM = Call(
    "POST", "/x", headers={"content-type": "application/x-www-form-urlencoded"}, body=b"a=1&b=x+y"
)


def conditions(**when):
    return Conditions(msgspec.convert({n: _raw(v) for n, v in when.items()}, When))


def _raw(part):
    raw = lambda value: msgspec.Raw(msgspec.json.encode(value))  # noqa: E731
    return {n: raw(v) for n, v in part.items()} if isinstance(part, dict) else raw(part)


@pytest.mark.parametrize(
    ("when", "failed"),
    [
        ({}, []),
        ({"query": {"page": 2, "tag": "b", "dry": False, "empty": ""}}, []),
        ({"query": {"page": "3", "tag": "c"}}, ["query.page", "query.tag"]),
        ({"header": {"Accept": "*json*", "x-none": False}}, []),
        ({"header": {"accept": "*xml*"}}, ["header.accept"]),
        ({"cookie": {"sid": "a*"}}, []),
        ({"cookie": {"sid": False, "none": True}}, ["cookie.sid", "cookie.none"]),
        ({"body": {"user.name": "ann", "total": {"gte": 5}, "list.0": 1, "list.1.x": None, "none": False}}, []),
        ({"body": {"user.name": "bob", "user": True, "none": True}}, ["body.user.name", "body.none"]),
        ({"text": "*ann*"}, []),
        ({"text": "ann"}, ["text"]),
        ({"query": {"page": 1}, "text": "x", "body": {"total": 6}}, ["query.page", "body.total", "text"]),
    ],
)  # fmt: skip
def test_conditions_hold_or_are_named(when, failed):
    compiled = conditions(**when)
    assert compiled.failed(CALL) == failed
    assert compiled.hold(CALL) is (not failed)


def test_form_fields():
    assert conditions(form={"a": 1, "b": "x y", "c": False}).hold(FORM)
    assert conditions(form={"a": "2"}).failed(FORM) == ["form.a"]
    assert conditions(form={"a": False}).hold(CALL)


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"{", b"[" * 100_000, b'"' + b"x" * 300_000 + b'"', b'{"a":1e999999}'],
)
def test_a_body_that_is_not_json_is_no_match_and_no_error(body):
    call = Call("POST", "/", body=body)
    assert not conditions(body={"a": {"lt": 5}}).hold(call)
    assert conditions(body={"b": False}).hold(call)


def test_the_text_of_a_body_that_is_none_is_absent():
    assert conditions(text=False).hold(Call("POST", "/", body=b"\xff"))
    assert not conditions(text="*").hold(Call("POST", "/"))
    assert conditions(text="*").hold(Call("POST", "/", body=b"x" * 1_000_000))


def test_the_first_exact_text_guards_a_rule():
    guard = conditions(query={"page": 2}, body={"operationName": "GetPets"}).guard
    assert guard.text == "GetPets"
    assert guard.place[1] == "operationName"
    assert conditions(query={"page": 2}, header={"accept": "*json*"}).guard is None


def test_five_keys_are_tested_at_most():
    conditions(key={f"k{n}": "x" for n in range(5)})
    with pytest.raises(msgspec.ValidationError) as refused:
        conditions(key={f"k{n}": "x" for n in range(6)})
    assert refused.value.__cause__.code == "too_many_key_conditions"


@pytest.mark.parametrize("path", ["", ".".join("a" * 101)])
def test_a_path_in_a_body_has_its_bound(path):
    with pytest.raises(Refused) as refused:
        conditions(body={path: 1})
    assert refused.value.code == "invalid_condition"


def test_what_is_refused_is_named():
    with pytest.raises(Refused, match=r"no operator.* - at `\$\.query\.page`"):
        conditions(query={"page": {"equals": 1}})
    with pytest.raises(Refused, match=r"4 wildcards - at `\$\.text`"):
        conditions(text="*****")
