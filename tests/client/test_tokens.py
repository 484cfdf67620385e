"""Named tokens, the end of sessions, and clients with a named token in place of a password."""

from datetime import UTC, datetime, timedelta

import pytest
from bambleweeny import Client
from bambleweeny.client import MadeToken
from bambleweeny.errors import (
    InsufficientScope,
    InvalidCode,
    InvalidName,
    InvalidRequest,
    NotFound,
    Unauthorized,
)

READER = ["keys:read:app:*"]


@pytest.fixture
def holder(session_url, ulis):
    """Open a client with a token of uli's."""
    opened = []

    def open_client(made: MadeToken) -> Client:
        opened.append(Client(session_url, token=made.text))
        return opened[-1]

    yield open_client
    for client in opened:
        client.close()


def test_a_token_is_made_listed_changed_and_revoked(ulis):
    made = ulis.tokens.add("ann", READER, ttl="7d")
    assert made.text.startswith(f"b9y_1_{made.token.id}_")
    assert ulis.tokens.list() == [made.token]
    token = made.token
    assert (token.name, token.scopes, token.used) == ("ann", ("keys:read:app:*",), None)
    assert token.expires - token.made == timedelta(days=7)
    assert abs(datetime.now(UTC) - token.made) < timedelta(hours=1)
    changed = ulis.tokens.change(token.id, name="bob", scopes=["keys:read"], ttl=0)
    assert (changed.name, changed.scopes, changed.expires) == ("bob", ("keys:read",), None)
    assert (changed.made, changed.rate) == (token.made, "")
    assert ulis.tokens.change(token.id, rate="10/s").rate == "10/s"
    assert ulis.tokens.add("x", READER, rate="5/m").token.rate == "5/m"
    ulis.tokens.revoke(token.id)
    assert [one.name for one in ulis.tokens.list()] == ["x"]
    for call in (ulis.tokens.revoke, ulis.tokens.rotate):
        with pytest.raises(NotFound):
            call(token.id)


def test_an_admin_manages_the_tokens_of_another_user(client, ulis, uli):
    id = int(uli.id)
    made = client.tokens.add("ci", READER, userid=id)
    assert ulis.tokens.list() == client.tokens.list(userid=id) == [made.token]
    assert client.tokens.change(made.token.id, name="cd", userid=id).name == "cd"
    assert client.tokens.rotate(made.token.id, userid=id).text.startswith(f"b9y_{id}_")
    mine = client.tokens.add("mine", READER)
    client.tokens.revoke(made.token.id, userid=id)
    ulis.tokens.add("x", READER)
    assert client.tokens.revoke_all(userid=id) == 1
    assert client.tokens.list() == [mine.token]


def test_what_is_no_token_is_refused(ulis):
    with pytest.raises(InvalidRequest, match="no scope"):
        ulis.tokens.add("x", ["keys:fly"])
    with pytest.raises(TypeError, match="a list"):
        ulis.tokens.add("x", "keys:read")
    with pytest.raises(InvalidRequest):
        ulis.tokens.change("k3x9q2")
    with pytest.raises(InvalidName):
        ulis.tokens.revoke("")


def test_a_client_with_a_token_does_what_its_scopes_allow(ulis, holder):
    ulis.set("app:x", "1")
    ulis.set("other", "2")
    reader = holder(ulis.tokens.add("ann", READER))
    assert reader.get("app:x") == b"1"
    assert [entry.name for entry in reader.keys.list(prefix="app:")] == ["app:x"]
    assert reader.tokens.test()["scopes"] == "keys:read:app:*"
    with pytest.raises(InsufficientScope, match="keys:read:other") as caught:
        reader.get("other")
    assert caught.value.hint == "The token may keys:read:app:*."
    with pytest.raises(InsufficientScope):
        reader.set("app:x", "2")
    with pytest.raises(InsufficientScope):
        reader.logout()
    assert ulis.tokens.list()[0].used


def test_a_token_that_ended_is_reported_at_once_with_the_reason(ulis, holder):
    made = ulis.tokens.add("ann", READER)
    reader = holder(made)
    rotated = ulis.tokens.rotate(made.token.id)
    with pytest.raises(Unauthorized, match="The token has been rotated"):
        reader.get("app:x")
    second = holder(rotated)
    assert list(second.keys.list(prefix="app:")) == []
    ulis.tokens.revoke(made.token.id)
    with pytest.raises(Unauthorized, match="named token was revoked") as caught:
        second.get("app:x")
    assert "tokens.add()" in caught.value.hint


def test_a_foreign_token_is_reported_at_once(session_url, services):
    with Client(session_url, token="b9y_1_k3x9q2_" + "0" * 48) as client:
        with pytest.raises(Unauthorized, match="belongs to another server"):
            client.get("a")
        with pytest.raises(Unauthorized, match="belongs to another server"):
            next(client.topics.subscribe("news", "all"))


def test_no_login_replaces_a_named_token(ulis):
    made = ulis.tokens.add("ann", READER)
    ulis.tokens.use(made.text)
    with pytest.raises(InsufficientScope):
        ulis.set("a", "1")
    ulis.tokens.revoke_text(made.text)
    with pytest.raises(Unauthorized):
        ulis.get("app:x")
    ulis.tokens.create()
    ulis.set("a", "1")


def test_an_old_text_overlaps(ulis, holder):
    made = ulis.tokens.add("ann", READER)
    rotated = ulis.tokens.rotate(made.token.id, overlap="1h")
    assert rotated.token == made.token
    for text in (made, rotated):
        assert list(holder(text).keys.list(prefix="app:")) == []


def test_all_tokens_are_revoked(ulis, holder):
    readers = [holder(ulis.tokens.add(name, READER)) for name in ("a", "b")]
    assert ulis.tokens.revoke_all() == 2
    for reader in readers:
        with pytest.raises(Unauthorized):
            reader.get("app:x")
    assert ulis.tokens.revoke_all() == 0


def test_a_text_is_introspected_and_revoked(client, ulis, session_url):
    made = ulis.tokens.add("ann", READER, ttl="1h")
    for one in (client, ulis):
        found = one.tokens.introspect(made.text)
        assert (found["active"], found["username"], found["jti"]) == (True, "uli", made.token.id)
    assert ulis.tokens.introspect(client.tokens.create()) == {"active": False}
    with Client(session_url) as nobody:
        nobody.tokens.revoke_text(made.text)
        nobody.tokens.revoke_text("nonsense")
    assert ulis.tokens.introspect(made.text) == {"active": False}


def test_a_logout_ends_the_session_and_a_login_follows(ulis, session_url):
    ulis.logout()
    session = ulis.tokens.create()
    with Client(session_url, token=session) as other:
        assert other.tokens.test()["authenticated"] == "True"
        ulis.logout()
        assert ulis.tokens.current() is None
        with pytest.raises(Unauthorized):
            other.get("a")
    assert list(ulis.keys) == []
    with Client(session_url, token=ulis.tokens.create()) as other:
        other.logout()
        with pytest.raises(Unauthorized, match=r"Unauthorized\."):
            other.get("a")
    with Client(session_url) as nobody, pytest.raises(Unauthorized):
        nobody.logout()


def test_a_code_logs_another_client_in_once(ulis, session_url):
    code = ulis.login_code()
    with Client(session_url) as other:
        token = other.tokens.use_code(code)
        assert other.tokens.current() == token
        assert other.tokens.test()["user"] == "uli"
        with pytest.raises(InvalidCode):
            other.tokens.use_code(code)
