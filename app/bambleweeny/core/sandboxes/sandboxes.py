"""Sandboxes: throw-away tenants of a user, each with a token and an end.

A sandbox is a tenant in the slot of its owner (`store/schema.py`). Its record expires at its end,
which refuses all its tokens at once; `sweeper.py` deletes what is left.
"""

import secrets
import string
import time
from collections.abc import Callable
from typing import NamedTuple

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.named_tokens import NamedTokens
from bambleweeny.core.auth.tenant_deletion import clear_sandbox
from bambleweeny.core.auth.tenant_session import read_as, run_as
from bambleweeny.errors import Busy, InvalidRequest, NotFound, NotInASandbox
from bambleweeny.names import SANDBOX_MARK, is_sandbox_id, owner_of, sandbox_tenant
from bambleweeny.store import Store
from bambleweeny.store.scripts import ADD_SANDBOX_WITHIN_BOUNDS, CHANGE_END

DEFAULT_SECONDS = 3600
LONGEST_SECONDS = 72 * 3600
SELF = "self"
"""What stands for the id of a sandbox in a call with its token."""
_LONGEST_NAME = 64
_SCOPES = ("read", "write", "sandboxes:read", "sandboxes:write")
_ID_LETTERS, _LENGTH_OF_ID = string.ascii_lowercase + string.digits, 6
_MOST_ATTEMPTS = 20
_FIELDS = ("title", "made", "ends", "max_bytes", "room")


class Size(NamedTuple):
    """The most names and bytes of a sandbox."""

    names: int = 10_000
    bytes: int = 16 << 20


class Sandbox(NamedTuple):
    """A sandbox. Times are in ms since 1970; `bytes` are those of its data and its snapshots."""

    id: str
    name: str
    made: int
    ends: int
    names: int = 0
    bytes: int = 0
    snapshots: tuple[str, ...] = ()


class Sandboxes:
    """The sandboxes of all users, up to `most` of each user."""

    def __init__(
        self,
        store: Store,
        named: NamedTokens,
        most: int = 50,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.most = most
        self._store = store
        self._schema = store.schema
        self._named = named
        self._clock = clock

    def create(self, caller: Caller, name: str, seconds: int) -> tuple[str, Sandbox]:
        """Make an empty sandbox; return the text of its token, which is stored nowhere, and it.

        Raises InvalidRequest for a bad `name` or `seconds`, NotInASandbox, TooManySandboxes,
        and MaxBytesExceeded if the user's bytes have no room for those of the sandbox. Two round
        trips.
        """
        if caller.is_in_sandbox:
            raise NotInASandbox()
        check_name(name)
        ends = self._end_after(seconds)
        text, sandbox = self._add(caller, name, ends, Size())
        return text, sandbox

    def find(self, caller: Caller, sandbox_id: str) -> Caller:
        """Return a sandbox as a caller: by its id for its owner, by `self` for its own token.

        A miss raises NotFound. One round trip for the owner, else none.
        """
        if caller.is_in_sandbox:
            if sandbox_id not in (SELF, id_of(caller)):
                raise NotFound("There is no such sandbox.")
            return caller
        if not is_sandbox_id(sandbox_id):
            hint = "With the token of a sandbox, 'self' is its id." if sandbox_id == SELF else None
            raise NotFound("There is no such sandbox.", hint=hint)
        tenant_id = sandbox_tenant(caller.id, sandbox_id)
        record = self._schema.tenant(tenant_id).user
        [[name, made]] = read_as(self._store, caller, ("HMGET", record, "name", f"t:{sandbox_id}"))
        if made is None:
            raise NotFound("There is no such sandbox.")
        return Caller(tenant_id, name.decode(), "")

    def all(self, caller: Caller) -> list[Sandbox]:
        """Return the sandboxes of a user; the one that ends first comes first. Two round trips."""
        if caller.is_in_sandbox:
            raise NotInASandbox()
        index = self._schema.tenant(caller.id).sandboxes
        [members] = read_as(self._store, caller, ("ZRANGE", index, 0, -1))
        ids = [member.decode() for member in members]
        found = self._read(caller.id, ids)
        return [one for one in found if one]

    def get(self, place: Caller) -> Sandbox:
        """Return a sandbox that `find` has found."""
        [found] = self._read(owner_of(place.id), [id_of(place)])
        if found is None:
            raise NotFound("There is no such sandbox.")
        return found

    def extend(self, place: Caller, seconds: int) -> Sandbox:
        """Let a sandbox end `seconds` from now; atomic."""
        ends = self._end_after(seconds)
        self._note_owner(owner_of(place.id), ends)
        run_as(self._store, place, CHANGE_END, ends)
        return self.get(place)

    def delete(self, place: Caller) -> None:
        """End a sandbox, and delete its data. The first step refuses its tokens.

        O(its data); the sweeper finishes an interrupted deletion.
        """
        owner = owner_of(place.id)
        # NOTE: then the sweeper finds it, in whatever step this process is killed.
        self._store.write(("ZADD", self._schema.tenant(owner).sandboxes, "XX", 0, id_of(place)))
        clear_sandbox(self._store, owner, id_of(place))

    def _add(
        self, caller: Caller, name: str, ends: int, size: Size, most: int | None = None
    ) -> tuple[str, Sandbox]:
        now = int(self._clock() * 1000)
        self._note_owner(caller.id, ends)
        rate = caller.limits.token_rate if caller.limits else ""
        for _ in range(_MOST_ATTEMPTS):
            sandbox_id = "".join(secrets.choice(_ID_LETTERS) for _ in range(_LENGTH_OF_ID))
            tenant_id = sandbox_tenant(caller.id, sandbox_id)
            text, token = self._named.for_sandbox(tenant_id, sandbox_id, _SCOPES, rate)
            made = run_as(
                self._store, caller, ADD_SANDBOX_WITHIN_BOUNDS, sandbox_id, ends,
                self.most if most is None else most, size.bytes, token.packed(),
                "quota", size.names, "title", name, "made", now, "ends", ends, f"t:{sandbox_id}", 1,
            )  # fmt: skip
            if made is not None:
                return text, Sandbox(sandbox_id, name, now, ends)
        raise Busy("No free id for a sandbox was found.")

    def _end_after(self, seconds: int) -> int:
        if not 1 <= seconds <= LONGEST_SECONDS:
            raise InvalidRequest("The 'ttl' of a sandbox is 1s to 72h.")
        return int((self._clock() + seconds) * 1000)

    def _note_owner(self, owner: str, ends: int) -> None:
        """Let the sweeper look for sandboxes of an owner, until one minute after that time."""
        self._store.write(("ZADD", self._schema.sandbox_owners, "GT", ends, owner))

    def _read(self, owner: str, ids: list[str]) -> list[Sandbox | None]:
        """Return sandboxes, None for a miss. One round trip."""
        now = int(self._clock() * 1000)
        commands: list[tuple[str | int, ...]] = []
        for sandbox_id in ids:
            tenant = self._schema.tenant(sandbox_tenant(owner, sandbox_id))
            commands += [
                ("HMGET", tenant.user, *_FIELDS, f"t:{sandbox_id}"),
                ("HKEYS", tenant.saved_sets),
                ("ZCOUNT", tenant.key_expiries, "-inf", now),
                *(("ZCARD", index) for index in tenant.indexes),
            ]
        replies = self._store.read(*commands) if commands else []
        width = len(replies) // len(ids) if ids else 0
        return [
            _sandbox_of(sandbox_id, replies[number * width : (number + 1) * width])
            for number, sandbox_id in enumerate(ids)
        ]


def _sandbox_of(sandbox_id: str, replies: list) -> Sandbox | None:
    [title, made, ends, most, room, is_ready], saved, expired, *counts = replies
    if is_ready is None:
        return None
    return Sandbox(
        sandbox_id,
        title.decode(),
        int(made),
        int(ends),
        sum(counts) - expired,
        int(most) - int(room),
        tuple(sorted(name.decode() for name in saved if name)),
    )


def id_of(place: Caller) -> str:
    """Return the id of a sandbox that is a caller."""
    return place.id.partition(SANDBOX_MARK)[2]


def check_name(name: str) -> None:
    """Raise InvalidRequest unless a text can be the name of a sandbox; "" is none."""
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidRequest(f"A sandbox's name has up to {_LONGEST_NAME} printable characters.")
