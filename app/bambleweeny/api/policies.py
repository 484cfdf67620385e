"""Policies of lists over HTTP."""

import falcon
import msgspec

from bambleweeny.api.answers.body import answer_done, answer_json
from bambleweeny.api.requests.authentication import authenticated
from bambleweeny.api.requests.body import read_json, seconds_of
from bambleweeny.api.requests.scopes import needs, require
from bambleweeny.api.requests.strictness import takes
from bambleweeny.core.lists import policies
from bambleweeny.core.services import Services

_DURATIONS = ("lease", "ttl")


class ListPolicy:
    """/lists/{name}/policy"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._policies = services.list_policies

    @falcon.before(authenticated, needed=needs("lists", "read"))
    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Answer the list's policy."""
        policy = self._policies.get(req.context.caller, name)
        answer_json(resp, msgspec.structs.asdict(policy))

    @falcon.before(authenticated, takes(body=True), needed=needs("lists", "write"))
    def on_put(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Set the list's policy; a missing field removes its rule."""
        policy = _read_policy(req)
        if policy.dead_letter:
            require(req, "lists", "push", policy.dead_letter)
        self._policies.set(req.context.caller, name, policy)
        answer_done(resp)

    @falcon.before(authenticated, needed=needs("lists", "write"))
    def on_delete(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Delete the list's policy."""
        self._policies.delete(req.context.caller, name)
        answer_done(resp)


def _read_policy(req: falcon.Request) -> policies.ListPolicy:
    """Return the policy in the body, where a duration is a string or a number of seconds."""
    fields = read_json(req, dict[str, object])
    for name in _DURATIONS:
        text = fields.get(name)
        if isinstance(text, str):
            fields[name] = seconds_of(name, text)
    return read_json(req, policies.ListPolicy, msgspec.json.encode(fields))
