"""Does a call cost more in a full store? Each is measured there and in an empty one, in turn."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from statistics import median

from bambleweeny.core.transfer.backup_format import Record
from performance import contents, crowd
from performance.processes import engine_of, precise_cpu_seconds
from performance.programs import CannotMeasure, Served, serving
from performance.report import Table
from performance.wire import Wire, request_bytes

TARGET = 1.2
_USERS = 10_000
_OWN_KEYS = 100
_KEYS_OF_OTHERS = 10
_BLOCK = 200
_LOGINS = 20
_PATIENCE = 120.0
_AT_REST = 0.005


@dataclass(frozen=True)
class _Step:
    """A call that is measured in blocks: the numbers of a block's requests make their names."""

    name: str
    request: Callable[[str, int], bytes]
    times: int = _BLOCK


@dataclass
class _Store:
    """A server over one of the two stores, and what was measured there: seconds a request."""

    server: Served
    wire: Wire
    token: str
    whole: dict[str, list[float]] = field(default_factory=dict)
    engine: dict[str, list[float]] = field(default_factory=dict)


def tables(place: Path, *, keys: int, rounds: int) -> list[Table]:
    """Fill a store with so many keys of one user, 10,000 other users and a long list; measure.

    Before that, list what that one user has, and then delete it, with others at work meanwhile.
    """
    place.mkdir(exist_ok=True)
    begun = time.perf_counter()
    contents.fill(place / "full", _full(keys, rounds), _room(keys))
    print(f"filled a store in {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    contents.fill(place / "empty", _measured(_enough(rounds)))
    with ExitStack() as held:
        full, empty = (
            _open(held, place / name, options)
            for name, options in (("full", ("--max-memory", _room(keys))), ("empty", ()))
        )
        _wait_for_rest(engine_of(full.server.pid))
        listed = crowd.list_all(full.server, full.token, keys)
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
            for step in _steps():
                for store in (full, empty) if number % 2 else (empty, full):
                    _measure(store, step, number)
        deleted = crowd.delete_user(full.server, full.token, keys)
        return [_table(full, empty), *listed, *deleted]


def _full(keys: int, rounds: int) -> Iterator[Record]:
    names = ["bench", crowd.NAME, *(f"user-{n}" for n in range(_USERS))]
    others = (contents.keys(n, min(keys, _KEYS_OF_OTHERS)) for n in range(3, _USERS + 3))
    owned = chain([_owned(keys // 10 + _enough(rounds))], [contents.keys(2, keys)], others)
    return contents.users(names, owned)


def _measured(items: int) -> Iterator[Record]:
    return contents.users(["bench"], [_owned(items)])


def _owned(items: int) -> Iterator[Record]:
    return chain(contents.keys(1, _OWN_KEYS), contents.items(1, "queue", items))


def _enough(rounds: int) -> int:
    return _BLOCK * (rounds + 1)


def _room(keys: int) -> str:
    return f"{256 + keys // 1000}mb"


def _steps() -> list[_Step]:
    login = json.dumps({"username": "bench", "password": contents.PASSWORD})
    key, value = f"/keys/key-{7:016}", contents.VALUE
    names = ",".join(f"key-{n:016}" for n in range(_OWN_KEYS)) + "&values=1"
    return [
        _Step("GET a key", lambda token, n: request_bytes("GET", key, token)),
        _Step(
            "PUT a new key", lambda token, n: request_bytes("PUT", f"/keys/new-{n}", token, value)
        ),
        _Step("DELETE it", lambda token, n: request_bytes("DELETE", f"/keys/new-{n}", token)),
        _Step("PUT a known key", lambda token, n: request_bytes("PUT", key, token, value)),
        _Step("POST /incr", lambda token, n: request_bytes("POST", "/incr/counter", token)),
        _Step("push", lambda token, n: request_bytes("POST", "/lists/queue", token, value)),
        _Step("pop", lambda token, n: request_bytes("GET", "/lists/queue", token)),
        _Step("list 100 keys", lambda token, n: request_bytes("GET", "/keys", token)),
        _Step(
            "look 100 keys up", lambda token, n: request_bytes("GET", f"/keys?names={names}", token)
        ),
        _Step("log in", lambda token, n: request_bytes("POST", "/auth/token", "", login), _LOGINS),
    ]


def _open(held: ExitStack, place: Path, options: Sequence[str]) -> _Store:
    server = held.enter_context(serving(place, *options))
    token = server.token("bench", contents.PASSWORD)
    return _Store(server, held.enter_context(Wire(server.url)), token)


def _wait_for_rest(engine: int) -> None:
    """Wait until an engine that has loaded many keys has put its tables in order."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        before = precise_cpu_seconds(engine)
        time.sleep(1)
        if precise_cpu_seconds(engine) - before < _AT_REST:
            return
    raise CannotMeasure("the engine of the full store does not come to rest")


def _measure(store: _Store, step: _Step, number: int) -> None:
    requests = [step.request(store.token, number * _BLOCK + n) for n in range(step.times)]
    engine = engine_of(store.server.pid)
    before = precise_cpu_seconds(engine)
    for request in requests:
        begun = time.perf_counter()
        status = store.wire.ask(request)
        store.whole.setdefault(step.name, []).append(time.perf_counter() - begun)
        if status != 200:
            raise CannotMeasure(f"{step.name} was answered {status}")
    spent = precise_cpu_seconds(engine) - before
    store.engine.setdefault(step.name, []).append(spent / step.times)


def _table(full: _Store, empty: _Store) -> Table:
    rows = []
    for step in _steps():
        whole = [median(store.whole[step.name]) * 1e6 for store in (empty, full)]
        engine = [median(store.engine[step.name]) * 1e6 for store in (empty, full)]
        ratio = whole[1] / whole[0]
        verdict = "" if ratio <= TARGET else f"over {TARGET}"
        rows.append([step.name, *whole, ratio, *engine, engine[1] / engine[0], verdict])
    columns = [
        "call", "empty, us", "full, us", "ratio", "engine, empty, us", "engine, full, us",
        "ratio of the engine", "verdict",
    ]  # fmt: skip
    return Table("flat", columns, rows)
