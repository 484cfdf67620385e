"""Values: what goes in and what comes out."""

import copy
import pickle

import pytest
from bambleweeny.client import Value
from bambleweeny.client.values import bytes_of, packed, unpacked


@pytest.mark.parametrize(
    ("given", "sent"),
    [("ä€😀", "ä€😀".encode()), (b"\x00\xff", b"\x00\xff"), (bytearray(b"a"), b"a"), (memoryview(b"b"), b"b"), ("", b"")],
)  # fmt: skip
def test_text_and_bytes_are_sent_as_they_are(given, sent):
    assert bytes_of(given) == sent


@pytest.mark.parametrize(
    ("given", "sent"),
    [(None, b"null"), ({"a": ["ä"]}, '{"a":["ä"]}'.encode()), ("text", b'"text"'), (0, b"0")],
)
def test_anything_else_is_sent_as_json_when_that_is_said(given, sent):
    assert bytes_of(None, given) == sent


@pytest.mark.parametrize("given", [None, 1, 1.5, True, {"a": 1}, ["a"]])
def test_nothing_is_guessed(given):
    with pytest.raises(TypeError, match="give anything else as json="):
        bytes_of(given)


def test_a_value_and_json_at_once_are_refused():
    with pytest.raises(TypeError, match="not both"):
        bytes_of("a", {"a": 1})


def test_what_json_does_not_have_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        bytes_of(None, float("nan"))


def test_a_value_is_bytes_with_views():
    value = Value('{"ä":1}'.encode(), "text/plain")
    assert value == '{"ä":1}'.encode()
    assert value.text() == '{"ä":1}'
    assert value.json() == {"ä": 1}
    for twin in (copy.copy(value), pickle.loads(pickle.dumps(value))):
        assert (twin, twin.content_type) == (value, "text/plain")
    with pytest.raises(UnicodeDecodeError):
        Value(b"\xff").text()
    with pytest.raises(ValueError, match="Expecting value"):
        Value(b"nothing").json()


@pytest.mark.parametrize("data", [b"", "ä".encode(), b"\xff\x00", bytes(range(256))])
def test_a_value_survives_json(data):
    assert unpacked(packed(data)) == data
