"""400: the client has to change the request."""

from bambleweeny.errors.base import BambleweenyError


class InvalidRequest(BambleweenyError):
    """The body, a parameter, a header or a field of the request is invalid."""

    code, status, info = "invalid_request", 400, "The request is invalid."


class UnknownParameter(InvalidRequest):
    """The call does not accept a query parameter of this name."""

    code, info = "unknown_parameter", "The call does not accept this parameter."


class InvalidName(InvalidRequest):
    """A name does not follow the rule for names."""

    code, info = "invalid_name", "Name is invalid."


class NotAnInteger(InvalidRequest):
    """A counter call on a key whose value is not a 64-bit integer."""

    code, info = "not_an_integer", "The key's value is not an integer."
    hint = "Counters hold whole numbers from -2^63 to 2^63-1."


class CounterOverflow(NotAnInteger):
    """The counter would leave the range of 64-bit integers; it is unchanged."""

    code, info = "counter_overflow", "The counter would leave the range of 64-bit integers."


class NotJson(InvalidRequest):
    """A JSON path or a merge patch on a key whose value is not JSON."""

    code, info = "not_json", "The key's value is not JSON."


class QuotaExceeded(InvalidRequest):
    """The owner has as many keys, lists, topics, routes and bins as the quota allows."""

    code, info = "quota_exceeded", "Quota exceeded."
    hint = "Delete keys, lists, topics, routes or bins, or ask the admin for a higher quota."


class WeakPassword(InvalidRequest):
    """A new password is too short, or is the user's name."""

    code, info = "weak_password", "The password is too weak."


class UserExists(InvalidRequest):
    """A user with this name exists."""

    code, info = "user_exists", "A user with this name exists already."


class TlsNotServed(InvalidRequest):
    """The client began a TLS handshake."""

    code, info = "tls_not_served", "This port serves plain HTTP, not TLS."
    hint = "Use a URL with http://, or a proxy in front that serves TLS."
