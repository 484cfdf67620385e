"""Backup: writes all data of an engine to a file.

The file has neither the instance's id nor its signing secret, so that no token stays valid in
another place.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import IO

from bambleweeny import __version__
from bambleweeny.core.instance.instance import check_layout
from bambleweeny.core.transfer.backup_format import VERSION, End, Header, Writer
from bambleweeny.core.transfer.tenant_snapshot import TenantSnapshot
from bambleweeny.errors import NotFound, Unauthorized
from bambleweeny.store import Store

MOST_AT_ONCE = 10_000
"""The maximum of a user's keys, lists, topics, routes and bins that are read atomically."""

MOST_BYTES_AT_ONCE = 64 << 20
"""The maximum of a user's bytes that are read atomically; each value counts 64 more."""


def back_up(
    store: Store,
    out: IO[bytes],
    advance: Callable[[int], None] = lambda _: None,
    *,
    most_at_once: int = MOST_AT_ONCE,
    most_bytes_at_once: int = MOST_BYTES_AT_ONCE,
) -> End:
    """Write a backup and return its end record; pass the number of written resources to `advance`.

    A user's data is read atomically up to the two bounds; beyond them each page is. A user that
    is deleted meanwhile is left out, or the file has what was read before. Raises NotFound for
    a store without data. O(all data).
    """
    writer = Writer(out, _header(store))
    for user_id in _user_ids(store):
        snapshot = TenantSnapshot(store, user_id, most_at_once, most_bytes_at_once, advance)
        try:
            for record in snapshot.records():
                writer.write(record)
        except Unauthorized:
            continue
    return writer.end()


def count_resources(store: Store) -> int:
    """Return the number of keys, lists, topics, routes and bins. O(users), two round trips."""
    tenants = [store.schema.tenant(user_id) for user_id in _user_ids(store)]
    indexes = [index for tenant in tenants for index in tenant.indexes]
    return sum(store.read(*(("ZCARD", index) for index in indexes)))


def _user_ids(store: Store) -> list[str]:
    [ids] = store.read(("HVALS", store.schema.users))
    return sorted((user_id.decode() for user_id in ids), key=int)


def _header(store: Store) -> Header:
    [[layout, last_user]] = store.read(("HMGET", store.schema.instance, "schema", "last_user"))
    if layout is None:
        raise NotFound(f"There are no data of Bambleweeny at {store.address}.")
    return Header(
        bambleweeny="backup",
        version=VERSION,
        layout=check_layout(layout),
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        by=__version__,
        last_user=int(last_user or 0),
    )
