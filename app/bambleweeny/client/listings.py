"""Listings of names: long ones are read row by row."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_ROW = re.compile(rb'\{"key":"([^"]*)","owner":"([^"]*)"')
# NOTE: a name has no character that JSON would escape.


class Entry(NamedTuple):
    """A key or a list, and the id of the user that owns it."""

    name: str
    owner: int


def entries(listing: bytes, prefix: str) -> Iterator[Entry]:
    """Give the rows of a listing whose names begin with a prefix."""
    for row in _ROW.finditer(listing):
        name = row[1].decode()
        if name.startswith(prefix):
            yield Entry(name, int(row[2]))
