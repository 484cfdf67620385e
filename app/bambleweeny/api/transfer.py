"""Export and import of a tenant's data over HTTP, as lines of JSON."""

import falcon

from bambleweeny.api.answers.body import answer_json
from bambleweeny.api.answers.listings import answer_streamed
from bambleweeny.api.requests.auditing import note, noted
from bambleweeny.api.requests.authentication import authenticated, check_again
from bambleweeny.api.requests.body import open_body
from bambleweeny.api.requests.concurrency import hold_room, may_block
from bambleweeny.api.requests.parameters import read_choice, refuse_beside
from bambleweeny.api.requests.scopes import needs_bundle
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

    @falcon.before(authenticated, needed=needs_bundle("read"))
    @falcon.before(may_block)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Stream the keys, items, policies, messages, routes and bins, one line each."""
        hold_room(req)
        answer_streamed(resp, _LINES, self.services.exports.of(req.context.caller))
        if req.method != "HEAD":
            note(req, self.services, "export")


class Import:
    """/import"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated, takes("mode", "begun", body=True), needed=needs_bundle("write"))
    @falcon.before(may_block)
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Import lines; `?mode=` merges into, keeps or replaces existing data. Not atomic."""
        mode = read_choice(req, "mode", MODES) or MODES[0]
        begun = req.get_param("begun") or ""
        kind, _, name = begun.partition("/")
        if begun and not (kind in ("lists", "topics") and is_name(name)):
            raise InvalidRequest("The parameter 'begun' is invalid.", hint=NAME_RULE)
        if begun and mode == "replace":
            refuse_beside(req, "'mode=replace'", ("begun",))
        # NOTE: the steps of an import are not repeated if the token changes meanwhile.
        caller = check_again(req, self.services).unchecked
        with noted(req, self.services, "import", mode):
            done = self.services.imports.run(caller, open_body(req), mode, begun)
        fields = {name: value for name, value in vars(done).items() if value is not None}
        answer_json(resp, {"info": "ok", **fields})
