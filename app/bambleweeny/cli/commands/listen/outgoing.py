"""The request that `listen` sends for an item: what stays of the original, and what changes."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from bambleweeny.cli.commands.listen.signing import CannotSign, Signer
from bambleweeny.cli.commands.listen.targets import Target

if TYPE_CHECKING:
    from bambleweeny.client import BinRequest

_NOT_FORWARDED = frozenset(
    (
        "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade",
        "http2-settings", "host", "content-length", "expect",
    )
)  # fmt: skip
_NOT_BEGINNINGS = ("proxy-", "b9y-")
_REDACTED = "[token]"
_IS_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+").fullmatch
_IS_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*").fullmatch
_WITH_BODY = ("POST", "PUT", "PATCH")


class Unsendable(Exception):
    """An item for which no request can be made; the message says why."""


class Outgoing(NamedTuple):
    """A request to the target. `path` is what is shown: that below the bin.

    `unsigned` is why a new signature that was wanted could not be made, else empty.
    """

    target: Target
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    path: str
    unsigned: str = ""


def outgoing_of(
    request: "BinRequest", target: Target, signer: Signer | None, extra: Mapping[str, str]
) -> Outgoing:
    """Return the request for an item, with `extra` headers; Unsendable if there is none."""
    if request.cut is not None:
        raise Unsendable(
            f"only {len(request.body):,} of the {request.cut:,} bytes of its body are kept"
        )
    try:
        url = target.below(request.path, request.query)
    except ValueError as ex:
        raise Unsendable(str(ex)) from ex
    headers = dict(_forwarded(request.headers))
    body = bytes(request.body)
    headers, unsigned = _signed(request, signer, headers, body)
    if target.login:
        headers = {**_without(headers, "authorization"), "Authorization": target.login}
    has_body = bool(body) or request.method in _WITH_BODY or "content-length" in request.headers
    return Outgoing(
        target,
        request.method,
        url,
        {**headers, **extra},
        body if has_body else None,
        request.path or "/",
        unsigned,
    )


def _signed(
    request: "BinRequest", signer: Signer | None, headers: dict[str, str], body: bytes
) -> tuple[dict[str, str], str]:
    """Return the headers with a new signature; or as they are, and why there is none."""
    if signer is None:
        return headers, ""
    # NOTE: a new signature would make a forged request look like one of the sender.
    if request.verified is False:
        return headers, "the bin could not verify it"
    try:
        return signer.signed(headers, body), ""
    except CannotSign as ex:
        return headers, str(ex)


def _forwarded(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the headers that are end-to-end; Unsendable if one cannot be sent."""
    named = {name.strip().lower() for name in headers.get("connection", "").split(",")}
    for name, text in headers.items():
        lower = name.lower()
        if lower in _NOT_FORWARDED or lower in named or lower.startswith(_NOT_BEGINNINGS):
            continue
        if lower == "authorization" and _REDACTED in text:
            continue
        if not _IS_NAME(lower) or not _IS_VALUE(text):
            raise Unsendable("it has an invalid header")
        yield name, text


def _without(headers: Mapping[str, str], name: str) -> dict[str, str]:
    return {other: text for other, text in headers.items() if other.lower() != name}
