"""Sandboxes over HTTP."""

from typing import Any

import falcon

from bambleweeny.api.answers.body import answer_done, answer_json, answer_raw
from bambleweeny.api.requests.auditing import note
from bambleweeny.api.requests.authentication import authenticated, bearer_token
from bambleweeny.api.requests.body import open_body, read_raw
from bambleweeny.api.requests.concurrency import may_block
from bambleweeny.api.requests.parameters import read_duration, read_flag, read_switch, refuse_beside
from bambleweeny.api.requests.scopes import Needs, needs
from bambleweeny.api.requests.strictness import (
    NOTHING,
    Takes,
    has_body,
    refuse_parameters,
    refuse_unsupported,
    takes,
)
from bambleweeny.api.requests.timestamps import moment
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.sandboxes.records import DEFAULT_SECONDS, Sandbox
from bambleweeny.core.sandboxes.saved_sets import SEED, check_snapshot_name
from bambleweeny.core.services import Services
from bambleweeny.errors import InvalidRequest

_READ, _WRITE = needs("sandboxes", "read"), needs("sandboxes", "write")


def authenticated_or_open(
    req: falcon.Request,
    resp: falcon.Response,
    resource: Any,
    params: dict[str, Any],
    accepted: Takes,
    *,
    needed: Needs,
) -> None:
    """Require a token like `authenticated`, unless strangers may make sandboxes and send none."""
    is_known = req.get_header("Authorization") is not None or req.has_param("token")
    if not resource.services.open_sandboxes.most or is_known:
        authenticated(req, resp, resource, params, accepted, needed=needed)
        return
    refuse_parameters(req.params, accepted.parameters)
    # NOTE: a chunked body that was not received has no length; to read it raises Unauthorized.
    if has_body(req) or read_raw(req):
        raise InvalidRequest("A sandbox without a login is empty.", hint="Log in to use a seed.")
    refuse_unsupported(req, NOTHING)


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

    @falcon.before(
        authenticated_or_open, takes("ttl", "name", "from", "raw", body=True), needed=_WRITE
    )
    @falcon.before(may_block)
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Make a sandbox, from the seed in the body or as a copy; this answer alone has its token.

        If the seed is refused, there is no sandbox.
        """
        is_raw, seconds = read_switch(req, "raw"), read_duration(req, "ttl")
        seconds = DEFAULT_SECONDS if seconds is None else seconds
        name, caller = req.get_param("name") or "", req.context.get("caller")
        if caller is None:
            refuse_beside(req, "a sandbox without a login", ("from",))
            address = req.env.get("REMOTE_ADDR") or ""
            text, made = self.services.open_sandboxes.create(address, name, seconds)
        else:
            text, made = self._create(req, caller, name, seconds)
        note(req, self.services, "sandbox.created", _target_of(made))
        resp.status = 201
        resp.set_header("Cache-Control", "no-store")
        if is_raw:
            answer_raw(resp, text.encode())
        else:
            answer_json(resp, {**_shown(req, made), "token": text})

    def _create(
        self, req: falcon.Request, caller: Caller, name: str, seconds: int
    ) -> tuple[str, Sandbox]:
        source, seed = req.get_param("from"), open_body(req)
        has_seed = bool(seed.read(1))
        seed.seek(0)
        if has_seed:
            refuse_beside(req, "a seed in the body", ("from",))
        # NOTE: else a token could outlive itself by a sandbox, which renews its own end.
        until = 0
        if caller.scopes is not None:
            until = self.services.tokens.expiry_of(bearer_token(req, falcon.Response())) or 0
        given = seed if has_seed else None
        return self._sandboxes.create(caller, name, seconds, given, source, until=until)


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
        """Let a sandbox end `?ttl=` from now, or with the named token that made it."""
        seconds = read_duration(req, "ttl")
        if seconds is None:
            raise InvalidRequest("Give a 'ttl'.", hint="Write ?ttl=30m.")
        place = self._sandboxes.find(req.context.caller, sandbox_id)
        answer_json(resp, _shown(req, self._sandboxes.extend(place, seconds)))

    @falcon.before(authenticated, takes(), needed=_WRITE)
    @falcon.before(may_block)
    def on_delete(self, req: falcon.Request, resp: falcon.Response, sandbox_id: str) -> None:
        """End a sandbox and delete its data; its tokens are refused at once."""
        place = self._sandboxes.find(req.context.caller, sandbox_id)
        ended = self._sandboxes.get(place)
        self._sandboxes.delete(place)
        note(req, self.services, "sandbox.deleted", _target_of(ended))
        answer_done(resp)


class SandboxReset:
    """/sandboxes/{sandbox_id}/reset"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._sandboxes = services.sandboxes

    @falcon.before(authenticated, takes("to", "delete_snapshots"), needed=_WRITE)
    @falcon.before(may_block)
    def on_post(self, req: falcon.Request, resp: falcon.Response, sandbox_id: str) -> None:
        """Replace the data of a sandbox by its seed, or by the snapshot `?to=`.

        With `?delete_snapshots=1` all snapshots are deleted in the same step.
        """
        name, deletes_snapshots = SEED, read_flag(req, "delete_snapshots")
        if req.has_param("to"):
            name = req.get_param("to", default="")
            check_snapshot_name(name)
        place = self._sandboxes.find(req.context.caller, sandbox_id)
        self._sandboxes.sets.load(place, name, deletes_snapshots=deletes_snapshots)
        answer_done(resp)


class Snapshot:
    """/sandboxes/{sandbox_id}/snapshots/{name}"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._sandboxes = services.sandboxes

    @falcon.before(authenticated, takes(), needed=_WRITE)
    @falcon.before(may_block)
    def on_put(
        self, req: falcon.Request, resp: falcon.Response, sandbox_id: str, name: str
    ) -> None:
        """Save the data of a sandbox as a snapshot, in place of the one with that name."""
        check_snapshot_name(name)
        place = self._sandboxes.find(req.context.caller, sandbox_id)
        self._sandboxes.sets.save(place, name)
        answer_done(resp)

    @falcon.before(authenticated, takes(), needed=_WRITE)
    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, sandbox_id: str, name: str
    ) -> None:
        """Delete a snapshot."""
        check_snapshot_name(name)
        place = self._sandboxes.find(req.context.caller, sandbox_id)
        self._sandboxes.sets.delete(place, name)
        answer_done(resp)


def _target_of(sandbox: Sandbox) -> str:
    return f"{sandbox.id} {sandbox.name}".rstrip()


def _shown(req: falcon.Request, sandbox: Sandbox) -> dict[str, Any]:
    fields = sandbox._asdict()
    del fields["until"]
    return {
        **fields,
        "made": moment(sandbox.made),
        "ends": moment(sandbox.ends),
        "url": f"{req.root_path}/sandboxes/{sandbox.id}",
    }
