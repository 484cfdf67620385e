"""Named tokens while others change them."""

import time

import msgspec
import pytest
from bambleweeny.core.auth import named_tokens as module
from bambleweeny.core.auth.named_tokens import TokenChange
from bambleweeny.core.auth.tenant_session import read_as
from bambleweeny.core.auth.token_record import TokenRecord
from bambleweeny.errors import StaleToken, TooManyTokens


@pytest.mark.parametrize("part", ["user", "tokens"])
def test_scopes_that_change_while_they_are_read_are_not_taken_for_the_new_ones(
    services, store, uli, meanwhile, part
):
    named = services.named_tokens
    text, made = named.create(uli, "ci", ["keys:write"])
    narrower = TokenChange(scopes=["keys:read"])
    record = getattr(store.schema.tenant(uli.id), part)
    meanwhile(record, lambda: named.change(uli, made.id, narrower))
    caller = named.read(text).caller
    if caller.scopes.allows("keys", "write", "x"):
        with pytest.raises(StaleToken):
            read_as(store, caller)
    again = named.read(text).caller
    assert read_as(store, again) == []
    assert again.scopes.texts == ("keys:read",)


def test_a_new_token_has_an_id_that_no_other_one_has(services, uli, monkeypatch):
    first, made = services.named_tokens.create(uli, "a", ["read"])
    ids = iter([made.id, made.id, "abcdef"])
    monkeypatch.setattr(module, "new_token_id", lambda: next(ids))
    second, other = services.named_tokens.create(uli, "b", ["write"])
    assert other.id == "abcdef"
    assert services.named_tokens.read(first).caller.token == made.id
    assert services.named_tokens.read(second).caller.scopes.texts == ("write",)


def test_many_expired_tokens_make_room_for_a_new_one(services, store, uli):
    services.users.change(uli.id, limits={"max_tokens": 9000})
    now = int(time.time())
    rows = []
    for number in range(9000):
        record = TokenRecord("old", ("read",), now - 2, "0" * 64, now - 1 if number else 0)
        rows += [f"{number:06}", msgspec.json.encode(record)]
    store.write(("HSET", store.schema.tenant(uli.id).tokens, *rows))
    _, made = services.named_tokens.create(uli, "new", ["read"])
    assert {one.id for one in services.named_tokens.all(uli)} == {"000000", made.id}
    services.users.change(uli.id, limits={"max_tokens": 3})
    services.named_tokens.create(uli, "new", ["read"])
    with pytest.raises(TooManyTokens):
        services.named_tokens.create(uli, "new", ["read"])
