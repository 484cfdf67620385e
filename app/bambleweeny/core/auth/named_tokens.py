"""Named tokens: credentials with scopes and an expiry that can be changed and revoked singly."""

import hmac
import re
import secrets
import string
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from bambleweeny.core.auth.caller import CALL_LIMIT_FIELDS, Caller, read_call_limits
from bambleweeny.core.auth.scopes import parse_scopes, scopes_of
from bambleweeny.core.auth.tenant_session import read_as, run_as
from bambleweeny.core.auth.token_record import TokenRecord, token_record_of
from bambleweeny.core.auth.token_rules import NamedToken, check_narrower, manageable_of
from bambleweeny.errors import Busy, InvalidRequest, NotFound, Unauthorized
from bambleweeny.errors.sandboxes import ended_sandbox
from bambleweeny.names import TOKEN_OWNER, TOKEN_PREFIX, is_in_sandbox
from bambleweeny.store import Store
from bambleweeny.store.scripts import NOTE_TOKEN_USE, PUT_TOKEN, REMOVE_TOKENS

LONGEST_LIFETIME = 3660 * 86400
LONGEST_OVERLAP = 30 * 86400
"""In seconds."""
_LONGEST_NAME = 64
_MOST_ATTEMPTS = 20
_MOST_REMOVED = 5000
"""A script of the engine unpacks less than 8,000 arguments."""
_LETTERS = string.ascii_letters + string.digits
_SECRET_LETTERS, _MAC_LETTERS = 32, 16
_ID_LETTERS, _LENGTH_OF_ID = string.ascii_lowercase + string.digits, 6
_parts_of = re.compile(
    rf"{TOKEN_PREFIX}({TOKEN_OWNER})_([a-z0-9]{{{_LENGTH_OF_ID}}})_"
    rf"([A-Za-z0-9]{{{_SECRET_LETTERS}}})([0-9a-f]{{{_MAC_LETTERS}}})"
).fullmatch


class Found(NamedTuple):
    """The caller that a text stands for, and when the text expires, in seconds; 0 is never."""

    caller: Caller
    expires: int


class TokenChange(NamedTuple):
    """Fields to change; None leaves a field as it is. `expires` 0 is never."""

    name: str | None = None
    scopes: Sequence[str] | None = None
    expires: int | None = None
    rate: str | None = None


class NamedTokens:
    """The named tokens of all users, in one hash a user.

    The record of the user has a field `t:<id>` for each, with a number that each change raises: a
    call with the token compares it, so that a change is valid at once on every server. The end of
    a text is an HMAC of the rest, so that an invented text costs no round trip.
    """

    def __init__(self, store: Store, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._schema = store.schema
        self._secret = secret
        self._clock = clock

    def is_issued(self, text: str) -> bool:
        """Return whether this instance made the text. No round trip."""
        parts = _parts_of(text)
        return parts is not None and hmac.compare_digest(self._mac(text), parts[4])

    def read(self, text: str) -> Found:
        """Return what a text stands for, expired or not; raise Unauthorized if it is not valid.

        A text that a rotation has replaced makes and changes no tokens. One round trip; none for a
        text that this instance did not make.
        """
        if not self.is_issued(text):
            raise Unauthorized()
        user_id, token_id = text.split("_")[1:3]
        tenant = self._schema.tenant(user_id)
        # NOTE: the revision first: a change in between makes it stale, never the record.
        [[name, revision, *limits], packed] = self._store.read(
            ("HMGET", tenant.user, "name", f"t:{token_id}", *CALL_LIMIT_FIELDS),
            ("HGET", tenant.tokens, token_id),
        )
        if packed is None or name is None or revision is None:
            if is_in_sandbox(user_id):
                raise ended_sandbox()
            raise Unauthorized(hint="The token has been revoked; ask its owner for another one.")
        record = token_record_of(packed)
        is_old = self._is_old(record, text)
        scopes = [one for one in record.scopes if not is_old or not one.startswith("tokens:")]
        caller = Caller(
            user_id,
            name.decode(),
            f"t:{token_id}={revision.decode()}",
            scopes_of(tuple(scopes)),
            token_id,
            read_call_limits(limits, record.rate, record.rate_of),
        )
        ends = [record.expires, record.old_until if is_old else 0]
        return Found(caller, min((end for end in ends if end), default=0))

    def name_of(self, caller: Caller) -> str:
        """Return the name of the caller's token, "" if it has been revoked. One round trip."""
        tenant = self._schema.tenant(caller.id)
        [packed] = self._store.read(("HGET", tenant.tokens, caller.token))
        return token_record_of(packed).name if packed else ""

    def create(
        self, caller: Caller, name: str, scopes: Sequence[str], expires: int = 0, rate: str = ""
    ) -> tuple[str, NamedToken]:
        """Make a token, and return its text, which is stored nowhere, and the token.

        A caller with a named token makes only tokens that may do no more, live no longer, and have
        no higher rate. Up to 5,000 expired tokens are removed. Raises InsufficientScope,
        InvalidRequest, or TooManyTokens at the user's `max_tokens`. Two round trips.
        """
        self._check_name(name)
        wanted, now = parse_scopes(scopes), int(self._clock())
        known = self._all(caller)
        expired = [one.id for one in known if 0 < one.record.expires <= now]
        for _ in range(_MOST_ATTEMPTS):
            token_id = new_token_id()
            text = self._text(caller.id, token_id)
            record = TokenRecord(name, wanted.texts, now, _digest(text), expires, rate)
            check_narrower(caller, known, record)
            if self._put(caller, token_id, b"", record, expired[:_MOST_REMOVED]):
                return text, NamedToken(token_id, record, 0)
        raise Busy("No free id for a token was found.")

    def for_sandbox(
        self, tenant_id: str, token_id: str, scopes: Sequence[str], maker: Caller
    ) -> tuple[str, TokenRecord]:
        """Return the text and the record of a sandbox's token. No round trip.

        It expires with the sandbox, and shares the rate of the named token that makes it.
        """
        text, made = self._text(tenant_id, token_id), int(self._clock())
        rate = maker.limits.token_rate if maker.limits else ""
        rate_of = (maker.actor or maker).token if rate else ""
        texts = parse_scopes(scopes).texts
        return text, TokenRecord(token_id, texts, made, _digest(text), rate=rate, rate_of=rate_of)

    def all(self, caller: Caller) -> list[NamedToken]:
        """Return the caller's tokens that have not expired, oldest first; O(tokens).

        A caller with a named token gets those that may do no more than it.
        """
        now = self._clock()
        return [one for one in self._manageable(caller) if not 0 < one.record.expires <= now]

    def change(self, caller: Caller, token_id: str, change: TokenChange) -> NamedToken:
        """Change a token at once on every server; atomic. A miss raises NotFound."""

        def changed(record: TokenRecord, known: list[NamedToken]) -> TokenRecord:
            given = {name: value for name, value in change._asdict().items() if value is not None}
            if change.name is not None:
                self._check_name(change.name)
            if change.scopes is not None:
                given["scopes"] = parse_scopes(change.scopes).texts
            new = msgspec.structs.replace(record, **given)
            check_narrower(caller, known, new)
            return new

        return self._change(caller, token_id, changed)

    def rotate(self, caller: Caller, token_id: str, overlap: int) -> tuple[str, NamedToken]:
        """Make a new text for a token, and return it. The old one is valid for `overlap` seconds.

        Atomic. A miss raises NotFound; InvalidRequest over 30 days.
        """
        if overlap > LONGEST_OVERLAP:
            raise InvalidRequest("The longest 'overlap' is 30d.")
        text = self._text(caller.id, token_id)

        def rotated(record: TokenRecord, known: list[NamedToken]) -> TokenRecord:
            old = {"old_digest": "", "old_until": 0}
            if overlap:
                old = {"old_digest": record.digest, "old_until": int(self._clock()) + overlap}
            return msgspec.structs.replace(record, digest=_digest(text), **old)

        return text, self._change(caller, token_id, rotated)

    def revoke(self, caller: Caller, token_id: str) -> NamedToken:
        """Revoke a token, and return it: every server refuses it from the next call on.

        A miss raises NotFound. Works in a full store too.
        """
        found = self._find(self._manageable(caller), token_id)
        run_as(self._store, caller, REMOVE_TOKENS, token_id)
        return found

    def revoke_all(self, caller: Caller) -> int:
        """Revoke the caller's tokens, as `all` lists them and expired ones; return their number."""
        ids = [one.id for one in self._manageable(caller)]
        if ids:
            run_as(self._store, caller, REMOVE_TOKENS, *ids)
        return len(ids)

    def note_use(self, caller: Caller, now: int) -> None:
        """Store the minute of a token's last use, if the token is still there."""
        run_as(
            self._store, caller._replace(version=""), NOTE_TOKEN_USE, caller.token, now // 60 * 60
        )

    def _change(
        self,
        caller: Caller,
        token_id: str,
        changed: Callable[[TokenRecord, list[NamedToken]], TokenRecord],
    ) -> NamedToken:
        for _ in range(_MOST_ATTEMPTS):
            known = self._all(caller)
            found = self._find(manageable_of(caller, known), token_id)
            if caller.scopes is not None and 0 < found.record.expires <= self._clock():
                raise NotFound("There is no such token.")
            new = changed(found.record, known)
            if self._put(caller, token_id, found.record.packed(), new):
                return NamedToken(token_id, new, found.used)
        raise Busy("Other calls keep changing the token.")

    def _put(
        self,
        caller: Caller,
        token_id: str,
        expected: bytes,
        record: TokenRecord,
        expired: Sequence[str] = (),
    ) -> bool:
        packed = msgspec.json.encode(record)
        return bool(run_as(self._store, caller, PUT_TOKEN, token_id, expected, packed, *expired))

    def _all(self, caller: Caller) -> list[NamedToken]:
        tenant = self._schema.tenant(caller.id)
        packed, uses = read_as(
            self._store, caller, ("HGETALL", tenant.tokens), ("HGETALL", tenant.token_uses)
        )
        used = {name: int(minute) for name, minute in _pairs(uses)}
        tokens = [
            NamedToken(name.decode(), token_record_of(record), used.get(name, 0))
            for name, record in _pairs(packed)
        ]
        return sorted(tokens, key=lambda one: (one.record.made, one.id))

    def _manageable(self, caller: Caller) -> list[NamedToken]:
        """Return the tokens that the caller may see and change."""
        return manageable_of(caller, self._all(caller))

    def _find(self, tokens: list[NamedToken], token_id: str) -> NamedToken:
        for one in tokens:
            if one.id == token_id:
                return one
        raise NotFound("There is no such token.")

    def _check_name(self, name: str) -> None:
        if not (1 <= len(name) <= _LONGEST_NAME and name.isprintable()):
            raise InvalidRequest(f"A token's name has 1 to {_LONGEST_NAME} printable characters.")

    def _is_old(self, record: TokenRecord, text: str) -> bool:
        """Return whether a rotation has replaced a text; raise Unauthorized if it is invalid."""
        digest = _digest(text)
        if hmac.compare_digest(digest, record.digest):
            return False
        if record.old_until > self._clock() and hmac.compare_digest(digest, record.old_digest):
            return True
        raise Unauthorized(hint="The token has been rotated; use its new text.")

    def _text(self, user_id: str, token_id: str) -> str:
        secret = "".join(secrets.choice(_LETTERS) for _ in range(_SECRET_LETTERS))
        text = f"{TOKEN_PREFIX}{user_id}_{token_id}_{secret}"
        return text + self._mac(text + "0" * _MAC_LETTERS)

    def _mac(self, text: str) -> str:
        signed = text[:-_MAC_LETTERS].encode()
        return hmac.new(self._secret, signed, sha256).hexdigest()[:_MAC_LETTERS]


def new_token_id() -> str:
    """Return a random id of a named token; that of a sandbox is the id of the sandbox, too."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(_LENGTH_OF_ID))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _pairs(flat: list[Any]) -> "zip[tuple[Any, Any]]":
    return zip(flat[::2], flat[1::2], strict=True)
