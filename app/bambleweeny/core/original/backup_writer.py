"""Writes the data of an original as a backup, which a restore then writes into an engine."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import IO

from bambleweeny import __version__
from bambleweeny.core.auth.user_records import ADMIN_ID, ADMIN_NAME
from bambleweeny.core.original.original import Original
from bambleweeny.core.transfer.backup_format import VERSION, End, Header, Item, Writer
from bambleweeny.errors import BambleweenyError
from bambleweeny.store import Store, schema
from bambleweeny.store.scripts import CREATE_USER_ONCE


def write_backup(
    original: Original,
    hashes: Mapping[int, str],
    out: IO[bytes],
    advance: Callable[[int], None] = lambda _: None,
) -> End:
    """Write a backup of an original's data, with the hashes of the users' new passwords.

    Calls `advance` for each record; items count 0.
    """
    header = Header(
        bambleweeny="backup",
        version=VERSION,
        layout=schema.VERSION,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        by=__version__,
        last_user=original.last_user,
    )
    writer = Writer(out, header)
    for record in original.records(hashes):
        writer.write(record)
        advance(not isinstance(record, Item))
    return writer.end()


@contextmanager
def admin_kept(store: Store) -> Iterator[str]:
    """Yield the hash of the admin's password; create the admin again if the block fails.

    A restore that fails deletes all users, the admin too.
    """
    record = store.schema.tenant(ADMIN_ID).user
    [fields] = store.read(("HGETALL", record))
    names = [name.decode() for name in fields[::2]]
    try:
        yield dict(zip(names, fields[1::2], strict=True))["hash"].decode()
    except BaseException:
        with suppress(BambleweenyError):
            store.run(CREATE_USER_ONCE, [record], *fields)
            store.write(("HSETNX", store.schema.users, ADMIN_NAME, ADMIN_ID))
        raise
