"""Export and import of a tenant's data over HTTP, as lines of JSON."""

import re

import falcon

from bambleweeny.api.answers.body import answer_json
from bambleweeny.api.answers.listings import answer_streamed
from bambleweeny.api.requests.auditing import note, noted
from bambleweeny.api.requests.authentication import authenticated, check_again
from bambleweeny.api.requests.body import open_body
from bambleweeny.api.requests.concurrency import hold_room, may_block
from bambleweeny.api.requests.parameters import read_choice, read_flag, refuse_beside
from bambleweeny.api.requests.scopes import needs_bundle
from bambleweeny.api.requests.strictness import takes
from bambleweeny.core.services import Services
from bambleweeny.core.transfer.import_plan import ImportPlan
from bambleweeny.core.transfer.imports import MODES
from bambleweeny.errors import InvalidRequest
from bambleweeny.names import NAME_RULE, is_name

_LINES = "application/x-ndjson"
_OF_DRY_RUNS = ("names", "bytes")
_is_sum = re.compile("-?[0-9]{1,15}", re.ASCII).fullmatch


class Export:
    """/export"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated, needed=needs_bundle("read"))
    @falcon.before(may_block)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Stream the keys, items, policies, messages, routes and bins, one line each."""
        hold_room(req)
        lines = self.services.exports.of(req.context.caller)
        answer_streamed(req, resp, self.services, _LINES, lines)
        if req.method != "HEAD":
            note(req, self.services, "export")


class Import:
    """/import"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(
        authenticated,
        takes("mode", "begun", "dry_run", "names", "bytes", body=True),
        needed=needs_bundle("write"),
    )
    @falcon.before(may_block)
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Import lines; `?mode=` merges into, keeps or replaces existing data. Not atomic.

        With `?dry_run=1` answer what would be done, and change nothing.
        """
        mode = read_choice(req, "mode", MODES) or MODES[0]
        begun = req.get_param("begun") or ""
        kind, _, name = begun.partition("/")
        if begun and not (kind in ("lists", "topics") and is_name(name)):
            raise InvalidRequest("The parameter 'begun' is invalid.", hint=NAME_RULE)
        # NOTE: the steps of an import are not repeated if the token changes meanwhile.
        caller = check_again(req, self.services).unchecked
        if read_flag(req, "dry_run"):
            plan = self.services.imports.plan(
                caller, open_body(req), mode, begun, after=_earlier_parts(req)
            )
            answer_json(resp, {"info": "ok", **plan.shown()})
            return
        refuse_beside(req, "an import without 'dry_run=1'", _OF_DRY_RUNS)
        if begun and mode == "replace":
            refuse_beside(req, "'mode=replace'", ("begun",))
        with noted(req, self.services, "import", mode):
            done = self.services.imports.run(caller, open_body(req), mode, begun)
        fields = {name: value for name, value in vars(done).items() if value is not None}
        answer_json(resp, {"info": "ok", **fields})


def _earlier_parts(req: falcon.Request) -> ImportPlan:
    """Return a plan with what the earlier parts of a dry run have added."""
    names, added = (_read_sum(req, name) for name in _OF_DRY_RUNS)
    return ImportPlan(names=names, bytes=added)


def _read_sum(req: falcon.Request, name: str) -> int:
    text = req.get_param(name) or "0"
    if not _is_sum(text):
        raise InvalidRequest(f"The parameter '{name}' takes a whole number.")
    return int(text)
