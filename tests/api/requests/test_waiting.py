"""Waiting for a key over HTTP."""

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor

import pytest


def tag(value):
    return f'"{hashlib.sha1(value).hexdigest()}"'


@pytest.fixture
def asking(as_uli, services):
    """Ask in a thread; gives the answer's future once it is waited for."""
    pubsub = services.lists._store.pubsub
    with ThreadPoolExecutor(1) as pool:

        def ask(known=None, wait="10s"):
            headers = {"If-None-Match": known} if known else {}
            answer = pool.submit(as_uli.get, f"/keys/k?wait={wait}", headers=headers)
            while not answer.done() and not any(
                name.endswith(b":changed:k") for name in pubsub._waiting
            ):
                time.sleep(0.001)
            return answer

        yield ask


def test_a_change_is_answered_when_it_comes(as_uli, asking, services, uli):
    as_uli.put("/keys/k", data=b"old")
    for known in (tag(b"old"), f"W/{tag(b'old')}", f"{tag(b'x')}, {tag(b'old')}"):
        answer = asking(known)
        services.keys.set(uli, "k", b"new")
        assert (answer.result(20).status_code, answer.result().content) == (200, b"new")
        services.keys.set(uli, "k", b"old")


def test_a_deleted_key_is_not_found_when_it_goes(as_uli, asking, services, uli):
    as_uli.put("/keys/k", data=b"old")
    for known in (tag(b"old"), "*"):
        answer = asking(known)
        services.keys.delete(uli, "k")
        assert answer.result(20).status_code == 404
        services.keys.set(uli, "k", b"old")


def test_a_missing_key_is_answered_when_it_comes(asking, services, uli):
    answer = asking()
    services.keys.set(uli, "k", b"new")
    assert (answer.result(20).status_code, answer.result().content) == (200, b"new")


def test_what_is_known_at_once_is_answered_at_once(as_uli):
    before = time.monotonic()
    assert as_uli.get("/keys/k?wait=30", headers={"If-None-Match": tag(b"x")}).status_code == 404
    as_uli.put("/keys/k", data=b"new")
    assert as_uli.get("/keys/k?wait=30").content == b"new"
    answer = as_uli.get("/keys/k?wait=30", headers={"If-None-Match": tag(b"x")})
    assert (answer.status_code, answer.content) == (200, b"new")
    assert time.monotonic() - before < 10


def test_without_a_change_the_answer_is_304_or_404(as_uli):
    assert as_uli.get("/keys/k?wait=1").status_code == 404
    as_uli.put("/keys/k", data=b"old")
    for known in (tag(b"old"), "*"):
        for wait in ("0", "1s"):
            answer = as_uli.get(f"/keys/k?wait={wait}", headers={"If-None-Match": known})
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["ETag"] == tag(b"old")


def test_a_key_that_expires_during_the_wait_is_not_found(as_uli, raw):
    as_uli.put("/keys/k", data=b"old")
    raw.pexpire("b9y:{1}:key:k", 300)
    answer = as_uli.get("/keys/k?wait=1", headers={"If-None-Match": tag(b"old")})
    assert answer.status_code == 404


@pytest.mark.parametrize("wait", ["", "31", "1m", "soon", "-1"])
def test_a_bad_wait_is_refused(as_uli, wait):
    answer = as_uli.get(f"/keys/k?wait={wait}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert "wait" in answer.json()["info"]


def test_head_does_not_wait(as_uli):
    before = time.monotonic()
    assert as_uli.head("/keys/k?wait=30").status_code == 404
    for query in ("wait=31", "wait=x", "touch=x", "touch=0"):
        assert as_uli.head(f"/keys/k?{query}").status_code == 400, query
    assert time.monotonic() - before < 10
