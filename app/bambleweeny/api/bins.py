"""Bins over HTTP: their owner creates them, anyone can push into them."""

import falcon
import msgspec

from bambleweeny.api.answers.body import answer_done, answer_json, answer_raw
from bambleweeny.api.answers.public_headers import make_public
from bambleweeny.api.requests.authentication import authenticated
from bambleweeny.api.requests.body import read_json, read_raw
from bambleweeny.api.requests.concurrency import run_alone
from bambleweeny.api.requests.strictness import takes
from bambleweeny.core.services import Services


class NewBin(msgspec.Struct, forbid_unknown_fields=True):
    """The body of POST /bins."""

    list: str


class Bins:
    """/bins"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._bins = services.bins

    @falcon.before(authenticated)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """List the caller's bins."""
        rows = [
            {"path": f"{req.root_path}/bins/{b.id}", "list": b.target}
            for b in self._bins.owned_by(req.context.caller)
        ]
        answer_json(resp, {"bins": rows})

    @falcon.before(authenticated, takes(body=True))
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Create a bin: a public path that pushes to a list."""
        made = self._bins.create(req.context.caller, read_json(req, NewBin).list)
        answer_json(resp, {"info": "ok", "path": f"{req.root_path}/bins/{made.id}"})

    @falcon.before(authenticated, takes("id"))
    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Delete the bin that `?id=` names; its list stays."""
        self._bins.delete(req.context.caller, req.get_param("id", default=""))
        answer_done(resp)


class Bin:
    """/bins/{public_id}; public"""

    def __init__(self, services: Services) -> None:
        self._bins = services.bins

    def on_post(self, req: falcon.Request, resp: falcon.Response, public_id: str) -> None:
        """Push the body to the bin's list."""
        make_public(req, resp)
        body = read_raw(req)
        run_alone(req, len(body))
        self._bins.push(public_id, body)
        answer_raw(resp, b"OK")

    def on_options(self, req: falcon.Request, resp: falcon.Response, public_id: str) -> None:
        """Answer the methods of a bin, also to a CORS preflight; NotFound without a bin."""
        make_public(req, resp)
        self._bins.find(public_id)
        resp.set_header("Allow", "POST, OPTIONS")
        resp.status = 204
