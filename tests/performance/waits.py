"""What many waiting clients cost a server, and those who do not wait."""

import re
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import NamedTuple, TypeVar

import requests
from performance.loads import Load, Request, kept_alive
from performance.processes import cpu_seconds
from performance.programs import ADMIN_PASSWORD, CannotMeasure, Served, serving
from performance.report import Cell, Table
from performance.wire import Wire, request_bytes

_CLIENTS = 200
_STREAMS = 50
_PATIENCE = 10.0

_T = TypeVar("_T")


def table(place: Path, *, seconds: int, rounds: int, rate_seconds: int) -> Table:
    """Measure without waiting clients, with 200, and with 50 streams too: CPU, and a GET.

    The CPU is that of so many seconds; rate and p99 of the GET are medians of rounds.
    """
    place.mkdir(exist_ok=True)
    with serving(place, "--max-waits", "1000") as server:
        token = server.token("admin", ADMIN_PASSWORD)
        body = place / "value"
        body.write_text("value")
        kept_alive(Request(f"{server.url}/keys/bench", "PUT", token, body), 1)
        get = Request(f"{server.url}/keys/bench", "GET", token)
        crowds = [
            _Crowd("none", 0, 0),
            _Crowd(f"{_CLIENTS} waits", _CLIENTS, 0),
            _Crowd(f"{_CLIENTS} waits, {_STREAMS} streams", _CLIENTS, _STREAMS),
        ]
        percents = [_beside(server, token, crowd, _percent_of_core, seconds) for crowd in crowds]
        loads: list[list[Load]] = [[] for _ in crowds]
        for _ in range(rounds):
            for crowd, measured in zip(crowds, loads, strict=True):
                measured.append(_beside(server, token, crowd, _load_of, get, rate_seconds))
    rows: list[list[Cell]] = [
        [
            crowd.name, percent,
            median(load.requests / load.seconds for load in measured),
            median(load.p99 or 0.0 for load in measured),
        ]
        for crowd, percent, measured in zip(crowds, percents, loads, strict=True)
    ]  # fmt: skip
    columns = ["who waits", f"% of a core over {seconds} s", "other requests/s", "their p99 ms"]
    return Table("waits", columns, rows)


class _Crowd(NamedTuple):
    """How many wait for an item, and how many stream a topic."""

    name: str
    waits: int
    streams: int


def _percent_of_core(server: Served, seconds: int) -> float:
    before = cpu_seconds(server.pid)
    time.sleep(seconds)
    return (cpu_seconds(server.pid) - before) / seconds * 100


def _load_of(server: Served, request: Request, seconds: int) -> Load:
    return kept_alive(request, seconds)


def _beside(
    server: Served, token: str, crowd: _Crowd, measure: Callable[..., _T], *args: object
) -> _T:
    """Measure beside clients that wait for what does not come, and see that all still do."""
    wait = request_bytes("GET", "/lists/nothing?wait=30", token)
    stream = request_bytes("GET", "/topics/nothing", token).replace(
        b"\r\n\r\n", b"\r\nAccept: text/event-stream\r\n\r\n"
    )
    with ExitStack() as held:
        for request in [wait] * crowd.waits + [stream] * crowd.streams:
            held.enter_context(Wire(server.url)).send(request)
        _wait_until(server, crowd.waits + crowd.streams)
        measured = measure(server, *args)
        if _waits(server) != crowd.waits + crowd.streams:
            raise CannotMeasure(f"only {_waits(server)} clients were still waiting")
    _wait_until(server, 0)
    return measured


def _wait_until(server: Served, number: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while _waits(server) != number:
        if time.monotonic() > deadline:
            raise CannotMeasure(f"{_waits(server)} clients wait, not {number}")
        time.sleep(0.05)


def _waits(server: Served) -> int:
    with requests.Session() as session:
        session.trust_env = False
        text = session.get(f"{server.url}/metrics", timeout=30).text
    found = re.search(r"^bambleweeny_waits ([0-9.]+)", text, re.MULTILINE)
    return int(float(found[1])) if found else 0
