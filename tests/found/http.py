"""Kind A: requests on the wire."""

import gzip
import json
import re
import socket
import ssl
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import requests
import yaml
from bambleweeny import __path__ as package
from found.rows import Place, row
from proxies import proxy_of
from servers import Server, running


def told(server: Server, *parts: bytes, wait_for: bytes = b"\r\n\r\n") -> bytes:
    """Send parts, each once the answer to the one before is there; return all up to the end.

    The server has to close the connection, within two seconds.
    """
    place = urlsplit(server.url)
    with socket.create_connection((place.hostname or "", place.port or 80), timeout=2) as wire:
        answer = b""
        for number, part in enumerate(parts):
            while number and answer.count(wait_for) < number:
                answer += wire.recv(65536)
            wire.sendall(part)
        try:
            while data := wire.recv(65536):
                answer += data
        except TimeoutError:
            raise AssertionError(f"not closed after {answer[:200]!r}") from None
    return answer


def statuses(answer: bytes) -> list[int]:
    """Return the statuses of all answers, in their order."""
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] ([0-9]{3}) ", answer)]


def put(place: Place, *headers: str, version: str = "1.1", name: str = "a") -> bytes:
    """Return the head of a PUT of a key by the admin."""
    lines = [f"PUT /keys/{name} HTTP/{version}", "Host: localhost"]
    lines += [f"Authorization: Bearer {place.admin.token}", *headers, "", ""]
    return "\r\n".join(lines).encode()


def last(path: str = "/") -> bytes:
    """Return a request that is the last one of its connection."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()


@row("A1", "`curl -I` on `/healthz`", before="405", right="HEAD wherever GET is")
def head_of_a_probe(place: Place) -> str:
    answer = place.admin.head("/healthz")
    assert answer.status_code == 200, answer.status_code
    assert not answer.content
    return str(answer.status_code)


@row(
    "A11",
    "behind a proxy that strips `/b9y/`: `/docs`",
    before="blank; its assets, `/` and the contract's server are absolute",
    right="relative",
)
def docs_behind_a_prefix(place: Place) -> str:
    with proxy_of(place.server.url, "/b9y") as proxy:
        doors = {"/b9y/": "console", "/b9y/docs": "docs", "/b9y/docs/": "docs"}
        for door, behind in doors.items():
            page = requests.get(proxy.url + door, headers={"Accept": "text/html"}, timeout=10)
            assert page.url == f"{proxy.url}/b9y/{behind}", page.url
        urls = re.findall(r'(?:src|href)="([^"]*)"', page.text)
        urls += re.findall(r'fetch\("([^"]*)"\)', page.text)
        answers = {url: requests.get(urljoin(page.url, url), timeout=10) for url in urls}
    assert all(answer.ok for answer in answers.values()), answers
    document = answers["openapi.json"]
    server = urljoin(document.url, document.json()["servers"][0]["url"])
    assert server == f"{proxy.url}/b9y/", server
    return f"{len(urls)} relative URLs, the server {server.removeprefix(proxy.url)}"


@row(
    "A8",
    "a value, an item, a message and a webhook sent with `Content-Encoding: gzip`",
    before="stored, and served as plain text",
    right="keep the coding and serve it, or decode, or 415; never a wrong label",
)
def coded_bodies(place: Place) -> str:
    coded = {"Content-Encoding": "gzip"}
    body = gzip.compress(b"plain text")
    assert place.admin.put("/keys/a8", data=body, headers=coded).ok
    assert place.admin.get("/keys/a8").content == b"plain text"
    hook = place.admin.post("/bins", json={"list": "a8"}).json()["path"]
    assert place.admin.post(hook, data=body, headers=coded).ok
    assert place.admin.post("/lists/a8", data=body, headers=coded).ok
    popped = place.admin.get("/lists/a8?max=9").json()
    assert popped == ["plain text"] * 2, popped
    other = place.admin.put("/keys/a8", data=b"x", headers={"Content-Encoding": "br"})
    assert (other.status_code, other.json()["code"]) == (415, "unsupported_coding")
    bomb = place.admin.put("/keys/a8", data=gzip.compress(bytes(64 << 20)), headers=coded)
    assert bomb.status_code == 413, bomb.status_code
    return f"gzip is decoded, br is {other.status_code}, 64 MB in 64 kB are {bomb.status_code}"


@row(
    "A9",
    "GET of a public route with `Range`, `If-None-Match`",
    before="200 whole",
    right="206, 304, `ETag`, as keys have them",
)
def conditions_of_a_route(place: Place) -> str:
    place.admin.put("/keys/a9", data=b"0123456789" * 100)
    made = place.admin.post("/routes", json={"key": "a9", "content_type": "text/plain"}).json()
    whole = place.admin.get(made["path"])
    tag = whole.headers.get("ETag", "")
    assert tag == place.admin.get("/keys/a9").headers["ETag"], tag
    known = place.admin.get(made["path"], headers={"If-None-Match": tag})
    part = place.admin.get(made["path"], headers={"Range": "bytes=2-4", "If-Range": tag})
    past = place.admin.get(made["path"], headers={"Range": "bytes=1000-"})
    assert (known.status_code, known.content) == (304, b"")
    assert (part.status_code, part.content) == (206, b"234"), part.status_code
    assert past.status_code == 416
    assert place.admin.head(made["path"]).headers["ETag"] == tag
    for answer in (whole, known, part, past):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    return f"{known.status_code}, {part.status_code}, {past.status_code}, ETag {tag[:9]}..."


@row("A1", "HEAD of every path that has GET", before="405", right="the same headers, no body")
def head_of_every_path(place: Place) -> str:
    place.admin.put("/keys/name", data=b"1")
    place.admin.post("/lists/name", data=b"item")
    with open(f"{package[0]}/openapi.yaml", encoding="utf-8") as file:
        paths = [path for path, item in yaml.safe_load(file)["paths"].items() if "get" in item]
    for template in paths:
        path = template.replace("{name}", "name").replace("{page}", "queues")
        head = place.admin.head(path)
        with place.admin.get(path, stream=True) as get:
            assert (head.status_code, head.content) == (get.status_code, b""), path
            assert head.headers.get("Content-Type") == get.headers.get("Content-Type"), path
            is_measured = path in ("/metrics", "/info") or "Content-Length" not in get.headers
            same = head.headers.get("Content-Length") == get.headers.get("Content-Length")
            assert is_measured or same, path
    return f"{len(paths)} paths"


@row(
    "A1",
    "HEAD of a list with one item and of a counter",
    before="405",
    right="200; the item and the number stay",
)
def head_changes_nothing(place: Place) -> str:
    place.admin.post("/lists/head", data=b"item")
    place.admin.put("/keys/head", data=b"1")
    heads = [place.admin.head(path) for path in ("/lists/head", "/incr/head", "/incr/head")]
    assert [head.status_code for head in heads] == [200] * 3, heads
    item, number = place.admin.get("/lists/head").text, place.admin.get("/incr/head").text
    assert (item, number) == ("item", "2"), (item, number)
    return "200; they stay"


@row(
    "A2",
    "`curl -X PUT -H 'Expect: 100-continue' -d '' URL/keys/a`",
    before="100, then no answer",
    right="one answer",
)
def expect_without_a_body(place: Place) -> str:
    head = put(place, "Expect: 100-continue", "Content-Length: 0")
    answer = told(place.server, head, last())
    assert statuses(answer) == [200, 200], answer
    assert answer.count(b"B9y-Authenticated-User") == 1, "the next request inherits the token"
    return "200"


@row(
    "A2",
    "Expect: 100-continue with a body that is over the limit, that is there, or that comes later",
    before="100",
    right="413; 200; 100 and 200",
)
def expect_with_a_body(place: Place) -> str:
    length = "Content-Length: 5"
    large = told(place.server, put(place, "Expect: 100-continue", "Content-Length: 99999999999"))
    there = told(place.server, put(place, "Expect: 100-continue", length) + b"hello" + last())
    later = told(
        place.server, put(place, "Expect: 100-continue", length, "Connection: close"), b"hello"
    )
    found = [statuses(answer) for answer in (large, there, later)]
    assert found == [[413], [200, 200], [100, 200]], found
    return "413; 200; 100 and 200"


@row("A2", "`Expect: 200-ok`", before="ignored", right="417, and close")
def other_expectations(place: Place) -> str:
    answer = told(place.server, put(place, "Expect: 200-ok", "Content-Length: 0") + last())
    assert statuses(answer) == [417], answer
    return "417, closed"


@row(
    "A3",
    "HTTP/1.0 with keep-alive, `Content-Length` and `Transfer-Encoding: chunked`",
    before="the length wins, the rest is run as a request",
    right="400 and close for any transfer coding in 1.0",
)
def coding_in_http_1_0(place: Place) -> str:
    for coding in ("chunked", "identity", "gzip", ""):
        for more in ([], ["Content-Length: 5"]):
            headers = ["Connection: keep-alive", f"Transfer-Encoding: {coding}", *more]
            sent = put(place, *headers, version="1.0") + b"0\r\n\r\n" + last()
            assert statuses(told(place.server, sent)) == [400], headers
    return "400, closed"


@row(
    "A4",
    "`Connection: keep-alive, close`, in one header, in two, in any case",
    before="not honoured",
    right="one answer that says `Connection: close`, and close",
)
def connection_is_a_list(place: Place) -> str:
    for lines in (
        "Connection: close",
        "Connection: keep-alive, close",
        "connection: Keep-Alive\r\nConnection: x ,CLOSE",
    ):
        request = f"GET / HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n\r\n".encode()
        answer = told(place.server, request + last("/nowhere"))
        assert statuses(answer) == [200], lines
        assert b"\r\nConnection: close\r\n" in answer, lines
    return "closed, and says so"


@row(
    "A4",
    "HTTP/1.0, with and without `Connection: keep-alive`",
    before="as asked",
    right="open where it is asked for, else `Connection: close`",
)
def connection_of_http_1_0(place: Place) -> str:
    old = "GET / HTTP/1.0\r\n{}\r\n"
    kept = told(place.server, old.format("Connection: x, Keep-Alive\r\n").encode() + last())
    closed = told(place.server, old.format("").encode() + last())
    assert (statuses(kept), statuses(closed)) == ([200, 200], [200]), (kept, closed)
    assert b"\r\nConnection: keep-alive\r\n" in kept.replace(b"Keep-Alive", b"keep-alive")
    assert b"\r\nConnection: close\r\n" in closed
    return "as asked"


@row(
    "A5",
    "two codings; 1.1 without Host, with two or a bad one; `HTTP/2.0`; `GET healthz`",
    before="accepted",
    right="400 or 505, and close",
)
def malformed_heads(place: Place) -> str:
    good, chunked = "Host: localhost", "Transfer-Encoding: chunked"
    wrong = {
        ("GET / HTTP/1.1", good, "Transfer-Encoding: chunked, chunked"): 400,
        ("GET / HTTP/1.1", good, chunked, chunked): 400,
        ("GET / HTTP/1.1", good, "Transfer-Encoding: gzip, chunked"): 400,
        ("GET / HTTP/1.1", good, "Transfer-Encoding: identity"): 400,
        ("GET / HTTP/1.1",): 400,
        ("GET / HTTP/1.1", good, "Host: evil.example"): 400,
        ("GET / HTTP/1.1", "Host: a b"): 400,
        ("GET / HTTP/2.0", good): 505,
        ("GET healthz HTTP/1.1", good): 400,
        ("GET /healthz", good): 400,
    }
    for lines, status in wrong.items():
        sent = "\r\n".join([*lines, "", ""]).encode() + b"0\r\n\r\n" + last()
        assert statuses(told(place.server, sent)) == [status], lines
    return "400 or 505, closed"


@row(
    "A6",
    "`https://` to the port",
    before="silence until the client gives up",
    right="close at once, with a line in the log",
)
def tls_to_the_port(place: Place) -> str:
    with running("sandbox") as server:
        where = urlsplit(server.url)
        with socket.create_connection((where.hostname or "", where.port or 80), timeout=2) as wire:
            try:
                ssl.create_default_context().wrap_socket(wire, server_hostname="localhost")
            except TimeoutError:
                raise AssertionError("the client waits") from None
            except OSError as ex:
                failure = ex
        assert server.stop() == 0
    assert "began TLS" in server.log, server.log
    return f"closed; the client says {getattr(failure, 'reason', failure)}"


@row(
    "A6",
    "SSH, Redis, SMTP or any bytes that are not HTTP",
    before="silence until the client gives up",
    right="400 and close at once",
)
def not_http(place: Place) -> str:
    for sent in (
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"*1\r\n$4\r\nPING\r\n",
        b"EHLO x\r\n",
        b"\x05\x01\x00",
    ):
        assert statuses(told(place.server, sent)) == [400], sent
    return "400, closed"


REFUSED: dict[str, Callable[[Place], bytes]] = {
    "413": lambda place: put(place, "Origin: http://localhost:5173", "Content-Length: 99999999999"),
    "431": lambda place: put(place, "Origin: http://localhost:5173", f"X: {'x' * 70_000}"),
    "400": lambda place: put(place, "Origin: http://localhost:5173", "Content-Length: +1"),
    "417": lambda place: put(place, "Origin: http://localhost:5173", "Expect: x"),
    "501": lambda place: put(place, "Origin: http://localhost:5173", "Transfer-Encoding: gzip"),
    "505": lambda place: put(place, "Origin: http://localhost:5173", version="2.0"),
}


@row(
    "A7",
    "what is refused before the application, with an `Origin`",
    before="without CORS headers, so a page sees a network error",
    right="the headers of other answers: CORS, nosniff, request id",
)
def refusals_have_all_headers(place: Place) -> str:
    origin = {"Origin": "http://localhost:5173"}
    usual = {*place.admin.get("/nowhere", headers=origin).headers} - {"B9Y-Authenticated-User"}
    for status, request in REFUSED.items():
        head, _, body = told(place.server, request(place)).decode().partition("\r\n\r\n")
        assert head.split()[1] == status, head
        fields = dict(line.split(": ", 1) for line in head.splitlines()[1:])
        missing = {name.lower() for name in usual} - {name.lower() for name in fields}
        assert not missing, f"{status} lacks {missing}"
        assert fields["Access-Control-Allow-Origin"] == origin["Origin"]
        assert json.loads(body)["code"], body
    return "the same headers"
