"""Options of calls on a key: preconditions, TTL, content type, bounds of a counter."""

import re
from typing import Literal

import falcon

from bambleweeny.api.requests.body import read_type
from bambleweeny.api.requests.parameters import read_by, read_choice, read_flag
from bambleweeny.core.keys.conditions import ANY, Bounds, Precondition, Ttl, WriteOptions, bounds_of
from bambleweeny.errors import InvalidRequest, UnsupportedType
from bambleweeny.names import parse_tags, parse_ttl

MERGE_PATCH = "application/merge-patch+json"

_INTEGER = re.compile("-?[0-9]{1,19}").fullmatch
_LARGEST = 2**63 - 1


def is_plain(req: falcon.Request) -> bool:
    """Return whether a write has no options: no query, content type or precondition."""
    env = req.env
    return not (
        req.query_string
        or env.get("CONTENT_TYPE")
        or "HTTP_IF_NONE_MATCH" in env
        or "HTTP_IF_MATCH" in env
    )


def read_precondition(req: falcon.Request) -> Precondition:
    """Return the precondition of If-Match and If-None-Match; ANY without either."""
    if "HTTP_IF_MATCH" not in req.env and "HTTP_IF_NONE_MATCH" not in req.env:
        return ANY
    return Precondition(read_tags(req, "If-Match"), read_tags(req, "If-None-Match"))


def read_tags(req: falcon.Request, header: str, *, weak: bool = False) -> str:
    """Return a header's entity tags, or "" without it; InvalidRequest if it has no valid tag."""
    text = req.get_header(header)
    if text is None:
        return ""
    try:
        return parse_tags(text.strip(), weak=weak)
    except ValueError as ex:
        raise InvalidRequest(f"The header '{header}' is invalid: {ex}.") from ex


def read_write_options(req: falcon.Request) -> WriteOptions:
    """Return the TTL and the content type for a key; InvalidRequest for `ttl` with `keepttl`."""
    content_type = read_type(req)
    ttl = read_ttl(req, "ttl")
    if not read_flag(req, "keepttl"):
        return WriteOptions(ttl, content_type)
    if ttl is not None:
        raise InvalidRequest("The parameters 'ttl' and 'keepttl' exclude each other.")
    return WriteOptions("keep", content_type)


def read_ttl(req: falcon.Request, name: str) -> Ttl:
    """Return a parameter's TTL in seconds, or None without it; InvalidRequest if invalid."""
    return read_by(req, name, parse_ttl)


def read_new_ttl(req: falcon.Request) -> Ttl | Literal["keep"]:
    """Return the new TTL for an existing key: seconds, "keep", or None for `ttl=none`."""
    if req.get_param("ttl") == "none":
        return None
    ttl = read_ttl(req, "ttl")
    return "keep" if ttl is None else ttl


def wants_previous(req: falcon.Request) -> bool:
    """Return whether the client asks for the previous value, with `?return=old`."""
    return bool(req.query_string) and read_choice(req, "return", ("old",)) is not None


def read_increment(req: falcon.Request) -> int:
    """Return the increment of `?by=`, 1 without it; InvalidRequest outside of 64 bits."""
    by = read_by(req, "by", _integer)
    return 1 if by is None else by


def read_bounds(req: falcon.Request) -> Bounds:
    """Return the bounds of a counter, and the TTL for a new one.

    Raises InvalidRequest if no number is within the bounds.
    """
    ttl = read_ttl(req, "ttl")
    most, least = read_by(req, "max", _integer), read_by(req, "min", _integer)
    try:
        return bounds_of(most, least, ttl)
    except ValueError as ex:
        raise InvalidRequest(f"The parameters 'min' and 'max' exclude each other: {ex}.") from ex


def check_patch_type(req: falcon.Request) -> None:
    """Raise UnsupportedType unless the content type is that of a merge patch (RFC 7396)."""
    if (req.content_type or "").partition(";")[0].strip().lower() != MERGE_PATCH:
        raise UnsupportedType()


def _integer(text: str) -> int:
    number = int(text) if _INTEGER(text) else None
    if number is None or not -_LARGEST - 1 <= number <= _LARGEST:
        raise ValueError("write a whole number from -2^63 to 2^63-1")
    return number
