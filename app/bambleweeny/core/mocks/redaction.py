"""Tokens of this server that a caller sends along: no mock and no journal sees them."""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from itertools import count
from urllib.parse import unquote_plus

from bambleweeny.names import TOKEN_OWNER, TOKEN_PREFIX

REDACTED = "[token]"

_RUN = re.compile(r"[\w.%\\~-]{12,}", re.ASCII)
"""What may be a token, or contain one, also with escaped characters."""
_ESCAPED = re.compile(
    r"(?:%|\\u00)(2[5DEde]|3[0-9]|4[1-9A-Fa-f]|5[0-9AFaf]|6[1-9A-Fa-f]|7[0-9AaEe])"
)
"""An escaped letter, digit, dash, dot, underscore, tilde or percent sign of a URL or of JSON."""
_NAMED = re.compile(rf"{TOKEN_PREFIX}(?:{TOKEN_OWNER})_[a-z0-9]{{6}}_[A-Za-z0-9]{{48}}")
"""A named token. It has a fixed length, so that other characters may stand at both sides of it."""
_MOST_LEVELS = 3
"""How many times a text in a text is escaped, at most."""
_MOST_ESCAPED = 20_000
"""Escaped characters of one text: in a text with more, only tokens that are not escaped are found.

Programs that encode a text do not escape the characters of a token.
"""
_MOST_CHECKS = 100
"""What looks like a token past these is taken for one, so that a check of all costs no more."""
_SESSION = re.compile(r"eyJ(?:(?!eyJ)[^.])*\.(eyJ[^.]*)\.[^.]{0,43}").search
"""Head, claims and HS256 signature, of 43 characters."""

_BEARER = re.compile(r"(bearer[ :]\s*)(\S+)", re.IGNORECASE)
_BASIC = re.compile(r"(basic\s+)([A-Za-z0-9+/_-]+=*)", re.IGNORECASE)

IsOurs = Callable[[str], bool]
"""Returns whether a text is a token of this server."""


def redacted_url(path: str, query: str, is_ours: IsOurs) -> tuple[str, str]:
    """Return a path and a query with `[token]` in place of each token of this server."""
    return _without_tokens(path, is_ours), query and _query_without_tokens(query, is_ours)


def redacted_body(body: bytes, is_ours: IsOurs) -> bytes:
    """Return a body with `[token]` in place of each token of this server. O(body)."""
    if not (b"eyJ" in body or b"b9y_" in body or b"%" in body or b"\\u00" in body):
        return body
    # NOTE: each byte is a character of Latin-1, so that nothing else changes.
    return _without_tokens(body.decode("latin-1"), is_ours).encode("latin-1")


def redacted_header(name: str, text: str, is_ours: IsOurs) -> str:
    """Return a header's value with `[token]` in place of each token of this server."""
    if name == "authorization":
        text = _BEARER.sub(
            lambda match: match[1] + (REDACTED if is_ours(match[2]) else match[2]), text
        )
        text = _BASIC.sub(lambda match: match[1] + _basic_without_token(match[2], is_ours), text)
    elif name == "referer" and "?" in text:
        page, _, query = text.partition("?")
        text = f"{page}?{_query_without_tokens(query, is_ours)}"
    return _without_tokens(text, is_ours)


def _basic_without_token(encoded: str, is_ours: IsOurs) -> str:
    try:
        text = b64decode(encoded + "=" * (-len(encoded) % 4)).decode("latin-1")
    except ValueError:
        return encoded
    user, colon, password = text.partition(":")
    kept = REDACTED if is_ours(password) else _without_tokens(password, is_ours)
    found = _without_tokens(user, is_ours) + colon + kept
    return encoded if found == text else b64encode(found.encode("latin-1")).decode()


def _query_without_tokens(query: str, is_ours: IsOurs) -> str:
    if "%" in query or "oken=" in query:
        query = "&".join(_field_without_token(field, is_ours) for field in query.split("&"))
    return _without_tokens(query, is_ours)


def _field_without_token(field: str, is_ours: IsOurs) -> str:
    name, _, value = field.partition("=")
    if unquote_plus(name) == "token" and is_ours(unquote_plus(value).partition("#")[0]):
        return f"{name}={REDACTED}"
    return field


def _without_tokens(text: str, is_ours: IsOurs) -> str:
    if not ("eyJ" in text or "b9y_" in text or "%" in text or "\\u00" in text):
        return text
    checks = count(1)
    is_dense = text.count("%") + text.count("\\u00") > _MOST_ESCAPED

    def is_token(part: str) -> bool:
        return next(checks) > _MOST_CHECKS or is_ours(part)

    levels = 0 if is_dense else _MOST_LEVELS
    return _RUN.sub(lambda match: _run_without_tokens(match[0], is_token, levels), text)


def _run_without_tokens(run: str, is_ours: IsOurs, levels: int) -> str:
    text = run
    for _ in range(levels):
        if "%" not in text and "\\" not in text:
            break
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    found = text
    if "eyJ" in text:
        found = _without_signed(text, is_ours)
    if "b9y_" in found:
        found = _NAMED.sub(lambda match: REDACTED if is_ours(match[0]) else match[0], found)
    return run if found == text else found


def _without_signed(text: str, is_ours: IsOurs) -> str:
    """Replace the tokens of sessions; other characters may stand at both sides of one. O(text)."""
    done: list[str] = []
    kept = place = 0
    while found := _SESSION(text, place):
        if is_ours(found[0]):
            done += (text[kept : found.start()], REDACTED)
            kept = place = found.end()
        else:
            place = found.start(1)
    return "".join(done) + text[kept:]
