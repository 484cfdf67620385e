"""401, 403, 421 and 429: the caller is not allowed to do this."""

from bambleweeny.errors.base import BambleweenyError


class Unauthorized(BambleweenyError):
    """The token is missing, invalid, expired or revoked."""

    code, status, info = "unauthorized", 401, "Unauthorized."
    hint = "Get a token with POST /auth/token and send it as 'Authorization: Bearer <token>'."


class StaleToken(Unauthorized):
    """The record of the session or token has changed since this server read it.

    The server then reads it again and repeats the call; a client sees Unauthorized at most.
    """


class WrongLogin(Unauthorized):
    """The user name or the password is wrong."""

    code, info = "wrong_login", "Wrong user name or password."
    hint = "User names and passwords are case-sensitive."


class InvalidCode(Unauthorized):
    """The one-time code, to set a password or to log in, is wrong, used, replaced or expired."""

    code, info = "invalid_code", "The code is wrong, used or expired."
    hint = "Ask an admin for another one: POST /users/{id}/reset."


class TooManyLogins(BambleweenyError):
    """Too many logins have failed; `retry_after` says when the next one is accepted.

    It is no Unauthorized: the password may be right, and clients should not ask for another one.
    """

    code, status, info = "too_many_logins", 429, "Too many failed logins."


class Forbidden(BambleweenyError):
    """Only an admin can do this, and the caller is another user."""

    code, status, info = "forbidden", 403, "Only the admin can do this."


class TokenInPageUrl(Forbidden):
    """A browser opens a URL with `?token=` as a page: the page's scripts could read the token."""

    code, info = "token_in_page_url", "A browser may not open a URL with ?token= as a page."
    hint = (
        "Send 'Authorization: Bearer <token>'; fetch, EventSource, images and curl may use ?token=."
    )


class InsufficientScope(Forbidden):
    """The scopes of the named token do not allow the call.

    `scope` is a scope that would allow it, or '' if only a session may do this.
    """

    code, info = "insufficient_scope", "The token's scopes do not allow this."
    hint = "Use a token with that scope, or log in; GET /auth/test shows what a token may do."
    scope: str = ""


class WrongHost(BambleweenyError):
    """The Host header names a host that this server does not serve."""

    code, status, info = "wrong_host", 421, "This server does not answer for that host name."
    hint = "Use localhost or 127.0.0.1, or name the host in the server's --allowed-hosts."
