"""The audit trail over HTTP, as a page or a stream; the usage of a user."""

from dataclasses import replace
from typing import Any

import falcon
import msgspec

from bambleweeny.api.answers.body import answer_json
from bambleweeny.api.answers.streams import StreamEvent, answer_stream, reader_of, wants_stream
from bambleweeny.api.requests.authentication import authenticated, check_again
from bambleweeny.api.requests.concurrency import may_block
from bambleweeny.api.requests.parameters import read_number, read_up_to, refuse_beside
from bambleweeny.api.requests.scopes import ANY_TOKEN, needs
from bambleweeny.api.requests.strictness import takes
from bambleweeny.api.requests.timestamps import moment, since_of
from bambleweeny.core.audit.entries import Actions, Entry
from bambleweeny.core.audit.trail import ALL
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.services import Services
from bambleweeny.core.topics import NOW, id_before, id_in_order, is_message_id
from bambleweeny.core.usage.usage import Used
from bambleweeny.errors import InvalidRequest, Unauthorized
from bambleweeny.names import shown_owner

_READ = needs("audit", "read")
_DEFAULT_LIMIT = 100
_MOST = 1000


class Audit:
    """/audit"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._audit = services.audit

    @falcon.before(authenticated, takes("since", "action", "after", "limit", "last"), needed=_READ)
    @falcon.before(may_block)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer entries as a page, or as a stream that continues with new ones.

        Without a cursor the page has the newest entries, and the stream only new ones.
        """
        user_id = self._trail_of(req, req.context.caller)
        actions, after = _actions_in(req), _after(req)
        if wants_stream(req):
            refuse_beside(req, "a stream", ("limit",))
            self._answer_stream(req, resp, user_id, after, actions)
            return
        if after == NOW:
            refuse_beside(req, "'last'", ("limit",) if req.has_param("last") else ())
            count = read_number(req, "last", read_up_to(req, "limit", _MOST) or _DEFAULT_LIMIT)
            found = self._newest(user_id, count, actions)
            last = found[-1].id if found else self._audit.newest_id(user_id)
        else:
            limit = read_up_to(req, "limit", _MOST) or _DEFAULT_LIMIT
            found, last = self._audit.read(user_id, after, limit, actions)
        resp.set_header("Cache-Control", "no-store")
        resp.set_header("Vary", "Accept")
        answer_json(resp, {"entries": [_row_of(entry) for entry in found], "next": last})

    def _trail_of(self, req: falcon.Request, caller: Caller) -> str:
        """Return the id of the user whose trail the request reads, or ALL; check the token."""
        is_admin = self.services.users.check(caller)
        return ALL if is_admin and not req.has_param("userid") else caller.id

    def _newest(self, user_id: str, count: int, actions: Actions) -> list[Entry]:
        if count > _MOST:
            raise InvalidRequest(f"The parameter 'last' takes 0 to {_MOST}.")
        return self._audit.read_newest(user_id, count, actions) if count else []

    def _answer_stream(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        user_id: str,
        after: str,
        actions: Actions,
    ) -> None:
        if after == NOW:
            after = self._audit.newest_id(user_id)
            if count := read_number(req, "last", 0):
                before = self._newest(user_id, count, actions)
                after = _id_before(before[0]) if before else after
        reader = reader_of(req, self.services, _stream_event)

        def check() -> None:
            caller = check_again(req, self.services).unchecked
            # NOTE: an admin may have become a plain user.
            if self._trail_of(req, caller) != user_id:
                raise Unauthorized()

        found = self._audit.follow(user_id, after, actions, replace(reader, check=check))
        answer_stream(req, resp, found, after)


class Usage:
    """/usage"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated, takes(), needed=ANY_TOKEN)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the usage of the caller, for the admin with `?userid=` that of any user."""
        caller = req.context.caller
        resp.set_header("Cache-Control", "no-store")
        answer_json(resp, _usage_row(caller.id, self.services.usage.of(caller)))


def _id_before(entry: Entry) -> str:
    """Return an id after which the entry is the first one."""
    milliseconds, number = id_in_order(entry.id)
    return f"{milliseconds}-{number - 1}" if number else id_before(milliseconds)


def _stream_event(entry: Entry) -> StreamEvent:
    row = _row_of(entry)
    return StreamEvent(entry.id, "", msgspec.json.encode(row), row)


def _row_of(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "time": moment(id_in_order(entry.id)[0]),
        **entry.act._asdict(),
    }


def _actions_in(req: falcon.Request) -> Actions:
    text = req.get_param("action")
    return Actions(text.split(",") if text is not None else ())


def _after(req: falcon.Request) -> str:
    """Return the id after which to read, from Last-Event-ID, `?after=` or `?since=`, or NOW."""
    # NOTE: Last-Event-ID first: a client that reconnects still has its old cursor in the URL.
    resumed = req.get_header("Last-Event-ID")
    if req.has_param("last"):
        refuse_beside(req, "'last'", ("since", "after"))
    if req.has_param("after"):
        refuse_beside(req, "'after'", ("since",))
    after = req.get_param("after")
    for name, text in (("header 'Last-Event-ID'", resumed), ("parameter 'after'", after)):
        if text and not is_message_id(text):
            raise InvalidRequest(f"The {name} takes the id of an entry.")
    if after == "":
        raise InvalidRequest("The parameter 'after' takes the id of an entry.")
    return resumed or after or since_of(req.get_param("since"))


def _usage_row(user_id: str, used: Used) -> dict[str, Any]:
    traffic = [{"day": day, **counts} for day, counts in used.days]
    return {
        "id": int(shown_owner(user_id)),
        **used.counts,
        "idempotency_keys": used.idempotency_keys,
        "bytes": used.bytes,
        "sandboxes": {"count": used.sandboxes, "bytes": used.reserved},
        "limits": used.limits,
        "traffic": traffic,
    }
