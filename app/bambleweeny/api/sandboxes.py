"""Sandboxes over HTTP."""

from typing import Any

import falcon

from bambleweeny.api.answers.body import answer_done, answer_json, answer_raw
from bambleweeny.api.requests.auditing import note
from bambleweeny.api.requests.authentication import authenticated
from bambleweeny.api.requests.parameters import read_duration, read_switch
from bambleweeny.api.requests.scopes import needs
from bambleweeny.api.requests.strictness import takes
from bambleweeny.api.requests.timestamps import moment
from bambleweeny.core.sandboxes.sandboxes import DEFAULT_SECONDS, Sandbox
from bambleweeny.core.services import Services
from bambleweeny.errors import InvalidRequest

_READ, _WRITE = needs("sandboxes", "read"), needs("sandboxes", "write")


class Sandboxes:
    """/sandboxes"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._sandboxes = services.sandboxes

    @falcon.before(authenticated, takes(), needed=_READ)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """List the caller's sandboxes, without their tokens."""
        found = self._sandboxes.all(req.context.caller)
        answer_json(resp, {"sandboxes": [_shown(req, one) for one in found]})

    @falcon.before(authenticated, takes("ttl", "name", "raw"), needed=_WRITE)
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Make a sandbox; this answer alone has its token."""
        is_raw, seconds = read_switch(req, "raw"), read_duration(req, "ttl")
        text, made = self._sandboxes.create(
            req.context.caller,
            req.get_param("name") or "",
            DEFAULT_SECONDS if seconds is None else seconds,
        )
        note(req, self.services, "sandbox.created", _target_of(made))
        resp.status = 201
        resp.set_header("Cache-Control", "no-store")
        if is_raw:
            answer_raw(resp, text.encode())
        else:
            answer_json(resp, {**_shown(req, made), "token": text})


class SandboxItem:
    """/sandboxes/{sandbox_id}"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._sandboxes = services.sandboxes

    @falcon.before(authenticated, takes(), needed=_READ)
    def on_get(self, req: falcon.Request, resp: falcon.Response, sandbox_id: str) -> None:
        """Describe a sandbox; `self` is that of the token."""
        place = self._sandboxes.find(req.context.caller, sandbox_id)
        answer_json(resp, _shown(req, self._sandboxes.get(place)))

    @falcon.before(authenticated, takes("ttl"), needed=_WRITE)
    def on_patch(self, req: falcon.Request, resp: falcon.Response, sandbox_id: str) -> None:
        """Let a sandbox end `?ttl=` from now."""
        seconds = read_duration(req, "ttl")
        if seconds is None:
            raise InvalidRequest("Give a 'ttl'.", hint="Write ?ttl=30m.")
        place = self._sandboxes.find(req.context.caller, sandbox_id)
        answer_json(resp, _shown(req, self._sandboxes.extend(place, seconds)))

    @falcon.before(authenticated, takes(), needed=_WRITE)
    def on_delete(self, req: falcon.Request, resp: falcon.Response, sandbox_id: str) -> None:
        """End a sandbox and delete its data; its tokens are refused at once."""
        place = self._sandboxes.find(req.context.caller, sandbox_id)
        ended = self._sandboxes.get(place)
        self._sandboxes.delete(place)
        note(req, self.services, "sandbox.deleted", _target_of(ended))
        answer_done(resp)


def _target_of(sandbox: Sandbox) -> str:
    return f"{sandbox.id} {sandbox.name}".rstrip()


def _shown(req: falcon.Request, sandbox: Sandbox) -> dict[str, Any]:
    return {
        **sandbox._asdict(),
        "made": moment(sandbox.made),
        "ends": moment(sandbox.ends),
        "url": f"{req.root_path}/sandboxes/{sandbox.id}",
    }
