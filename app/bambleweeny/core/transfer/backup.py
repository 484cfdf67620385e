"""Writing everything that an engine holds for us into a file.

The instance's id and its signing secret stay behind, so that no token outlives a move.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import IO

from bambleweeny import __version__
from bambleweeny.core.instance.instance import check_layout
from bambleweeny.core.transfer.backup_format import VERSION, End, Header, Writer
from bambleweeny.core.transfer.tenant_snapshot import Copier
from bambleweeny.errors import NotFound, Unauthorized
from bambleweeny.store import Store

MOST_AT_ONCE = 10_000
"""How many keys, lists, topics, routes and bins of a user are read in one moment."""

MOST_BYTES_AT_ONCE = 64 << 20
"""How many bytes of a user are read in one moment; each value counts 64 more."""


def back_up(
    store: Store,
    out: IO[bytes],
    advance: Callable[[int], None] = lambda _: None,
    *,
    most_at_once: int = MOST_AT_ONCE,
    most_bytes_at_once: int = MOST_BYTES_AT_ONCE,
) -> End:
    """Write a backup and give its end; tell how many resources were written.

    What one user owns is of one moment, up to so many resources and bytes; beyond, each
    page of it is. A user that goes meanwhile is left out, or has in the file what was read
    before. A store that nobody has used yet raises NotFound. O(all there is).
    """
    writer = Writer(out, _header(store))
    for user_id in _user_ids(store):
        copier = Copier(store, user_id, most_at_once, most_bytes_at_once, advance)
        try:
            for record in copier.records():
                writer.write(record)
        except Unauthorized:
            continue
    return writer.end()


def count_resources(store: Store) -> int:
    """Tell how many keys, lists, topics, routes and bins there are. O(users), two round trips."""
    tenants = [store.schema.tenant(user_id) for user_id in _user_ids(store)]
    indexes = [index for tenant in tenants for index in tenant.indexes]
    return sum(store.read(*(("ZCARD", index) for index in indexes)))


def _user_ids(store: Store) -> list[str]:
    [ids] = store.read(("HVALS", store.schema.users))
    return sorted((user_id.decode() for user_id in ids), key=int)


def _header(store: Store) -> Header:
    [[layout, last_user]] = store.read(("HMGET", store.schema.instance, "schema", "last_user"))
    if layout is None:
        raise NotFound(f"There are no data of Bambleweeny at {store.place}.")
    return Header(
        bambleweeny="backup",
        version=VERSION,
        layout=check_layout(layout),
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        by=__version__,
        last_user=int(last_user or 0),
    )
