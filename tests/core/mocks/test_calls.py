"""What a request is taken apart into."""

import pytest
from bambleweeny.core.keys.json_patch import part_of
from bambleweeny.core.mocks.calls import Call, JsonParts
from bambleweeny.core.mocks.limits import BODY_BYTES, FIELDS
from bambleweeny.errors import NotFound


@pytest.mark.parametrize(
    ("path", "segments"),
    [("", []), ("/", []), ("/a", ["a"]), ("/a/", ["a"]), ("/a/b", ["a", "b"]), ("/a//b", ["a", "", "b"]),
     ("/a%2Fb/c", ["a/b", "c"]), ("/caf%C3%A9/%20", ["café", " "]), ("/%FF", ["\ufffd"]), ("/a+b", ["a+b"]), ("//", [""])],
)  # fmt: skip
def test_segments_are_decoded_one_by_one(path, segments):
    assert Call("GET", path).segments == segments


def test_a_query_keeps_all_values_of_a_name():
    call = Call("GET", "/", "a=1&b=x%20y+z&a=2&empty=&flag")
    assert call.query_values == {"a": ["1", "2"], "b": ["x y z"], "empty": [""], "flag": [""]}
    assert call.url == "/?a=1&b=x%20y+z&a=2&empty=&flag"


def test_a_query_of_too_many_fields_is_empty():
    assert len(Call("GET", "/", "&".join(f"a{i}=1" for i in range(FIELDS))).query_values) == FIELDS
    assert Call("GET", "/", "&".join(f"a{i}=1" for i in range(FIELDS + 1))).query_values == {}


def test_of_two_cookies_with_one_name_the_first_counts():
    call = Call("GET", "/", headers={"cookie": 'a=1; b="q"; a=2; broken; c = 3=4'})
    assert call.cookies == {"a": "1", "b": "q", "c": "3=4"}


def test_a_form_is_read_where_the_body_is_said_to_be_one():
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    assert Call("POST", "/", headers=form, body=b"a=1&a=2").form == {"a": ["1", "2"]}
    assert Call("POST", "/", headers={"content-type": "text/plain"}, body=b"a=1").form == {}
    assert Call("POST", "/", headers=form, body=b"a=" + b"x" * BODY_BYTES).form == {}


def test_the_text_of_a_body_is_text_alone():
    assert Call("POST", "/", body=b"hello").text == "hello"
    assert Call("POST", "/", body="ü".encode() * 9000).text == "ü" * 9000
    assert Call("POST", "/", body="😀".encode() * 9000).text == "😀" * 8193
    assert Call("POST", "/", body=b"\xff").text is None
    assert Call("POST", "/").text is None


VALUE = b' {"a":{"b":[10,{"c":null}],"":1},"0":"zero","d\\u00e9":true, "n":1.50} '


@pytest.mark.parametrize(
    "path",
    ["a", "a.b", "a.b.0", "a.b.1.c", "0", "a.", "dé", "n", "x", "a.x", "a.b.2", "a.b.-1", "a.b.00", "a.b.c", "n.a",
     "0.0", "a.b.٣", "a.b.1e0", ".a", ".", "a.b." + "9" * 5000],
)  # fmt: skip
def test_parts_are_those_of_the_path_parameter(path):
    part = JsonParts(VALUE).part(path)
    try:
        expected = part_of(VALUE, path)
    except NotFound:
        expected = None
    assert (None if part is None else bytes(part)) == expected


@pytest.mark.parametrize(
    "bad",
    [b"", b"{", b"x", b"\xff", b'{"a":"\xff"}', b'{"a":1} 2', b'{"a":01}', b'{"a":"\n"}', b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
     b'{"a":1,"b":"' + b"x" * BODY_BYTES + b'"}'],
)  # fmt: skip
def test_nothing_is_found_in_what_is_no_json_is_too_deep_or_too_large(bad):
    assert JsonParts(bad).part("a") is None
    assert JsonParts(bad).whole is None
