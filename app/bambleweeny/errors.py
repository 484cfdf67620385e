"""The error catalogue: a stable code, an HTTP status and a sentence for each.

The server answers with these and a client raises them; what is under NoAnswer only a client
raises, for there was no answer.

    BambleweenyError
      InvalidRequest        400  body, parameter or field that cannot be used
        InvalidName         400  name outside of the grammar
        NotAnInteger        400  counter on a value that is none
        NotJson             400  part of a value, or change of one, that is no JSON
        QuotaExceeded       400  the owner has as many resources as it may
        UserExists          400  user name taken
      Unauthorized          401  no token, a bad one, or one that has ended
        WrongLogin          401  user name or password
      Forbidden             403  the admin is asked for
      NotFound              404  no such thing
        LeaseNotFound       404  a lease that has ended
      MethodNotAllowed      405  the path knows other methods
      LimitReached          409  a counter would leave the bounds of the call
      PreconditionFailed    412  the key is not as the call says that it is
      BodyTooLarge          413  over the body limit
      UnsupportedType       415  a body of a content type that the call does not take
      RangeNotSatisfiable   416  bytes past the end of the value
      WrongHost             421  a Host that this server does not answer for
      ExpansionTooLarge     422  nested keys grow the answer past its bound
      TooMuchAtOnce         422  the values of one call add up to too much
      HeadersTooLarge       431  over the header limit
      InternalError         500  a defect of ours
        UnknownCoding       501  transfer coding that is not served
      StoreUnavailable      503  the engine is away; try again
        Busy                503  too much of this kind of work at once
      StoreFull             507  the engine has no room
        ListFull            507  the list has reached its bound
      NoAnswer                   the call was not answered; the status is 0
        Unreachable              there is no server; nothing was sent
        ConnectionBroken         the connection broke before the answer was there
        TimedOut                 the answer did not come in time
"""


class BambleweenyError(Exception):
    """Base of everything that Bambleweeny raises on purpose."""

    code = "error"
    status = 500
    info = "Something went wrong."
    hint: str | None = None
    retry_after: int | None = None
    index: int | None = None
    """Which operation of a batch it was, counted from 0."""

    def __init__(self, info: str | None = None, *, hint: str | None = None) -> None:
        if info is not None:
            self.info = info
        if hint is not None:
            self.hint = hint
        super().__init__(self.info)


class InvalidRequest(BambleweenyError):
    """The request's body, a parameter or a field cannot be used."""

    code, status, info = "invalid_request", 400, "The request is invalid."


class InvalidName(InvalidRequest):
    """A name is outside of the grammar."""

    code, info = "invalid_name", "Name is invalid."


class NotAnInteger(InvalidRequest):
    """A counter was asked of a value that is not a 64-bit integer."""

    code, info = "not_an_integer", "The key's value is not an integer."
    hint = "Counters hold whole numbers from -2^63 to 2^63-1."


class NotJson(InvalidRequest):
    """A part, or a change, was asked of a value that is not JSON."""

    code, info = "not_json", "The key's value is not JSON."


class QuotaExceeded(InvalidRequest):
    """The owner already has as many keys, lists, topics, routes and bins as it may."""

    code, info = "quota_exceeded", "Quota exceeded."
    hint = "Delete keys, lists, topics, routes or bins, or ask the admin for a higher quota."


class UserExists(InvalidRequest):
    """The user name is taken."""

    code, info = "user_exists", "A user with this name exists already."


class Unauthorized(BambleweenyError):
    """There is no token, or one that is wrong or has ended."""

    code, status, info = "unauthorized", 401, "Unauthorized."
    hint = "Get a token with POST /auth/token and send it as 'Authorization: Bearer <token>'."


class WrongLogin(Unauthorized):
    """The user name or the password is wrong."""

    code, info = "wrong_login", "Wrong user name or password."
    hint = "User names and passwords are case-sensitive."


class Forbidden(BambleweenyError):
    """The admin is asked for, and the caller is somebody else."""

    code, status, info = "forbidden", 403, "Only the admin can do this."


class NotFound(BambleweenyError):
    """There is no such thing."""

    code, status, info = "not_found", 404, "Not found."


class LeaseNotFound(NotFound):
    """The lease has ended: its time was over, or the item was acknowledged or given back."""

    code, info = "lease_not_found", "There is no such lease."
    hint = "It has ended; its item is done, or is given to somebody again."


class MethodNotAllowed(BambleweenyError):
    """The path knows other methods; the header Allow lists them."""

    code, status, info = "method_not_allowed", 405, "Method not allowed on this path."


class LimitReached(BambleweenyError):
    """The counter would leave the bounds that the call gave; it stays.

    `retry_after` are the seconds until the counter ends by itself, where it does.
    """

    code, status, info = "limit_reached", 409, "The counter has reached its limit."


class PreconditionFailed(BambleweenyError):
    """The key is not as If-Match or If-None-Match says; it stays."""

    code, status, info = "precondition_failed", 412, "The key is not as the condition says."
    hint = "Read it again; If-Match and If-None-Match take the ETag of the answer, or *."


class BodyTooLarge(BambleweenyError):
    """The body is over the limit."""

    code, status, info = "body_too_large", 413, "The body is too large."
    hint = "The server's --max-body is the limit."


class UnsupportedType(BambleweenyError):
    """The body's content type is none that the call takes."""

    code, status, info = "unsupported_type", 415, "The body's content type is not taken here."
    hint = "Send a merge patch, as 'Content-Type: application/merge-patch+json', or ?ttl= alone."


class RangeNotSatisfiable(BambleweenyError):
    """The value has no byte in the range; Content-Range says its length."""

    code, status, info = "range_not_satisfiable", 416, "The value ends before that range."


class WrongHost(BambleweenyError):
    """The Host header names a host that this server does not answer for."""

    code, status, info = "wrong_host", 421, "This server does not answer for that host name."
    hint = "Use localhost or 127.0.0.1, or name the host in the server's --allowed-hosts."


class ExpansionTooLarge(BambleweenyError):
    """The nested keys of a route grow its answer past the bound."""

    code, status, info = "expansion_too_large", 422, "The nested keys make the answer too large."
    hint = "Up to 100 keys can be nested, and add up to 2 MB."


class TooMuchAtOnce(BambleweenyError):
    """The values of one call add up to too much."""

    code, status, info = "too_much_at_once", 422, "The values are too large for one call."
    hint = "What a call answers, and what an atomic batch replaces, add up to 16 MB at most."


class HeadersTooLarge(BambleweenyError):
    """The request's headers are over the limit."""

    code, status, info = "headers_too_large", 431, "The request's headers are too large."


class InternalError(BambleweenyError):
    """A defect of ours; the log has the trace."""

    code, status, info = "internal_error", 500, "The server made a mistake; its log says more."


class UnknownCoding(InternalError):
    """The request uses a transfer coding that is not served."""

    code, status, info = "not_implemented", 501, "The request's transfer coding is not served."


class StoreUnavailable(BambleweenyError):
    """The engine is away or does not answer in time."""

    code, status, info = "store_unavailable", 503, "The store is not available."
    hint = "A write may or may not have happened: look before you repeat it."
    retry_after = 1


class Busy(StoreUnavailable):
    """Too much of this kind of work is going on."""

    code, info = "busy", "The server is busy with this kind of work."
    hint = "Try again a little later."


class StoreFull(BambleweenyError):
    """The engine has no room; reads and deletes go on."""

    code, status, info = "store_full", 507, "The store is full."
    hint = "Delete something, or give it more room: --max-memory, or space on its disk."


class ListFull(StoreFull):
    """The list has reached its bound; the item was not added."""

    code, info = "list_full", "The list is full."
    hint = (
        "Take items off it first; --max-list-items, --max-list-bytes and its policy are the bounds."
    )


class NoAnswer(BambleweenyError):
    """The call was not answered, so that a write may or may not have happened."""

    code, status, info = "no_answer", 0, "The server did not answer."
    hint = "A write may or may not have happened: look before you repeat it."


class Unreachable(NoAnswer):
    """There is no server; nothing was sent, and nothing happened."""

    code, info = "unreachable", "There is no server."
    hint = "Start one with `bambleweeny serve`, or look at the URL."


class ConnectionBroken(NoAnswer):
    """The connection broke before the answer was there."""

    code, info = "connection_broken", "The connection to the server broke."


class TimedOut(NoAnswer):
    """The answer did not come in time."""

    code, info = "timed_out", "The server did not answer in time."


def _tree(cls: type[BambleweenyError]) -> list[type[BambleweenyError]]:
    return [cls, *(leaf for child in cls.__subclasses__() for leaf in _tree(child))]


CATALOGUE: dict[str, type[BambleweenyError]] = {
    cls.code: cls for cls in _tree(BambleweenyError) if not issubclass(cls, NoAnswer)
}
"""What a server can answer, by its code."""
