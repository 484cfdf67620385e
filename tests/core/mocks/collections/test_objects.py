"""Objects of collections: read, made, replaced and patched."""

import json
from random import Random
from uuid import UUID

import pytest
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.collections.objects import (
    Item,
    items_of,
    new_object,
    patched,
    replaced,
    seeded,
    uuid7,
)
from bambleweeny.core.mocks.limits import COLLECTION_BYTES
from bambleweeny.errors import BambleweenyError
from msgspec import Raw

FORM = {"content-type": "application/x-www-form-urlencoded"}


def post(body, headers=FORM):
    return Call(
        "POST",
        "/todos",
        "",
        headers,
        body if isinstance(body, bytes) else json.dumps(body).encode(),
        time=1_700_000_000,
    )


def refused(code, status, make, *args, **options):
    with pytest.raises(BambleweenyError) as found:
        make(*args, **options)
    assert (found.value.code, found.value.status) == (code, status)


def test_objects_are_in_the_order_of_their_numbers_and_then_of_their_texts():
    found = [
        ("10", b'{"id":10}'),
        ("2", b'{"id":2}'),
        ("b", b'{"id":"b"}'),
        ("-1", b'{"id":-1}'),
        ("01", b'{"id":"01"}'),
        ("a", b'{"id":"a"}'),
    ]
    assert [item.id for item in items_of(found)] == ["-1", "2", "10", "01", "a", "b"]


def test_values_that_are_no_objects_are_left_out():
    found = [
        ("1", b"[]"),
        ("2", b"text"),
        ("3", b"\xff"),
        ("4", b"5"),
        ("5", b""),
        ("6:notes", b"{}"),
        ("7", b"{}"),
        ("8", b"[" * 99_999),
    ]
    assert items_of(found) == [Item("7", b'{"id":7}')]


@pytest.mark.parametrize(
    ("id_text", "ids", "value", "text"),
    [
        ("7", "int", b'{ "id": 7, "a": 1.10 }', b'{ "id": 7, "a": 1.10 }'),
        ("7", "int", b'{"a":1.10,"id":"7"}', b'{"a":1.10,"id":"7"}'),
        ("7", "int", b'{"a":1.10}', b'{"id":7,"a":1.10}'),
        ("7", "uuid", b'{"a":1.10}', b'{"id":"7","a":1.10}'),
        ("x", "int", b"{}", b'{"id":"x"}'),
        ("7", "int", b'{"id":8,"a":1}', b'{"id":7,"a":1}'),
        ("7", "int", b'{"id":null}', b'{"id":7}'),
    ],
)
def test_an_object_has_the_id_of_its_key(id_text, ids, value, text):
    assert items_of([(id_text, value)], ids) == [Item(id_text, text)]


def test_a_new_object_gets_its_number_from_the_engine():
    made = new_object(post(b'{"title":"x","n":1.10}'), "int")
    assert made.id is None
    assert made.text("7") == b'{"id":7,"title":"x","n":1.10}'
    assert new_object(post(b""), "int").text("1") == b'{"id":1}'
    assert new_object(post(b"{}"), "int").text("1") == b'{"id":1}'


def test_a_new_object_gets_a_uuid():
    made = new_object(post(b'{"title":"x"}'), "uuid")
    assert UUID(made.id).version == 7
    assert json.loads(made.text("")) == {"id": made.id, "title": "x"}


def test_uuids_are_in_the_order_of_their_making():
    made = [str(uuid7(1_700_000_000 + n / 100, Random(n))) for n in range(100)]
    assert made == sorted(made)
    assert {UUID(text).variant for text in made} == {"specified in RFC 4122"}


@pytest.mark.parametrize(
    ("body", "id_text"),
    [
        (b'{"id":7}', "7"),
        (b'{"id":"7"}', "7"),
        (b'{"a":1,"id":"x.y-z"}', "x.y-z"),
        (b'{"id":-3}', "-3"),
        (b'{"id":"' + b"x" * 64 + b'"}', "x" * 64),
    ],
)
def test_an_id_that_is_given_keeps_its_type(body, id_text):
    made = new_object(post(body), "int")
    assert (made.id, made.text("")) == (id_text, body)


@pytest.mark.parametrize(
    "given",
    [
        "1.5",
        "null",
        "true",
        "[]",
        "{}",
        '""',
        '"a b"',
        '"a:b"',
        '"a/b"',
        '"' + "x" * 65 + '"',
        "1e3",
    ],
)
def test_an_id_that_no_key_can_have_is_refused(given):
    refused("invalid_id", 400, new_object, post(b'{"id":' + given.encode() + b"}"), "int")


def test_a_form_is_an_object_too_and_the_content_type_does_not_matter():
    assert (
        new_object(post(b"title=x+y&tag=a&tag=b"), "int").text("1")
        == b'{"id":1,"title":"x y","tag":["a","b"]}'
    )
    for headers in ({}, FORM, {"content-type": "text/plain"}, {"content-type": "application/json"}):
        assert new_object(post({"a": 1}, headers), "int").text("1") == b'{"id":1,"a":1}'


@pytest.mark.parametrize("body", [b"[1]", b"5", b'"x"', b"null", b"{", b"\xff", b"text"])
def test_a_body_that_is_no_object_is_refused(body):
    headers = {"content-type": "application/json"}
    for make in (
        lambda call: new_object(call, "int"),
        lambda call: replaced(b'{"id":1}', call),
        lambda call: patched(b'{"id":1}', call),
    ):
        refused("not_an_object", 400, make, post(body, headers))


def test_a_body_has_the_bound_of_a_collection():
    refused(
        "collection_full", 507, new_object, post(b'{"a":"' + b"x" * COLLECTION_BYTES + b'"}'), "int"
    )


def test_fields_that_the_path_gives():
    assert (
        new_object(post({"postId": 5, "a": 1}), "int", given={"postId": Raw(b"7")}).text("1")
        == b'{"id":1,"postId":7,"a":1}'
    )


def test_a_put_replaces_all_but_the_id():
    known = b'{"a":1,"id":"7","b":2}'
    assert replaced(known, post(b'{"c":1.10,"id":9}')) == b'{"id":"7","c":1.10}'
    assert replaced(known, post(b"c=x")) == b'{"id":"7","c":"x"}'


def test_a_patch_merges_and_leaves_the_id():
    known = b'{"id":7,"a":{"b":1.10,"c":2},"d":3}'
    assert (
        patched(known, post(b'{"id":9,"a":{"c":null,"e":1.0},"d":null,"f":[1]}'))
        == b'{"id":7,"a":{"b":1.10,"e":1.0},"f":[1]}'
    )
    assert patched(known, post(b'{"id":null}')) == known
    assert patched(known, post(b"")) == known


def test_a_seed_gives_its_objects_their_ids():
    assert seeded(b'[{"id":3,"a":1.10},{"b":1},{"id":"x"}]', "int") == [
        Item("3", b'{"id":3,"a":1.10}'),
        Item("4", b'{"id":4,"b":1}'),
        Item("x", b'{"id":"x"}'),
    ]
    [made] = seeded(b'[{"a":1}]', "uuid")
    assert UUID(made.id).version == 7
    assert json.loads(made.text) == {"id": made.id, "a": 1}
    assert seeded(b"[]", "int") == []


def test_a_seed_has_the_bounds_of_a_collection():
    assert len(seeded(json.dumps([{}] * 1000).encode(), "int")) == 1000
    refused("collection_full", 507, seeded, json.dumps([{}] * 1001).encode(), "int")
    refused("collection_full", 507, seeded, json.dumps([{}] * 3).encode(), "int", 2)
    refused(
        "collection_full", 507, seeded, json.dumps([{"a": "x" * COLLECTION_BYTES}]).encode(), "int"
    )
    for seed in (b"{}", b"[1]", b"x"):
        refused("not_an_object", 400, seeded, seed, "int")


@pytest.mark.parametrize("headers", [{}, {"content-type": ""}, FORM])
def test_a_form_needs_no_content_type(headers):
    made = new_object(post(b"title=a%20b&n=1&n=2", headers), "int")
    assert json.loads(made.text("1")) == {"id": 1, "title": "a b", "n": ["1", "2"]}


@pytest.mark.parametrize("body", [b"text", b'{"a=1', b"[1=", b'"a=1"', b"\xff=1", b"5"])
def test_what_is_no_form_is_none_without_a_content_type(body):
    refused("not_an_object", 400, new_object, post(body, {}), "int")
    refused("not_an_object", 400, new_object, post(b"a=1", {"content-type": "text/plain"}), "int")


def test_a_body_that_nests_too_deep_is_called_so():
    deep = b'{"a":' + b"[" * 3000 + b"]" * 3000 + b"}"
    with pytest.raises(BambleweenyError) as found:
        new_object(post(deep), "int")
    assert (found.value.code, found.value.info) == ("not_an_object", "The body is nested too deep.")
