"""Notes requests in the audit trail; no entry has a secret, a value or a query."""

from collections.abc import Iterator
from contextlib import contextmanager

import falcon

from bambleweeny.core.audit.entries import OK, Act, Action
from bambleweeny.core.audit.trail import AuditTrail
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.services import Services
from bambleweeny.core.texts import without_tokens
from bambleweeny.errors import (
    BambleweenyError,
    Busy,
    InvalidCode,
    TooManyLogins,
    Unauthorized,
    WrongLogin,
)

_MAX_LENGTH = 1024
_LOGINS: dict[type[BambleweenyError], str] = {
    WrongLogin: "wrong",
    InvalidCode: "wrong",
    TooManyLogins: "limited",
    Busy: "busy",
}
"""The outcomes of refused logins in the metrics."""
REFUSED: dict[int, Action] = {403: "forbidden", 429: "rate_limited"}
"""The actions of requests that are refused with a status."""


def note(
    req: falcon.Request,
    services: Services,
    action: Action,
    target: str = "",
    outcome: str = OK,
    *,
    about: str = "",
) -> None:
    """Note an act of the caller, for the instance, the caller and the user with the id `about`.

    With `?userid=` the caller is the admin, and the entry is about that user too. Never fails.
    """
    act, user_ids = _act_of(req, action, target, outcome)
    services.audit.note(act, [*user_ids, about])


@contextmanager
def noted(
    req: falcon.Request, services: Services, action: Action, target: str = "", about: str = ""
) -> Iterator[None]:
    """Note an act after the block, with the code of its error if it fails."""
    try:
        yield
    except Unauthorized:
        raise
    except BambleweenyError as ex:
        req.context.is_noted = True
        note(req, services, action, target, ex.code, about=about)
        raise
    note(req, services, action, target, about=about)


def note_login(req: falcon.Request, services: Services, caller: Caller) -> None:
    """Note and count a login."""
    req.context.actor = caller
    services.metrics.count_login("ok")
    note(req, services, "login")


def note_refused_login(
    req: falcon.Request, services: Services, username: str, error: BambleweenyError
) -> None:
    """Note and count a refused login, for the user of that name too; a code has no name.

    If the reason is not the password, only the first one a minute of an address is noted.
    """
    req.context.is_noted = True
    services.metrics.count_login(_LOGINS[type(error)])
    act, _ = _act_of(req, "login.refused", "", error.code)
    act = act._replace(actor=without_tokens(username[:_MAX_LENGTH]))
    if isinstance(error, WrongLogin):
        services.audit.note_of_name(act)
    else:
        _note_first_of_address(services, act)


def note_refused_code(
    req: falcon.Request, services: Services, error: InvalidCode | TooManyLogins
) -> None:
    """Note a refused one-time code, the first one a minute of an address."""
    req.context.is_noted = True
    act, _ = _act_of(req, "code.refused", "", error.code)
    _note_first_of_address(services, act)


def note_acting(req: falcon.Request, services: Services) -> None:
    """Note that the admin acts for a user with `?userid=`, the first time in a minute."""
    user_id = req.context.caller.id
    if user_id == req.context.actor.id:
        return
    act, user_ids = _act_of(req, "act_as", user_id)
    services.audit.note_first(act, user_ids, f"as {act.actor_id} {user_id}", is_user=True)


def note_refused(
    req: falcon.Request, trail: AuditTrail, status: int, code: str, path: str, *, owner: str
) -> None:
    """Note a 403 or 429, the first one a minute of a caller, a public id's owner or an address."""
    if req.context.get("is_noted"):
        return
    action = REFUSED[status]
    act, user_ids = _act_of(req, action, f"{req.method} {path}", code)
    if act.actor_id:
        trail.note_first(act, user_ids, f"{action} {act.actor_id} {act.token}", is_user=True)
    elif owner:
        trail.note_first(act, [owner], f"{action} of {owner}", is_user=True)
    else:
        trail.note_first(act, (), f"{action} {act.address}", is_user=False)


def _note_first_of_address(services: Services, act: Act) -> None:
    services.audit.note_first(act, (), f"{act.outcome} {act.address}", is_user=False)


def _act_of(
    req: falcon.Request, action: Action, target: str, outcome: str = OK
) -> tuple[Act, list[str]]:
    """Return an act of the caller, and the ids of the users that it concerns."""
    context = req.context
    caller = context.get("caller")
    actor = context.get("actor") or caller
    act = Act(
        action,
        outcome,
        actor=actor.name if actor else "",
        actor_id=actor.id if actor else "",
        token=actor.token if actor else "",
        address=req.env.get("REMOTE_ADDR") or "",
        request_id=context.get("request_id") or "",
        target=target,
    )
    return act, [one.id for one in (actor, caller) if one]
