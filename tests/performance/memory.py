"""What a small key and a small item of a list cost in memory, beside a bare Redis."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import redis
from performance.contents import VALUE
from performance.programs import ADMIN_PASSWORD, CannotMeasure, bare_engine, serving
from performance.report import Table
from performance.wire import Wire, request_bytes

_PIPELINED = 10_000
_FIRST = 1_000
_REST_SECONDS = 1.0


def table(place: Path, *, number: int) -> Table:
    """Write so many keys, then so many items, and see by how much `used_memory` grows.

    A thousand of each come before that, for what a connection and a script cost once.
    """
    place.mkdir(exist_ok=True)
    first, measured = range(_FIRST), range(_FIRST, _FIRST + number)
    with serving(place) as server, server.engine() as engine, Wire(server.url) as wire:
        token = server.token("admin", ADMIN_PASSWORD)

        def put(n: int) -> None:
            _write(wire, request_bytes("PUT", f"/keys/{_name(n)}", token, VALUE))

        def push(_: int) -> None:
            _write(wire, request_bytes("POST", "/lists/queue", token, VALUE))

        ours = [_growth(engine, partial(_each, add), first, measured) for add in (put, push)]
    with bare_engine(place) as engine:
        adds: list[Callable[[Any, int], None]] = [
            lambda pipe, n: pipe.set(_name(n), VALUE),
            lambda pipe, _: pipe.rpush("queue", VALUE),
        ]
        bare = [_growth(engine, partial(_pipeline, engine, add), first, measured) for add in adds]
    what = ("a key: name and value of 20 bytes each", "an item of a list: 20 bytes")
    rows = [
        [name, own / number, other / number, own / other]
        for name, own, other in zip(what, ours, bare, strict=True)
    ]
    columns = [f"of {number:,}", "bytes here", "bytes in a bare Redis", "ratio"]
    return Table("memory", columns, rows)


def _name(number: int) -> str:
    return f"key-{number:016}"


def _growth(
    engine: redis.Redis, add: Callable[[range], None], first: range, measured: range
) -> int:
    add(first)
    before = _used(engine)
    add(measured)
    return _used(engine) - before


def _used(engine: redis.Redis) -> int:
    """Give the memory that is used once the engine is at rest, its tables moved."""
    used = -1
    while used != (now := _used_now(engine)):
        used = now
        time.sleep(_REST_SECONDS)
    return used


def _used_now(engine: redis.Redis) -> int:
    info: Any = engine.info("memory")
    return int(info["used_memory"]) - int(info.get("mem_aof_buffer", 0))


def _each(add: Callable[[int], None], numbers: range) -> None:
    for n in numbers:
        add(n)


def _write(wire: Wire, request: bytes) -> None:
    status = wire.ask(request)
    if status != 200:
        raise CannotMeasure(f"a write was answered {status}")


def _pipeline(engine: redis.Redis, add: Callable[[Any, int], None], numbers: range) -> None:
    for start in range(0, len(numbers), _PIPELINED):
        pipe = engine.pipeline(transaction=False)
        for n in numbers[start : start + _PIPELINED]:
            add(pipe, n)
        pipe.execute()
