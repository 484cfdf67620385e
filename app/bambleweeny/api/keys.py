"""Keys and counters over HTTP."""

from typing import Any

import falcon

from bambleweeny.api.body import answer_json, answer_raw, read_raw
from bambleweeny.api.key_waits import is_known_after_wait
from bambleweeny.api.listings import answer_listing
from bambleweeny.api.parameters import read_flag
from bambleweeny.api.policy import authenticated, unhurried
from bambleweeny.api.selections import (
    answer_selection,
    is_selection,
    read_prefix_to_delete,
    refuse_selection,
)
from bambleweeny.core import keys
from bambleweeny.core.listings import walk_visible
from bambleweeny.core.services import Services
from bambleweeny.core.values import value_of


class Keys:
    """/keys"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated)
    @falcon.before(unhurried)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """List the keys, the admin sees everybody's; look up `?names=`, or select some."""
        if req.query_string and req.has_param("names"):
            rows = _look_up(req, self.services.keys)
            answer_json(resp, {"keys": rows})
            return
        if is_selection(req, "keys"):
            answer_selection(req, resp, "keys", self.services.selections)
            return
        pages = walk_visible(self.services.users, req.context.caller, self.services.keys.walk)
        answer_listing(resp, "keys", pages)

    @falcon.before(authenticated)
    @falcon.before(unhurried)
    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Delete the keys that begin with `?prefix=`."""
        prefix = read_prefix_to_delete(req)
        deleted = self.services.selections.delete_keys(req.context.caller, prefix)
        answer_json(resp, {"info": "ok", "deleted": deleted})


class Key:
    """/keys/{name}"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._keys = services.keys

    @falcon.before(authenticated)
    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Read a key; with `?wait=` once it is another one."""
        if req.query_string and is_known_after_wait(req, resp, self.services, name):
            return
        answer_raw(resp, self._keys.get(req.context.caller, name))

    on_head = on_get

    @falcon.before(authenticated)
    def on_put(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Write a key."""
        self._keys.set(req.context.caller, name, read_raw(req))
        answer_json(resp, {"info": "ok"})

    @falcon.before(authenticated)
    def on_delete(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Delete a key."""
        self._keys.delete(req.context.caller, name)
        answer_json(resp, {"info": "ok"})


class Counter:
    """/incr/{name}"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated)
    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: Any) -> None:
        """Count up and answer the new number."""
        number = self.services.keys.incr(req.context.caller, params["name"])
        resp.set_header("Cache-Control", "no-store")
        answer_raw(resp, b"%d" % number)

    on_post = on_get


def _look_up(req: falcon.Request, of: keys.Keys) -> list[dict[str, object]]:
    """Give what a listing has of the keys in `?names=`, with their values if asked for."""
    refuse_selection(req, "names")
    caller, names = req.context.caller, (req.get_param("names") or "").split(",")
    if not read_flag(req, "values"):
        return [{"key": name, "owner": caller.id} for name in of.present(caller, names)]
    return [
        {"key": name, "owner": caller.id, "value": value_of(value)}
        for name, value in of.values(caller, names).items()
    ]
