"""The error catalogue: a stable code, an HTTP status and a sentence for each.

The server answers with these and a client raises them; what is under NoAnswer only a client
raises, for there was no answer.

    BambleweenyError
      InvalidRequest        400  body, parameter or field that cannot be used
        UnknownParameter    400  query parameter that the call does not take
      InvalidName         400  name outside of the grammar
        NotAnInteger        400  counter on a value that is none
          CounterOverflow   400  counter that would leave 64 bits
      NotJson             400  part of a value, or change of one, that is no JSON
        QuotaExceeded       400  the owner has as many resources as it may
        UserExists          400  user name taken
        TlsNotServed        400  TLS on a port of plain HTTP
      Unauthorized          401  no token, a bad one, or one that has ended
        WrongLogin          401  user name or password
      Forbidden             403  the admin is asked for
        TokenInPageUrl      403  a browser opens a URL with `?token=` as a page
      NotFound              404  no such thing
        LeaseNotFound       404  a lease that has ended
      MethodNotAllowed      405  the path knows other methods
      RequestTimeout        408  the request came too slowly
      LimitReached          409  a counter would leave the bounds of the call
      PreconditionFailed    412  the key is not as the call says that it is
      BodyTooLarge          413  over the body limit
      UnsupportedCoding     415  a body of a content coding that is not decoded
      UnsupportedType       415  a body of a content type that the call does not take
      RangeNotSatisfiable   416  bytes past the end of the value
      ExpectationFailed     417  an Expect header that is not 100-continue
      WrongHost             421  a Host that this server does not answer for
      ExpansionTooLarge     422  nested keys grow the answer past its bound
      TooMuchAtOnce         422  the values of one call add up to too much
      HeadersTooLarge       431  over the header limit
      InternalError         500  a defect of ours
        NotServed           501  a method or a transfer coding that is not served
        VersionNotServed    505  a version of HTTP that is not served
      StoreUnavailable      503  the engine is away; try again
        Busy                503  too much of this kind of work at once
      StoreFull             507  the engine has no room
        ListFull            507  the list has reached its bound
      NoAnswer                   the call was not answered; the status is 0
        Unreachable              there is no server; nothing was sent
        ConnectionBroken         the connection broke before the answer was there
        TimedOut                 the answer did not come in time
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
    HeadersTooLarge,
    LeaseNotFound,
    LimitReached,
    MethodNotAllowed,
    NotFound,
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
"""What a server can answer, by its code."""
