"""Listings of names, read row by row: a million keys are not a million objects."""

from collections.abc import Iterator
from json import JSONDecoder
from typing import NamedTuple

_read_row = JSONDecoder().raw_decode


class Entry(NamedTuple):
    """A key or a list, and the id of the user that owns it."""

    name: str
    owner: int


def entries(listing: str, prefix: str) -> Iterator[Entry]:
    """Give the rows of a listing whose names begin with a prefix."""
    place = listing.index("[")
    while (place := listing.find("{", place)) >= 0:
        row, place = _read_row(listing, place)
        if row["key"].startswith(prefix):
            yield Entry(row["key"], int(row["owner"]))
