"""What is taken though it is hardly meant, and said on stderr."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from bambleweeny.cli.arguments.content_types import doubt_about

pytestmark = pytest.mark.usefixtures("logged_in")
NO_JSON = "bambleweeny: warning: The value is not valid JSON, though its type is {}.\n"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/problem+json",
        "text/json",
    ],
)
@pytest.mark.parametrize("words", [["set", "wa:k"], ["publish", "wa:t"]])
def test_text_that_is_no_json(words, content_type, typed):
    typed(*words, "{'a': 1}", "--type", content_type)
    assert typed.err == NO_JSON.format(content_type)
    typed(*words, "-", "--type", content_type, given=b"")
    assert typed.err == NO_JSON.format(content_type)
    typed(*words, '{"a": 1}', "--type", content_type)
    assert typed.err == ""


def test_a_value_is_written_all_the_same(typed):
    typed("set", "wa:k", "nope", "--type", "application/json")
    assert json.loads(typed("get", "wa:k", "--meta")) | {"etag": 0} == {
        "key": "wa:k", "value": "nope", "etag": 0, "ttl": None, "type": "application/json",
    }  # fmt: skip
    assert typed("publish", "wa:t", "nope", "--type", "application/json", "--json").startswith("{")


def test_a_route_to_a_key_that_is_not_there(typed):
    url = typed("route", "add", "wa:nothing").strip()
    assert "/routes/" in url
    assert typed.err == (
        "bambleweeny: warning: There is no key 'wa:nothing'; the URL answers 404 until there is "
        "one.\n"
    )
    typed("set", "wa:nothing", "x")
    typed("route", "add", "wa:nothing")
    assert typed.err == ""
    typed("route", "add", "wa:nothing", "application/json")
    assert typed.err == NO_JSON.format("application/json")


def test_a_bin_of_a_list_that_is_not_there_is_what_bins_are_for(typed):
    typed("bin", "add", "wa:hooks")
    assert typed.err == ""


def test_the_shell_warns_without_a_name(typed):
    typed("shell", given=b"set wa:k nope --type application/json\nroute wa:none text/plain\n")
    assert typed.err.startswith("warning: The value is not valid JSON, though")
    assert "\nwarning: There is no key 'wa:none'; " in typed.err


@pytest.mark.parametrize("words", [["set", "wa:k"], ["publish", "wa:t"]])
@pytest.mark.parametrize("text", ["json", "a b/c", "text/", ""])
def test_a_type_that_the_server_would_drop_is_refused(words, text, typed):
    typed(*words, "x", "--type", text, status=2)
    assert f"'{text}' is not a content type" in typed.err


@pytest.mark.parametrize(
    "words", [["set", "wa:k", "x", "--ttl", "0"], ["incr", "wa:n", "--ttl", "0s"]]
)
def test_a_zero_is_not_left_out(words, typed):
    typed(*words, status=1)
    assert "(invalid_request)" in typed.err


def test_a_bound_of_zero_holds(typed):
    typed("incr", "wa:zero", "--max", "0", status=1)
    assert "(limit_reached)" in typed.err
    typed("incr", "wa:zero", "--by", "-1", "--min", "0", status=1)
    assert "(limit_reached)" in typed.err


@pytest.mark.parametrize(
    ("value", "content_type", "doubt"),
    [
        (b"{}", None, None),
        (b"nope", "text/plain", None),
        (b"\xef\xbb\xbf[1]", "application/json", None),
        (b'{"a": !@[b]}', "application/json", None),
        (b"NaN", "application/json", "not valid JSON"),
        (b"[" * 100_000, "application/json", "not valid JSON"),
        (b"\xff", "APPLICATION/JSON", "not valid JSON"),
        (b'{"a":1}\n{"b":2}\n', "application/x-ndjson", None),
        (b'{"a":1}\n{"b":\n', "application/x-ndjson", "not valid JSON"),
        (b"\xff", "text/plain; charset=utf-8", "not UTF-8"),
        (b"\xff", "text/plain; charset=latin-1", None),
        ("\u00e4".encode(), 'text/plain; charset="UTF-8"', None),
        (b"a=1", "application/x-www-form-urlencoded", "not stored"),
    ],
)
def test_what_is_doubted(value, content_type, doubt):
    said = doubt_about(value, content_type)
    assert (said is None) if doubt is None else doubt in said


def test_what_is_printed_for_programs_stays_clean():
    done = subprocess.run(
        [str(Path(sys.executable).parent / "bambleweeny"), "route", "add", "wa:none", "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["key"] == "wa:none"
    assert done.stderr.startswith("bambleweeny: warning: ")
