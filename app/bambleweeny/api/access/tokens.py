"""Named tokens over HTTP."""

import time

import falcon
import msgspec

from bambleweeny.api.answers.body import answer_done, answer_json, answer_raw
from bambleweeny.api.requests.auditing import note
from bambleweeny.api.requests.authentication import authenticated
from bambleweeny.api.requests.body import read_json, seconds_of
from bambleweeny.api.requests.parameters import read_duration, read_flag, read_switch
from bambleweeny.api.requests.scopes import needs
from bambleweeny.api.requests.strictness import takes
from bambleweeny.api.requests.timestamps import moment
from bambleweeny.core.auth.limits import parse_rate_limit
from bambleweeny.core.auth.named_tokens import LONGEST_LIFETIME, TokenChange
from bambleweeny.core.auth.token_rules import NamedToken
from bambleweeny.core.services import Services
from bambleweeny.errors import InvalidRequest

_WRITE = needs("tokens", "write")


class NewToken(msgspec.Struct, forbid_unknown_fields=True):
    """The body of POST /tokens. Without `ttl` the token does not expire."""

    name: str
    scopes: list[str]
    ttl: int | str | None = None
    rate: int | str = ""


class TokenFields(msgspec.Struct, forbid_unknown_fields=True):
    """The body of PATCH /tokens/{id}: the fields to change; `ttl` counts from now, 0 is never.

    The `rate` 0 is none.
    """

    name: str | None = None
    scopes: list[str] | None = None
    ttl: int | str | None = None
    rate: int | str | None = None


class Tokens:
    """/tokens"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._named = services.named_tokens

    @falcon.before(authenticated, takes(), needed=_WRITE)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """List the caller's named tokens, without their texts."""
        answer_json(resp, {"tokens": [_shown(one) for one in self._named.all(req.context.caller)]})

    @falcon.before(authenticated, takes("raw", body=True), needed=_WRITE)
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Make a named token; this answer alone has its text."""
        is_raw, wanted = read_switch(req, "raw"), read_json(req, NewToken)
        expires = 0 if wanted.ttl is None else _expiry(wanted.ttl)
        text, made = self._named.create(
            req.context.caller, wanted.name, wanted.scopes, expires, parse_rate_limit(wanted.rate)
        )
        note(req, self.services, "token.created", target_of(made))
        resp.status = 201
        _answer_text(resp, text, made, is_raw=is_raw)

    @falcon.before(authenticated, takes("confirm"), needed=_WRITE)
    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Revoke all named tokens of the caller, with `?confirm=1`."""
        if not read_flag(req, "confirm"):
            raise InvalidRequest("This revokes all named tokens.", hint="Send ?confirm=1 to do so.")
        number = self._named.revoke_all(req.context.caller)
        note(req, self.services, "token.revoked", f"all {number}")
        answer_json(resp, {"info": "ok", "revoked": number})


class Token:
    """/tokens/{token_id}"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._named = services.named_tokens

    @falcon.before(authenticated, takes(body=True), needed=_WRITE)
    def on_patch(self, req: falcon.Request, resp: falcon.Response, token_id: str) -> None:
        """Change a token; every server knows it from the next call on."""
        fields = read_json(req, TokenFields)
        expires = None if fields.ttl is None else _expiry(fields.ttl)
        rate = None if fields.rate is None else parse_rate_limit(fields.rate)
        change = TokenChange(fields.name, fields.scopes, expires, rate)
        if not any(value is not None for value in change):
            raise InvalidRequest("Give a name, scopes, a ttl or a rate.")
        changed = self._named.change(req.context.caller, token_id, change)
        note(req, self.services, "token.changed", target_of(changed))
        answer_json(resp, _shown(changed))

    @falcon.before(authenticated, takes(), needed=_WRITE)
    def on_delete(self, req: falcon.Request, resp: falcon.Response, token_id: str) -> None:
        """Revoke a token; every server refuses it from the next call on."""
        revoked = self._named.revoke(req.context.caller, token_id)
        note(req, self.services, "token.revoked", target_of(revoked))
        answer_done(resp)


class TokenRotation:
    """/tokens/{token_id}/rotate"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated, takes("overlap", "raw"), needed=_WRITE)
    def on_post(self, req: falcon.Request, resp: falcon.Response, token_id: str) -> None:
        """Make a new text for a token; the old one is valid for `?overlap=` more, or not at all."""
        is_raw, overlap = read_switch(req, "raw"), read_duration(req, "overlap") or 0
        named = self.services.named_tokens
        text, rotated = named.rotate(req.context.caller, token_id, overlap)
        note(req, self.services, "token.rotated", target_of(rotated))
        _answer_text(resp, text, rotated, is_raw=is_raw)


def target_of(token: NamedToken) -> str:
    """Return a token as the target of an entry in the audit trail."""
    return f"{token.id} {token.record.name}"


def _answer_text(resp: falcon.Response, text: str, token: NamedToken, *, is_raw: bool) -> None:
    resp.set_header("Cache-Control", "no-store")
    if is_raw:
        answer_raw(resp, text.encode())
    else:
        answer_json(resp, {**_shown(token), "token": text})


def _shown(token: NamedToken) -> dict[str, object]:
    record = token.record
    return {
        "id": token.id,
        "name": record.name,
        "scopes": record.scopes,
        "made": _moment(record.made),
        "expires": _moment(record.expires),
        "used": _moment(token.used),
        **({"rate": record.rate} if record.rate else {}),
    }


def _moment(seconds: int) -> str | None:
    return moment(seconds * 1000) if seconds else None


def _expiry(ttl: int | str) -> int:
    """Return when a token expires that has this TTL from now; 0 for 0, which is never."""
    seconds = seconds_of("ttl", ttl)
    if seconds > LONGEST_LIFETIME:
        raise InvalidRequest("The longest ttl is 3660d.")
    return int(time.time()) + seconds if seconds else 0
