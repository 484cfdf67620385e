"""What others feel while one user's many keys are listed, and while that user is deleted."""

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from performance import contents
from performance.processes import proportional_bytes, resident_bytes, workers_of
from performance.programs import ADMIN_PASSWORD, CannotMeasure, Served
from performance.report import Cell, Table
from performance.wire import Wire, request_bytes

NAME = "crowd"
_ID = 2
_ALONE_SECONDS = 3.0
_LISTINGS = 5
_LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class _Cost:
    """Of one long call: seconds to the first byte and to the last, and bytes of its body."""

    first_byte: float
    all: float
    size: float


@dataclass
class _Memory:
    """The largest that a process was seen at, in bytes."""

    proportional: int
    resident: int


def list_all(server: Served, token: str, keys: int) -> list[Table]:
    """List the user's keys, and measure what it costs and a GET of another user meanwhile.

    That GET is measured alone before each of several listings and after the last.
    """
    own_token = server.token(NAME, contents.PASSWORD)
    alone = _alone(server, token)
    [worker] = workers_of(server.pid)
    before = _look(worker)
    costs, meanwhile = [], []
    with _watched(worker) as peak:
        for _ in range(_LISTINGS):
            cost, seconds = _meanwhile(server, token, "GET", "/keys", own_token)
            costs.append(cost)
            meanwhile += seconds
            alone += _alone(server, token)
    rows: list[list[Cell]] = [
        ["first byte, ms", median(cost.first_byte for cost in costs) * 1000],
        ["all, s", median(cost.all for cost in costs)],
        ["size, MB", costs[0].size / 1e6],
        ["worker: PSS before, MB", before.proportional / 1e6],
        ["worker: PSS at most, MB", peak.proportional / 1e6],
        ["worker: RSS before, MB", before.resident / 1e6],
        ["worker: RSS at most, MB", peak.resident / 1e6],
    ]
    name = f"listing {keys:,} keys"
    return [Table(name, ["what", "measured"], rows), _others(name, alone, meanwhile)]


def delete_user(server: Served, token: str, keys: int) -> list[Table]:
    """Delete the user, and measure a GET of another user meanwhile, and before and after."""
    admin = server.token("admin", ADMIN_PASSWORD)
    alone = _alone(server, token)
    cost, meanwhile = _meanwhile(server, token, "DELETE", f"/users/{_ID}", admin)
    alone += _alone(server, token)
    name = f"deleting a user with {keys:,} keys"
    return [
        Table(name, ["what", "measured"], [["all, s", cost.all]]),
        _others(name, alone, meanwhile),
    ]


def _meanwhile(
    server: Served, token: str, method: str, path: str, own_token: str
) -> tuple[_Cost, list[float]]:
    """Make one long call; give its cost, and the seconds of the others' calls."""
    # NOTE: curl is a process of its own, so that reading does not hold up the probes.
    command = [
        "curl", "-s", "--noproxy", "*", "-o", os.devnull, "-X", method, server.url + path,
        "-H", f"Authorization: Bearer {own_token}",
        "-w", "%{http_code} %{time_starttransfer} %{time_total} %{size_download}",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        seconds = _probe(server, token, lambda: process.poll() is None)
        said = process.communicate()[0]
    status, *numbers = said.split()
    if process.returncode or status != "200":
        raise CannotMeasure(f"{method} {path} ended with {process.returncode} and {status}")
    return _Cost(*map(float, numbers)), seconds


def _probe(server: Served, token: str, goes_on: Callable[[], bool]) -> list[float]:
    request = request_bytes("GET", f"/keys/key-{7:016}", token)
    seconds = []
    with Wire(server.url) as wire:
        while goes_on() or not seconds:
            begun = time.perf_counter()
            if wire.ask(request) != 200:
                raise CannotMeasure("a GET of another user failed")
            seconds.append(time.perf_counter() - begun)
    return seconds


def _alone(server: Served, token: str) -> list[float]:
    deadline = time.perf_counter() + _ALONE_SECONDS
    return _probe(server, token, lambda: time.perf_counter() < deadline)


def _others(name: str, alone: list[float], meanwhile: list[float]) -> Table:
    columns = ["a GET of another user", "requests", "p50 ms", "p99 ms", "max ms"]
    rows = [_row("with nothing else", alone), _row("meanwhile", meanwhile)]
    (_, _, *before), (_, _, *beside) = rows
    rows.append(["ratio", None, *(b / a for a, b in zip(before, beside, strict=True))])
    return Table(f"{name}: others", columns, rows)


def _row(name: str, seconds: list[float]) -> list[Cell]:
    ordered = sorted(seconds)
    places = (len(ordered) // 2, len(ordered) * 99 // 100, len(ordered) - 1)
    return [name, len(ordered), *(ordered[place] * 1000 for place in places)]


def _look(pid: int) -> _Memory:
    return _Memory(proportional_bytes(pid), resident_bytes(pid))


@contextmanager
def _watched(pid: int) -> Iterator[_Memory]:
    """Look at a process's memory until the end; what is given holds the most so far."""
    peak, ended = _look(pid), threading.Event()

    def watch() -> None:
        while not ended.wait(_LOOK_SECONDS):
            now = _look(pid)
            peak.proportional = max(peak.proportional, now.proportional)
            peak.resident = max(peak.resident, now.resident)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        ended.set()
        watcher.join()
