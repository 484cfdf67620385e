"""Calls to the engine that check the caller's token in the same round trip."""

from collections.abc import Iterator, Sequence
from typing import Any

from bambleweeny.core.auth.caller import Caller
from bambleweeny.errors import Forbidden, StaleToken, Unauthorized
from bambleweeny.store import Store
from bambleweeny.store.client.link import Command
from bambleweeny.store.guard import translate_each
from bambleweeny.store.scripts import READ_VALUES, Script

# NOTE: the engine serves no other client while it builds a page.
_PAGE = 200


def read_as(store: Store, caller: Caller, *commands: Command) -> list[Any]:
    """Run read commands if the caller's token is still valid, else raise Unauthorized.

    Raises StaleToken if the session or token is not as the caller knows it.

    Returns the replies of the commands. Not atomic as a group.
    """
    user = store.schema.tenant(caller.id).user
    field, known = caller.record
    revision, *replies = store.read(("HGET", user, field), *commands)
    if revision is None:
        raise Unauthorized()
    if known and revision != known.encode():
        raise StaleToken()
    return replies


def is_admin(store: Store, caller: Caller) -> bool:
    """Return whether the caller is an admin; raise what `read_as` raises. One round trip."""
    [role] = read_as(store, caller, ("HGET", store.schema.tenant(caller.id).user, "role"))
    return bool(role == b"admin")


def check_actor(store: Store, caller: Caller) -> None:
    """Check again who acts for a user with `?userid=`, since no other step of the call does that.

    Raises what `read_as` raises for the token of the actor, and Forbidden if it is no longer an
    admin. One round trip; none for a caller that acts for itself.
    """
    if caller.actor is not None and not is_admin(store, caller.actor):
        raise Forbidden()


def walk_index_as(store: Store, caller: Caller, index: str) -> Iterator[list[str]]:
    """Yield the names of an index in order, up to 200 at a time.

    O(log n + page) and one round trip a page. A name that exists during the whole walk is yielded
    exactly once.
    """
    start: str | bytes = "-"
    while True:
        [names] = read_as(store, caller, ("ZRANGEBYLEX", index, start, "+", "LIMIT", 0, _PAGE))
        yield [name.decode() for name in names]
        if len(names) < _PAGE:
            return
        start = b"(" + names[-1]


def run_as(
    store: Store,
    caller: Caller,
    script: Script,
    *args: str | bytes | int,
) -> Any:
    """Run a tenant's script, which checks the caller first; atomic.

    `args` are ARGV[2..] of the script.
    """
    return store.run(script, store.schema.tenant(caller.id).declared, caller.version, *args)


def run_read_as(
    store: Store,
    caller: Caller,
    script: Script,
    *args: str | bytes | int,
) -> Any:
    """Run a tenant's script that changes nothing, as `run_as` does; it may be retried.

    Or one that counts calls: a retry counts a call twice.
    """
    return store.read_with(script, store.schema.tenant(caller.id).declared, caller.version, *args)


def read_values_as(
    store: Store, caller: Caller, names: Sequence[str], room: int, *, is_whole: bool = False
) -> tuple[list[Any], int]:
    """Read the values of keys atomically, if the caller's token is still valid.

    Returns the values, None for a miss, and how many of `room` bytes are left. Once that is
    below 0, each further value is a TooMuchAtOnce; with `is_whole` the call raises it instead.
    O(1) a key.
    """
    values, left = run_read_as(store, caller, READ_VALUES, room, int(is_whole), *names)
    return translate_each(values), left
