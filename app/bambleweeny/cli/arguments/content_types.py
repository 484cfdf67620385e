"""What may be wrong with a value and its content type; said as a warning, since both are taken."""

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
    """Read a content type, for argparse: the server does not keep what is none."""
    if not is_media_type(text):
        raise ArgumentTypeError(f"'{text}' is not a content type; write one as application/json")
    return text


TYPE = argument("--type", metavar="TYPE", type=_media_type, help="its content type")


def doubt_about(value: bytes, content_type: str | None) -> str | None:
    """Return a sentence where a value is not what its content type says; None where it may be.

    What other keys are nested in is not looked at: only the server knows what it becomes.
    """
    if not content_type or _NESTED in value:
        return None
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == _FORM:
        return f"The type {_FORM} is not kept, since curl claims it for whatever it sends."
    parts = value.splitlines() if media_type in _LINES else [value]
    if (_IS_JSON(media_type) or media_type in _LINES) and not all(map(_is_json, parts)):
        return f"The value is not valid JSON, though its type is {content_type}."
    if _CHARSET.search(content_type) and not is_utf8(value):
        return f"The value is not UTF-8, though its type is {content_type}."
    return None


def _is_json(value: bytes) -> bool:
    import json  # noqa: PLC0415  most values have no type

    try:
        json.loads(value, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return False
    return True


def _no_constant(text: str) -> None:
    raise ValueError(text)
