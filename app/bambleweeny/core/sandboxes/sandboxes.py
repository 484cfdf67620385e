"""Sandboxes: throw-away tenants of a user, each with a token and an end.

A sandbox is a tenant in the slot of its owner (`store/schema.py`). Its record expires at its end,
which refuses all its tokens at once; `sweeper.py` deletes what is left.
"""

import time
from collections.abc import Callable
from typing import IO

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.named_tokens import NamedTokens, new_token_id
from bambleweeny.core.auth.tenant_deletion import clear_sandbox
from bambleweeny.core.auth.tenant_session import read_as, run_as
from bambleweeny.core.sandboxes.records import (
    Bounds,
    Sandbox,
    check_lifetime,
    check_name,
    existing,
    read_sandboxes,
)
from bambleweeny.core.sandboxes.saved_sets import SEED, SavedSets, check_snapshot_name
from bambleweeny.core.sandboxes.seed_lines import absolute
from bambleweeny.core.transfer.exports import LIMITED_COPY, may_have_secrets
from bambleweeny.core.transfer.imports import Imports
from bambleweeny.errors import Busy, MaxBytesExceeded, NotInASandbox
from bambleweeny.errors.sandboxes import ended_sandbox, no_room_for_sandbox, no_such_sandbox
from bambleweeny.names import (
    SANDBOX_MARK,
    id_of_sandbox,
    is_sandbox_id,
    owner_of,
    sandbox_tenant,
)
from bambleweeny.store import Store
from bambleweeny.store.scripts import ADD_SANDBOX_WITHIN_BOUNDS, CHANGE_END

SELF = "self"
"""What stands for the id of a sandbox in a call with its token."""
_HINT_AT_SELF = "Only with the token of a sandbox is 'self' its id; else write the id."
_SCOPES = ("read", "write", "sandboxes:read", "sandboxes:write")
_MOST_ATTEMPTS = 20
_UNFINISHED_MS = 60_000
"""After this the sweeper removes a sandbox whose creation was interrupted."""


class Sandboxes:
    """The sandboxes of all users, up to `most` of each user."""

    def __init__(
        self,
        store: Store,
        named: NamedTokens,
        imports: Imports,
        sets: SavedSets,
        *,
        most: int = 50,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.most = most
        self.sets = sets
        self._imports = imports
        self._store = store
        self._schema = store.schema
        self._named = named
        self._clock = clock

    def create(
        self,
        caller: Caller,
        name: str,
        seconds: int,
        seed: IO[bytes] | None = None,
        source: str | None = None,
        *,
        until: int = 0,
    ) -> tuple[str, Sandbox]:
        """Make a sandbox; return the text of its token, which is stored nowhere, and the sandbox.

        It begins with the lines of a `seed`, as a copy of the `source`, which is `ID` or
        `ID/SNAPSHOT` of another sandbox of the user, or empty. If that fails, nothing is left. With
        `until`, in seconds since the epoch, it never ends later. In exports of a copy the secrets
        of bins are hidden if the caller may not write bins.
        Raises what `add` raises, and what an import raises, with the line. An empty one takes two
        round trips.
        """
        if seed is None and source is None:
            return self.add(caller, name, seconds, Bounds(), self.most, until=until)
        begun = self._now()
        lines = None if seed is None else absolute(seed, begun)
        original = None if source is None else self._find_source(caller, source)
        is_limited = original is not None and not may_have_secrets(caller)
        bounds = Bounds(fields=(LIMITED_COPY, 1) if is_limited else ())
        text, made = self.add(caller, name, seconds, bounds, self.most, until=until, is_ready=False)
        tenant_id = sandbox_tenant(caller.id, made.id)
        place = Caller(tenant_id, f"{caller.name}{SANDBOX_MARK}{made.id}", "")
        try:
            with existing(place):
                if lines is not None:
                    self._imports.fill(place._replace(limits=caller.limits), lines)
                    self.sets.save(place, SEED, begun)
                elif original is not None:
                    self.sets.copy(*original, place)
                run_as(self._store, place, CHANGE_END, made.ends)
        except BaseException:
            self.delete(place)
            raise
        return text, self.get(place)

    def add(
        self,
        caller: Caller,
        name: str,
        seconds: int,
        bounds: Bounds,
        most: int,
        *,
        until: int = 0,
        is_ready: bool = True,
    ) -> tuple[str, Sandbox]:
        """Make an empty sandbox, one of up to `most` of the caller.

        One that is not ready has no valid token, and ends soon unless `CHANGE_END` makes it ready.
        Raises InvalidRequest for a bad `name` or `seconds`, NotInASandbox, TooManySandboxes, and
        MaxBytesExceeded if the user's bytes have no room for those of the sandbox. Two round trips.
        """
        if caller.is_in_sandbox:
            raise NotInASandbox()
        check_name(name)
        now = self._now()
        until_ms = until * 1000
        ends = check_lifetime(caller.id, seconds, now, now, until_ms)
        self._note_owner(caller.id, ends)
        for _ in range(_MOST_ATTEMPTS):
            sandbox_id = new_token_id()
            tenant_id = sandbox_tenant(caller.id, sandbox_id)
            text, token = self._named.for_sandbox(tenant_id, sandbox_id, _SCOPES, caller)
            try:
                made = run_as(
                    self._store, caller, ADD_SANDBOX_WITHIN_BOUNDS, sandbox_id,
                    ends if is_ready else now + _UNFINISHED_MS, most, bounds.bytes, token.packed(),
                    "quota", bounds.names, "title", name, "made", now, "ends", ends, *bounds.fields,
                    *(("until", until_ms) if until else ()),
                    *((f"t:{sandbox_id}", 1) if is_ready else ()),
                )  # fmt: skip
            except MaxBytesExceeded as ex:
                raise no_room_for_sandbox(bounds.bytes) from ex
            if made is not None:
                return text, Sandbox(sandbox_id, name, now, ends)
        raise Busy("No free id for a sandbox was found.")

    def check(self, owner: str, name: str, seconds: int) -> None:
        """Raise InvalidRequest unless an owner's sandbox can have this name and lifetime."""
        check_name(name)
        now = self._now()
        check_lifetime(owner, seconds, now, now)

    def find(self, caller: Caller, sandbox_id: str) -> Caller:
        """Return a sandbox as a caller: by its id for its owner, by `self` for its own token.

        A miss raises NotFound. One round trip for the owner, else none.
        """
        if caller.is_in_sandbox:
            if sandbox_id not in (SELF, id_of_sandbox(caller.id)):
                raise no_such_sandbox()
            return caller
        if not is_sandbox_id(sandbox_id):
            raise no_such_sandbox(_HINT_AT_SELF if sandbox_id == SELF else None)
        tenant_id = sandbox_tenant(caller.id, sandbox_id)
        record = self._schema.tenant(tenant_id).user
        [[name, made]] = read_as(self._store, caller, ("HMGET", record, "name", f"t:{sandbox_id}"))
        if made is None:
            raise no_such_sandbox()
        return Caller(tenant_id, name.decode(), "")

    def all(self, caller: Caller) -> list[Sandbox]:
        """Return the sandboxes of a user; the one that ends first comes first. Two round trips."""
        if caller.is_in_sandbox:
            raise NotInASandbox()
        index = self._schema.tenant(caller.id).sandboxes
        [members] = read_as(self._store, caller, ("ZRANGE", index, 0, -1))
        ids = [member.decode() for member in members]
        return [one for one in read_sandboxes(self._store, caller.id, ids, self._now()) if one]

    def get(self, place: Caller) -> Sandbox:
        """Return a sandbox that `find` has found. One round trip.

        If it has ended, raises NotFound for its owner, and Unauthorized for its own token.
        """
        ids = [id_of_sandbox(place.id)]
        with existing(place):
            [found] = read_sandboxes(self._store, owner_of(place.id), ids, self._now())
            if found is None:
                raise ended_sandbox()
            return found

    def extend(self, place: Caller, seconds: int) -> Sandbox:
        """Let a sandbox end `seconds` from now; atomic. Four round trips.

        One that a named token made ends with that token at the latest.

        If it has ended, raises what `get` raises.
        """
        found, owner = self.get(place), owner_of(place.id)
        ends = check_lifetime(owner, seconds, self._now(), found.made, found.until)
        self._note_owner(owner, ends)
        with existing(place):
            run_as(self._store, place, CHANGE_END, ends)
        return self.get(place)

    def delete(self, place: Caller) -> None:
        """End a sandbox, and delete its data. The first step refuses its tokens.

        O(its data); the sweeper finishes an interrupted deletion.
        """
        owner, sandbox_id = owner_of(place.id), id_of_sandbox(place.id)
        # NOTE: then the sweeper finds it, in whatever step this process is killed.
        self._store.write(("ZADD", self._schema.tenant(owner).sandboxes, "XX", 0, sandbox_id))
        clear_sandbox(self._store, owner, sandbox_id)

    def _find_source(self, caller: Caller, source: str) -> tuple[Caller, str | None]:
        """Return the sandbox that `ID` or `ID/SNAPSHOT` names, and the snapshot, None without."""
        sandbox_id, slash, name = source.partition("/")
        if slash:
            check_snapshot_name(name)
        return self.find(caller, sandbox_id), name if slash else None

    def _now(self) -> int:
        return int(self._clock() * 1000)

    def _note_owner(self, owner: str, ends: int) -> None:
        """Let the sweeper look for sandboxes of an owner, until one minute after that time."""
        self._store.write(("ZADD", self._schema.sandbox_owners, "GT", ends, owner))
