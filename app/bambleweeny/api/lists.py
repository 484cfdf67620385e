"""Lists over HTTP."""

import falcon

from bambleweeny.api.answers.body import answer_done, answer_json, answer_raw
from bambleweeny.api.answers.listings import SELECTING, answer_listing
from bambleweeny.api.requests.authentication import authenticated
from bambleweeny.api.requests.body import read_raw
from bambleweeny.api.requests.concurrency import may_block
from bambleweeny.api.requests.parameters import (
    read_choice,
    read_duration,
    read_flag,
    read_number,
    read_up_to,
)
from bambleweeny.api.requests.scopes import needs
from bambleweeny.api.requests.strictness import takes
from bambleweeny.api.requests.waiting import begin_wait, is_connected
from bambleweeny.core.lists import lists
from bambleweeny.core.lists.lists import PushOptions, push_options
from bambleweeny.core.services import Services
from bambleweeny.core.values import value_of
from bambleweeny.errors import InvalidRequest

_MAX_KEY_CHARS = 255


class Lists:
    """/lists"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated, takes(*SELECTING["lists"]), needed=needs("lists", "read"))
    @falcon.before(may_block)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """List the lists, for the admin those of all users; or select some."""
        answer_listing(req, resp, "lists", self.services)


class List:
    """/lists/{name}"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._lists = services.lists

    @falcon.before(authenticated, takes("wait", "max"), needed=needs("lists", "pop"))
    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Pop the oldest item; see `_answer_pop`."""
        _answer_pop(req, resp, self._lists, name)

    @falcon.before(authenticated, takes("wait", "max"), needed=needs("lists", "read"))
    def on_head(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Answer like GET without the body; no item is popped."""
        begin_wait(req, resp)
        resp.set_header("Cache-Control", "no-store")
        limit = read_up_to(req, "max", lists.MOST_POPPED)
        items = self.services.items.peek(req.context.caller, name, limit or 1)
        if limit:
            _answer_items(resp, items)
        else:
            _answer_item(resp, items[0] if items else None)

    @falcon.before(
        authenticated,
        takes("split", "delay", "ttl", "front", "Idempotency-Key", body=True),
        needed=needs("lists", "push"),
    )
    def on_post(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Push the body as an item, or with `?split=lines` each line of it."""
        caller, options = req.context.caller, None
        if req.query_string or "HTTP_IDEMPOTENCY_KEY" in req.env:
            options = _read_options(req)
            if read_choice(req, "split", ("lines",)):
                items = self._lists.push_lines(caller, name, read_raw(req), options)
                answer_json(resp, {"info": "ok", "items": items})
                return
        item_id = self._lists.push(caller, name, read_raw(req), options)
        answer_json(resp, {"info": "ok", "id": str(item_id)})

    @falcon.before(authenticated, needed=needs("lists", "write"))
    def on_delete(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Delete the list and its items."""
        self._lists.delete(req.context.caller, name)
        answer_done(resp)


class ListPop:
    """/lists/{name}/pop"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated, takes("wait", "max"), needed=needs("lists", "pop"))
    def on_post(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Pop the oldest item, for clients and proxies that treat GET as safe."""
        _answer_pop(req, resp, self.services.lists, name)


def _answer_pop(req: falcon.Request, resp: falcon.Response, of: lists.Lists, name: str) -> None:
    """Pop and answer the oldest item, or 204 if the list stays empty during `?wait=`.

    With `?max=` the answer is a JSON array of up to that number of items, maybe empty.
    """
    resp.set_header("Cache-Control", "no-store")
    seconds = begin_wait(req, resp)
    if req.query_string and req.has_param("max"):
        limit = read_number(req, "max", 1)
        items = of.pop_many(req.context.caller, name, limit, seconds, is_connected(req))
        _answer_items(resp, items)
        return
    if seconds:
        item = of.pop_within(req.context.caller, name, seconds, is_connected(req))
    else:
        item = of.pop(req.context.caller, name)
    _answer_item(resp, item)


def _answer_items(resp: falcon.Response, items: list[bytes]) -> None:
    answer_json(resp, [value_of(item) for item in items])


def _answer_item(resp: falcon.Response, item: bytes | None) -> None:
    if item is None:
        resp.status = 204
    else:
        answer_raw(resp, item)


def _read_options(req: falcon.Request) -> PushOptions:
    return push_options(
        delay=read_duration(req, "delay") or 0,
        ttl=read_duration(req, "ttl"),
        front=read_flag(req, "front"),
        once=_idempotency_key(req),
    )


def _idempotency_key(req: falcon.Request) -> str:
    key = req.get_header("Idempotency-Key")
    if key is None:
        return ""
    if not key.isascii() or not key.isprintable() or not 1 <= len(key) <= _MAX_KEY_CHARS:
        raise InvalidRequest(f"The Idempotency-Key has 1 to {_MAX_KEY_CHARS} printable characters.")
    return key
