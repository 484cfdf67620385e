"""The engine and the key space: the only room that speaks Redis's protocol."""

from bambleweeny.store.lines import Engine
from bambleweeny.store.schema import Schema
from bambleweeny.store.store import Store
from bambleweeny.store.url import parse_engine_url

__all__ = ["Store", "open_store"]


def open_store(url: str, *, prefix: str = "b9y", replicas: int = 0) -> Store:
    """Give the store at a URL; it connects when first used.

    With `replicas` a write is answered when so many have it. Raises ValueError for a
    URL that cannot be read.
    """
    return Store(Engine(parse_engine_url(url)), Schema(prefix), replicas=replicas)
