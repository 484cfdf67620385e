"""What the receiver gets: the request as it was, below its own URL."""

import base64
import json

import pytest
from receivers import Received, kept


def listen(typed, hooks, url, *words, status=0):
    out = typed("listen", hooks, "--to", url, "--idle", "0", *words, status=status)
    return out.splitlines()


def test_the_request_arrives_as_it_was_sent(client, hooks, receiver, typed):
    body = '{"a": "ä",  "b":1}\n'
    headers = {
        "content-type": "application/json",
        "user-agent": "Hookshot/1",
        "x-a": "1, 2",
        "x-name": "J\xf6rg",
    }
    client.push(hooks, kept(body, "PUT", path="/a%2Fb/c", query="a=1&a=2", headers=headers))
    [line] = listen(typed, hooks, f"{receiver.url}/hook?k=v")
    [got] = receiver.received
    assert (got.method, got.path) == ("PUT", "/hook/a%2Fb/c?k=v&a=1&a=2")
    assert got.body == body.encode()
    for name, text in headers.items():
        assert got.header(name) == text
    assert got.header("host") == receiver.url.removeprefix("http://")
    assert got.header("content-length") == str(len(got.body))
    assert got.header("accept-encoding") is None
    assert got.header("b9y-attempt") == "1"
    assert line.split(" ")[1:4] == ["PUT", "/a%2Fb/c", "200"]
    assert line.endswith(" ms")
    assert client.lists.stats(hooks)["ready"] == client.lists.stats(hooks)["leased"] == 0


@pytest.mark.parametrize("body", [b"\x00\xff\x00", bytes(range(256)) * 1000, b"", b"\r\n--\r\n"])
def test_the_bytes_of_a_body_stay(client, hooks, receiver, typed, body):
    client.push(hooks, kept({"base64": base64.b64encode(body).decode()}))
    client.push(hooks, body)
    listen(typed, hooks, receiver.url)
    assert [got.body for got in receiver.received] == [body, body]
    assert [got.path for got in receiver.received] == ["/", "/"]


def test_an_item_that_is_only_a_body_is_posted(client, hooks, receiver, typed):
    for body in (b'{"method": "DELETE"}', b"text", b"{" * 100_000):
        client.push(hooks, body)
    listen(typed, hooks, f"{receiver.url}/hook/")
    assert [got.method for got in receiver.received] == ["POST"] * 3
    assert {got.path for got in receiver.received} == {"/hook/"}


def test_with_raw_a_body_that_looks_like_a_request_is_none(client, hooks, receiver, typed):
    forged = kept("x", "DELETE", path="/all")
    client.push(hooks, forged)
    listen(typed, hooks, receiver.url, "--raw")
    [got] = receiver.received
    assert (got.method, got.path, got.body) == ("POST", "/", forged)


def test_headers_of_the_connection_and_ours_stay_out(client, hooks, receiver, typed):
    dropped = {
        "connection": "close, X-Named", "x-named": "1", "keep-alive": "timeout=5", "te": "trailers",
        "trailer": "x", "transfer-encoding": "chunked", "upgrade": "h2c", "proxy-authorization": "x",
        "proxy-connection": "x", "host": "bins.example", "content-length": "99",
        "expect": "100-continue", "b9y-ttl": "1", "authorization": "Bearer [token]",
    }  # fmt: skip
    client.push(hooks, kept("x", headers={**dropped, "x-kept": "1"}))
    client.push(hooks, kept("x", headers={"authorization": "Bearer theirs"}))
    listen(typed, hooks, receiver.url)
    names = {name.lower() for name, _ in receiver.received[0].headers}
    assert names == {"host", "connection", "content-length", "x-kept", "b9y-item", "b9y-attempt"}
    assert receiver.received[0].header("content-length") == "1"
    assert receiver.received[1].header("authorization") == "Bearer theirs"


def test_a_login_in_the_url_is_sent_and_not_shown(client, hooks, receiver, typed):
    client.push(hooks, kept("x", headers={"authorization": "Bearer theirs"}))
    url = receiver.url.replace("//", "//ann:p%40ss@")
    lines = listen(typed, hooks, url)
    [got] = receiver.received
    assert [text for name, text in got.headers if name.lower() == "authorization"] == [
        f"Basic {base64.b64encode(b'ann:p@ss').decode()}"
    ]
    assert "p@ss" not in f"{lines}{typed.err}"
    assert "p%40ss" not in f"{lines}{typed.err}"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x/",
        "http://",
        "localhost:3000",
        "http://x/#a",
        "http://s3cret@x/#",
        "http://x:99999/",
        "http://x:0/",
        "http://a..b/",
        "http://a b/",
        "http://[::1",
        "http://ä/",
        "",
    ],
)
def test_a_url_to_which_nothing_can_be_sent(hooks, typed, url):
    listen(typed, hooks, url, status=2)
    assert typed.err.startswith("bambleweeny: The URL of --to ")
    assert "s3cret" not in typed.err


def test_a_redirect_is_not_followed(client, hooks, receiver, typed):
    receiver.answer = lambda got: 200 if got.path == "/new" else (302, {"Location": "/new"}, b"")
    client.push(hooks, kept("x"))
    [line] = listen(typed, hooks, receiver.url, status=1)
    assert " 302 " in line
    assert [got.path for got in receiver.received] == ["/"]
    assert client.lists.stats(hooks)["delayed"] == 1


@pytest.mark.parametrize(
    "bad",
    [
        {"path": "/../admin"}, {"path": "/a/%2e%2E/b"}, {"path": "/..%2Fx"}, {"path": "/a/..\\b"},
        {"headers": {"x": "a\r\nb: c"}}, {"headers": {"x y": "1"}}, {"headers": {"x": "\u20ac"}},
        {"headers": {"x": "a\x00"}}, {"cut": 100},
    ],
    ids=str,
)  # fmt: skip
def test_an_item_that_cannot_be_sent_is_dead_at_once(client, hooks, receiver, typed, bad):
    client.push(hooks, kept("x", **bad))
    client.push(hooks, kept("next"))
    listen(typed, hooks, receiver.url)
    assert [got.body for got in receiver.received] == [b"next"]
    [item] = client.lists.items(hooks, "dead")
    assert item.reason.startswith("not sent: ")
    assert f"bambleweeny: The item {item.id} is dead: " in typed.err


def test_what_a_path_or_query_may_not_have_is_percent_encoded(client, hooks, receiver, typed):
    client.push(hooks, kept("", "GET", path="/a b\xe4?#", query="q=a b#\n"))
    listen(typed, hooks, receiver.url)
    [got] = receiver.received
    assert (got.method, got.path) == ("GET", "/a%20b%E4%3F%23?q=a%20b%23%0A")
    assert got.header("content-length") is None


def test_each_line_as_json(client, hooks, receiver, typed):
    receiver.answer = lambda _: 503
    client.push(hooks, kept("x", path="/a\nb"))
    out = typed("listen", hooks, "--to", receiver.url, "--max", "1", "--json", status=1)
    line = json.loads(out)
    [item] = client.lists.items(hooks, "delayed")
    assert line.pop("ms") >= 0
    assert line.pop("time").endswith("Z")
    assert line == {"item": item.id, "method": "POST", "path": "/a\nb", "status": 503, "reason": None, "attempt": 1, "not_signed": None, "then": "retried in 5 s"}  # fmt: skip


def test_a_path_cannot_write_lines_of_its_own(client, hooks, receiver, typed):
    client.push(hooks, kept("x", path="/a\n\x1b[2J"))
    [line] = listen(typed, hooks, receiver.url)
    assert r"/a\n\x1b[2J 200" in line


def test_the_list_of_a_bin_is_found(client, hooks, receiver, typed):
    bin = client.bins.create(hooks)
    for word in (bin.id, bin.path, bin.url, f"{bin.url}/below"[: len(bin.url)]):
        client.bins.post(bin.id, b"x")
        typed("listen", word, "--to", receiver.url, "--idle", "0")
    assert len(receiver.received) == 4
    client.bins.delete(bin.id)
    typed("listen", bin.url, "--to", receiver.url, "--idle", "0", status=1)
    assert typed.err.startswith(f"bambleweeny: You have no bin '{bin.id}'.")
    client.push(bin.id, b"a list with the name of an id")
    typed("listen", bin.id, "--to", receiver.url, "--idle", "0")
    assert receiver.received[-1].body == b"a list with the name of an id"


def test_a_bin_is_found_by_its_name(client, hooks, receiver, typed):
    bin = client.bins.create(hooks, {"name": "named-bin"})
    for word in ("named-bin", "@admin/named-bin", bin.url, bin.named_path, bin.id):
        client.push(hooks, word)
        typed("listen", word, "--to", receiver.url, "--idle", "0")
        assert receiver.received[-1].body == word.encode()
    client.bins.delete(bin.id)
    for word in ("@admin/named-bin", bin.url):
        typed("listen", word, "--to", receiver.url, "--idle", "0", status=1)
        assert typed.err.startswith("bambleweeny: You have no bin '@admin/named-bin'.")


def test_a_bin_of_a_topic_has_no_items(client, hooks, receiver, typed):
    bin = client.bins.set({"topic": hooks, "name": "news-bin"})
    typed("listen", "news-bin", "--to", receiver.url, "--idle", "0", status=1)
    assert typed.err.startswith(f"bambleweeny: The bin adds to the topic '{hooks}', not to a list.")
    client.bins.delete(bin.id)


def test_a_received_request_has_its_headers():
    assert Received("GET", "/", [("A", "1")], b"").header("a") == "1"
