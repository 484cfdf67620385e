"""Signature schemes of webhooks: is a request signed with a secret, and how is it signed anew.

Only the standard library is used: the command line imports this module without the server's
dependencies. The names of headers in a mapping are lower-case; the text of a header has one
character for each byte, as WSGI and http.client have it.

The rules are those of these documents:
- github: GitHub, "Validating webhook deliveries".
- stripe: Stripe, "Receive Stripe events in your webhook endpoint", "Verify webhook signatures
  manually". The secret is used as it is, with its `whsec_`.
- slack: Slack, "Verifying requests from Slack".
- shopify: Shopify, "Deliver webhooks through HTTPS", "Verify the webhook".
- standard: "Standard Webhooks", version 1.0.0, symmetric signatures. GitLab's signing tokens and
  Svix use it too.
- gitlab: GitLab, "Webhooks", the secret token. It is no signature: the body is not covered.
- hmac: any other one with an HMAC of the body in a header.
"""

import base64
import binascii
import hmac
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple, get_args

SchemeName = Literal["github", "stripe", "slack", "shopify", "standard", "gitlab", "hmac"]
Algorithm = Literal["sha1", "sha256", "sha512"]
Encoding = Literal["hex", "base64"]

SCHEMES: tuple[str, ...] = get_args(SchemeName)
SECRET_BYTES = 1024
PREFIX_CHARACTERS = 64

_MOST_PARTS = 20
"""Parts of a header that are looked at, each a signature perhaps."""

_TIME = re.compile(r"[0-9]{1,12}").fullmatch
_EVENT_ID = re.compile(r"[\x21-\x2d\x2f-\x7e]{1,255}").fullmatch
# NOTE: WSGI has the same variable for a `_` and a `-`, so that servers drop names with a `_`.
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^`|~-]{1,128}").fullmatch
_PREFIX = re.compile(r"(?! )[\x20-\x7e]*").fullmatch
_TOKEN = re.compile(r"(?! )[^\x00-\x1f\x7f]+(?<! )").fullmatch

_FRAMING = frozenset(("connection", "content-length", "host", "transfer-encoding"))


class Scheme(NamedTuple):
    """A signature scheme; only `hmac` takes more than the name."""

    name: SchemeName
    header: str = ""
    algorithm: Algorithm = "sha256"
    encoding: Encoding = "hex"
    prefix: str = ""
    """The text before the signature in the header."""


_KNOWN: Mapping[str, Scheme] = {
    "github": Scheme("github", "X-Hub-Signature-256", prefix="sha256="),
    "stripe": Scheme("stripe", "Stripe-Signature", prefix="v1="),
    "slack": Scheme("slack", "X-Slack-Signature", prefix="v0="),
    "shopify": Scheme("shopify", "X-Shopify-Hmac-Sha256", encoding="base64"),
    "standard": Scheme("standard", "webhook-signature", encoding="base64", prefix="v1,"),
    "gitlab": Scheme("gitlab", "X-Gitlab-Token"),
}
_OTHER_HEADERS: Mapping[str, tuple[str, ...]] = {
    "slack": ("X-Slack-Request-Timestamp",),
    "standard": ("webhook-id", "webhook-timestamp"),
}


class _Claim(NamedTuple):
    """What the headers of a request say about its signature."""

    signatures: Sequence[str]
    time: str | None = None
    before: str = ""
    """What is signed together with the body, in front of it."""


def check_scheme(scheme: Scheme) -> None:
    """Raise ValueError unless a scheme is known, with the fields that it needs and no other."""
    if scheme.name not in SCHEMES:
        raise ValueError(f"A scheme is one of {', '.join(SCHEMES)}")
    if scheme.name != "hmac":
        if scheme != Scheme(scheme.name):
            raise ValueError("Only 'hmac' takes a header, an algorithm, an encoding and a prefix")
        return
    if not scheme.header:
        raise ValueError("The scheme 'hmac' needs the name of a 'header'")
    if not _HEADER_NAME(scheme.header):
        raise ValueError(f"'{scheme.header[:64]}' is no name of a header that a server can read")
    if scheme.header.lower() in _FRAMING:
        raise ValueError(f"A signature cannot be in the header '{scheme.header}'")
    if scheme.algorithm not in get_args(Algorithm) or scheme.encoding not in get_args(Encoding):
        raise ValueError("'algorithm' is sha1, sha256 or sha512, and 'encoding' hex or base64")
    if len(scheme.prefix) > PREFIX_CHARACTERS or not _PREFIX(scheme.prefix):
        raise ValueError(f"'prefix' has up to {PREFIX_CHARACTERS} characters of visible ASCII")


def check_secret(scheme: Scheme, secret: str) -> None:
    """Raise ValueError unless a secret can be used; the text does not show the secret."""
    _key(scheme, secret)


def signature_headers(scheme: Scheme) -> tuple[str, ...]:
    """Return the headers that a signed request has, in the provider's spelling."""
    return (*_OTHER_HEADERS.get(scheme.name, ()), _form_of(scheme).header)


def has_time(name: str) -> bool:
    """Return whether the signatures of a scheme cover the time at which they were made."""
    return name in ("stripe", "slack", "standard")


def signed_time(scheme: Scheme, headers: Mapping[str, str]) -> float | None:
    """Return when a request claims to be signed, 0 without a time, or None if it is malformed."""
    form = _form_of(scheme)
    claim = _CLAIMS.get(form.name, _plain_claim)(form, headers)
    return None if claim is None else float(claim.time or 0)


def replaced_headers(scheme: Scheme) -> frozenset[str]:
    """Return the lower-case names of the headers that are wrong once a request is signed anew."""
    # NOTE: GitHub sends an older signature, with SHA-1, as well.
    older = ("x-hub-signature",) if scheme.name == "github" else ()
    return frozenset((*(name.lower() for name in signature_headers(scheme)), *older))


def is_signed(  # noqa: PLR0917  each is one part of the question
    scheme: Scheme,
    secrets: Sequence[str],
    tolerance: float,
    headers: Mapping[str, str],
    body: bytes,
    now: float,
) -> bool:
    """Return whether one of the secrets signed a request; malformed headers are False.

    `body` is as it was sent, without any change. A scheme with a time takes it up to `tolerance`
    seconds before and after `now`. A secret that cannot be used signs nothing. The time that it
    takes does not show how much of a signature is right. One HMAC of the body for each secret.
    """
    form = _form_of(scheme)
    claim = _CLAIMS.get(form.name, _plain_claim)(form, headers)
    if claim is None or not (claim.time is None or _is_recent(claim.time, tolerance, now)):
        return False
    given = [_bytes_of(signature, form) for signature in claim.signatures]
    before = claim.before.encode("latin-1")
    expected = [_expected(form, key, before, body) for key in _usable_keys(form, secrets)]
    # NOTE: each pair is compared, whether or not another one is equal.
    return sum(hmac.compare_digest(ours, theirs) for ours in expected for theirs in given) > 0


def sign(
    scheme: Scheme, secret: str, headers: Mapping[str, str], body: bytes, now: float
) -> dict[str, str]:
    """Return the headers that make a request signed, in the provider's spelling.

    They replace `replaced_headers`. A usable `webhook-id` among the headers is kept. Raises
    ValueError if the secret cannot be used.
    """
    form, time = _form_of(scheme), str(int(now))
    key = _key(form, secret)
    others: dict[str, str] = {}
    before, start = "", form.prefix
    if form.name == "stripe":
        before, start = f"{time}.", f"t={time},{form.prefix}"
    elif form.name == "slack":
        before, others = f"v0:{time}:", {"X-Slack-Request-Timestamp": time}
    elif form.name == "standard":
        known = next((text for name, text in headers.items() if name.lower() == "webhook-id"), "")
        event_id = known if _EVENT_ID(known) else f"msg_{uuid.uuid4().hex}"
        before, others = (
            f"{event_id}.{time}.",
            {"webhook-id": event_id, "webhook-timestamp": time},
        )
    signature = _expected(form, key, before.encode("latin-1"), body).decode("latin-1")
    return {**others, form.header: start + signature}


def _form_of(scheme: Scheme) -> Scheme:
    return _KNOWN.get(scheme.name, scheme)


def _plain_claim(form: Scheme, headers: Mapping[str, str]) -> _Claim | None:
    text = headers.get(form.header.lower(), "")
    if len(text) <= len(form.prefix) or not text.startswith(form.prefix):
        return None
    return _Claim((text[len(form.prefix) :],))


def _stripe_claim(form: Scheme, headers: Mapping[str, str]) -> _Claim | None:
    parts = [part.strip() for part in _parts(headers.get("stripe-signature", ""), ",")]
    times = [part[2:] for part in parts if part.startswith("t=")]
    signatures = [part[3:] for part in parts if part.startswith(form.prefix)]
    # NOTE: of two times it would not be clear which one is signed.
    if len(times) != 1 or not _TIME(times[0]):
        return None
    return _Claim(signatures, times[0], f"{times[0]}.")


def _slack_claim(form: Scheme, headers: Mapping[str, str]) -> _Claim | None:
    time = headers.get("x-slack-request-timestamp", "")
    claim = _plain_claim(form, headers)
    if claim is None or not _TIME(time):
        return None
    return _Claim(claim.signatures, time, f"v0:{time}:")


def _standard_claim(form: Scheme, headers: Mapping[str, str]) -> _Claim | None:
    event_id, time = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    # NOTE: the specification warns of a full stop in the id: what is signed could be split
    # at another place.
    if not _EVENT_ID(event_id) or not _TIME(time):
        return None
    parts = _parts(headers.get("webhook-signature", ""), " ")
    signatures = [part[len(form.prefix) :] for part in parts if part.startswith(form.prefix)]
    return _Claim(signatures, time, f"{event_id}.{time}.")


_CLAIMS: Mapping[str, Callable[[Scheme, Mapping[str, str]], _Claim | None]] = {
    "stripe": _stripe_claim,
    "slack": _slack_claim,
    "standard": _standard_claim,
}


def _parts(text: str, separator: str) -> list[str]:
    return text.split(separator, _MOST_PARTS)[:_MOST_PARTS]


def _is_recent(time: str, tolerance: float, now: float) -> bool:
    return abs(now - int(time)) <= tolerance


def _bytes_of(signature: str, form: Scheme) -> bytes:
    try:
        given = signature.encode("latin-1")
    except UnicodeEncodeError:
        return b""
    is_hex = form.encoding == "hex" and form.name != "gitlab"
    return given.lower() if is_hex else given


def _expected(form: Scheme, key: bytes, before: bytes, body: bytes) -> bytes:
    if form.name == "gitlab":
        return key
    mac = hmac.new(key, before, form.algorithm)
    mac.update(body)
    if form.encoding == "hex":
        return mac.hexdigest().encode()
    return base64.b64encode(mac.digest())


def _usable_keys(form: Scheme, secrets: Sequence[str]) -> list[bytes]:
    keys = []
    for secret in secrets:
        try:
            keys.append(_key(form, secret))
        except ValueError:
            continue
    return keys


def _key(scheme: Scheme, secret: str) -> bytes:
    try:
        key = secret.encode()
    except UnicodeEncodeError:
        raise ValueError("A secret is text in UTF-8") from None
    if not 1 <= len(key) <= SECRET_BYTES:
        raise ValueError(f"A secret has 1 to {SECRET_BYTES:,} bytes")
    if scheme.name == "gitlab" and not _TOKEN(secret):
        raise ValueError(
            "A secret of 'gitlab' is sent in a header: it has no control characters, and no blank "
            "at an end"
        )
    return _decoded(secret) if scheme.name == "standard" else key


def _decoded(secret: str) -> bytes:
    text = secret.removeprefix("whsec_")
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        # NOTE: `from None` and no part of the secret in the text: it may be logged.
        raise ValueError("A secret of 'standard' is base64, with or without 'whsec_'") from None
    return key
