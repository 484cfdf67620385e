"""Users and passwords over HTTP."""

from collections.abc import Mapping
from contextlib import ExitStack, suppress
from typing import Literal

import falcon
import msgspec

from bambleweeny.api.answers.body import answer_json, answer_token
from bambleweeny.api.requests.auditing import note, note_refused_code, noted
from bambleweeny.api.requests.authentication import admin_only, logged_in
from bambleweeny.api.requests.body import read_json, seconds_of
from bambleweeny.api.requests.concurrency import may_block
from bambleweeny.api.requests.parameters import read_duration, read_switch
from bambleweeny.api.requests.scopes import needs, require_session
from bambleweeny.api.requests.strictness import takes
from bambleweeny.core.audit.entries import Action
from bambleweeny.core.auth import user_records
from bambleweeny.core.auth.codes import OpenCode
from bambleweeny.core.auth.limits import LIMIT_FIELDS, parse_limits
from bambleweeny.core.auth.user_records import ADMIN_ID
from bambleweeny.core.auth.users import no_such_user
from bambleweeny.core.services import Services
from bambleweeny.errors import InvalidCode, InvalidRequest, NotFound, TooManyLogins
from bambleweeny.names import is_user_id

_READ, _WRITE = needs("users", "read"), needs("users", "write")


class _Fields(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    quota: int | str | None = None
    max_bytes: int | str | None = None
    rate: int | str | None = None
    burst: int | str | None = None
    max_value: int | str | None = None
    max_tokens: int | str | None = None
    role: Literal["admin", "user"] | None = None
    password: str | None = None

    def parsed_quota(self) -> int | None:
        """Return the quota, None without it; InvalidRequest unless it is a whole number."""
        return None if self.quota is None else _quota(self.quota)

    def limits(self) -> dict[str, str | int]:
        """Return the given limits as a user's record has them."""
        given = {name: getattr(self, name) for name in LIMIT_FIELDS}
        return parse_limits({name: value for name, value in given.items() if value is not None})


class NewUser(_Fields):
    """The body of POST /users."""

    username: str
    invite: bool = False
    ttl: int | str | msgspec.UnsetType = msgspec.UNSET


class UserChange(_Fields):
    """The body of PUT /users/{id}: at least one of the fields."""


class Acceptance(msgspec.Struct, forbid_unknown_fields=True):
    """The body of POST /auth/accept."""

    code: str
    password: str


class NewPassword(msgspec.Struct, forbid_unknown_fields=True):
    """The body of PUT /config/admin."""

    password: str


class PasswordChange(msgspec.Struct, forbid_unknown_fields=True):
    """The body of PUT /auth/password."""

    current: str
    password: str


class Users:
    """/users"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._users = services.users

    @falcon.before(admin_only, needed=_READ)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """List the users."""
        rows = [{"id": user.id, **_shown(user)} for user in self._users.all()]
        answer_json(resp, {"users": rows})

    @falcon.before(admin_only, takes(body=True), needed=_WRITE)
    @falcon.before(may_block)
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Add a user with a password, or invite one. A named token makes no admin."""
        wanted = read_json(req, NewUser)
        if wanted.role == "admin":
            require_session(req)
        quota, role, limits = wanted.parsed_quota() or 0, wanted.role or "user", wanted.limits()
        if not wanted.invite:
            password = _password_of(wanted)
            user = self._users.create(wanted.username, password, quota, role=role, limits=limits)
            self._note(req, "user.created", user)
            answer_json(resp, {"info": "created", "id": int(user.id)})
            return
        if wanted.password is not None:
            raise InvalidRequest("Give a password, or 'invite': true, not both.")
        seconds = None if wanted.ttl is msgspec.UNSET else seconds_of("ttl", wanted.ttl)
        user, code = self._users.invite(
            wanted.username, quota, role=role, limits=limits, seconds=seconds
        )
        self._note(req, "user.invited", user)
        _answer_code(resp, code, {"info": "created", "id": int(user.id)})

    def _note(self, req: falcon.Request, action: Action, user: user_records.User) -> None:
        note(req, self.services, action, f"{user.id} {user.username}", about=user.id)


class User:
    """/users/{user_id}"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._users = services.users

    @falcon.before(admin_only, needed=_READ)
    def on_get(self, req: falcon.Request, resp: falcon.Response, user_id: str) -> None:
        """Answer a user."""
        user = self._users.get(_checked_user_id(user_id))
        answer_json(resp, _shown(user))

    @falcon.before(admin_only, takes(body=True), needed=_WRITE)
    @falcon.before(may_block)
    def on_put(self, req: falcon.Request, resp: falcon.Response, user_id: str) -> None:
        """Set a user's quota, limits, role or password.

        A named token sets no role or password, and changes no admin.
        """
        change = read_json(req, UserChange)
        if change.role is not None or change.password is not None:
            require_session(req)
        if all(getattr(change, name) is None for name in change.__struct_fields__):
            raise InvalidRequest("Give a quota, a limit, a role or a password.")
        quota, limits = change.parsed_quota(), change.limits()
        _spare_admins(req, self.services, _checked_user_id(user_id))
        shown = _changes(change.role, quota, limits)
        acts: dict[Action, str] = {"user.changed": f"{user_id} {shown}"} if shown else {}
        if change.password is not None:
            acts["password.changed"] = user_id
        with ExitStack() as stack:
            for action, target in acts.items():
                stack.enter_context(noted(req, self.services, action, target, about=user_id))
            self._users.change(
                user_id, quota=quota, password=change.password, role=change.role, limits=limits
            )
        answer_json(resp, {"info": "updated"})

    @falcon.before(admin_only, needed=_WRITE)
    @falcon.before(may_block)
    def on_delete(self, req: falcon.Request, resp: falcon.Response, user_id: str) -> None:
        """Delete a user and all its data; a named token deletes no admin."""
        _spare_admins(req, self.services, _checked_user_id(user_id))
        with noted(req, self.services, "user.deleted", user_id):
            self._users.delete(user_id)
        answer_json(resp, {"info": "user deleted"})


class UserReset:
    """/users/{user_id}/reset"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._users = services.users

    @falcon.before(admin_only, takes("ttl"))
    def on_post(self, req: falcon.Request, resp: falcon.Response, user_id: str) -> None:
        """Answer a one-time code with which a user sets a new password."""
        seconds = read_duration(req, "ttl")
        with noted(req, self.services, "user.reset", _checked_user_id(user_id), about=user_id):
            user, code = self._users.reset(user_id, seconds)
        _answer_code(resp, code, {"id": int(user.id), "username": user.username})


class AuthAccept:
    """/auth/accept"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._users = services.users
        self._tokens = services.tokens

    @falcon.before(may_block)
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Set the password of the user that has a one-time code, and answer a token."""
        is_raw = read_switch(req, "raw")
        wanted = read_json(req, Acceptance)
        try:
            caller = self._users.accept(wanted.code, wanted.password, req.env["REMOTE_ADDR"])
        except (InvalidCode, TooManyLogins) as ex:
            note_refused_code(req, self.services, ex)
            raise
        req.context.actor = caller
        note(req, self.services, "password.changed", caller.id)
        answer_token(resp, self._tokens.issue(caller), self._tokens.lifetime, is_raw=is_raw)


class AdminPassword:
    """/config/admin"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(admin_only, takes(body=True))
    @falcon.before(may_block)
    def on_put(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Set the admin's password, which revokes the admin's tokens."""
        password = read_json(req, NewPassword).password
        with noted(req, self.services, "password.changed", ADMIN_ID, about=ADMIN_ID):
            self.services.users.change(ADMIN_ID, password=password)
        answer_json(resp, {"info": "updated"})


class OwnPassword:
    """/auth/password"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(logged_in, takes(body=True))
    @falcon.before(may_block)
    def on_put(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Set the caller's password, which revokes the caller's tokens."""
        users, caller = self.services.users, req.context.caller
        change = read_json(req, PasswordChange)
        users.check(caller)
        with noted(req, self.services, "password.changed", caller.id):
            self.services.logins.confirm(caller, change.current, req.env["REMOTE_ADDR"])
            users.change(caller.id, password=change.password)
        answer_json(resp, {"info": "updated"})


def _checked_user_id(user_id: str) -> str:
    if not is_user_id(user_id):
        raise no_such_user(user_id)
    return user_id


def _spare_admins(req: falcon.Request, services: Services, user_id: str) -> None:
    """Raise InsufficientScope if a named token would change or delete an admin."""
    if req.context.caller.scopes is None:
        return
    # NOTE: a further call with DELETE finishes the deletion of a user that is not found any more.
    with suppress(NotFound):
        if services.users.get(user_id).role == "admin":
            require_session(req)


def _changes(role: str | None, quota: int | None, limits: Mapping[str, str | int]) -> str:
    """Return the fields to change as the audit trail shows them; a limit of 0 is none."""
    given = {"role": role, "quota": quota, **{name: value or 0 for name, value in limits.items()}}
    return " ".join(f"{name}={value}" for name, value in given.items() if value is not None)


def _password_of(wanted: NewUser) -> str:
    if wanted.password is None:
        raise InvalidRequest("Give a `password`, or 'invite': true for a one-time code.")
    if wanted.ttl is not msgspec.UNSET:
        raise InvalidRequest("'ttl' is for a code: it needs 'invite': true.")
    return wanted.password


def _shown(user: user_records.User) -> dict[str, str | int]:
    """Return the fields of a user that are shown, without limits that are not set."""
    fields = {"username": user.username, "quota": str(user.quota), "role": user.role}
    invited = {"invited": True} if user.is_invited else {}
    return {**fields, **user.limits.shown(), **invited}


def _answer_code(resp: falcon.Response, code: OpenCode, fields: dict[str, str | int]) -> None:
    resp.set_header("Cache-Control", "no-store")
    answer_json(resp, {**fields, "code": code.text, "expires_in": code.expires_in})


def _quota(value: int | str) -> int:
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InvalidRequest("The quota must be a whole number; 0 is no limit.")
    return int(text)
