"""Lists over HTTP."""

import falcon

from bambleweeny.api.body import answer_json, answer_raw, read_raw
from bambleweeny.api.listings import answer_listing
from bambleweeny.api.parameters import read_choice
from bambleweeny.api.policy import authenticated, unhurried
from bambleweeny.api.waiting import is_there, read_wait
from bambleweeny.core import lists
from bambleweeny.core.listings import walk_visible
from bambleweeny.core.services import Services


class Lists:
    """/lists"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated)
    @falcon.before(unhurried)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """List the lists; the admin sees everybody's."""
        pages = walk_visible(self.services.users, req.context.caller, self.services.lists.walk)
        answer_listing(resp, "lists", pages)


class List:
    """/lists/{name}"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._lists = services.lists

    @falcon.before(authenticated)
    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Take the oldest item off."""
        _answer_pop(req, resp, self._lists, name)

    @falcon.before(authenticated)
    def on_post(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Add an item at the end, or each line of the body with `?split=lines`."""
        if req.query_string and read_choice(req, "split", ("lines",)):
            items = self._lists.push_lines(req.context.caller, name, read_raw(req))
            answer_json(resp, {"info": "ok", "items": items})
        else:
            self._lists.push(req.context.caller, name, read_raw(req))
            answer_json(resp, {"info": "ok"})

    @falcon.before(authenticated)
    def on_delete(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Delete the list with its items."""
        self._lists.delete(req.context.caller, name)
        answer_json(resp, {"info": "ok"})


class ListPop:
    """/lists/{name}/pop"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated)
    def on_post(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Take the oldest item off; the GET's twin for those who keep GET safe."""
        _answer_pop(req, resp, self.services.lists, name)


def _answer_pop(req: falcon.Request, resp: falcon.Response, of: lists.Lists, name: str) -> None:
    """Answer the oldest item, or 204 where there is none even after `?wait=`."""
    if req.query_string and req.has_param("wait"):
        unhurried(req, resp)
        item = of.pop_within(req.context.caller, name, read_wait(req), is_there(req))
    else:
        item = of.pop(req.context.caller, name)
    resp.set_header("Cache-Control", "no-store")
    if item is None:
        resp.status = 204
    else:
        answer_raw(resp, item)
