"""The other 4xx: the server understands the request and refuses it."""

from bambleweeny.errors.base import BambleweenyError


class NotFound(BambleweenyError):
    """The resource does not exist, or the caller cannot see it."""

    code, status, info = "not_found", 404, "Not found."


class LeaseNotFound(NotFound):
    """The lease does not exist: it expired, or its item was acknowledged, returned or deleted."""

    code, info = "lease_not_found", "There is no such lease."
    hint = "The lease has expired, or its item was acknowledged, returned or deleted."


class OutsideBasePath(BambleweenyError):
    """The path is not below the server's base path.

    It is not a NotFound: a client with a wrong URL must not take a key for a missing one.
    """

    code, status, info = "outside_base_path", 404, "The path is outside of the server's base path."


class MethodNotAllowed(BambleweenyError):
    """The path does not support the method; the Allow header lists the methods it supports."""

    allow: str | None = None

    code, status, info = "method_not_allowed", 405, "Method not allowed on this path."


class RequestTimeout(BambleweenyError):
    """The request arrived too slowly or incompletely."""

    code, status, info = "request_timeout", 408, "The request arrived too slowly."
    hint = "Send the head within 30 s, and at least 10 kB of the body every 20 s."


class LimitReached(BambleweenyError):
    """The counter would leave the bounds of the request; it is unchanged.

    `retry_after` is the counter's remaining TTL in seconds, or None without a TTL.
    """

    code, status, info = "limit_reached", 409, "The counter has reached its limit."


class ItemLeased(BambleweenyError):
    """The item is leased, and stays as it is until its lease ends."""

    code, status, info = "item_leased", 409, "The item is leased."
    hint = "Wait until its lease ends, or let the worker that has it bury or return it."


class TooManyTokens(BambleweenyError):
    """The user has as many named tokens as its `max_tokens` allows."""

    code, status, info = "too_many_tokens", 409, "The user has too many named tokens."
    hint = "Revoke one with DELETE /tokens/<id>; an admin can set the user's max_tokens."


class PreconditionFailed(BambleweenyError):
    """The key does not meet If-Match or If-None-Match; it is unchanged."""

    code, status, info = "precondition_failed", 412, "The key does not meet the condition."
    hint = "Read the key again; If-Match and If-None-Match take its ETag, or *."


class BodyTooLarge(BambleweenyError):
    """The body exceeds the limit."""

    code, status, info = "body_too_large", 413, "The body is too large."
    hint = "The server's --max-body is the limit."
    is_of_user = False
    """Whether the limit is the user's `max_value`, as far as this process knows it."""


class UnsupportedCoding(BambleweenyError):
    """The server does not decode the body's content coding."""

    code, status, info = (
        "unsupported_coding",
        415,
        "The server does not decode the body's content coding.",
    )
    hint = "Send the body with Content-Encoding gzip or deflate, or without one."


class UnsupportedType(BambleweenyError):
    """The call does not accept the body's content type."""

    code, status, info = (
        "unsupported_type",
        415,
        "The call does not accept the body's content type.",
    )
    hint = "Send a merge patch, as 'Content-Type: application/merge-patch+json', or ?ttl= alone."


class RangeNotSatisfiable(BambleweenyError):
    """The value has no byte in the range; Content-Range has the value's length."""

    code, status, info = (
        "range_not_satisfiable",
        416,
        "The range begins after the end of the value.",
    )


class ExpectationFailed(BambleweenyError):
    """The Expect header has a value other than 100-continue."""

    code, status, info = (
        "expectation_failed",
        417,
        "The server does not support this Expect header.",
    )
    hint = "Send 'Expect: 100-continue', or no Expect header."


class ExpansionTooLarge(BambleweenyError):
    """The nested keys of a route make its answer too large."""

    code, status, info = "expansion_too_large", 422, "The nested keys make the answer too large."
    hint = (
        "A text of up to 2 MB can have 1,000 '!@[', which name up to 100 keys with 2 MB in total."
    )


class TooMuchAtOnce(BambleweenyError):
    """The values that one call reads or writes exceed their common limit."""

    code, status, info = "too_much_at_once", 422, "The values are too large for one call."
    hint = (
        "An answer has up to 16 MB of values, with those that an atomic batch replaces; the "
        "conditions of 1,000 operations compare up to 16 MB."
    )


class HeadersTooLarge(BambleweenyError):
    """The request's headers exceed the limit."""

    code, status, info = "headers_too_large", 431, "The request's headers are too large."
