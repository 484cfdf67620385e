"""Sessions over HTTP: logins with a password, the OAuth 2.0 password grant or a code; logout."""

import json
import logging
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl

import falcon
import msgspec

from bambleweeny.api.answers.body import answer_done, answer_json, answer_token
from bambleweeny.api.requests.auditing import note, note_login, note_refused_login
from bambleweeny.api.requests.authentication import bearer_token, logged_in
from bambleweeny.api.requests.body import read_json, read_raw
from bambleweeny.api.requests.concurrency import may_block
from bambleweeny.api.requests.parameters import read_switch
from bambleweeny.core.services import Services
from bambleweeny.core.texts import BOM, UTF16_BOMS, without_tokens
from bambleweeny.errors import (
    BambleweenyError,
    Busy,
    InvalidCode,
    InvalidRequest,
    TooManyLogins,
    Unauthorized,
    WrongLogin,
)

_log = logging.getLogger(__name__)

_MAX_SHOWN = 64
_MAX_LENGTH = 1024

_SPACE_AND_QUOTES = b" \t\r\n'\""
_LATER = "temporarily_unavailable"
"""The error of a grant that may succeed later: `invalid_grant` would have a client drop a password
that may be right. RFC 6749 has none for this in section 5.2, but this one in section 4.1.2.1.
"""
_JSON_STARTS = (b"{", b"[", *UTF16_BOMS)


class Login(msgspec.Struct, forbid_unknown_fields=True):
    """The JSON body of POST /auth/token."""

    username: str
    password: str


class LoginWithCode(msgspec.Struct, forbid_unknown_fields=True):
    """The JSON body of POST /auth/token with a code from POST /auth/code."""

    code: str


class _Kind(msgspec.Struct):
    """Whether a JSON body has a code. Other fields are ignored."""

    code: Any = None


class AuthToken:
    """/auth/token"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._logins = services.logins
        self._tokens = services.tokens

    @falcon.before(may_block)
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Issue a token for a user name and a password, or for a one-time code."""
        resp.set_header("Cache-Control", "no-store")
        is_raw = read_switch(req, "raw")
        body, lifetime = read_raw(req), self._tokens.lifetime
        if _is_form(req, body):
            token = self._grant(req, resp, parse_qsl(body.decode("utf-8", "replace")))
        elif read_json(req, _Kind, body).code is None:
            token = self._log_in(req, read_json(req, Login, body))
        else:
            token, lifetime = self._use_code(req, read_json(req, LoginWithCode, body).code)
        if token:
            answer_token(resp, token, lifetime, is_raw=is_raw)

    def _log_in(self, req: falcon.Request, login: Login) -> str:
        try:
            address = req.env["REMOTE_ADDR"]
            caller = self._logins.log_in(login.username, login.password, address)
        except (WrongLogin, TooManyLogins, Busy) as ex:
            _note_refusal(req, login.username, ex)
            note_refused_login(req, self.services, login.username, ex)
            raise
        note_login(req, self.services, caller)
        return self._tokens.issue(caller)

    def _use_code(self, req: falcon.Request, code: str) -> tuple[str, int]:
        """Return a token, and the seconds for which it is valid."""
        try:
            caller, left = self._logins.codes.log_in(code, req.env["REMOTE_ADDR"])
        except (InvalidCode, TooManyLogins) as ex:
            _note_refusal(req, "", ex)
            note_refused_login(req, self.services, "", ex)
            raise
        note_login(req, self.services, caller)
        seconds = min(left, self._tokens.lifetime)
        return self._tokens.issue(caller, seconds), seconds

    def _grant(
        self, req: falcon.Request, resp: falcon.Response, fields: list[tuple[str, str]]
    ) -> str | None:
        """Return a token, or answer an error as in RFC 6749, section 5.2, and return None."""
        form = dict(fields)
        for name, times in Counter(name for name, _ in fields).items():
            if times > 1:
                reason = f"The field '{name[:_MAX_SHOWN]}' is given more than once."
                _refuse_grant(resp, "invalid_request", reason)
                return None
        if form.get("grant_type") != "password":
            _refuse_grant(resp, "unsupported_grant_type", "Send grant_type=password.")
        elif "username" not in form or "password" not in form:
            _refuse_grant(resp, "invalid_request", "Send username and password.")
        else:
            try:
                return self._log_in(req, Login(form["username"], form["password"]))
            except WrongLogin as ex:
                _refuse_grant(resp, "invalid_grant", ex.info)
            except TooManyLogins as ex:
                ex.details = {"error": _LATER, "error_description": f"{ex.info} {ex.hint}"}
                raise
        return None


class AuthCode:
    """/auth/code"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(logged_in)
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Make a code with which another program logs in as this user, once, within a minute."""
        services, caller = self.services, req.context.caller
        session = services.tokens.session_of(bearer_token(req, resp))
        code = services.logins.codes.create(caller, session)
        note(req, services, "code.created")
        resp.status = 201
        resp.set_header("Cache-Control", "no-store")
        answer_json(resp, {"code": code.text, "expires_in": code.expires_in})


class AuthTest:
    """/auth/test"""

    def __init__(self, services: Services) -> None:
        self._users = services.users
        self._tokens = services.tokens
        self._named = services.named_tokens

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer 200 with the caller's identity, also without a valid token."""
        answer = self._describe(bearer_token(req, resp))
        if answer["user"]:
            resp.set_header("B9Y-Authenticated-User", answer["user"])
        answer_json(resp, answer)

    def _describe(self, token: str) -> dict[str, str]:
        nobody = {"authenticated": "False", "admin": "False", "user": "", "id": ""}
        if not token:
            return {**nobody, "info": "There is no token."}
        try:
            # NOTE: what this process knows of a valid token may be older than the engine's record.
            caller = self._tokens.refresh(token)
            is_admin = self._users.check(caller.unchecked)
            left = self._tokens.seconds_left(token)
        except Unauthorized as ex:
            return {**nobody, "info": ex.hint or ex.info}
        known = {
            "authenticated": "True",
            "admin": str(is_admin),
            "user": caller.name,
            "id": caller.id,
            "info": f"Session expires in {left} seconds.",
        }
        if caller.scopes is None:
            return known
        ends = "does not expire" if left is None else f"expires in {left} seconds"
        ends = "ends with its sandbox" if caller.is_in_sandbox else ends
        return {
            **known,
            "info": f"The token {ends}.",
            "token": caller.token,
            "name": self._named.name_of(caller),
            "scopes": " ".join(caller.scopes.texts),
        }


class Logout:
    """/auth/logout"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(logged_in)
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """End the session of the request, on every server from its next call on."""
        services = self.services
        services.users.check(req.context.caller)
        services.sessions.end(services.tokens.session_of(bearer_token(req, resp)))
        note(req, services, "logout")
        answer_done(resp)


def _note_refusal(req: falcon.Request, username: str, ex: BambleweenyError) -> None:
    """Log a refused login with the user name and address; the name is untrusted input."""
    shown = without_tokens(username[:_MAX_LENGTH])
    cut = shown if len(shown) <= _MAX_SHOWN else f"{shown[:_MAX_SHOWN]}..."
    # NOTE: JSON escapes quotes, newlines and all that is not ASCII.
    name, address = json.dumps(cut), req.env.get("REMOTE_ADDR") or "-"
    of_request = {"request_id": req.context.get("request_id"), "address": address}
    extra = {"user": cut, "code": ex.code, **of_request}
    _log.warning("login of %s from %s refused: %s", name, address, ex.code, extra=extra)


def _is_form(req: falcon.Request, body: bytes) -> bool:
    # NOTE: curl -d labels JSON as a form too, and cmd.exe passes the quotes around it.
    claimed = (req.content_type or "").lower().startswith(falcon.MEDIA_URLENCODED)
    text = body.removeprefix(BOM).lstrip(_SPACE_AND_QUOTES)
    return claimed and not text.startswith(_JSON_STARTS) and (b"=" in text or not text)


def _refuse_grant(resp: falcon.Response, error: str, description: str) -> None:
    resp.status = InvalidRequest.status
    resp.context.error_code = error
    answer_json(
        resp,
        {"error": error, "error_description": description, "info": description, "code": error},
    )
