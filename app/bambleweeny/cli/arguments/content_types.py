"""Warnings about a value that does not match its content type; the server accepts both."""

import re
from argparse import ArgumentTypeError

from bambleweeny.cli.verb import argument
from bambleweeny.names import is_media_type, is_utf8

_NESTED = b"!@["
_FORM = "application/x-www-form-urlencoded"
_LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl")
_IS_JSON = re.compile(r"(application|text)/json|.*\+json").fullmatch
_CHARSET = re.compile(r""";\s*charset\s*=\s*"?utf-?8"?\s*(;|$)""", re.IGNORECASE)


def _media_type(text: str) -> str:
    """Parse a content type, for argparse. The server ignores an invalid one."""
    if not is_media_type(text):
        raise ArgumentTypeError(f"'{text}' is not a content type; write one as application/json")
    return text


TYPE = argument("--type", metavar="TYPE", type=_media_type, help="its content type")


def doubt_about(value: bytes, content_type: str | None) -> str | None:
    """Return a warning if a value does not match its content type, else None.

    A value with nested keys is not checked, because only the server can expand it.
    """
    if not content_type or _NESTED in value:
        return None
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == _FORM:
        return f"The type {_FORM} is not stored, because curl sends it by default."
    parts = value.splitlines() if media_type in _LINES else [value]
    if (_IS_JSON(media_type) or media_type in _LINES) and not all(map(_is_json, parts)):
        return f"The value is not valid JSON, though its type is {content_type}."
    if _CHARSET.search(content_type) and not is_utf8(value):
        return f"The value is not UTF-8, though its type is {content_type}."
    return None


def _is_json(value: bytes) -> bool:
    import json  # noqa: PLC0415  rarely needed

    try:
        json.loads(value, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return False
    return True


def _no_constant(text: str) -> None:
    raise ValueError(text)
