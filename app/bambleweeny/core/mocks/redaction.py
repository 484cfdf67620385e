"""Tokens of this server that a caller sends along: no mock and no journal sees them.

They are looked for in the path, the query and the headers; the body stays. Rules are matched
without them as well, since a condition on a token's text would disclose it piece by piece.
"""

import re
from collections.abc import Callable
from urllib.parse import unquote_plus

REDACTED = "[token]"

_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+|b9y_[\w-]+", re.ASCII)
"""What looks like a session's token or a named one, wherever it stands."""

_BEARER = re.compile(r"(bearer[ :]\s*)(\S+)", re.IGNORECASE)

IsOurs = Callable[[str], bool]
"""Returns whether a text is a token of this server."""


def redacted_url(path: str, query: str, is_ours: IsOurs) -> tuple[str, str]:
    """Return a path and a query with `[token]` in place of each token of this server."""
    return _without_tokens(path, is_ours), query and _query_without_tokens(query, is_ours)


def redacted_header(name: str, text: str, is_ours: IsOurs) -> str:
    """Return a header's value with `[token]` in place of each token of this server."""
    if name == "authorization":
        text = _BEARER.sub(
            lambda match: match[1] + (REDACTED if is_ours(match[2]) else match[2]), text
        )
    elif name == "referer" and "?" in text:
        page, _, query = text.partition("?")
        text = f"{page}?{_query_without_tokens(query, is_ours)}"
    return _without_tokens(text, is_ours)


def _query_without_tokens(query: str, is_ours: IsOurs) -> str:
    if "%" not in query and "oken=" not in query:
        return _without_tokens(query, is_ours)
    return "&".join(_field_without_token(field, is_ours) for field in query.split("&"))


def _field_without_token(field: str, is_ours: IsOurs) -> str:
    name, _, value = field.partition("=")
    text = unquote_plus(value)
    if unquote_plus(name) == "token" and is_ours(text.partition("#")[0]):
        return f"{name}={REDACTED}"
    if _without_tokens(text, is_ours) != text:
        return f"{name}={_without_tokens(text, is_ours)}"
    return field


def _without_tokens(text: str, is_ours: IsOurs) -> str:
    if "eyJ" not in text and "b9y_" not in text:
        return text
    return _TOKEN.sub(lambda match: REDACTED if is_ours(match[0]) else match[0], text)
