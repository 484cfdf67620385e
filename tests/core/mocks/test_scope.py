"""What variables and names of keys stand for."""

import re
from random import Random
from uuid import UUID

import pytest
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.refusals import Refused
from bambleweeny.core.mocks.scope import KeyName, Scope, variable_of
from bambleweeny.core.mocks.values import text_of
from hypothesis import given, settings
from hypothesis import strategies as st

CALL = Call(
    "POST", "/orders/7", "q=a%20b&q=c&a.b=dot",
    {"x-id": "h1", "cookie": "sid=s1", "content-type": "application/x-www-form-urlencoded"},
    b'{"user":{"name":"ann","n":1.10,"list":[1,2],"none":null,"yes":true}}', time=1_700_000_000.25,
)  # fmt: skip
FORM = Call("POST", "/", headers=CALL.headers, body=b"f=x+y")


def value(text, call=CALL, **scope):
    found = variable_of(text).value(Scope(call, {"id": "7"}, **scope))
    return None if found is None else text_of(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$path.id", "7"), ("$path.other", None), ("$query.q", "a b"), ("$query.a.b", "dot"), ("$query.none", None),
        ("$header.X-Id", "h1"), ("$header.none", None), ("$cookie.sid", "s1"), ("$cookie.none", None),
        ("$body.user.name", "ann"), ("$body.user.n", "1.10"), ("$body.user.list", "[1,2]"), ("$body.user.list.1", "2"),
        ("$body.user.none", None), ("$body.user.yes", "true"), ("$body.x", None), ("$method", "POST"),
        ("$url", "/orders/7?q=a%20b&q=c&a.b=dot"), ("$now", "2023-11-14T22:13:20.250Z"), ("$count", "0"), ("$pick.a", "a"),
        ("$int.5.5", "5"), ("$int.-3.-3", "-3"), ("$form.none", None),
    ],
)  # fmt: skip
def test_a_variable_stands_for(text, expected):
    assert value(text) == expected


def test_fields_of_a_form_and_the_body_as_it_is():
    assert value("$form.f", FORM) == "x y"
    assert value("$body", FORM) == "f=x+y"
    assert value("$body", Call("GET", "/")) is None


@pytest.mark.parametrize(
    "text",
    ["$", "$x", "$path", "$path.", "$query", "$header", "$cookie", "$form", "$method.x", "$url.x", "$now.x", "$count.x", "$int", "$int.1",
     "$int.9.1", "$int.a.b", "$int.1.9999999999999999", "$pick", "$body.", "$body." + ".".join("a" * 101), "$Path.id"],
)  # fmt: skip
def test_what_is_no_variable_is_refused(text):
    with pytest.raises(Refused) as refused:
        variable_of(text)
    assert refused.value.code == "invalid_template"


def test_what_is_made_is_made_once_in_a_request():
    scope = Scope(CALL, {}, Random(5))
    uuid = variable_of("$uuid").value(scope)
    assert UUID(uuid).version == 4
    assert variable_of("$uuid").value(scope) == uuid
    assert variable_of("$uuid.other").value(scope) != uuid
    numbers = {variable_of(f"$int.1.1000000.{n}").value(scope) for n in range(5)}
    assert len(numbers) == 5
    assert variable_of("$int.1.1000000.3").value(scope) in numbers
    assert {variable_of("$pick.a.b.c").value(Scope(CALL)) for _ in range(200)} == {"a", "b", "c"}
    assert {variable_of("$int.1.3").value(Scope(CALL)) for _ in range(200)} == {1, 2, 3}


@pytest.mark.parametrize(
    ("name", "expected", "literal"),
    [
        ("plain:name", "plain:name", "plain:name"),
        ("user:$path.id", "user:7", "user:"),
        ("a:$path.id:b:$body.user.name", "a:7:b:ann", "a:"),
        ("n:$body.user.n", "n:1.10", "n:"),
        ("q:$query.q", None, "q:"),
        ("q:$query.none", None, "q:"),
        ("l:$body.user.list", None, "l:"),
        ("h:$header.x-id", "h:h1", "h:"),
        ("m:$method", "m:POST", "m:"),
    ],
)
def test_a_name_takes_parts_of_the_request(name, expected, literal):
    compiled = KeyName(name)
    assert compiled.of(Scope(CALL, {"id": "7"})) == expected
    assert compiled.literal == literal


def test_a_part_of_a_name_has_64_characters_at_most():
    for text, expected in (
        ("x" * 64, "u:" + "x" * 64),
        ("x" * 65, None),
        ("", None),
        ("a:b", None),
        ("a/b", None),
        ("ü", None),
        ("a\n", None),
    ):
        assert KeyName("u:$path.id").of(Scope(CALL, {"id": text})) == expected


@pytest.mark.parametrize(
    "name",
    ["", "$path.id", "user$path.id", "user.$path.id", "a b", "ü", "a:$path", "a:$nope.x", "a:$now", "a:$url", "a:$count",
     "x" * 256, "x" * 191 + ":$path.id", "u:$path.id:$query.a:$query.b:$query.c"],
)  # fmt: skip
def test_what_is_no_name_is_refused(name):
    with pytest.raises(Refused) as refused:
        KeyName(name)
    assert refused.value.code == "invalid_template"


def test_the_longest_name_is_one_that_a_key_can_have():
    name = KeyName("x" * 190 + ":$path.id")
    assert len(name.of(Scope(CALL, {"id": "y" * 64}))) == 255


@settings(database=None, deadline=None, derandomize=True, max_examples=120)
@given(st.text())
def test_no_part_of_a_request_leaves_its_prefix(text):
    found = KeyName("user:$path.id").of(Scope(CALL, {"id": text}))
    assert found is None or re.fullmatch(r"user:[A-Za-z0-9_.-]{1,64}", found)
