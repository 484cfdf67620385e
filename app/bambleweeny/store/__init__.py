"""The engine and the key space: the only room that speaks Redis's protocol."""

from dataclasses import replace

from bambleweeny.store.client.topology import Engine
from bambleweeny.store.client.url import parse_engine_url
from bambleweeny.store.schema import Schema
from bambleweeny.store.store import Store

__all__ = ["Store", "open_store"]


def open_store(
    url: str,
    *,
    prefix: str = "b9y",
    replicas: int = 0,
    timeout: float | None = None,
    place: str | None = None,
) -> Store:
    """Give the store at a URL; it connects when first used.

    With `replicas` a write is answered when so many have it. `timeout` is how many
    seconds a reply may take, where the URL's own is not to count. `place` is what
    messages name; by default the URL, without its password. Raises ValueError for a
    URL that cannot be read.
    """
    where = parse_engine_url(url)
    if timeout is not None:
        where = replace(where, places=tuple(replace(p, timeout=timeout) for p in where.places))
    schema = Schema(prefix, in_cluster=where.kind == "cluster")
    return Store(Engine(where), schema, replicas=replicas, place=place)
