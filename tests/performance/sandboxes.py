"""How long it takes to make, reset, copy and delete sandboxes, and what other users notice."""

import json
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from performance.programs import ADMIN_PASSWORD, CannotMeasure, Served, serving
from performance.report import Cell, Table
from performance.wire import Wire, request_bytes

_SIZES = (100, 1_000, 10_000)
_GETS = 10_000
_GAP_PER_NAME = 5e-6
"""In seconds: a test runs between two resets; a server delays one that follows a long one at once."""
_PAUSES = (("resets one after the other", 0.0), ("a reset each second", 1.0))


def tables(place: Path, *, times: int) -> list[Table]:
    """Measure each call so many times, and the GETs of another user beside resets."""
    with serving(place, "--max-body", "8mb", "--max-sandboxes", "1000") as server:
        token = server.token("admin", ADMIN_PASSWORD)
        with Wire(server.url) as wire:
            world = _World(wire, token)
            rows = [*_times_of_calls(world, times)]
            large = world.make(_seed(_SIZES[-1]))
            others = [*_times_of_others(server, token, large, times)]
    columns = ["call", "median ms", "p99 ms"]
    return [
        Table("sandboxes", columns, rows),
        Table("GETs of another user", ["beside", "median ms", "p99 ms"], others),
    ]


class _World:
    """Makes sandboxes over one connection, and deletes them."""

    def __init__(self, wire: Wire, token: str) -> None:
        self._wire, self._token = wire, token
        self._made: list[str] = []

    def make(self, seed: str = "", query: str = "") -> str:
        """Make a sandbox; return its token."""
        self._wire.send(request_bytes("POST", f"/sandboxes{query}", self._token, seed))
        answer = self._wire.read()
        if answer[9:12] != b"201":
            raise CannotMeasure(f"a sandbox was answered {answer[-300:]!r}")
        sandbox = json.loads(answer.partition(b"\r\n\r\n")[2])
        self._made.append(sandbox["id"])
        return str(sandbox["token"])

    def delete(self) -> None:
        """Delete the sandbox that was made last."""
        self.ask("DELETE", f"/sandboxes/{self._made.pop()}", self._token)

    def ask(self, method: str, path: str, token: str, body: str = "") -> None:
        """Make a call that succeeds."""
        status = self._wire.ask(request_bytes(method, path, token, body))
        if status != 200:
            raise CannotMeasure(f"{method} {path} was answered {status}")


def _times_of_calls(world: _World, times: int) -> list[list[Cell]]:
    seed = _seed(_SIZES[0])
    rows = [_row("create empty", world.make, times)]
    rows.append(_row("delete empty", world.delete, times))
    rows.append(_row(f"create of {_SIZES[0]} names", lambda: world.make(seed), times))
    rows.append(_row(f"delete of {_SIZES[0]} names", world.delete, times))
    for size in _SIZES:
        rows += _times_of_size(world, size, times)
    return rows


def _times_of_size(world: _World, size: int, times: int) -> list[list[Cell]]:
    token, fewer = world.make(_seed(size)), max(times // 10, 3)
    source = f"?from={re.split('[~_]', token)[2]}"
    changes = json.dumps([["set", f"app:{n}", "changed"] for n in range(size // 2)])

    def reset() -> None:
        world.ask("POST", "/sandboxes/self/reset", token)

    def change() -> None:
        world.ask("POST", "/batch", token, changes)

    def save() -> None:
        world.ask("PUT", "/sandboxes/self/snapshots/a", token)

    gap = size * _GAP_PER_NAME
    rows = [
        _row(f"reset of {size} names", reset, times, pause=gap),
        _row(
            f"reset of {size} names, half of them changed", reset, times, prepare=change, pause=gap
        ),
        _row(f"snapshot of {size} names", save, times),
        _row(f"copy of {size} names", lambda: world.make(query=source), fewer),
        _row(f"delete of {size} names", world.delete, fewer),
    ]
    world.delete()
    return rows


def _times_of_others(server: Served, token: str, sandbox: str, times: int) -> list[list[Cell]]:
    get = request_bytes("GET", "/keys/bench", token)
    with Wire(server.url) as wire, Wire(server.url) as resetting:
        wire.ask(request_bytes("PUT", "/keys/bench", token, "value"))
        gets = _GETS * times // 100
        rows = [_row("nothing", lambda: wire.ask(get), gets)]
        for name, pause in _PAUSES:
            stopped = threading.Event()

            def reset(pause: float = pause, stopped: threading.Event = stopped) -> None:
                while not stopped.is_set():
                    resetting.ask(request_bytes("POST", "/sandboxes/self/reset", sandbox))
                    stopped.wait(pause)

            thread = threading.Thread(target=reset)
            thread.start()
            try:
                spaced = 0.002 if pause else 0.0
                rows.append(_row(name, lambda: wire.ask(get), gets, pause=spaced))
            finally:
                stopped.set()
                thread.join()
    return rows


def _row(
    name: str,
    call: Callable[[], object],
    times: int,
    *,
    pause: float = 0.0,
    prepare: Callable[[], object] = lambda: None,
) -> list[Cell]:
    took = []
    for _ in range(times):
        prepare()
        begun = time.perf_counter()
        call()
        took.append((time.perf_counter() - begun) * 1000)
        time.sleep(pause)
    took.sort()
    return [name, median(took), took[min(len(took) - 1, int(len(took) * 0.99))]]


def _seed(names: int) -> str:
    """Return lines of keys, items and messages with so many names."""
    lines = [{"key": {"name": f"app:{n}", "value": f"the value {n}"}} for n in range(names - 2)]
    rest = [{"item": {"list": "jobs", "value": "x"}}, {"message": {"topic": "news", "value": "x"}}]
    return "".join(json.dumps(line) + "\n" for line in [*lines[:9_996], *rest])
