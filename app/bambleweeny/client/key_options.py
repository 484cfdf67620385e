"""What a call can say of a key beside its value, and how that is sent."""

from collections.abc import Mapping
from typing import Any, TypedDict

from bambleweeny.client.transport.connection import Query


class Condition(TypedDict, total=False):
    """What the key must be: an ETag of `Value.etag`, several with commas between, or `*`.

    Where `if_match` is another, or `if_none_match` is the one, it is PreconditionFailed.
    """

    if_match: str
    if_none_match: str


class Writing(Condition, total=False):
    """For how long a key lasts, in seconds or as "10m", and under which content type.

    Without `ttl` it lasts until it is deleted, with `keep_ttl` as long as it would have.
    """

    ttl: int | str
    keep_ttl: bool
    type: str


class Counting(TypedDict, total=False):
    """How far a counter may go (else LimitReached), and for how long a new one lasts."""

    ttl: int | str
    max: int
    min: int


NO_OPTIONS: Mapping[str, Any] = {}


def query_of(how: Writing, **more: str | int | None) -> Query:
    """Give what stands in the URL."""
    return {"ttl": how.get("ttl"), "keepttl": 1 if how.get("keep_ttl") else None, **more}


def headers_of(how: Condition) -> dict[str, str | None]:
    """Give what stands in headers."""
    return {
        "If-Match": how.get("if_match"),
        "If-None-Match": how.get("if_none_match"),
    }


def operation_options(how: Writing) -> dict[str, Any]:
    """Give what stands last in an operation of a batch."""
    options: dict[str, Any] = dict(how)
    if options.pop("keep_ttl", False):
        options["keepttl"] = True
    return options
