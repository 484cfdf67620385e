"""What a request says of a key beside its value: terms, time to live, type, bounds."""

import re
from typing import Literal

import falcon

from bambleweeny.api.requests.body import read_type
from bambleweeny.api.requests.parameters import read_by, read_choice, read_flag
from bambleweeny.core.keys.conditions import ANY, Bounds, Precondition, WriteOptions, bounds_of
from bambleweeny.errors import InvalidRequest, UnsupportedType
from bambleweeny.names import parse_tags, parse_ttl

MERGE_PATCH = "application/merge-patch+json"

_INTEGER = re.compile("-?[0-9]{1,19}").fullmatch
_LARGEST = 2**63 - 1


def is_plain(req: falcon.Request) -> bool:
    """Tell whether a request says nothing of a key beside its value, as most do."""
    env = req.env
    return not (
        req.query_string
        or env.get("CONTENT_TYPE")
        or "HTTP_IF_NONE_MATCH" in env
        or "HTTP_IF_MATCH" in env
    )


def read_terms(req: falcon.Request) -> Precondition:
    """Give what If-Match and If-None-Match ask of the key; without them it may be anything."""
    if "HTTP_IF_MATCH" not in req.env and "HTTP_IF_NONE_MATCH" not in req.env:
        return ANY
    return Precondition(read_tags(req, "If-Match"), read_tags(req, "If-None-Match"))


def read_tags(req: falcon.Request, header: str, *, weak: bool = False) -> str:
    """Give a header's tags, or nothing without it; InvalidRequest where it has none."""
    text = req.get_header(header)
    if text is None:
        return ""
    try:
        return parse_tags(text.strip(), weak=weak)
    except ValueError as ex:
        raise InvalidRequest(f"The header '{header}' is invalid: {ex}.") from ex


def read_wish(req: falcon.Request) -> WriteOptions:
    """Give how long a key should last, and its type where that is given on purpose."""
    content_type = read_type(req)
    ttl = read_ttl(req, "ttl")
    if not read_flag(req, "keepttl"):
        return WriteOptions("" if ttl is None else ttl, content_type)
    if ttl is not None:
        raise InvalidRequest("The parameters 'ttl' and 'keepttl' exclude each other.")
    return WriteOptions("keep", content_type)


def read_ttl(req: falcon.Request, name: str) -> int | None:
    """Give a parameter's seconds, or None without it; InvalidRequest where it has none."""
    return read_by(req, name, parse_ttl)


def read_new_ttl(req: falcon.Request) -> int | Literal["keep", ""]:
    """Give for how long a key should last that stays otherwise; `ttl=none` is without an end."""
    if req.get_param("ttl") == "none":
        return ""
    ttl = read_ttl(req, "ttl")
    return "keep" if ttl is None else ttl


def wants_old(req: falcon.Request) -> bool:
    """Tell whether what was there before is wanted."""
    return bool(req.query_string) and read_choice(req, "return", ("old",)) is not None


def read_step(req: falcon.Request) -> int:
    """Give by how much to count."""
    by = read_by(req, "by", _integer)
    return 1 if by is None else by


def read_bounds(req: falcon.Request) -> Bounds:
    """Give how far a counter may go, and for how long a new one lasts."""
    ttl = read_ttl(req, "ttl")
    most, least = read_by(req, "max", _integer), read_by(req, "min", _integer)
    try:
        return bounds_of(most, least, "" if ttl is None else ttl)
    except ValueError as ex:
        raise InvalidRequest(f"The parameters 'min' and 'max' exclude each other: {ex}.") from ex


def check_patch_type(req: falcon.Request) -> None:
    """Raise UnsupportedType unless the body is a merge patch."""
    if (req.content_type or "").partition(";")[0].strip().lower() != MERGE_PATCH:
        raise UnsupportedType()


def _integer(text: str) -> int:
    number = int(text) if _INTEGER(text) else None
    if number is None or not -_LARGEST - 1 <= number <= _LARGEST:
        raise ValueError("write a whole number from -2^63 to 2^63-1")
    return number
