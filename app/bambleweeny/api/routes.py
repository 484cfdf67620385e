"""Routes over HTTP: their owner creates them, anyone can read them."""

from typing import Any

import falcon
import msgspec

from bambleweeny.api.answers.body import answer_done, answer_json
from bambleweeny.api.answers.entity_tags import SHORT, LatestTags, answer_part, has_tag
from bambleweeny.api.answers.public_headers import make_public
from bambleweeny.api.requests.authentication import authenticated
from bambleweeny.api.requests.body import read_json
from bambleweeny.api.requests.concurrency import run_alone
from bambleweeny.api.requests.strictness import takes
from bambleweeny.core.services import Services
from bambleweeny.names import parse_tags


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
        """List the caller's routes."""
        rows = [
            {
                "path": f"{req.root_path}/routes/{r.id}",
                "key": r.target,
                "content_type": r.content_type,
            }
            for r in self._routes.owned_by(req.context.caller)
        ]
        answer_json(resp, {"routes": rows})

    @falcon.before(authenticated, takes(body=True))
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Create a route: a public path that answers a key's value."""
        wanted = read_json(req, NewRoute)
        made = self._routes.create(req.context.caller, wanted.key, wanted.content_type)
        answer_json(resp, {"info": "ok", "path": f"{req.root_path}/routes/{made.id}"})

    @falcon.before(authenticated, takes("id"))
    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Delete the route that `?id=` names."""
        self._routes.delete(req.context.caller, req.get_param("id", default=""))
        answer_done(resp)


class Route:
    """/routes/{public_id} and every path below it; public, by any method"""

    def __init__(self, services: Services) -> None:
        self._routes = services.routes
        self._tags = LatestTags()

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: Any) -> None:
        """Answer the key's value. GET and HEAD support If-None-Match; GET supports Range."""
        make_public(req, resp)
        run_alone(req, self._routes.size_of(params["public_id"]))
        value, content_type, parsed = self._routes.read(params["public_id"])
        if parsed:
            resp.set_header("B9Y-Routes", "parsed")
        tag = self._tags.tag_of(params["public_id"], value)
        resp.set_header("ETag", tag)
        is_read = req.method in ("GET", "HEAD")
        if is_read and "HTTP_IF_NONE_MATCH" in req.env and has_tag(tag, _known_tags(req)):
            resp.status = 304
            return
        resp.content_type = content_type
        resp.data = value
        if is_read and (len(value) > SHORT or "HTTP_RANGE" in req.env):
            answer_part(req, resp, tag, len(value))

    on_post = on_put = on_delete = on_patch = on_options = on_get


def _known_tags(req: falcon.Request) -> str:
    """Return the tags of If-None-Match, or "" if invalid, since a mock accepts any request."""
    try:
        return parse_tags(req.env["HTTP_IF_NONE_MATCH"].strip(), weak=True)
    except ValueError:
        return ""
