"""Keys and counters over HTTP."""

from typing import Any

import falcon

from bambleweeny.api.answers.body import answer_done, answer_json, answer_raw, answer_rows
from bambleweeny.api.answers.key_entry import answer_key, answer_typed
from bambleweeny.api.answers.listings import SELECTING, answer_listing, read_prefix_to_delete
from bambleweeny.api.requests.authentication import authenticated
from bambleweeny.api.requests.body import read_raw
from bambleweeny.api.requests.concurrency import may_block, run_alone
from bambleweeny.api.requests.content_codings import is_coded
from bambleweeny.api.requests.key_options import (
    check_patch_type,
    is_plain,
    read_bounds,
    read_increment,
    read_new_ttl,
    read_precondition,
    read_tags,
    read_ttl,
    read_write_options,
    wants_previous,
)
from bambleweeny.api.requests.parameters import read_flag, refuse_beside
from bambleweeny.api.requests.scopes import needs, needs_some, require, require_all
from bambleweeny.api.requests.strictness import CONDITIONS, takes
from bambleweeny.api.requests.waiting import wait_for_change
from bambleweeny.core.key_entry import KeyEntry
from bambleweeny.core.keys import keys
from bambleweeny.core.keys.conditions import ANY, PLAIN, UNBOUNDED, Precondition, WriteOptions
from bambleweeny.core.keys.json_patch import check_path, part_of
from bambleweeny.core.services import Services
from bambleweeny.core.values import FEW_BYTES, MOST_BYTES_AT_ONCE, etag_of, value_of
from bambleweeny.errors import TooMuchAtOnce
from bambleweeny.names import shown_owner


class Keys:
    """/keys"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(
        authenticated, takes("names", *SELECTING["keys"]), needed=needs_some(("keys", "read"))
    )
    @falcon.before(may_block)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """List the keys, for the admin those of all users; or look up `?names=`, or select."""
        if req.query_string and req.has_param("names"):
            for name in (req.get_param("names") or "").split(","):
                require(req, "keys", "read", name)
            _answer_named(req, resp, self.services.keys)
        else:
            require_all(req, "keys", "read", req.get_param("prefix") or "")
            answer_listing(req, resp, "keys", self.services)

    @falcon.before(authenticated, takes("prefix", "confirm"), needed=needs("keys", "write"))
    @falcon.before(may_block)
    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Delete the keys that begin with `?prefix=`; not atomic."""
        prefix = read_prefix_to_delete(req)
        deleted = self.services.selections.delete_keys(req.context.caller, prefix)
        answer_json(resp, {"info": "ok", "deleted": deleted})


class Key:
    """/keys/{name}"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._keys = services.keys
        self._changes = services.key_changes

    @falcon.before(
        authenticated, takes("wait", "touch", "path", *CONDITIONS), needed=needs("keys", "read")
    )
    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Answer a key; `?touch=` sets its TTL, `?path=` answers a part of its JSON value.

        With `?wait=` this is a long poll: see `wait_for_change`.
        """
        if req.query_string:
            wait_for_change(req, resp, self.services, name)
        if req.query_string and (req.has_param("touch") or req.has_param("path")):
            self._answer_part(req, resp, name)
        else:
            answer_key(req, resp, self._keys.read(req.context.caller, name))

    @falcon.before(
        authenticated,
        takes("ttl", "keepttl", "return", *CONDITIONS, body=True),
        needed=needs("keys", "write"),
    )
    def on_put(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Write a key, also conditionally. PUT clears the TTL unless it sets or keeps it."""
        caller, value = req.context.caller, read_raw(req)
        if is_plain(req):
            self._keys.set(caller, name, value)
            answer_done(resp)
            return
        options, precondition = read_write_options(req), read_precondition(req)
        if wants_previous(req):
            require(req, "keys", "read", name)
            _answer_previous(resp, self._changes.swap(caller, name, value, options, precondition))
            return
        if options == PLAIN and precondition is ANY:
            self._keys.set(caller, name, value)
        else:
            self._changes.set_with_options(caller, name, value, options, precondition)
        if not is_coded(req):  # RFC 9110, section 9.3.4: not if the stored bytes differ
            resp.set_header("ETag", etag_of(value))
        answer_done(resp)

    @falcon.before(
        authenticated, takes("ttl", *CONDITIONS, body=True), needed=needs("keys", "write")
    )
    def on_patch(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Apply a merge patch (RFC 7396) to a JSON value, set the TTL with `?ttl=`, or both."""
        caller, patch = req.context.caller, read_raw(req)
        precondition, ttl = read_precondition(req), read_new_ttl(req)
        if patch or ttl == "keep":
            check_patch_type(req)
            may_block(req, resp)
            value = self._changes.patch(
                caller, name, patch, WriteOptions(ttl, "keep"), precondition
            )
            resp.set_header("ETag", etag_of(value))
        else:
            self._changes.change_ttl(caller, name, ttl, precondition)
        answer_done(resp)

    @falcon.before(authenticated, takes("return", *CONDITIONS), needed=needs("keys", "write"))
    def on_delete(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Delete a key, also conditionally."""
        caller, precondition = req.context.caller, read_precondition(req)
        if wants_previous(req):
            require(req, "keys", "read", name)
            _answer_previous(resp, self._changes.take(caller, name, precondition))
            return
        if precondition is ANY:
            self._keys.delete(caller, name)
        else:
            self._changes.take(caller, name, precondition)
        answer_done(resp)

    def _answer_part(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        path = req.get_param("path")
        if path is not None:
            check_path(path)
            may_block(req, resp)
        entry = self._read(req, resp, name)
        answer_key(req, resp, entry, None if path is None else part_of(entry.value, path))

    def _read(self, req: falcon.Request, resp: falcon.Response, name: str) -> KeyEntry:
        ttl = read_ttl(req, "touch")
        if ttl is None or req.method == "HEAD":
            return self._keys.read(req.context.caller, name)
        require(req, "keys", "write", name)
        # NOTE: validate all of the request before the key changes.
        read_tags(req, "If-None-Match", weak=True)
        precondition = Precondition(if_match=read_tags(req, "If-Match"))
        resp.set_header("Cache-Control", "no-store")
        return self._changes.touch(req.context.caller, name, ttl, precondition)


class Counter:
    """/incr/{name}"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated, takes("by", "max", "min", "ttl"), needed=needs("keys", "incr"))
    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: Any) -> None:
        """Add `?by=` to a counter, within `?max=` and `?min=`, and answer the new number."""
        number = self._count(req, params["name"])
        resp.set_header("Cache-Control", "no-store")
        answer_raw(resp, b"%d" % number)

    on_post = on_get

    @falcon.before(authenticated, takes("by", "max", "min", "ttl"), needed=needs("keys", "incr"))
    def on_head(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Answer like GET without the body; the counter is unchanged."""
        number = self.services.key_changes.preview_incr(
            req.context.caller, name, read_increment(req), read_bounds(req)
        )
        resp.set_header("Cache-Control", "no-store")
        answer_raw(resp, b"%d" % number)

    def _count(self, req: falcon.Request, name: str) -> int:
        caller = req.context.caller
        if not req.query_string:
            return self.services.keys.incr(caller, name)
        by, bounds = read_increment(req), read_bounds(req)
        if bounds == UNBOUNDED:
            return self.services.keys.incr(caller, name, by)
        return self.services.key_changes.incr_within(caller, name, by, bounds)


def _answer_previous(resp: falcon.Response, previous: KeyEntry | None) -> None:
    """Answer the previous value, or 204 if the key did not exist."""
    if previous is None:
        resp.status = 204
    else:
        answer_typed(resp, previous)


def _answer_named(req: falcon.Request, resp: falcon.Response, all_keys: keys.Keys) -> None:
    """Answer a listing of the keys in `?names=` that exist, with `?values=1` also their values."""
    refuse_beside(req, "'names'", [name for name in SELECTING["keys"] if name != "values"])
    caller, names = req.context.caller, (req.get_param("names") or "").split(",")
    owner = shown_owner(caller.id)
    if not read_flag(req, "values"):
        rows = [{"key": name, "owner": owner} for name in all_keys.present(caller, names)]
        answer_json(resp, {"keys": rows})
        return
    try:
        values = all_keys.values(caller, names, FEW_BYTES)
    except TooMuchAtOnce:
        run_alone(req, MOST_BYTES_AT_ONCE)
        values = all_keys.values(caller, names)
    present = [name for name in dict.fromkeys(names) if name in values]
    # NOTE: `pop` frees each value once it is encoded.
    shown = ({"key": n, "owner": owner, "value": value_of(values.pop(n))} for n in present)
    answer_rows(resp, b'{"keys":[', shown, b"]}")
