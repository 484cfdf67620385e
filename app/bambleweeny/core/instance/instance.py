"""The instance: its id and its signing secret, shared by all servers of a store."""

import secrets
from typing import NamedTuple

from bambleweeny.core.instance.migrations import migrate
from bambleweeny.store import Store, schema
from bambleweeny.store.scripts import RAISE_LAYOUT


class WrongSchema(Exception):
    """A newer version wrote the data; the message says so."""


class Instance(NamedTuple):
    """The identity of an instance, the same for every process and replica of a store."""

    id: str
    secret: bytes


def open_instance(store: Store) -> Instance:
    """Read the instance's record; create it if it does not exist.

    If two servers start at the same time, both get the same record. Data of an older layout is
    migrated; versions that do not know the new layout then refuse it. Raises WrongSchema, and
    changes nothing, for data that this version cannot read.
    """
    record = store.schema.instance
    fields = ("HMGET", record, "id", "secret", "schema")
    [found] = store.read(fields)
    if found[2] is not None:
        check_layout(found[2])
    # NOTE: write only if needed: a full engine refuses even writes that change nothing, and the
    # server must be able to start with one.
    if None in found:
        store.write(
            ("HSETNX", record, "id", secrets.token_hex(4)),
            ("HSETNX", record, "secret", secrets.token_bytes(32)),
            ("HSETNX", record, "schema", schema.VERSION),
        )
        [found] = store.read(fields)
    instance_id, secret, noted = found
    layout = check_layout(noted)
    if layout < schema.VERSION:
        migrate(store, layout)
        store.run(RAISE_LAYOUT, [record], schema.VERSION)
    return Instance(instance_id.decode(), secret)


def check_layout(noted: bytes) -> int:
    """Return the layout number in an instance's record.

    Raises WrongSchema if this version cannot read the layout.
    """
    layout = int(noted) if noted.isdigit() else None
    if layout is None or layout > schema.VERSION:
        raise WrongSchema(
            f"The data has layout {noted.decode(errors='replace')} and this version reads up to "
            f"layout {schema.VERSION}; use a newer Bambleweeny, or restore a backup that was made "
            "before the upgrade into an empty data directory or Redis."
        )
    return layout
