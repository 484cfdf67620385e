"""The options of calls for keys, and how they are sent."""

from collections.abc import Mapping
from typing import Any, TypedDict

from bambleweeny.client.transport.connection import Query
from bambleweeny.client.values import check_options


class Condition(TypedDict, total=False):
    """A precondition on the key's current value (RFC 9110, section 13).

    Both take an ETag (`Value.etag`), several ETags with commas between, or `*` for any value.
    With `if_match` the key must have one of the ETags; with `if_none_match` it must have none
    of them, so that `*` requires a missing key. Otherwise PreconditionFailed.
    """

    if_match: str
    if_none_match: str


class Writing(Condition, total=False):
    """The TTL and content type of a key that is written, and preconditions.

    `ttl` is in seconds, or a duration such as "10m"; 1 second to 3660 days. Without `ttl` the
    key does not expire, with `keep_ttl` the current expiry stays. `type` is the content type.
    """

    ttl: int | str
    keep_ttl: bool
    type: str


class Counting(TypedDict, total=False):
    """The bounds of a counter, and the TTL of a new one.

    LimitReached if the new number would be above `max` or below `min`; the counter stays
    unchanged. `ttl` (seconds, or "10m") applies only if the key is new.
    """

    ttl: int | str
    max: int
    min: int


NO_OPTIONS: Mapping[str, Any] = {}


def query_of(how: Writing, **more: str | int | None) -> Query:
    """Return the options that are sent as query parameters."""
    return {"ttl": how.get("ttl"), "keepttl": 1 if how.get("keep_ttl") else None, **more}


def headers_of(how: Condition, options: Any = Condition) -> dict[str, str | None]:
    """Return the preconditions, which are sent as headers; TypeError if not in `options`."""
    check_options(how, options)
    return {
        "If-Match": how.get("if_match"),
        "If-None-Match": how.get("if_none_match"),
    }


def counting_options(how: Counting) -> Mapping[str, Any]:
    """Return the bounds and the TTL of a counter; TypeError for other options."""
    check_options(how, Counting)
    return how


def operation_options(how: Writing) -> dict[str, Any]:
    """Return the options object, the last element of an operation in a batch.

    TypeError for other options.
    """
    check_options(how, Writing)
    options: dict[str, Any] = dict(how)
    if options.pop("keep_ttl", False):
        options["keepttl"] = True
    return options
