"""Answers of the target: late, endless, broken, interim, or none."""

import socket
import threading
import time
from contextlib import contextmanager, suppress

import pytest
from receivers import kept, receiving


def listen(typed, hooks, url, *words, status=0):
    out = typed("listen", hooks, "--to", url, "--idle", "0", *words, status=status)
    return out.splitlines()


@contextmanager
def answering(answer):
    """Yield the URL of a target that sends these bytes to its first client."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run():
            wire, _ = server.accept()
            with wire:
                wire.recv(65536)
                wire.sendall(answer)

        thread = threading.Thread(target=run)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def test_an_answer_without_an_end_costs_no_more_than_the_timeout(client, hooks, typed):
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def drip():
            wire, _ = server.accept()
            with wire:
                wire.recv(65536)
                for byte in b"HTTP/1.1 200 OK" + b"x" * 10_000:
                    if over.wait(0.05):
                        break
                    try:
                        wire.sendall(bytes([byte]))
                    except OSError:
                        break

        thread = threading.Thread(target=drip)
        thread.start()
        client.push(hooks, kept("x"))
        begun = time.monotonic()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        [line] = listen(typed, hooks, url, "--timeout", "1s", "--max", "1", status=1)
        assert "POST / no answer within 1 s" in line
        assert time.monotonic() - begun < 15
        over.set()
        thread.join()


def test_a_large_answer_is_discarded_and_its_status_counts(client, hooks, receiver, typed):
    receiver.answer = lambda _: (201, {}, b"x" * (3 << 20))
    client.push(hooks, kept("x"))
    [line] = listen(typed, hooks, receiver.url)
    assert " 201 " in line


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0\r\n\r\n", b"HTTP/1.1 2\r\n\r\n"])
def test_an_answer_that_is_none_is_a_failure(client, hooks, typed, answer):
    client.push(hooks, kept("x"))
    with answering(answer) as url:
        [line] = listen(typed, hooks, url, "--max", "1", status=1)
    assert ("the connection broke" if not answer else "the answer is not HTTP") in line


HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nContent-Length: 9\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (HINTS + b"HTTP/1.1 204 No Content\r\n\r\n", "204"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + HINTS * 3 + b"HTTP/1.1 200 OK\r\n\r\nx", "200"),
        (HINTS + b"HTTP/1.1 503 Down\r\n\r\n", "503"),
        (HINTS, "the connection broke"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "101"),
    ],
    ids=range(5),
)
def test_the_final_answer_counts(client, hooks, typed, answer, said):
    client.push(hooks, kept("x"))
    with answering(answer) as url:
        [line] = listen(typed, hooks, url, "--max", "1", status=0 if said[0] == "2" else 1)
    assert f" POST / {said} " in line


@pytest.mark.parametrize("hints", [1, 1000])
def test_hints_without_an_answer_come_to_an_end(client, hooks, typed, hints):
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def run():
            wire, _ = server.accept()
            with wire, suppress(OSError):
                wire.recv(65536)
                wire.sendall(HINTS * hints)
                over.wait(20)

        thread = threading.Thread(target=run)
        thread.start()
        client.push(hooks, kept("x"))
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        [line] = listen(typed, hooks, url, "--timeout", "1s", "--max", "1", status=1)
        over.set()
        thread.join()
    assert ("no answer within 1 s" if hints == 1 else "the answer is not HTTP") in line


def test_names_and_ports_at_which_nothing_answers(client, hooks, typed):
    with receiving() as receiver:
        url = receiver.url
    for place, why in (
        (url, "connection refused"),
        ("http://nobody.invalid", "the host cannot be resolved"),
        (f"https://127.0.0.1:{url.rpartition(':')[2]}", "connection refused"),
    ):
        client.push(hooks, kept("x"))
        [line] = listen(typed, hooks, place, "--max", "1", status=1)
        assert why in line


def test_what_speaks_no_tls(client, hooks, receiver, typed):
    client.push(hooks, kept("x"))
    [line] = listen(typed, hooks, receiver.url.replace("http", "https"), "--max", "1", status=1)
    assert "TLS failed" in line
