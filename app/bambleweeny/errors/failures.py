"""5xx: the server cannot do what the request asks for."""

from bambleweeny.errors.base import BambleweenyError


class InternalError(BambleweenyError):
    """A defect in the server; the log has the stack trace."""

    code, status, info = (
        "internal_error",
        500,
        "The server failed because of a defect; see its log.",
    )


class NotServed(InternalError):
    """The server does not support the request's method or transfer coding."""

    code, status = "not_implemented", 501
    info = "The server does not support the request's method or transfer coding."


class VersionNotServed(NotServed):
    """The request uses another major version of HTTP."""

    code, status, info = "version_not_served", 505, "The server speaks HTTP/1.1 and HTTP/1.0."


class StoreUnavailable(BambleweenyError):
    """The engine is not reachable or does not answer in time."""

    code, status, info = "store_unavailable", 503, "The store is not available."
    hint = "A write may or may not have happened: check before you repeat it."
    retry_after = 1


class Busy(StoreUnavailable):
    """The server is at its limit for this kind of work."""

    code, info = "busy", "The server is busy with this kind of work."
    hint = "Try again a little later."


class TooManyDelayed(Busy):
    """The worker delays as many answers as it can."""

    code, info = "too_many_delayed", "The server delays too many answers at the moment."
    hint = (
        "Try again a little later: a worker delays up to 256 answers, with 12 MB in total, or "
        "twice --max-body if that is more."
    )


class FrontNotFound(BambleweenyError):
    """The route that answers the paths outside of the base path does not exist, or has no value.

    It is not a NotFound: the route may be created at any time, and a client with a wrong URL must
    not take a key for a missing one.
    """

    code, status, info = "front_not_found", 503, "There is nothing to read at the route of --front."
    hint = "Create the route and write its key, or start the server with another --front."
    retry_after = 1


class StoreFull(BambleweenyError):
    """The engine is out of memory or disk space; reads and deletes still work."""

    code, status, info = "store_full", 507, "The store is full."
    hint = (
        "Delete data, or give the store more room: a larger --max-memory, or space on its disk. "
        "The last tenth of the memory is for users that have less than a hundredth of it."
    )


class MaxBytesExceeded(StoreFull):
    """The user has no room for more bytes; nothing was written."""

    code, info = "max_bytes_exceeded", "The user's limit of bytes is reached."
    hint = (
        "Delete data, or ask the admin for a larger 'max_bytes'. GET /usage also counts the "
        "idempotency keys of pushes: DELETE of a list deletes those of its pushes, even if the "
        "list is empty."
    )


class ListFull(StoreFull):
    """The list has reached its limit; the item was not added."""

    code, info = "list_full", "The list is full."
    hint = (
        "Remove items first; the bounds are --max-list-items, --max-list-bytes and the list's "
        "policy."
    )
