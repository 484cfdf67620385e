"""The mapping of error answers and of urllib3's errors to `bambleweeny.errors`."""

from collections.abc import Mapping
from json import loads
from typing import Any

from urllib3.exceptions import (
    ClosedPoolError,
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    SSLError,
)
from urllib3.exceptions import TimeoutError as HTTPTimeoutError

from bambleweeny.errors import (
    CATALOGUE,
    BambleweenyError,
    ConnectionBroken,
    NoAnswer,
    TimedOut,
    Unreachable,
)

_PASSING = (0, 429, 502, 503, 504)
_FIELDS = ("code", "info", "hint", "index")
_CAN_BE_REPEATED = "The call can be repeated."
_NO_TLS = "The server there does not use TLS: try http:// instead of https://."


def refusal(url: str, status: int, headers: Mapping[str, str], body: bytes) -> BambleweenyError:
    """Return the error of an error answer.

    An answer that is not in the server's format, such as the page of a proxy, becomes a plain
    BambleweenyError with its status.
    """
    try:
        error = error_of(loads(body))
    except (ValueError, TypeError, KeyError):
        error = BambleweenyError(f"{url} answered {status}, but not as Bambleweeny answers.")
    error.status = status
    after = headers.get("Retry-After", "")
    error.retry_after = int(after) if after.isdecimal() else None
    return error


def error_of(fields: Mapping[str, Any]) -> BambleweenyError:
    """Return the error with the `code`, `info`, `hint`, `index` and further fields of an answer.

    A code that this client does not know becomes a plain BambleweenyError with that code.
    """
    code = str(fields["code"])
    error = CATALOGUE.get(code, BambleweenyError)(str(fields["info"]))
    error.code, error.hint, error.index = code, fields.get("hint"), fields.get("index")
    error.details = {name: fields[name] for name in fields if name not in _FIELDS} or None
    return error


def is_passing(error: BambleweenyError) -> bool:
    """Return whether the same call may succeed later: after an outage, or within a rate."""
    return error.status in _PASSING


def no_answer(url: str, ex: HTTPError, seconds: float, *, is_safe: bool) -> Exception:
    """Return the error for a call without an answer; `is_safe` says that it can be repeated."""
    error = _no_answer(url, ex, seconds)
    if is_safe and isinstance(error, NoAnswer) and error.hint is NoAnswer.hint:
        error.hint = _CAN_BE_REPEATED
    return error


def _no_answer(url: str, ex: HTTPError, seconds: float) -> Exception:
    if isinstance(ex, ClosedPoolError):
        return RuntimeError("The client is closed.")
    nothing = f"There is no answer from {url}"
    if isinstance(ex, NameResolutionError):
        return Unreachable(f"{nothing}: its name cannot be resolved.")
    if isinstance(ex, NewConnectionError):
        return Unreachable(f"{nothing}: {_reason_of(ex)}.")
    if isinstance(ex, ConnectTimeoutError):
        return Unreachable(f"{nothing}: it accepted no connection in time.")
    if isinstance(ex, SSLError):
        hint = _NO_TLS if "WRONG_VERSION_NUMBER" in str(ex) else None
        return ConnectionBroken(f"{nothing}: TLS failed: {ex}.", hint=hint)
    # NOTE: urllib3 wraps a timeout while a body is sent in a ProtocolError.
    if isinstance(ex, HTTPTimeoutError) or isinstance(ex.args[-1], TimeoutError):
        return TimedOut(f"{nothing} within {seconds:g} seconds.")
    return ConnectionBroken(f"{nothing}: the connection broke.")


def _reason_of(ex: HTTPError) -> str:
    """Return the operating system's reason, such as `connection refused`."""
    cause = ex.__cause__ or ex.__context__
    reason = getattr(cause, "strerror", None) or "no connection can be made"
    return f"{reason[0].lower()}{reason[1:]}"
