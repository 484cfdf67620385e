"""Tokens over HTTP: as JSON, as bare text, and as OAuth2's password grant."""

from urllib.parse import parse_qsl

import falcon
import msgspec

from bambleweeny.api.body import answer_json, answer_raw, read_json, read_raw
from bambleweeny.api.policy import bearer_token
from bambleweeny.core.services import Services
from bambleweeny.errors import InvalidRequest, Unauthorized, WrongLogin


class Login(msgspec.Struct, forbid_unknown_fields=True):
    """The JSON body of POST /auth/token."""

    username: str
    password: str


class AuthToken:
    """/auth/token"""

    def __init__(self, services: Services) -> None:
        self._users = services.users
        self._tokens = services.tokens

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Give a token for a name and a password."""
        resp.set_header("Cache-Control", "no-store")
        body = read_raw(req)
        if (req.content_type or "").startswith(falcon.MEDIA_URLENCODED) and _is_form(body):
            self._answer_grant(resp, dict(parse_qsl(body.decode("utf-8", "replace"))))
            return
        token = self._log_in(read_json(req, Login, body))
        if req.has_param("raw"):
            answer_raw(resp, token.encode())
        else:
            answer_json(resp, self._granted(token))

    def _log_in(self, login: Login) -> str:
        return self._tokens.issue(self._users.log_in(login.username, login.password))

    def _granted(self, token: str) -> dict[str, object]:
        lifetime = self._tokens.lifetime
        return {"token_type": "bearer", "access_token": token, "expires_in": lifetime}

    def _answer_grant(self, resp: falcon.Response, form: dict[str, str]) -> None:
        if form.get("grant_type") != "password":
            _refuse_grant(resp, "unsupported_grant_type", "Send grant_type=password.")
        elif "username" not in form or "password" not in form:
            _refuse_grant(resp, "invalid_request", "Send username and password.")
        else:
            try:
                token = self._log_in(Login(form["username"], form["password"]))
            except WrongLogin as ex:
                _refuse_grant(resp, "invalid_grant", ex.info)
            else:
                answer_json(resp, self._granted(token))


class AuthTest:
    """/auth/test"""

    def __init__(self, services: Services) -> None:
        self._users = services.users
        self._tokens = services.tokens

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Tell who the caller is; this answers 200 for everybody."""
        token = bearer_token(req)
        answer = {"authenticated": "False", "admin": "False", "user": "", "id": ""}
        try:
            caller = self._tokens.verify(token)
            is_admin = self._users.check(caller)
        except Unauthorized as ex:
            answer_json(resp, {**answer, "info": ex.hint if token else "There is no token."})
            return
        answer = {"authenticated": "True", "admin": str(is_admin)}
        answer |= {"user": caller.name, "id": caller.id}
        left = self._tokens.seconds_left(token)
        answer_json(resp, {**answer, "info": f"Session expires in {left} seconds."})
        resp.set_header("B9Y-Authenticated-User", caller.name)


def _is_form(body: bytes) -> bool:
    # NOTE: curl's -d claims a form for JSON too.
    return not body.lstrip().startswith(b"{")


def _refuse_grant(resp: falcon.Response, error: str, description: str) -> None:
    """Answer as RFC 6749, section 5.2, wants it, with our own fields beside."""
    resp.status = InvalidRequest.status
    answer_json(
        resp,
        {"error": error, "error_description": description, "info": description, "code": error},
    )
