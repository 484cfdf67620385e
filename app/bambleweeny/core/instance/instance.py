"""The instance: its id and its signing secret, one for all that share a store."""

import secrets
from typing import NamedTuple

from bambleweeny.core.instance.migrations import take_over
from bambleweeny.store import Store, schema
from bambleweeny.store.scripts import RAISE_LAYOUT


class WrongSchema(Exception):
    """The data was written by a newer version; the sentence says so."""


class Instance(NamedTuple):
    """Who this instance is; the same for every process and replica over one store."""

    id: str
    secret: bytes


def open_instance(store: Store) -> Instance:
    """Read the instance's record, and make it first where there is none.

    Of two that start at the same time, both get the same record. Data of an older
    layout are taken over: from then on, versions that do not know the newer one are
    refused. Raises WrongSchema for data that this version cannot read, which are left
    as they are.
    """
    record = store.schema.instance
    fields = ("HMGET", record, "id", "secret", "schema")
    [found] = store.read(fields)
    if found[2] is not None:
        check_layout(found[2])
    # NOTE: a full engine refuses a write that would change nothing, and must start all the same.
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
        take_over(store, layout)
        store.run(RAISE_LAYOUT, [record], schema.VERSION)
    return Instance(instance_id.decode(), secret)


def check_layout(noted: bytes) -> int:
    """Give the layout that the record of some data notes.

    Raises WrongSchema where this version cannot read it.
    """
    layout = int(noted) if noted.isdigit() else None
    if layout is None or layout > schema.VERSION:
        raise WrongSchema(
            f"The data has layout {noted.decode(errors='replace')} and this version reads up to "
            f"layout {schema.VERSION}; use a newer Bambleweeny, or restore a backup that was made "
            "before the upgrade into an empty place."
        )
    return layout
