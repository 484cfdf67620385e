"""Tokens."""

from types import SimpleNamespace

import jwt
import pytest
from bambleweeny.core.auth import tokens as module
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.named_tokens import NamedTokens
from bambleweeny.core.auth.sessions import Sessions
from bambleweeny.core.auth.tokens import Tokens
from bambleweeny.errors import Unauthorized
from bambleweeny.store.schema import Schema

ULI = Caller("1", "uli", "3")
SECRET = b"s" * 32


@pytest.fixture
def tokens(clock):
    return tokens_of(None, clock)


def tokens_of(store, clock):
    schema = Schema()
    store = store or SimpleNamespace(schema=schema)
    return Tokens(
        Sessions(store, SECRET, "me", 60, clock), NamedTokens(store, SECRET, clock), clock
    )


def test_a_token_tells_who_it_was_made_for(tokens):
    token = tokens.issue(ULI)
    assert tokens.verify(token) == ULI
    assert tokens.verify(token) == ULI
    assert tokens.seconds_left(token) == 60


def test_a_token_ends(tokens, clock):
    token = tokens.issue(ULI)
    clock.now += 59
    assert tokens.verify(token) == ULI
    clock.now += 1
    for _ in range(2):
        with pytest.raises(Unauthorized) as caught:
            tokens.verify(token)
        assert "expired" in caught.value.hint


def forged(**changes):
    claims = {"iss": "me", "sub": "1", "name": "uli", "ver": "3", "exp": 2_000_000, **changes}
    return {name: value for name, value in claims.items() if value is not None}


@pytest.mark.parametrize(
    "token",
    [
        "", "x", "a.b.c",
        jwt.encode(forged(), b"t" * 32, "HS256"),
        jwt.encode(forged(), SECRET * 2, "HS512"),
        jwt.encode(forged(), None, "none"),
        jwt.encode(forged(iss="you"), SECRET, "HS256"),
        jwt.encode(forged(exp=None), SECRET, "HS256"),
        jwt.encode(forged(sub=None), SECRET, "HS256"),
        jwt.encode(forged(ver=None), SECRET, "HS256"),
        jwt.encode(forged(), SECRET, "HS256")[:-2],
    ],
)  # fmt: skip
def test_what_the_instance_did_not_sign_is_refused(tokens, token):
    with pytest.raises(Unauthorized):
        tokens.verify(token)


@pytest.mark.parametrize("end", ["=", "==", "!", " ", "\n", "\ud800", "next"])
def test_a_session_has_one_text(tokens, end):
    token = tokens.issue(ULI)
    # NOTE: two bits of the last of 43 characters mean nothing.
    other = token[:-1] + chr(ord(token[-1]) + 1) if end == "next" else token + end
    with pytest.raises(Unauthorized):
        tokens.verify(other)
    assert not tokens.is_issued(other)
    assert not tokens.may_be_valid(other)
    assert tokens.verify(token) == ULI


def test_a_process_remembers_a_bounded_number(tokens, monkeypatch):
    monkeypatch.setattr(module, "_REMEMBERED", 2)
    issued = [tokens.issue(Caller(str(number), "x", "1")) for number in range(5)]
    assert [tokens.verify(token).id for token in issued] == ["0", "1", "2", "3", "4"]
    assert len(tokens._known) <= 2
