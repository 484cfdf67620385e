"""Users and passwords over HTTP."""

import falcon
import msgspec

from bambleweeny.api.answers.body import answer_json
from bambleweeny.api.requests.authentication import admin_only, logged_in
from bambleweeny.api.requests.body import read_json
from bambleweeny.api.requests.concurrency import may_block
from bambleweeny.api.requests.scopes import needs
from bambleweeny.api.requests.strictness import takes
from bambleweeny.core.auth.users import ADMIN_ID
from bambleweeny.core.services import Services
from bambleweeny.errors import Forbidden, InvalidRequest, NotFound
from bambleweeny.names import is_user_id

_READ, _WRITE = needs("users", "read"), needs("users", "write")


class NewUser(msgspec.Struct, forbid_unknown_fields=True):
    """The body of POST /users."""

    username: str
    password: str
    quota: int | str = 0


class UserChange(msgspec.Struct, forbid_unknown_fields=True):
    """The body of PUT /users/{id}: a new quota, a new password, or both."""

    quota: int | str | None = None
    password: str | None = None


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
        rows = [
            {"id": user.id, "username": user.username, "quota": str(user.quota)}
            for user in self._users.all()
        ]
        answer_json(resp, {"users": rows})

    @falcon.before(admin_only, takes(body=True), needed=_WRITE)
    @falcon.before(may_block)
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Add a user."""
        wanted = read_json(req, NewUser)
        user = self._users.create(wanted.username, wanted.password, _quota(wanted.quota))
        answer_json(resp, {"info": "created", "id": int(user.id)})


class User:
    """/users/{user_id}"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._users = services.users

    @falcon.before(admin_only, needed=_READ)
    def on_get(self, req: falcon.Request, resp: falcon.Response, user_id: str) -> None:
        """Answer a user."""
        user = self._users.get(_checked_user_id(user_id))
        answer_json(resp, {"username": user.username, "quota": str(user.quota)})

    @falcon.before(admin_only, takes(body=True), needed=_WRITE)
    @falcon.before(may_block)
    def on_put(self, req: falcon.Request, resp: falcon.Response, user_id: str) -> None:
        """Set a user's quota or password."""
        change = read_json(req, UserChange)
        if change.quota is None and change.password is None:
            raise InvalidRequest("Give a quota, a password, or both.")
        quota = None if change.quota is None else _quota(change.quota)
        self._users.change(_checked_user_id(user_id), quota=quota, password=change.password)
        answer_json(resp, {"info": "updated"})

    @falcon.before(admin_only, needed=_WRITE)
    @falcon.before(may_block)
    def on_delete(self, req: falcon.Request, resp: falcon.Response, user_id: str) -> None:
        """Delete a user and all its data."""
        self._users.delete(_checked_user_id(user_id))
        answer_json(resp, {"info": "user deleted"})


class AdminPassword:
    """/config/admin"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(admin_only, takes(body=True))
    @falcon.before(may_block)
    def on_put(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Set the admin's password, which revokes the admin's tokens."""
        self.services.users.change(ADMIN_ID, password=read_json(req, NewPassword).password)
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
        if not users.has_password(caller.id, change.current):
            raise Forbidden("The current password is wrong.")
        users.change(caller.id, password=change.password)
        answer_json(resp, {"info": "updated"})


def _checked_user_id(user_id: str) -> str:
    if not is_user_id(user_id):
        raise NotFound()
    return user_id


def _quota(value: int | str) -> int:
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InvalidRequest("The quota must be a whole number; 0 is no limit.")
    return int(text)
