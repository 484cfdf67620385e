"""The engine and the key space: the only package that speaks Redis's protocol."""

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
    address: str | None = None,
) -> Store:
    """Return the store at a URL; it connects on first use.

    With `replicas` a write is acknowledged once that many replicas have it. `timeout` overrides
    the reply timeout of the URL, in seconds. `address` is the address that messages show; by
    default the URL without its password. Raises ValueError if the URL is invalid.
    """
    where = parse_engine_url(url)
    if timeout is not None:
        where = replace(
            where, addresses=tuple(replace(p, timeout=timeout) for p in where.addresses)
        )
    schema = Schema(prefix, in_cluster=where.kind == "cluster")
    return Store(Engine(where), schema, replicas=replicas, address=address)
