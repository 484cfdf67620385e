"""The engine and the key space: the only room that speaks Redis's protocol."""

from bambleweeny.store.link import Link
from bambleweeny.store.schema import Schema
from bambleweeny.store.store import Store
from bambleweeny.store.url import parse_engine_url

__all__ = ["Store", "open_store"]


def open_store(
    url: str, *, prefix: str = "b9y", connect_timeout: float = 2.0, timeout: float = 5.0
) -> Store:
    """Give the store at a URL; it connects when first used.

    Raises ValueError for a URL that cannot be read. Time-outs are seconds.
    """
    place = parse_engine_url(url)

    def connect() -> Link:
        return Link(place, connect_timeout=connect_timeout, timeout=timeout)

    return Store(connect, Schema(prefix), str(place))
