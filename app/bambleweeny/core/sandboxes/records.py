"""What is stored of sandboxes, and what bounds them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from bambleweeny.core.auth.caller import Caller
from bambleweeny.errors import InvalidRequest, Unauthorized
from bambleweeny.errors.sandboxes import no_such_sandbox
from bambleweeny.names import OPEN_OWNER, sandbox_tenant
from bambleweeny.store import Store
from bambleweeny.store.client.link import Command

DEFAULT_SECONDS = 3600
LONGEST_SECONDS = 72 * 3600
LONGEST_OPEN_SECONDS = 3600
_LONGEST_NAME = 64
_FIELDS = ("title", "made", "ends", "max_bytes", "room", "until")


class Bounds(NamedTuple):
    """The most names and bytes of a sandbox, and further fields of its record."""

    names: int = 10_000
    bytes: int = 16 << 20
    fields: tuple[str | int, ...] = ()


class Sandbox(NamedTuple):
    """A sandbox. Times are in ms since 1970; `bytes` are those of its data and its saved sets.

    `until` is when the named token that made it expires, 0 if it does not.
    """

    id: str
    name: str
    made: int
    ends: int
    names: int = 0
    bytes: int = 0
    snapshots: tuple[str, ...] = ()
    until: int = 0


@contextmanager
def existing(place: Caller) -> Iterator[None]:
    """Use a sandbox; if it has ended, raise NotFound for its owner.

    For the sandbox's own token that is Unauthorized.
    """
    try:
        yield
    except Unauthorized as ex:
        if place.token:
            raise
        raise no_such_sandbox() from ex


def read_sandboxes(
    store: Store, owner: str, ids: Sequence[str], now_ms: int
) -> list[Sandbox | None]:
    """Return sandboxes, None for a miss. One round trip, O(sandboxes)."""
    commands: list[Command] = []
    for sandbox_id in ids:
        tenant = store.schema.tenant(sandbox_tenant(owner, sandbox_id))
        commands += [
            ("HMGET", tenant.user, *_FIELDS, f"t:{sandbox_id}"),
            ("HKEYS", tenant.saved_sets),
            ("ZCOUNT", tenant.key_expiries, "-inf", now_ms),
            *(("ZCARD", index) for index in tenant.indexes),
        ]
    if not commands:
        return []
    replies = store.read(*commands)
    width = len(replies) // len(ids)
    return [
        _sandbox_of(sandbox_id, replies[number * width : (number + 1) * width])
        for number, sandbox_id in enumerate(ids)
    ]


def _sandbox_of(sandbox_id: str, replies: list[Any]) -> Sandbox | None:
    [title, made, ends, most, room, until, is_ready], saved, expired, *counts = replies
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
        int(until or 0),
    )


def check_name(name: str) -> None:
    """Raise InvalidRequest unless a text can be the name of a sandbox; "" is none."""
    if len(name) > _LONGEST_NAME or (name and not name.isprintable()):
        raise InvalidRequest(f"A sandbox's name has up to {_LONGEST_NAME} printable characters.")


def check_lifetime(owner: str, seconds: int, now_ms: int, made_ms: int, until_ms: int = 0) -> int:
    """Return when a sandbox ends `seconds` from now, in ms; InvalidRequest out of bounds.

    It ends at `until_ms` at the latest, unless that is 0. A sandbox that a stranger has made ends
    an hour after that at the latest: a later end is InvalidRequest.
    """
    is_open = owner == OPEN_OWNER
    longest = LONGEST_OPEN_SECONDS if is_open else LONGEST_SECONDS
    ends = now_ms + seconds * 1000
    if not 1 <= seconds <= longest or (is_open and ends > made_ms + longest * 1000):
        text = "1h in all" if is_open else "72h"
        raise InvalidRequest(f"The 'ttl' of a sandbox is 1s to {text}.")
    return min(ends, until_ms) if until_ms else ends
