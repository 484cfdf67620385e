"""The other 4xx: the server understands the request and refuses it."""

from bambleweeny.errors.base import BambleweenyError


class NotFound(BambleweenyError):
    """The resource does not exist, or the caller cannot see it."""

    code, status, info = "not_found", 404, "Not found."


class LeaseNotFound(NotFound):
    """The lease does not exist: it expired, or its item was acknowledged, returned or deleted."""

    code, info = "lease_not_found", "There is no such lease."
    hint = "It has ended; its item is done, or is given to somebody again."


class MethodNotAllowed(BambleweenyError):
    """The path does not support the method; the Allow header lists the methods it supports."""

    code, status, info = "method_not_allowed", 405, "Method not allowed on this path."


class RequestTimeout(BambleweenyError):
    """The request arrived too slowly or incompletely."""

    code, status, info = "request_timeout", 408, "The request came too slowly."
    hint = "Send a head within 30 s, and 10 kB of a body at least every 20 s."


class LimitReached(BambleweenyError):
    """The counter would leave the bounds of the request; it is unchanged.

    `retry_after` is the counter's remaining TTL in seconds, or None without a TTL.
    """

    code, status, info = "limit_reached", 409, "The counter has reached its limit."


class PreconditionFailed(BambleweenyError):
    """The key does not meet If-Match or If-None-Match; it is unchanged."""

    code, status, info = "precondition_failed", 412, "The key is not as the condition says."
    hint = "Read it again; If-Match and If-None-Match take the ETag of the answer, or *."


class BodyTooLarge(BambleweenyError):
    """The body exceeds the limit."""

    code, status, info = "body_too_large", 413, "The body is too large."
    hint = "The server's --max-body is the limit."


class UnsupportedCoding(BambleweenyError):
    """The server does not decode the body's content coding."""

    code, status, info = "unsupported_coding", 415, "The body's content coding is not taken."
    hint = "Send it with Content-Encoding gzip or deflate, or without one."


class UnsupportedType(BambleweenyError):
    """The call does not accept the body's content type."""

    code, status, info = "unsupported_type", 415, "The body's content type is not taken here."
    hint = "Send a merge patch, as 'Content-Type: application/merge-patch+json', or ?ttl= alone."


class RangeNotSatisfiable(BambleweenyError):
    """The value has no byte in the range; Content-Range has the value's length."""

    code, status, info = "range_not_satisfiable", 416, "The value ends before that range."


class ExpectationFailed(BambleweenyError):
    """The Expect header has a value other than 100-continue."""

    code, status, info = "expectation_failed", 417, "The server cannot do what Expect asks for."
    hint = "The header 'Expect' takes 100-continue."


class ExpansionTooLarge(BambleweenyError):
    """The nested keys of a route make its answer too large."""

    code, status, info = "expansion_too_large", 422, "The nested keys make the answer too large."
    hint = "A text of up to 2 MB can have 1,000 '!@[', of 100 keys, which add up to 2 MB."


class TooMuchAtOnce(BambleweenyError):
    """The values that one call reads or writes exceed their common limit."""

    code, status, info = "too_much_at_once", 422, "The values are too large for one call."
    hint = (
        "What a call answers, what an atomic batch replaces, and what the conditions of 1,000 "
        "operations compare add up to 16 MB at most."
    )


class HeadersTooLarge(BambleweenyError):
    """The request's headers exceed the limit."""

    code, status, info = "headers_too_large", 431, "The request's headers are too large."
