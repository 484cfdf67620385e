"""The client where the network or the server lets it down."""

import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from bambleweeny import BambleweenyError, Client
from bambleweeny.client.transport.connection import Connection
from bambleweeny.client.transport.failures import refusal
from bambleweeny.client.transport.login import Login
from bambleweeny.errors import (
    ConnectionBroken,
    InvalidRequest,
    NoAnswer,
    NotFound,
    StoreUnavailable,
    TimedOut,
    Unauthorized,
    Unreachable,
)
from servers import running, start

BREAKS = ["before", "without", "middle"]


def counted(services, method, route, status="200"):
    return services.metrics.counted().requests.get((method, route, status), 0)


@pytest.mark.parametrize("treatment", BREAKS)
def test_a_read_whose_connection_broke_is_tried_once_more(client, cut, proxy, treatment):
    client.set("a", "value")
    proxy.treatments = [treatment]
    assert cut.get("a") == b"value"
    proxy.treatments = [treatment]
    assert list(cut.keys) == ["a"]
    assert proxy.seen == ["GET /keys/a HTTP/1.1"] * 2 + ["GET /keys HTTP/1.1"] * 2


@pytest.mark.parametrize("treatment", BREAKS)
def test_a_read_is_not_tried_a_third_time(cut, proxy, treatment):
    proxy.treatments = [treatment] * 2
    with pytest.raises(ConnectionBroken) as caught:
        cut.get("a")
    assert len(proxy.seen) == 2
    assert proxy.url in caught.value.info


@pytest.mark.parametrize("treatment", BREAKS)
@pytest.mark.parametrize(
    ("write", "line"),
    [
        (lambda c: c.set("a", "1"), "PUT /keys/a"),
        (lambda c: c.delete("a"), "DELETE /keys/a"),
        (lambda c: c.incr("a"), "POST /incr/a"),
        (lambda c: c.push("l", "1"), "POST /lists/l"),
        (lambda c: c.pop("l"), "POST /lists/l/pop"),
        (lambda c: c.pop("l", wait=1), "POST /lists/l/pop?wait=1"),
        (lambda c: c.lists.push_lines("l", "1"), "POST /lists/l?split=lines"),
        (lambda c: c.lists.delete("l"), "DELETE /lists/l"),
        (lambda c: c.routes.create("a"), "POST /routes"),
        (lambda c: c.bins.create("l"), "POST /bins"),
        (lambda c: c.users.create("uli", "another"), "POST /users"),
    ],
)
def test_a_write_is_never_tried_again(cut, proxy, treatment, write, line):
    cut.set("a", "1")
    cut.push("l", "1")
    proxy.seen.clear()
    proxy.treatments = [treatment]
    with pytest.raises(ConnectionBroken) as caught:
        write(cut)
    assert proxy.seen == [f"{line} HTTP/1.1"]
    assert "may or may not have happened" in caught.value.hint
    assert (caught.value.code, caught.value.status) == ("connection_broken", 0)


def test_a_batch_that_only_reads_is_tried_again_and_another_is_not(client, cut, proxy):
    client.set("a", "1")
    proxy.treatments = ["middle", "pass", "middle"]
    with cut.batch() as batch:
        read = batch.get("a")
    assert read.value == b"1"
    with pytest.raises(ConnectionBroken):
        with cut.batch() as batch:
            batch.get("a")
            written = batch.incr("n")
    assert isinstance(written.error, ConnectionBroken)
    assert len(proxy.seen) == 3
    assert client.get("n") == b"1"


def test_what_does_not_answer_in_time_is_told_and_not_tried_again(proxy):
    proxy.treatments = ["silent"]
    with Client(proxy.url, "admin", "changeme", timeout=0.3) as client:
        client.tokens.create()
        began = time.monotonic()
        with pytest.raises(TimedOut, match=r"within 0\.3 seconds"):
            client.get("a")
        assert 0.2 < time.monotonic() - began < 15
    assert len(proxy.seen) == 1


def test_the_answer_of_somebody_else_is_told_as_such(cut, proxy):
    proxy.treatments = ["foreign"]
    with pytest.raises(BambleweenyError, match="answered 502") as caught:
        cut.get("a")
    assert (type(caught.value), caught.value.status) == (BambleweenyError, 502)


def bound(unused):
    """Bind a socket, on which nobody listens; return its URL."""
    unused.bind(("127.0.0.1", 0))
    return f"http://127.0.0.1:{unused.getsockname()[1]}"


def test_a_server_that_is_not_there_is_named():
    with socket.socket() as unused, Client(url := bound(unused), "admin", "changeme") as client:
        for call in (client.health, lambda: client.get("a"), lambda: client.incr("a")):
            with pytest.raises(Unreachable) as caught:
                call()
            assert caught.value.info == f"There is no answer from {url}: connection refused."
            assert isinstance(caught.value, NoAnswer)


def test_a_name_that_nobody_knows_is_told():
    with (
        Client("http://nobody.invalid:8080") as client,
        pytest.raises(Unreachable, match="its name"),
    ):
        client.health()


def test_a_server_that_speaks_no_tls_is_told():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=answer_plainly, args=(listener,))
        thread.start()
        with (
            Client(url) as client,
            pytest.raises(ConnectionBroken, match=r"no answer from https://127.*TLS failed"),
        ):
            client.health()
        thread.join()


def answer_plainly(listener):
    wire, _ = listener.accept()
    with wire:
        wire.recv(4096)
        wire.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_a_server_that_went_and_came_again_is_found_again():
    with running("sandbox") as server:
        place = server.url.removeprefix("http://")
        client = Client(server.url, "admin", "changeme")
        client.set("a", "1")
    with client:
        with pytest.raises(Unreachable):
            client.get("a")
        again = start("sandbox", listen=place)
        try:
            with pytest.raises(NotFound):
                client.get("a")
            assert client.incr("n") == 1
        finally:
            assert again.stop() == 0


def test_a_token_is_renewed_before_it_ends():
    with running("sandbox", "--token-expiry", "1", "--log-level", "warning") as server:
        with Client(server.url, "admin", "changeme") as client:
            began = time.monotonic()
            while (made := logins(client.metrics())) < 3:
                client.incr("n")
            assert made == 3
            assert time.monotonic() - began > 0.5


def logins(metrics):
    """Return how many logins metrics have counted."""
    found = re.search(r'_requests_total\{.*route="/auth/token",status="200"\} (\S+)', metrics)
    return float(found[1]) if found else 0


def test_a_token_that_has_ended_is_renewed_after_the_401(session_url, services):
    now = [0.0]
    connection = Connection(session_url, Login("admin", "changeme", clock=lambda: now[0]), 10)
    connection.call("PUT", "/keys/a", body=b"1")
    before = counted(services, "POST", "/auth/token")
    now[0] = 2900.0
    connection.call("GET", "/keys/a")
    assert counted(services, "POST", "/auth/token") == before
    now[0] = 2970.0
    connection.call("GET", "/keys/a")
    assert counted(services, "POST", "/auth/token") == before + 1
    connection.login._token = "nonsense"
    connection.call("GET", "/keys/a")
    assert counted(services, "POST", "/auth/token") == before + 2
    connection.close()


def test_threads_share_a_client_and_log_in_once(session_url, services):
    before = counted(services, "POST", "/auth/token")
    with Client(session_url, "admin", "changeme") as client, ThreadPoolExecutor(16) as pool:
        together = threading.Barrier(16)

        def work(_):
            together.wait()
            numbers = [client.incr("n") for _ in range(25)]
            client.push("l", "x")
            return numbers

        numbers = [number for part in pool.map(work, range(16)) for number in part]
    assert sorted(numbers) == list(range(1, 401))
    assert counted(services, "POST", "/auth/token") == before + 1


def test_threads_whose_token_was_refused_log_in_once(client, ulis, uli, services):
    ulis.set("n", "0")
    services.users.change(uli.id, password="secret")
    before = counted(services, "POST", "/auth/token")
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda _: ulis.incr("n"), range(100)))
    assert sorted(numbers) == list(range(1, 101))
    assert counted(services, "POST", "/auth/token") == before + 1


def test_a_closed_client_says_so(session_url, services):
    client = Client(session_url, "admin", "changeme")
    client.close()
    with pytest.raises(RuntimeError, match="is closed"):
        client.health()


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8080",
        "ftp://localhost",
        "http://",
        "http://u:p@host",
        "http://host/?a=1",
        "http://a:99999",
        "",
    ],
)
def test_what_is_no_url_of_a_server_is_refused(url):
    with pytest.raises(ValueError, match="URL"):
        Client(url)


def test_a_url_can_end_in_a_slash(session_url, services):
    with Client(session_url + "/", "admin", "changeme") as client:
        assert client.about()["msg"] == "This is bambleweeny"
        assert client.routes.create("a").url.startswith(f"{session_url}/routes/")


def test_errors_keep_what_the_server_said(session_url, services):
    with Client(session_url, token="nonsense") as client, pytest.raises(Unauthorized) as caught:
        client.get("a")
    assert caught.value.hint.startswith("Get a token")
    assert caught.value.retry_after is None


def test_an_error_that_this_client_does_not_know_keeps_its_code():
    error = refusal("http://x", 409, {}, b'{"info":"Not now.","code":"not_now","hint":"Later."}')
    assert type(error) is BambleweenyError
    assert (error.code, error.status, error.info, error.hint) == (
        "not_now",
        409,
        "Not now.",
        "Later.",
    )
    assert BambleweenyError.code == "error"
    away = refusal(
        "http://x", 503, {"Retry-After": "7"}, b'{"info":"Away.","code":"store_unavailable"}'
    )
    assert isinstance(away, StoreUnavailable)
    assert (away.retry_after, away.hint) == (7, None)
    for body in (b"", b"[]", b'"x"', b"{}", b"\xff", b'{"info":1}'):
        assert "not as Bambleweeny answers" in refusal("http://x", 500, {}, body).info


def test_headers_that_cannot_be_sent_are_an_error_of_the_client(sandbox):
    for token in ("a\r\nX: y", "a\nb", "\u20ac"):
        with Client(sandbox.url, token=token) as client:
            with pytest.raises(InvalidRequest, match="The token has line ends"):
                client.get("foo")
            with pytest.raises(InvalidRequest):
                next(iter(client.events()))
    with Client(sandbox.url, "admin", "changeme") as client:
        for how in ({"if_match": '"a"\r\nX: y'}, {"if_none_match": "\n"}, {"type": "a/b\r\nX: y"}):
            with pytest.raises(BambleweenyError):
                client.set("foo", "bar", **how)
        with pytest.raises(InvalidRequest, match="The header 'Idempotency-Key'"):
            client.lists.push("l", "v", key="a\r\nb")


def test_a_read_without_an_answer_can_be_repeated(cut, proxy):
    proxy.treatments = ["without"] * 2
    with pytest.raises(NoAnswer) as caught:
        cut.get("a")
    assert caught.value.hint == "The call can be repeated."
    proxy.treatments = ["without"] * 2
    with pytest.raises(NoAnswer) as caught:
        cut.set("a", "value")
    assert caught.value.hint.startswith("A write may or may not have happened")
