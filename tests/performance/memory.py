"""What a small key and a small item of a list cost in memory, beside a bare Redis."""

from pathlib import Path
from typing import Any

import redis
from performance.contents import VALUE
from performance.programs import ADMIN_PASSWORD, CannotMeasure, bare_engine, serving
from performance.report import Table
from performance.wire import Wire, request_bytes

_PIPELINED = 10_000


def table(place: Path, *, number: int) -> Table:
    """Write so many keys, then so many items, and see by how much `used_memory` grows."""
    place.mkdir(exist_ok=True)
    with serving(place) as server, server.engine() as engine, Wire(server.url) as wire:
        token = server.token("admin", ADMIN_PASSWORD)
        before = _used(engine)
        for n in range(number):
            _write(wire, request_bytes("PUT", f"/keys/{_name(n)}", token, VALUE))
        between = _used(engine)
        for _ in range(number):
            _write(wire, request_bytes("POST", "/lists/queue", token, VALUE))
        ours = (between - before, _used(engine) - between)
    with bare_engine(place) as engine:
        before = _used(engine)
        _pipeline(engine, number, lambda pipe, n: pipe.set(_name(n), VALUE))
        between = _used(engine)
        _pipeline(engine, number, lambda pipe, _: pipe.rpush("queue", VALUE))
        bare = (between - before, _used(engine) - between)
    what = ("a key: name and value of 20 bytes each", "an item of a list: 20 bytes")
    rows = [
        [name, own / number, other / number, own / other]
        for name, own, other in zip(what, ours, bare, strict=True)
    ]
    columns = [f"of {number:,}", "bytes here", "bytes in a bare Redis", "ratio"]
    return Table("memory", columns, rows)


def _name(number: int) -> str:
    return f"key-{number:016}"


def _used(engine: redis.Redis) -> int:
    info: Any = engine.info("memory")
    return int(info["used_memory"])


def _write(wire: Wire, request: bytes) -> None:
    status = wire.ask(request)
    if status != 200:
        raise CannotMeasure(f"a write was answered {status}")


def _pipeline(engine: redis.Redis, number: int, add: Any) -> None:
    for start in range(0, number, _PIPELINED):
        pipe = engine.pipeline(transaction=False)
        for n in range(start, min(start + _PIPELINED, number)):
            add(pipe, n)
        pipe.execute()
