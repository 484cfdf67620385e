"""Challenges: the handshakes by which providers check that a bin's URL is the owner's.

The rules are those of these documents:
- meta: Meta, "Webhooks", "Getting started", verification requests.
- slack: Slack, "url_verification event".
- dropbox: Dropbox, "Webhooks", the verification request.
- zoom: Zoom, "Using webhooks", "Validate your webhook endpoint".
- microsoft: Microsoft Graph, "Receive change notifications through webhooks", the validation of
  the notification endpoint.
- twitter: X, "Securing webhooks", challenge-response checks.
- trello: Trello, "Webhooks", creating a webhook: a HEAD request, which every bin answers.

What strangers can have echoed is short, printable ASCII, in text/plain. What they can have
signed, by zoom and twitter, is a token without spaces, quotes, braces and colons: both sign events
with the same secret, so that no answer may be the signature of an event.
"""

import base64
import hmac
import re
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from bambleweeny.core.bins.schemes import SECRET_BYTES
from bambleweeny.core.mocks.calls import UNREADABLE, Call
from bambleweeny.core.mocks.refusals import Refused

ChallengeName = Literal["meta", "slack", "dropbox", "zoom", "microsoft", "twitter", "trello"]

_SECRETIVE = frozenset(("meta", "zoom", "twitter"))
"""The providers that need a secret."""

_BODY_BYTES = 8 << 10
"""Of a challenge in JSON; a longer body is an event."""

_ECHOED = re.compile(r"[\x20-\x7e]{1,1024}").fullmatch
_SIGNED = re.compile(r"[A-Za-z0-9._~+/=-]{1,1024}").fullmatch


class Challenge(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A provider, and the secret if it needs one: Meta's verify token, Zoom's and X's secret."""

    provider: ChallengeName
    secret: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Check that the secret is there if, and only if, the provider needs one."""
        if self.secret is UNSET:
            check_challenge(self.provider)
        elif self.provider not in _SECRETIVE:
            raise Refused("invalid_bin", f"The challenge of '{self.provider}' takes no 'secret'")
        elif not 1 <= len(self.secret.encode()) <= SECRET_BYTES:
            raise Refused("invalid_bin", f"A secret has 1 to {SECRET_BYTES:,} bytes")

    def __repr__(self) -> str:
        """Hide the secret."""
        return f"Challenge(provider={self.provider!r})"


class Handshake(NamedTuple):
    """The answer to a challenge."""

    status: int
    content_type: str
    body: bytes


def check_challenge(challenge: ChallengeName | Challenge) -> None:
    """Raise Refused if a provider that needs a secret stands there by its name alone."""
    if isinstance(challenge, str) and challenge in _SECRETIVE:
        example = f'{{"provider": "{challenge}", "secret": "..."}}'
        raise Refused("invalid_bin", f"The challenge of '{challenge}' needs a secret: {example}")


def answer_of(challenge: ChallengeName | Challenge, call: Call) -> Handshake | None:
    """Return the answer if a call is the provider's challenge; else it is an ordinary request."""
    provider: str
    if isinstance(challenge, str):
        provider, secret = challenge, ""
    else:
        provider, secret = challenge.provider, challenge.secret or ""
    if provider in _SECRETIVE and not secret:
        return None
    answer = _PROVIDERS.get((provider, call.method))
    return answer(call, secret.encode()) if answer else None


def signs_for_anyone(challenge: ChallengeName | Challenge, body: bytes) -> bool:
    """Return whether anyone can get a signature of this body, as the answer to a challenge."""
    provider = challenge if isinstance(challenge, str) else challenge.provider
    return provider in ("zoom", "twitter") and _SIGNED(body.decode("latin-1")) is not None


def _meta(call: Call, secret: bytes) -> Handshake | None:
    echoed = _queried(call, "hub.challenge")
    if _queried(call, "hub.mode") != "subscribe" or not _ECHOED(echoed):
        return None
    if not hmac.compare_digest(_queried(call, "hub.verify_token").encode(), secret):
        return Handshake(403, "text/plain", b"The verify token is wrong.")
    return _echo(echoed)


def _slack(call: Call, _: bytes) -> Handshake | None:
    if _part(call, "type") != "url_verification":
        return None
    return _echo(_part(call, "challenge"))


def _dropbox(call: Call, _: bytes) -> Handshake | None:
    return _echo(_queried(call, "challenge"))


def _zoom(call: Call, secret: bytes) -> Handshake | None:
    token = _part(call, "payload.plainToken")
    if _part(call, "event") != "endpoint.url_validation" or not _SIGNED(token):
        return None
    return _json(plainToken=token, encryptedToken=_digest(secret, token).hex())


def _microsoft(call: Call, _: bytes) -> Handshake | None:
    return _echo(_queried(call, "validationToken"))


def _twitter(call: Call, secret: bytes) -> Handshake | None:
    token = _queried(call, "crc_token")
    if not _SIGNED(token):
        return None
    return _json(response_token=f"sha256={base64.b64encode(_digest(secret, token)).decode()}")


_PROVIDERS: Mapping[tuple[str, str], Callable[[Call, bytes], Handshake | None]] = {
    ("meta", "GET"): _meta,
    ("slack", "POST"): _slack,
    ("dropbox", "GET"): _dropbox,
    ("zoom", "POST"): _zoom,
    ("microsoft", "POST"): _microsoft,
    ("twitter", "GET"): _twitter,
}


def _queried(call: Call, name: str) -> str:
    """Return the decoded value of a parameter, or "" if it is missing or ambiguous."""
    values = call.query_values.get(name, ())
    return values[0] if len(values) == 1 else ""


def _part(call: Call, path: str) -> str:
    """Return the text at a path of a JSON body, or "" if there is none."""
    part = call.json.part(path) if len(call.body) <= _BODY_BYTES else None
    try:
        return "" if part is None else msgspec.json.decode(part, type=str)
    except (*UNREADABLE, msgspec.ValidationError):
        return ""


def _echo(text: str) -> Handshake | None:
    return Handshake(200, "text/plain", text.encode()) if _ECHOED(text) else None


def _json(**fields: str) -> Handshake:
    return Handshake(200, "application/json", msgspec.json.encode(fields))


def _digest(secret: bytes, token: str) -> bytes:
    return hmac.digest(secret, token.encode(), "sha256")
