"""The requests of bins, parsed from items."""

import json
import time
from datetime import UTC, datetime

import pytest
from bambleweeny.client import BinRequest, Part
from receivers import kept

FILES = (
    b"a preamble\r\n--B\r\n"
    b'Content-Disposition: form-data; name="text"\r\n\r\nsome \xc3\xa4\r\n'
    b"--B \r\nContent-Disposition: form-data; name=\"file\"; filename*=utf-8''a%C3%A4.bin\r\n"
    b"Content-Type: image/png\r\n\r\n\x00\xff\r\n\r\n--Bx\r\n\r\n"
    b'--B\r\nContent-Disposition: form-data; name="text"\r\n\r\n\r\n'
    b"--B\r\n\r\nno headers\r\n--B--\r\nan epilogue"
)


def multipart(body, content_type="multipart/form-data; boundary=B"):
    request = BinRequest.from_item(kept("", headers={"content-type": content_type}))
    return request._replace(body=request.body.__class__(body))


def test_a_kept_request_has_all_its_fields():
    item = kept(
        {"base64": "AP8="}, "PUT", path="/a", query="b=1", ip="1.2.3.4", verified=True, cut=9
    )
    request = BinRequest.from_item(item)
    assert request.method == "PUT"
    assert (request.path, request.query, request.ip) == ("/a", "b=1", "1.2.3.4")
    assert (request.body, request.type) == (b"\x00\xff", "application/json")
    assert request.time == datetime(2026, 1, 1, tzinfo=UTC)
    assert (request.verified, request.cut, request.is_kept, request.raw) == (True, 9, True, item)


def test_empty_fields_may_be_left_out():
    request = BinRequest.from_item(b'{"time":"2026-01-01T00:00:00.000Z","method":"GET","path":""}')
    assert (request.query, request.headers, request.body, request.ip) == ("", {}, b"", "")
    assert (request.verified, request.cut, request.is_kept) == (None, None, True)


@pytest.mark.parametrize(
    "item",
    [
        b"", b"text", b"{", b"[]", b"{}", b"\xff", b"{" * 100_000, b'{"a":' * 100_000,
        kept(method="A B"), kept(method=1), kept(path=1), kept(query=[]), kept(headers=[]),
        kept(headers={"a": 1}), kept(time="yesterday"), kept({"base64": "x"}), kept({"base64": 1}),
        kept(1), kept(verified="yes"), kept(cut="1"), kept(cut=True), kept({"base64": "\u00e4"}),
        kept("x").replace(b'"x"', b'"\\ud800"'),
    ],
    ids=lambda item: item[:60].decode("latin-1"),
)  # fmt: skip
def test_what_is_not_a_kept_request_is_a_body(item):
    request = BinRequest.from_item(item)
    assert (request.method, request.path, request.body, request.is_kept) == (
        "POST",
        "",
        item,
        False,
    )


def test_a_body_that_looks_like_a_kept_request_can_be_read_as_a_body():
    assert BinRequest.from_item(kept("x"), is_kept=False).body == kept("x")


def test_parts_of_a_multipart_body():
    assert multipart(FILES).parts() == [
        Part("text", None, "text/plain", "some ä".encode()),
        Part("file", "aä.bin", "image/png", b"\x00\xff\r\n\r\n--Bx\r\n"),
        Part("text", None, "text/plain", b""),
        Part("", None, "text/plain", b"no headers"),
    ]


def test_fields_of_forms():
    assert multipart(FILES).form() == {
        "text": ["some ä", ""],
        "": ["no headers"],
    }
    form = BinRequest.from_item(
        kept("a=1&a=2&b=%C3%A4&c=", headers={"content-type": "application/x-www-form-urlencoded"})
    )
    assert form.form() == {"a": ["1", "2"], "b": ["ä"], "c": [""]}


def test_the_parts_of_a_body_that_was_cut():
    parts = multipart(
        b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--B\r\nContent-Dis'
    ).parts()
    assert [part.name for part in parts] == ["a", ""]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (FILES, "text/plain"), (FILES, ""), (FILES, "multipart/form-data"), (FILES, "multipart/mixed; boundary="),
        (FILES, f"multipart/mixed; boundary={'x' * 201}"),        (b"--B\r\n\r\nx\r\n" * 1001, "multipart/mixed; boundary=B"),
    ],
)  # fmt: skip
def test_a_body_that_has_no_parts(body, content_type):
    with pytest.raises(ValueError, match=r"^The "):
        multipart(body, content_type).parts()


def test_a_thousand_parts_are_read_and_a_thousand_fields():
    assert len(multipart(b"--B\r\n\r\nx\r\n" * 1000 + b"--B--").parts()) == 1000
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert (
        len(BinRequest.from_item(kept("&".join(["a=1"] * 1000), headers=headers)).form()["a"])
        == 1000
    )
    with pytest.raises(ValueError, match="fields"):
        BinRequest.from_item(kept("&".join(["a=1"] * 1001), headers=headers)).form()


def test_headers_of_a_part_have_a_bound():
    [part] = multipart(b"--B\r\nx: " + b"a" * 9000 + b"\r\n\r\nbody\r\n--B--").parts()
    assert part.body.startswith(b"x: a")


def test_json_of_a_body():
    assert BinRequest.from_item(kept('{"a": 1}')).json() == {"a": 1}
    with pytest.raises(json.JSONDecodeError):
        BinRequest.from_item(kept("text")).json()


@pytest.mark.parametrize(
    "disposition",
    [
        "form-data; name*0=a; name*=c",
        "form-data; name*=utf-7''%2B2AA-",
        "form-data; name*=no-such-charset''a",
        "form-data; name*0*=''",
        "form-data" + "; " * 60 + 'name="a"',
        "form-data; name=" + '"' * 50,
    ],
)
def test_an_invalid_name_of_a_part_is_read_as_text(disposition):
    [part] = multipart(
        b"--B\r\nContent-Disposition: " + disposition.encode() + b"\r\n\r\nbody\r\n--B--"
    ).parts()
    assert part.body == b"body"
    part.name.encode()


@pytest.mark.parametrize("piece", [b'"', b';"', b"; a=", b'"; ', b"\\"])
def test_hostile_headers_of_parts_cost_little(piece):
    head = b"Content-Disposition: form-data; name=" + (piece * 8000)[:8000]
    request = multipart(b"--B\r\n" + b"\r\n--B\r\n".join([head + b"\r\n\r\n"] * 125) + b"\r\n--B--")
    begun = time.process_time()
    assert len(request.parts()) == 125
    assert time.process_time() - begun < 5
