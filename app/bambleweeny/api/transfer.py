"""All of one's own over HTTP, out and in again, as lines of JSON."""

import falcon

from bambleweeny.api.answers.body import answer_json
from bambleweeny.api.answers.listings import answer_streamed
from bambleweeny.api.requests.authentication import authenticated
from bambleweeny.api.requests.body import open_body
from bambleweeny.api.requests.parameters import read_choice, refuse_beside
from bambleweeny.api.requests.scheduling import hold_room, unhurried
from bambleweeny.api.requests.strictness import takes
from bambleweeny.core.services import Services
from bambleweeny.core.transfer.imports import MODES
from bambleweeny.errors import InvalidRequest
from bambleweeny.names import NAME_RULE, is_name

_LINES = "application/x-ndjson"


class Export:
    """/export"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated)
    @falcon.before(unhurried)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Give keys, items and policies of lists, messages, routes and bins, a line each."""
        hold_room(req)
        answer_streamed(resp, _LINES, self.services.exports.of(req.context.caller))


class Import:
    """/import"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated, takes("mode", "begun", body=True))
    @falcon.before(unhurried)
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Take lines in: over what is there, in its place, or only what is not there."""
        mode = read_choice(req, "mode", MODES) or MODES[0]
        begun = req.get_param("begun") or ""
        kind, _, name = begun.partition("/")
        if begun and not (kind in ("lists", "topics") and is_name(name)):
            raise InvalidRequest("The parameter 'begun' is invalid.", hint=NAME_RULE)
        if begun and mode == "replace":
            refuse_beside(req, "'mode=replace'", ("begun",))
        done = self.services.imports.run(req.context.caller, open_body(req), mode, begun)
        told = {name: value for name, value in vars(done).items() if value is not None}
        answer_json(resp, {"info": "ok", **told})
