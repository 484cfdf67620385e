"""The error catalogue: a stable code, an HTTP status and a sentence for each.

The server answers with these errors, and the client raises the same classes. Only the client
raises NoAnswer and its subclasses: it raises them if it received no answer.

    BambleweenyError
      InvalidRequest           400  body, parameter or field that cannot be used
        UnknownParameter       400  query parameter that the call does not take
      InvalidName              400  name that breaks the rule for names
        NotAnInteger           400  counter on a value that is not a 64-bit integer
          CounterOverflow      400  counter that would leave 64 bits
      NotJson                  400  JSON path or patch on a value that is not JSON
        QuotaExceeded          400  the owner has reached the quota
        UserExists             400  user name taken
        WeakPassword           400  new password that is too short, or is the user's name
        InvalidRoute           400  a field of the route document cannot be used
          InvalidPath          400  a path of the document is outside of the grammar
          InvalidCondition     400  a condition of the document cannot be checked
          InvalidTemplate      400  a placeholder of the document is outside of the grammar
          InvalidOperation     400  an operation of `then` is not an operation of a batch
          InvalidHeader        400  the name or the value of a header is outside of the grammar
          HeaderNotAllowed     400  a rule may not set this header
          InvalidCookie        400  the name or the value of a cookie is outside of the grammar
          TooManyRules         400  a document has over 200 rules
          TooManyAnswers       400  a rule has over 20 answers
          TooManyOperations    400  the `then` of a rule has over 5 operations
          TooManyKeyConditions 400  a rule tests over 5 keys
          TooManySegments      400  a path has over 32 segments
          TooManyWildcards     400  a text has over 4 wildcards
          TooManyPlaceholders  400  an answer has over 100 placeholders
          DelayTooLong         400  a delay is over 30 s
        InvalidBin             400  a field of the bin document cannot be used
        InvalidImport          400  the document to import is not of the format
        NotAnObject            400  the body of a write to a collection is not a JSON object
        InvalidObjectId        400  an object's id cannot be a part of a key's name
        TlsNotServed           400  TLS on a port of plain HTTP
      Unauthorized             401  missing, invalid or expired token
        StaleToken                  the token's record changed; the server repeats the call
        WrongLogin             401  wrong user name or password
        InvalidCode            401  one-time code that is wrong, used or expired
      InvalidSignature         401  a request to a bin is not signed with its secrets
      Forbidden                403  only the admin can do this
        InsufficientScope      403  the scopes of the named token do not allow the call
        NotInASandbox          403  the token of a sandbox cannot do this
        TokenInPageUrl         403  a browser opens a URL with `?token=` as a page
      NotFound                 404  the resource does not exist
        LeaseNotFound          404  the lease does not exist or has expired
        NoRule                 404  no rule of the route matches the request
        NoSuchObject           404  the collection has no object with this id
      OutsideBasePath          404  the path is not below the server's base path
      MethodNotAllowed         405  the path does not support the method
      RequestTimeout           408  the request came too slowly
      LimitReached             409  the counter would leave the request's bounds
      RouteNameTaken           409  another route of the user has this name
      BinNameTaken             409  another bin of the user has this name
      IdTaken                  409  the collection has an object with this id already
      NotAsCalled              409  the route was not called as expected
      CallsDropped             409  the journal has dropped calls that may match
      ItemLeased               409  the item is leased; its lease decides
      TooManyTokens            409  the user has as many named tokens as allowed
      TooManySandboxes         409  the user has as many sandboxes as allowed
      TooManySnapshots         409  the sandbox has as many snapshots as it may have
      PreconditionFailed       412  the key does not meet the condition
      BodyTooLarge             413  the body exceeds the limit
        DocumentTooLarge       413  the document of a route is over 256 kB, or of a bin over 64 kB
        ImportTooLarge         413  the document to import is over 16 MB, or makes too much
      UnsupportedCoding        415  the body's content coding is not supported
      UnsupportedType          415  the call does not accept the content type
      RangeNotSatisfiable      416  the range begins after the end of the value
      ExpectationFailed        417  an Expect header other than 100-continue
      WrongHost                421  the server does not serve this Host
      ExpansionTooLarge        422  nested keys make the answer too large
      TooMuchAtOnce            422  the values of one call are too large together
      UnusableAnswer           422  the request has something that cannot be in the answer
      AnswerTooLarge           422  the answer is over 2 MB
      TooManyFilters           422  the query of a collection has too many filters
      TooManyComparisons       422  the conditions compare too much for one request
      TooManyCandidates        422  over 20 rules that test keys match the request
      SnapshotTooLarge         422  the sandbox has too much for a seed or snapshot
      RateLimited              429  the requests exceed a rate
      TooManyLogins            429  too many logins have failed
      HeadersTooLarge          431  the headers exceed the limit
      InternalError            500  a defect in the server
        NotServed              501  unsupported method or transfer coding
        VersionNotServed       505  unsupported version of HTTP
      StoreUnavailable         503  the engine is not available; retry
        Busy                   503  too many requests of this kind
          TooManyDelayed       503  too many delayed answers
      FrontNotFound            503  the route of `--front` does not exist or has no value
      StoreFull                507  the engine is out of memory or disk
        MaxBytesExceeded       507  the user's limit of bytes is reached
        ListFull               507  the list has reached its limit
        CollectionFull         507  the collection has as many objects or bytes as it may have
      NoAnswer                      the client received no answer; status 0
        Unreachable                 no connection; nothing was sent
        ConnectionBroken            the connection broke before the answer arrived
        TimedOut                    the client timed out
"""

from bambleweeny.errors.access import (
    Forbidden,
    InsufficientScope,
    InvalidCode,
    StaleToken,
    TokenInPageUrl,
    TooManyLogins,
    Unauthorized,
    WrongHost,
    WrongLogin,
)
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
    WeakPassword,
)
from bambleweeny.errors.base import BambleweenyError
from bambleweeny.errors.failures import (
    Busy,
    FrontNotFound,
    InternalError,
    ListFull,
    MaxBytesExceeded,
    NotServed,
    StoreFull,
    StoreUnavailable,
    TooManyDelayed,
    VersionNotServed,
)
from bambleweeny.errors.mock_routes import (
    AnswerTooLarge,
    CallsDropped,
    CollectionFull,
    DelayTooLong,
    DocumentTooLarge,
    HeaderNotAllowed,
    IdTaken,
    ImportTooLarge,
    InvalidCondition,
    InvalidCookie,
    InvalidHeader,
    InvalidImport,
    InvalidObjectId,
    InvalidOperation,
    InvalidPath,
    InvalidRoute,
    InvalidTemplate,
    NoRule,
    NoSuchObject,
    NotAnObject,
    NotAsCalled,
    RouteNameTaken,
    TooManyAnswers,
    TooManyCandidates,
    TooManyComparisons,
    TooManyFilters,
    TooManyKeyConditions,
    TooManyOperations,
    TooManyPlaceholders,
    TooManyRules,
    TooManySegments,
    TooManyWildcards,
    UnusableAnswer,
)
from bambleweeny.errors.no_answer import ConnectionBroken, NoAnswer, TimedOut, Unreachable
from bambleweeny.errors.refusals import (
    BodyTooLarge,
    ExpansionTooLarge,
    ExpectationFailed,
    HeadersTooLarge,
    ItemLeased,
    LeaseNotFound,
    LimitReached,
    MethodNotAllowed,
    NotFound,
    OutsideBasePath,
    PreconditionFailed,
    RangeNotSatisfiable,
    RequestTimeout,
    TooManyTokens,
    TooMuchAtOnce,
    UnsupportedCoding,
    UnsupportedType,
)
from bambleweeny.errors.sandboxes import (
    NotInASandbox,
    SnapshotTooLarge,
    TooManySandboxes,
    TooManySnapshots,
)
from bambleweeny.errors.webhook_bins import (
    BinNameTaken,
    InvalidBin,
    InvalidSignature,
    RateLimited,
)

__all__ = [
    "CATALOGUE", "AnswerTooLarge", "BambleweenyError", "BinNameTaken", "BodyTooLarge", "Busy",
    "CallsDropped", "CollectionFull", "ConnectionBroken", "CounterOverflow", "DelayTooLong",
    "DocumentTooLarge", "ExpansionTooLarge", "ExpectationFailed", "Forbidden", "FrontNotFound",
    "HeaderNotAllowed", "HeadersTooLarge", "IdTaken", "ImportTooLarge", "InsufficientScope",
    "InternalError", "InvalidBin", "InvalidCode", "InvalidCondition", "InvalidCookie",
    "InvalidHeader", "InvalidImport", "InvalidName", "InvalidObjectId", "InvalidOperation",
    "InvalidPath", "InvalidRequest", "InvalidRoute", "InvalidSignature", "InvalidTemplate",
    "ItemLeased", "LeaseNotFound", "LimitReached", "ListFull", "MaxBytesExceeded",
    "MethodNotAllowed", "NoAnswer", "NoRule", "NoSuchObject", "NotAnInteger", "NotAnObject",
    "NotAsCalled", "NotFound", "NotInASandbox", "NotJson", "NotServed", "OutsideBasePath",
    "PreconditionFailed", "QuotaExceeded", "RangeNotSatisfiable", "RateLimited",
    "RequestTimeout", "RouteNameTaken", "SnapshotTooLarge", "StaleToken", "StoreFull",
    "StoreUnavailable", "TimedOut", "TlsNotServed", "TokenInPageUrl", "TooManyAnswers",
    "TooManyCandidates", "TooManyComparisons", "TooManyDelayed", "TooManyFilters",
    "TooManyKeyConditions", "TooManyLogins", "TooManyOperations", "TooManyPlaceholders",
    "TooManyRules", "TooManySandboxes", "TooManySegments", "TooManySnapshots", "TooManyTokens",
    "TooManyWildcards", "TooMuchAtOnce", "Unauthorized", "UnknownParameter", "Unreachable",
    "UnsupportedCoding", "UnsupportedType", "UnusableAnswer", "UserExists", "VersionNotServed",
    "WeakPassword", "WrongHost", "WrongLogin",
]  # fmt: skip


def _tree(cls: type[BambleweenyError]) -> list[type[BambleweenyError]]:
    return [cls, *(leaf for child in cls.__subclasses__() for leaf in _tree(child))]


CATALOGUE: dict[str, type[BambleweenyError]] = {
    cls.code: cls for cls in _tree(BambleweenyError) if not issubclass(cls, NoAnswer | StaleToken)
}
"""The error classes that a server can answer, by code."""
