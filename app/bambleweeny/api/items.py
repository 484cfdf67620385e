"""The items of a list over HTTP: read, count, move and delete them, in any state."""

from typing import Any, Literal

import falcon
import msgspec

from bambleweeny.api.answers.body import answer_done, answer_json
from bambleweeny.api.answers.key_entry import answer_key
from bambleweeny.api.answers.listings import stats_fields
from bambleweeny.api.requests.authentication import authenticated
from bambleweeny.api.requests.body import read_json
from bambleweeny.api.requests.concurrency import may_block
from bambleweeny.api.requests.parameters import (
    read_choice,
    read_flag,
    read_number,
    refuse_beside,
)
from bambleweeny.api.requests.scopes import needs, needs_some, require
from bambleweeny.api.requests.strictness import CONDITIONS, refuse_body, takes
from bambleweeny.api.requests.timestamps import moment
from bambleweeny.api.requests.waiting import begin_wait, is_connected
from bambleweeny.core.key_entry import KeyEntry
from bambleweeny.core.lists.found_items import (
    NEW_STATES,
    ORDERS,
    STATES,
    FoundItem,
    NewState,
    Order,
    State,
    check_preview,
)
from bambleweeny.core.lists.items import MOST_MOVED
from bambleweeny.core.services import Services
from bambleweeny.core.values import value_of
from bambleweeny.errors import InvalidRequest
from bambleweeny.names import is_item_id

_DEFAULT_LIMIT = 100
_TIME_FIELDS = {"leased": "until", "delayed": "due", "dead": "died"}


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

    @falcon.before(
        authenticated,
        takes("state", "order", "limit", "after", "wait", "preview", "id"),
        needed=needs("lists", "read"),
    )
    @falcon.before(may_block)
    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Answer a page of the items in `?state=`, or the item `?id=`; they stay in the list."""
        if req.has_param("id"):
            refuse_beside(req, "'id'", ("state", "order", "limit", "after", "wait"))
            self._answer_one(req, resp, name)
            return
        state, order = _state(req) or "ready", _order(req)
        limit, after = read_number(req, "limit", _DEFAULT_LIMIT), req.get_param("after") or ""
        caller, preview = req.context.caller, _preview(req)
        if req.has_param("wait"):
            _check_wait(req, state, after, order)
            seconds, connected = begin_wait(req, resp), is_connected(req)
            found, next_after = self._items.wait_for_page(
                caller,
                name,
                limit,
                after,
                order=order,
                preview=preview,
                seconds=seconds,
                is_connected=connected,
            )
        else:
            found, next_after = self._items.read_page(
                caller, name, state, limit, after, order=order, preview=preview
            )
        answer_json(resp, {"items": [_row_of(one) for one in found], "next": next_after})

    def _answer_one(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        preview, item_id = _preview(req), req.get_param("id") or ""
        if not is_item_id(item_id):
            raise InvalidRequest("The parameter 'id' takes the id of an item.")
        found = self._items.find_if_any(req.context.caller, name, item_id)
        shown = [found if preview is None else found.cut_to(preview)] if found else []
        answer_json(resp, {"items": [_row_of(one) for one in shown], "next": None})

    @falcon.before(authenticated, takes("state"), needed=needs("lists", "write"))
    @falcon.before(may_block)
    def on_delete(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Delete the items in `?state=`, or all of them."""
        # NOTE: a client that sends the state in a body does not mean to delete all items.
        refuse_body(req)
        state = _state(req)
        purged = self._items.purge(req.context.caller, name, [state] if state else STATES)
        answer_json(resp, {"info": "ok", "items": purged})


class ListItem:
    """/lists/{name}/items/{item_id}"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._items = services.items

    @falcon.before(
        authenticated, takes("raw", "preview", *CONDITIONS), needed=needs("lists", "read")
    )
    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str, item_id: str) -> None:
        """Answer an item in any state; with `?raw=1` its bytes, or a range of them."""
        preview = _preview(req)
        if read_flag(req, "raw"):
            refuse_beside(req, "'raw'", ("preview",))
            _answer_raw(req, resp, self._items.find(req.context.caller, name, item_id))
            return
        found = self._items.find(req.context.caller, name, item_id)
        answer_json(resp, _row_of(found if preview is None else found.cut_to(preview)))

    @falcon.before(authenticated, takes("state", "reason"), needed=needs("lists", "write"))
    def on_patch(self, req: falcon.Request, resp: falcon.Response, name: str, item_id: str) -> None:
        """Make an item ready or dead that is not leased; answer its place then."""
        state, reason = _new_state(req), req.get_param("reason") or ""
        if state == "ready":
            refuse_beside(req, "'state=ready'", ("reason",))
        place = self._items.change_state(req.context.caller, name, item_id, state, reason)
        answer_json(resp, {"info": "ok", **place._asdict()})

    @falcon.before(authenticated, needed=needs("lists", "write"))
    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, name: str, item_id: str
    ) -> None:
        """Delete an item in any state."""
        self._items.delete(req.context.caller, name, item_id)
        answer_done(resp)


class ListStats:
    """/lists/{name}/stats"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated, needed=needs("lists", "read"))
    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Answer the number of items by state, and the list's counters."""
        answer_json(resp, stats_fields(self.services.items.stats(req.context.caller, name)))


class ListMove:
    """/lists/{name}/move"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(
        authenticated, takes(body=True), needed=needs_some(("lists", "pop"), ("lists", "push"))
    )
    @falcon.before(may_block)
    def on_post(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Move ready or dead items to the end of the list in `to`.

        A named token needs `push` on that list, and on this one `pop`, for dead items `write`.
        """
        wanted = read_json(req, Move)
        require(req, "lists", "write" if wanted.state == "dead" else "pop", name)
        require(req, "lists", "push", wanted.to)
        moved = self.services.items.move(
            req.context.caller, name, wanted.to, wanted.state, wanted.max
        )
        answer_json(resp, {"info": "ok", "items": moved})


def _state(req: falcon.Request) -> State | None:
    word = read_choice(req, "state", STATES)
    return next((state for state in STATES if state == word), None)


def _new_state(req: falcon.Request) -> NewState:
    word = read_choice(req, "state", NEW_STATES)
    if word is None:
        raise InvalidRequest("The parameter 'state' is missing.", hint="It is ready or dead.")
    return "dead" if word == "dead" else "ready"


def _preview(req: falcon.Request) -> int | None:
    return check_preview(read_number(req, "preview", 0)) if req.has_param("preview") else None


def _order(req: falcon.Request) -> Order:
    return "newest" if read_choice(req, "order", ORDERS) == "newest" else "oldest"


def _check_wait(req: falcon.Request, state: State, after: str, order: Order) -> None:
    """Raise InvalidRequest if no item that arrives could end the wait."""
    if state != "ready":
        refuse_beside(req, f"'state={state}'", ("wait",))
    if after and order == "newest":
        raise InvalidRequest(
            "The parameter 'wait' cannot be combined with 'order=newest' and 'after'.",
            hint="The next page has older items. To wait for newer ones, leave out 'order'.",
        )


def _answer_raw(req: falcon.Request, resp: falcon.Response, found: FoundItem) -> None:
    item = found.item
    resp.set_headers(
        {
            "B9Y-State": found.state,
            "B9Y-Attempt": str(item.attempts),
            "B9Y-Enqueued": moment(item.arrived),
        }
    )
    answer_key(req, resp, KeyEntry(item.body))


def _row_of(found: FoundItem) -> dict[str, Any]:
    item = found.item
    row: dict[str, Any] = {
        "id": str(item.id),
        "state": found.state,
        "attempt": item.attempts,
        "enqueued": moment(item.arrived),
    }
    if found.state != "ready":
        row[_TIME_FIELDS[found.state]] = moment(found.at)
    if item.expires:
        row["expires"] = moment(item.expires)
    row.update({k: v for k, v in (("reason", item.reason), ("origin", item.origin)) if v})
    row["size"] = found.size
    if found.lacking:
        row["cut"] = True
    return {**row, "body": value_of(item.body)}
