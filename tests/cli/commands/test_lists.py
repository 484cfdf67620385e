"""`push`, `pop` and `lists`."""

import json
import threading

import pytest
from bambleweeny import Client
from servers import Http

pytestmark = pytest.mark.usefixtures("logged_in")


def test_first_in_first_out(typed):
    typed("push", "l:q", "one")
    typed("push", "l:q", given=b"\x00two\n")
    assert typed("pop", "l:q") == "one"
    assert typed("pop", "l:q") == "\x00two\n"
    typed("pop", "l:q", status=1)
    assert typed.err == "bambleweeny: The list 'l:q' is empty.\n"


def test_each_line_is_an_item(typed, sandbox, sandbox_token):
    text = b"".join(b"line %d\n" % number for number in range(10_500))
    typed("push", "l:lines", "--lines", given=text)
    with Client(sandbox.url, token=sandbox_token) as client:
        items = []
        for many in (10_000, 500):
            with client.batch() as batch:
                popped = [batch.pop("l:lines") for _ in range(many)]
            items += [item.value for item in popped]
        assert client.pop("l:lines") is None
    assert b"\n".join(items) + b"\n" == text


def test_lines_of_windows_are_lines(typed):
    typed("push", "l:crlf", "--lines", given=b"\xef\xbb\xbfone\r\ntwo\r\n")
    assert typed("pop", "l:crlf", "--max", 9) == "one\ntwo\n"


def test_a_pop_waits_for_an_item(typed, sandbox, sandbox_token):
    with Http(sandbox.url, sandbox_token) as other:
        later = threading.Timer(0.05, lambda: other.post("/lists/l:wait", data=b"late"))
        later.start()
        assert typed("pop", "l:wait", "--wait", "10s") == "late"
        later.join()
    typed("pop", "l:wait", "--wait", "soon", status=2)


def test_lists_are_listed_and_deleted(typed):
    typed("push", "ll:a", "x")
    typed("push", "ll:b", "x")
    assert typed("lists", "--prefix", "ll:") == "ll:a\nll:b\n"
    assert typed("lists", "list", "--prefix", "ll:", "--long") == "ll:a\t0\nll:b\t0\n"
    assert json.loads(typed("lists", "--prefix", "ll:a", "--json")) == [{"list": "ll:a"}]
    typed("lists", "del", "ll:a", "ll:b")
    assert typed("lists", "--prefix", "ll:") == ""
    typed("lists", "del", "ll:a", status=1)
