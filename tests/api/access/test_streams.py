"""Streams of topics and events, and long answers: what a token may read; they end with it."""

from contextlib import closing

import pytest
from api.access.named_tokens import is_refused
from requests.exceptions import ChunkedEncodingError
from servers import Http

SSE = {"Accept": "text/event-stream"}


@pytest.mark.parametrize(
    ("scopes", "allowed", "refused"),
    [
        (
            ["keys:read:app:*"],
            ["keys=app:*", "keys=app:a,app:b:*"],
            ["", "keys=ap*", "keys=app:*,b"],
        ),
        (["lists:read:q"], ["lists=q"], ["lists=q*", "lists=*", "keys=q&lists=q", "keys=q", ""]),
        (["keys:read", "lists:read"], ["", "keys=*"], []),
        (["keys:write", "topics:read"], [], ["", "keys=a", "lists=a"]),
    ],
)
def test_events_are_of_names_inside_the_scope(with_scopes, scopes, allowed, refused):
    client = with_scopes(*scopes)
    for query in refused:
        assert is_refused(client.get(f"/events?{query}", timeout=20))
    for query in allowed:
        with closing(client.get(f"/events?{query}", stream=True, timeout=20)) as answer:
            assert answer.status_code == 200


def test_topics_are_read_published_and_deleted_by_scope(as_uli, with_scopes):
    publisher, reader = with_scopes("topics:publish:t"), with_scopes("topics:read:t")
    assert publisher.post("/topics/t", data=b"x").ok
    assert is_refused(publisher.get("/topics/t?since=0-0"))
    assert is_refused(publisher.post("/topics/t2", data=b"x"))
    assert len(reader.get("/topics/t?last=1").json()["messages"]) == 1
    assert is_refused(reader.post("/topics/t", data=b"x"))
    assert is_refused(reader.delete("/topics/t"))
    assert is_refused(reader.get("/topics/t2", headers=SSE, timeout=20))
    assert is_refused(reader.get("/topics"))
    assert with_scopes("topics:write:t").delete("/topics/t").ok


@pytest.fixture
def end_token(as_uli, services, monkeypatch):
    """A function that ends a token as another server would; streams check it often."""
    monkeypatch.setattr("bambleweeny.core.notify.streams._CHECK_SECONDS", 0.02)

    def end(token_id, how):
        known = dict(services.tokens._known)
        if how == "revoked":
            assert as_uli.delete(f"/tokens/{token_id}").ok
        elif how == "narrowed":
            narrower = {"scopes": ["topics:read:t"]}
            assert as_uli.patch(f"/tokens/{token_id}", json=narrower).ok
        elif how == "renamed":
            assert as_uli.patch(f"/tokens/{token_id}", json={"name": "other"}).ok
        elif how == "all revoked":
            assert as_uli.delete("/tokens?confirm=1").ok
        else:
            assert as_uli.patch(f"/tokens/{token_id}", json={"ttl": "1h"}).ok
            clock = services.tokens._clock
            monkeypatch.setattr(services.tokens, "_clock", lambda: clock() + 3601)
        services.tokens._known.update(known)

    return end


@pytest.mark.parametrize("path", ["/topics/t", "/events?keys=a"])
@pytest.mark.parametrize("how", ["revoked", "narrowed", "expired", "all revoked"])
def test_a_stream_ends_with_its_token(with_scopes, end_token, path, how):
    client = with_scopes("topics:read:t", "keys:read:a")
    with closing(client.get(path, headers=SSE, stream=True, timeout=10)) as answer:
        lines = answer.iter_lines(chunk_size=1)
        assert next(lines).startswith(b"retry:")
        end_token(client.token_id, how)
        assert not [line for line in lines if line.startswith(b"data")]


def test_a_change_of_the_name_alone_ends_no_stream(as_uli, with_scopes, end_token):
    client = with_scopes("topics:read:t")
    with closing(client.get("/topics/t", headers=SSE, stream=True, timeout=10)) as answer:
        lines = answer.iter_lines(chunk_size=1)
        next(lines)
        end_token(client.token_id, "renamed")
        for _ in range(3):
            while next(lines) != b":":
                pass
        as_uli.post("/topics/t", data=b"still here")
        assert next(line for line in lines if line.startswith(b"data")) == b"data: still here"


@pytest.fixture
def fill(as_uli, monkeypatch):
    """Write more data than the server sends ahead; their export checks its token often."""
    monkeypatch.setattr("bambleweeny.api.answers.listings._CHECK_SECONDS", 0)

    def write(method, path):
        for number in range(30):
            place = path.format(number=number, number_of_list=number // 3)
            assert as_uli.request(method, place, data="x" * (1 << 20)).ok

    return write


def test_a_long_export_goes_on_when_another_session_ends(as_uli, uli, services, fill):
    fill("PUT", "/keys/{number}")
    with (
        Http(as_uli.url, services.tokens.issue(uli)) as other,
        closing(as_uli.get("/export", stream=True)) as answer,
    ):
        parts = answer.iter_content(1 << 16)
        size = len(next(parts))
        assert other.post("/auth/logout").ok
        assert size + sum(map(len, parts)) > 30 << 20


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/keys/{number}"), ("POST", "/lists/{number_of_list}")]
)
def test_a_long_export_ends_with_its_token(as_uli, with_scopes, fill, method, path):
    fill(method, path)
    client = with_scopes("read")
    with closing(client.get("/export", stream=True)) as answer:
        parts = answer.iter_content(1 << 16)
        next(parts)
        assert as_uli.delete(f"/tokens/{client.token_id}").ok
        with pytest.raises(ChunkedEncodingError):
            list(parts)
