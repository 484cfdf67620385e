"""Leases over HTTP."""

from collections.abc import Sequence
from typing import Any

import falcon
import msgspec
from msgspec import UNSET, UnsetType

from bambleweeny.api.answers.body import answer_done, answer_json, answer_raw
from bambleweeny.api.middleware.errors import error_fields
from bambleweeny.api.requests.authentication import authenticated
from bambleweeny.api.requests.body import read_json, seconds_of
from bambleweeny.api.requests.parameters import read_duration, read_flag, read_number
from bambleweeny.api.requests.scopes import needs
from bambleweeny.api.requests.strictness import takes
from bambleweeny.api.requests.timestamps import moment
from bambleweeny.api.requests.waiting import begin_wait, is_connected
from bambleweeny.core.lists.codec import StoredItem
from bambleweeny.core.lists.leases import Change, lease_of
from bambleweeny.core.services import Services
from bambleweeny.core.values import value_of
from bambleweeny.errors import InvalidRequest, LeaseNotFound

Duration = str | int


class Retry(msgspec.Struct, forbid_unknown_fields=True):
    """A lease whose item returns to the list, immediately or after a delay."""

    lease: str
    delay: Duration = 0


class Extension(msgspec.Struct, forbid_unknown_fields=True, rename={"for_": "for"}):
    """A lease to extend: its new length from now; without one, the default of the list."""

    lease: str
    for_: Duration | UnsetType = UNSET

    @property
    def seconds(self) -> int | None:
        """Its new length; None without one."""
        return None if self.for_ is UNSET else seconds_of("for", self.for_)


class Burial(msgspec.Struct, forbid_unknown_fields=True):
    """A lease whose item becomes a dead letter, and the reason."""

    lease: str
    reason: str = ""


class Changes(msgspec.Struct, forbid_unknown_fields=True):
    """The body of POST /lists/{name}/ack."""

    ack: list[str] = []
    retry: list[str | Retry] = []
    extend: list[str | Extension] = []
    bury: list[str | Burial] = []

    def each(self) -> list[Change]:
        """Return all changes in the order of the fields; InvalidRequest for a bad duration."""
        retries = (Retry(one) if isinstance(one, str) else one for one in self.retry)
        extensions = (Extension(one) if isinstance(one, str) else one for one in self.extend)
        burials = (Burial(one) if isinstance(one, str) else one for one in self.bury)
        return [
            *(Change("ack", lease) for lease in self.ack),
            *(Change("retry", one.lease, seconds_of("delay", one.delay)) for one in retries),
            *(Change("extend", one.lease, one.seconds) for one in extensions),
            *(Change("bury", one.lease, reason=one.reason) for one in burials),
        ]


class ListLeases:
    """/lists/{name}/lease"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._leases = services.leases

    @falcon.before(authenticated, takes("max", "for", "wait", "raw"), needed=needs("lists", "pop"))
    def on_post(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Lease the oldest items; with `?raw=1` one item, answered as its bytes."""
        limit, is_raw = read_number(req, "max", 1), read_flag(req, "raw")
        if is_raw and limit != 1:
            raise InvalidRequest("The parameter 'raw' is for one item; omit 'max'.")
        items = self._leases.lease(
            req.context.caller,
            name,
            limit,
            read_duration(req, "for"),
            seconds=begin_wait(req, resp),
            is_connected=is_connected(req),
        )
        resp.set_header("Cache-Control", "no-store")
        if is_raw:
            _answer_raw(resp, items)
        else:
            answer_json(resp, {"items": [_row_of(item) for item in items]})


class ListLease:
    """/lists/{name}/leases/{lease}"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._leases = services.leases

    @falcon.before(authenticated, needed=needs("lists", "pop"))
    def on_delete(self, req: falcon.Request, resp: falcon.Response, name: str, lease: str) -> None:
        """Acknowledge the item, which deletes it."""
        self._leases.change(req.context.caller, name, Change("ack", lease))
        answer_done(resp)

    @falcon.before(authenticated, takes("for"), needed=needs("lists", "pop"))
    def on_patch(self, req: falcon.Request, resp: falcon.Response, name: str, lease: str) -> None:
        """Extend the lease to `?for=` from now; 0 returns the item to the list."""
        seconds = read_duration(req, "for")
        self._leases.change(req.context.caller, name, Change("extend", lease, seconds))
        answer_done(resp)


class ListAck:
    """/lists/{name}/ack"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated, takes(body=True), needed=needs("lists", "pop"))
    def on_post(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Acknowledge, retry, extend or bury many leases; answer the outcome of each."""
        changes = read_json(req, Changes)
        outcomes = iter(self.services.leases.change_each(req.context.caller, name, changes.each()))
        answer_json(
            resp,
            {
                verb: [_outcome_fields(next(outcomes)) for _ in getattr(changes, verb)]
                for verb in changes.__struct_fields__
            },
        )


def _answer_raw(resp: falcon.Response, items: Sequence[StoredItem]) -> None:
    if not items:
        resp.status = 204
        return
    [item] = items
    resp.set_headers(
        {
            "B9Y-Item": str(item.id),
            "B9Y-Lease": lease_of(item),
            "B9Y-Attempt": str(item.attempts),
            "B9Y-Enqueued": moment(item.arrived),
        }
    )
    answer_raw(resp, item.body)


def _row_of(item: StoredItem) -> dict[str, Any]:
    return {
        "id": str(item.id),
        "lease": lease_of(item),
        "attempt": item.attempts,
        "enqueued": moment(item.arrived),
        "body": value_of(item.body),
    }


def _outcome_fields(outcome: LeaseNotFound | None) -> dict[str, Any]:
    return {"ok": True} if outcome is None else {"error": error_fields(outcome)}
