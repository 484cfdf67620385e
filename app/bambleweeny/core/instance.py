"""The instance: its id and its signing secret, one for all that share a store."""

import secrets
from typing import NamedTuple

from bambleweeny.store import Store, schema


class WrongSchema(Exception):
    """The data was written by a newer version; the sentence says so."""


class Instance(NamedTuple):
    """Who this instance is; the same for every process and replica over one store."""

    id: str
    secret: bytes


def open_instance(store: Store) -> Instance:
    """Read the instance's record, and make it first where there is none.

    Of two that start at the same time, both get the same record. Raises
    WrongSchema for data that this version cannot read.
    """
    record = store.schema.instance
    fields = ("HMGET", record, "id", "secret", "schema")
    # NOTE: a full engine refuses a write that would change nothing, and must start all the same.
    if None in store.read(fields)[0]:
        store.write(
            ("HSETNX", record, "id", secrets.token_hex(4)),
            ("HSETNX", record, "secret", secrets.token_bytes(32)),
            ("HSETNX", record, "schema", schema.VERSION),
        )
    [[instance_id, secret, version]] = store.read(fields)
    check_layout(int(version))
    return Instance(instance_id.decode(), secret)


def check_layout(version: int) -> None:
    """Raise WrongSchema for data whose layout this version cannot read."""
    if version > schema.VERSION:
        raise WrongSchema(
            f"The data has layout {version} and this version reads up to layout "
            f"{schema.VERSION}; use a newer Bambleweeny."
        )
