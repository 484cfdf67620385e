"""Routes over HTTP: made by their owner, read by anyone."""

from typing import Any

import falcon
import msgspec

from bambleweeny.api.body import answer_done, answer_json, read_json
from bambleweeny.api.policy import authenticated, run_alone
from bambleweeny.api.public import make_public
from bambleweeny.core.services import Services


class NewRoute(msgspec.Struct, forbid_unknown_fields=True):
    """The body of POST /routes."""

    key: str
    content_type: str


class Routes:
    """/routes"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._routes = services.routes

    @falcon.before(authenticated)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """List one's routes."""
        rows = [
            {"path": f"/routes/{r.id}", "key": r.target, "content_type": r.content_type}
            for r in self._routes.owned_by(req.context.caller)
        ]
        answer_json(resp, {"routes": rows})

    @falcon.before(authenticated)
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Make a key public."""
        wanted = read_json(req, NewRoute)
        made = self._routes.create(req.context.caller, wanted.key, wanted.content_type)
        answer_json(resp, {"info": "ok", "path": f"/routes/{made.id}"})

    @falcon.before(authenticated)
    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Delete the route that `?id=` names."""
        self._routes.delete(req.context.caller, req.get_param("id", default=""))
        answer_done(resp)


class Route:
    """/routes/{public_id} and every path below it; public, by any method"""

    def __init__(self, services: Services) -> None:
        self._routes = services.routes

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: Any) -> None:
        """Show the key's value."""
        make_public(req, resp)
        run_alone(req, self._routes.size_of(params["public_id"]))
        value, content_type, parsed = self._routes.read(params["public_id"])
        resp.content_type = content_type
        resp.data = value
        if parsed:
            resp.set_header("B9Y-Routes", "parsed")

    on_post = on_put = on_delete = on_patch = on_head = on_options = on_get
