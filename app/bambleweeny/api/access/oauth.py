"""Revocation (RFC 7009) and introspection (RFC 7662) of tokens."""

from contextlib import suppress
from urllib.parse import parse_qs

import falcon
import msgspec

from bambleweeny.api.access.tokens import target_of
from bambleweeny.api.answers.body import answer_done, answer_json
from bambleweeny.api.requests.auditing import note
from bambleweeny.api.requests.authentication import logged_in
from bambleweeny.api.requests.body import read_json, read_raw
from bambleweeny.api.requests.concurrency import yield_leadership
from bambleweeny.api.requests.scopes import ANY_TOKEN
from bambleweeny.api.requests.strictness import takes
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.services import Services
from bambleweeny.core.texts import BOM
from bambleweeny.errors import InvalidRequest, NotFound, Unauthorized
from bambleweeny.names import id_of_sandbox, owner_of


class TokenField(msgspec.Struct):
    """A JSON body with a token; other fields, such as `token_type_hint`, are ignored."""

    token: str


class Revocation:
    """/auth/revoke"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._tokens = services.tokens
        self._sessions = services.sessions
        self._named = services.named_tokens

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Revoke the token in the body; 200 also if it is not valid any more.

        The token is all that a client needs for this, so that a token that was found somewhere can
        be revoked at once. That of a sandbox ends the sandbox.
        """
        token = _read_token(req)
        with suppress(NotFound, Unauthorized):  # RFC 7009, section 2.2: it needs no revocation
            self._revoke(req, token)
        answer_done(resp)

    def _revoke(self, req: falcon.Request, token: str) -> None:
        found = self._tokens.refresh(token)
        req.context.actor = found
        if found.is_in_sandbox:
            yield_leadership(req)
            self.services.sandboxes.delete(found)
            note(req, self.services, "sandbox.deleted", id_of_sandbox(found.id))
        elif found.token:
            revoked = self._named.revoke(found.unchecked._replace(scopes=None), found.token)
            note(req, self.services, "token.revoked", target_of(revoked))
        else:
            # NOTE: with expired sessions a stranger could fill the audit trail of their user.
            self._tokens.verify(token)
            self._sessions.end(self._tokens.session_of(token))
            note(req, self.services, "logout")


class Introspection:
    """/auth/introspect"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(logged_in, takes(body=True), needed=ANY_TOKEN)
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Describe a token of the caller's user, or of a sandbox of it.

        A session of an admin may ask for any token.
        """
        services, caller = self.services, req.context.caller
        is_admin = services.users.check(caller) and caller.scopes is None
        token = _read_token(req)
        resp.set_header("Cache-Control", "no-store")
        try:
            found = services.tokens.refresh(token)
            expires = services.tokens.expiry_of(token)
        except Unauthorized:
            answer_json(resp, {"active": False})
            return
        is_visible = is_admin or caller.id in (found.id, owner_of(found.id))
        answer_json(resp, _described(found, expires) if is_visible else {"active": False})


def _described(caller: Caller, expires: int | None) -> dict[str, object]:
    answer: dict[str, object] = {
        "active": True,
        "token_type": "bearer",
        "username": caller.name,
        "sub": caller.id,
    }
    if caller.scopes is not None:
        answer |= {"scope": " ".join(caller.scopes.texts), "jti": caller.token}
    if expires is not None:
        answer["exp"] = expires
    return answer


def _read_token(req: falcon.Request) -> str:
    """Return the field `token` of a form or of JSON; InvalidRequest without one."""
    body = read_raw(req)
    if body.removeprefix(BOM).lstrip()[:1] == b"{":
        return read_json(req, TokenField, body).token
    tokens = parse_qs(body.decode("utf-8", "replace")).get("token", [])
    if len(tokens) != 1:
        raise InvalidRequest("Send one field 'token'.", hint="As a form, or as JSON.")
    return tokens[0]
