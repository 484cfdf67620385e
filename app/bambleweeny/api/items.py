"""The items of lists over HTTP: seen, counted, moved and deleted where they lie."""

from typing import Any, Literal

import falcon
import msgspec

from bambleweeny.api.answers.body import answer_done, answer_json
from bambleweeny.api.requests.authentication import authenticated
from bambleweeny.api.requests.body import read_json
from bambleweeny.api.requests.parameters import read_choice, read_number
from bambleweeny.api.requests.scheduling import unhurried
from bambleweeny.api.requests.strictness import refuse_body, takes
from bambleweeny.api.requests.timestamps import moment
from bambleweeny.core.lists.items import MOST_MOVED, STATES, FoundItem, Items, State
from bambleweeny.core.services import Services
from bambleweeny.core.values import value_of

_USUAL_PAGE = 100
_END = {"leased": "until", "delayed": "due", "dead": "died"}


class Move(msgspec.Struct, forbid_unknown_fields=True):
    """The body of POST /lists/{name}/move."""

    to: str
    state: Literal["ready", "dead"] = "dead"
    max: int = MOST_MOVED


class ListItems:
    """/lists/{name}/items"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._items = services.items

    @falcon.before(authenticated, takes("state", "limit", "after"))
    @falcon.before(unhurried)
    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Show the items in `?state=`, and take none of them."""
        state = _state(req) or "ready"
        limit, after = read_number(req, "limit", _USUAL_PAGE), req.get_param("after") or ""
        found, following = self._items.look(req.context.caller, name, state, limit, after)
        answer_json(resp, {"items": [_shown(one) for one in found], "next": following})

    @falcon.before(authenticated, takes("state"))
    @falcon.before(unhurried)
    def on_delete(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Delete the items in `?state=`, or all of them."""
        # NOTE: who writes the state into a body does not mean all items.
        refuse_body(req)
        state = _state(req)
        purged = self._items.purge(req.context.caller, name, [state] if state else STATES)
        answer_json(resp, {"info": "ok", "items": purged})


class ListItem:
    """/lists/{name}/items/{item_id}"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._items = services.items

    @falcon.before(authenticated)
    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str, item_id: str) -> None:
        """Show an item, whatever its state."""
        answer_json(resp, _shown(self._items.find(req.context.caller, name, item_id)))

    @falcon.before(authenticated)
    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, name: str, item_id: str
    ) -> None:
        """Delete an item, whatever its state."""
        self._items.delete(req.context.caller, name, item_id)
        answer_done(resp)


class ListStats:
    """/lists/{name}/stats"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated)
    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Count the items."""
        answer_json(resp, _counted(self.services.items, req, name))


class ListMove:
    """/lists/{name}/move"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated, takes(body=True))
    @falcon.before(unhurried)
    def on_post(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Move items to the end of a list."""
        wanted = read_json(req, Move)
        moved = self.services.items.move(
            req.context.caller, name, wanted.to, wanted.state, wanted.max
        )
        answer_json(resp, {"info": "ok", "items": moved})


def _state(req: falcon.Request) -> State | None:
    word = read_choice(req, "state", STATES)
    return next((state for state in STATES if state == word), None)


def _shown(found: FoundItem) -> dict[str, Any]:
    item = found.item
    shown: dict[str, Any] = {
        "id": str(item.id),
        "state": found.state,
        "attempt": item.attempts,
        "enqueued": moment(item.came),
    }
    if found.state != "ready":
        shown[_END[found.state]] = moment(found.at)
    if item.expires:
        shown["expires"] = moment(item.expires)
    shown.update({k: v for k, v in (("reason", item.reason), ("origin", item.origin)) if v})
    return {**shown, "body": value_of(item.body)}


def _counted(items: Items, req: falcon.Request, name: str) -> dict[str, Any]:
    sums = items.sums(req.context.caller, name)
    return {
        "ready": sums.ready,
        "leased": sums.leased,
        "delayed": sums.delayed,
        "dead": sums.dead,
        "bytes": sums.bytes,
        "in": sums.came,
        "out": sums.went,
        "oldest_age": None if sums.age < 0 else sums.age,
        "paused": bool(sums.paused),
    }
