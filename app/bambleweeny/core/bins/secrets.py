"""Secrets of bin documents: they are never shown, and a replaced document may keep them."""

from collections.abc import Iterator
from typing import Any

import msgspec

from bambleweeny.core.bins.documents import unusable
from bambleweeny.core.mocks.refusals import Refused

HIDDEN = "[secret]"
"""What a document shows in place of each secret; in a new document it keeps the earlier one."""


def hidden(document: bytes) -> bytes:
    """Return a document with HIDDEN in place of its secrets."""
    fields = msgspec.json.decode(document)
    for holder, key, _ in _secrets_in(fields):
        holder[key] = HIDDEN
    return msgspec.json.encode(fields)


def has_hidden(document: bytes) -> bool:
    """Return whether a document keeps secrets of an earlier one."""
    return any(True for _ in _hidden_in(_fields_of(document)))


def filled(document: bytes, earlier: bytes | None) -> bytes:
    """Return a document with the secrets that it keeps, each from the same place in the earlier.

    InvalidBin if there is none.
    """
    fields = _fields_of(document)
    kept = () if earlier is None else _secrets_in(_fields_of(earlier))
    known = {path: holder[key] for holder, key, path in kept}
    for holder, key, path in _hidden_in(fields):
        if path not in known:
            text = f"There is no earlier secret that could be kept - at `${path}`"
            raise unusable(Refused("invalid_bin", text))
        holder[key] = known[path]
    return msgspec.json.encode(fields)


def _fields_of(document: bytes) -> Any:
    try:
        return msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # NOTE: the document is refused when it is read.
        return None


def _hidden_in(fields: Any) -> Iterator[tuple[Any, Any, str]]:
    return (found for found in _secrets_in(fields) if found[0][found[1]] == HIDDEN)


def _secrets_in(fields: Any) -> Iterator[tuple[Any, Any, str]]:
    """Yield what holds each secret, its key there, and its JSON path."""
    if not isinstance(fields, dict):
        return
    verify, challenge = fields.get("verify"), fields.get("challenge")
    if isinstance(verify, dict) and isinstance(secrets := verify.get("secrets"), list):
        yield from ((secrets, i, f".verify.secrets[{i}]") for i in range(len(secrets)))
    if isinstance(challenge, dict) and "secret" in challenge:
        yield challenge, "secret", ".challenge.secret"
