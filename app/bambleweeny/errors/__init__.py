"""The error catalogue: a stable code, an HTTP status and a sentence for each.

The server answers with these errors, and the client raises the same classes. Only the client
raises NoAnswer and its subclasses: it raises them if it received no answer.

    BambleweenyError
      InvalidRequest        400  body, parameter or field that cannot be used
        UnknownParameter    400  query parameter that the call does not take
      InvalidName         400  name that breaks the rule for names
        NotAnInteger        400  counter on a value that is not a 64-bit integer
          CounterOverflow   400  counter that would leave 64 bits
      NotJson             400  JSON path or patch on a value that is not JSON
        QuotaExceeded       400  the owner has reached the quota
        UserExists          400  user name taken
        TlsNotServed        400  TLS on a port of plain HTTP
      Unauthorized          401  missing, invalid or expired token
        WrongLogin          401  wrong user name or password
      Forbidden             403  only the admin can do this
        TokenInPageUrl      403  a browser opens a URL with `?token=` as a page
      NotFound              404  the resource does not exist
        LeaseNotFound       404  the lease does not exist or has expired
        FrontNotFound       404  the route of `--front` does not exist or has no value
      OutsideBasePath       404  the path is not below the server's base path
      MethodNotAllowed      405  the path does not support the method
      RequestTimeout        408  the request came too slowly
      LimitReached          409  the counter would leave the request's bounds
      PreconditionFailed    412  the key does not meet the condition
      BodyTooLarge          413  the body exceeds the limit
      UnsupportedCoding     415  the body's content coding is not supported
      UnsupportedType       415  the call does not accept the content type
      RangeNotSatisfiable   416  the range begins after the end of the value
      ExpectationFailed     417  an Expect header other than 100-continue
      WrongHost             421  the server does not serve this Host
      ExpansionTooLarge     422  nested keys make the answer too large
      TooMuchAtOnce         422  the values of one call are too large together
      HeadersTooLarge       431  the headers exceed the limit
      InternalError         500  a defect in the server
        NotServed           501  unsupported method or transfer coding
        VersionNotServed    505  unsupported version of HTTP
      StoreUnavailable      503  the engine is not available; retry
        Busy                503  too many requests of this kind
      StoreFull             507  the engine is out of memory or disk
        ListFull            507  the list has reached its limit
      NoAnswer                   the client received no answer; status 0
        Unreachable              no connection; nothing was sent
        ConnectionBroken         the connection broke before the answer arrived
        TimedOut                 the client timed out
"""

from bambleweeny.errors.access import Forbidden, TokenInPageUrl, Unauthorized, WrongHost, WrongLogin
from bambleweeny.errors.bad_requests import (
    CounterOverflow,
    InvalidName,
    InvalidRequest,
    NotAnInteger,
    NotJson,
    QuotaExceeded,
    TlsNotServed,
    UnknownParameter,
    UserExists,
)
from bambleweeny.errors.base import BambleweenyError
from bambleweeny.errors.failures import (
    Busy,
    InternalError,
    ListFull,
    NotServed,
    StoreFull,
    StoreUnavailable,
    VersionNotServed,
)
from bambleweeny.errors.no_answer import ConnectionBroken, NoAnswer, TimedOut, Unreachable
from bambleweeny.errors.refusals import (
    BodyTooLarge,
    ExpansionTooLarge,
    ExpectationFailed,
    FrontNotFound,
    HeadersTooLarge,
    LeaseNotFound,
    LimitReached,
    MethodNotAllowed,
    NotFound,
    OutsideBasePath,
    PreconditionFailed,
    RangeNotSatisfiable,
    RequestTimeout,
    TooMuchAtOnce,
    UnsupportedCoding,
    UnsupportedType,
)

__all__ = [
    "CATALOGUE",
    "BambleweenyError",
    "BodyTooLarge",
    "Busy",
    "ConnectionBroken",
    "CounterOverflow",
    "ExpansionTooLarge",
    "ExpectationFailed",
    "Forbidden",
    "FrontNotFound",
    "HeadersTooLarge",
    "InternalError",
    "InvalidName",
    "InvalidRequest",
    "LeaseNotFound",
    "LimitReached",
    "ListFull",
    "MethodNotAllowed",
    "NoAnswer",
    "NotAnInteger",
    "NotFound",
    "NotJson",
    "NotServed",
    "OutsideBasePath",
    "PreconditionFailed",
    "QuotaExceeded",
    "RangeNotSatisfiable",
    "RequestTimeout",
    "StoreFull",
    "StoreUnavailable",
    "TimedOut",
    "TlsNotServed",
    "TokenInPageUrl",
    "TooMuchAtOnce",
    "Unauthorized",
    "UnknownParameter",
    "Unreachable",
    "UnsupportedCoding",
    "UnsupportedType",
    "UserExists",
    "VersionNotServed",
    "WrongHost",
    "WrongLogin",
]


def _tree(cls: type[BambleweenyError]) -> list[type[BambleweenyError]]:
    return [cls, *(leaf for child in cls.__subclasses__() for leaf in _tree(child))]


CATALOGUE: dict[str, type[BambleweenyError]] = {
    cls.code: cls for cls in _tree(BambleweenyError) if not issubclass(cls, NoAnswer)
}
"""The error classes that a server can answer, by code."""
