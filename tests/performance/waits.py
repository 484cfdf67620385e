"""What many waiting clients cost a server, and those who do not wait."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import requests
from performance.loads import Request, kept_alive
from performance.processes import cpu_seconds
from performance.programs import ADMIN_PASSWORD, CannotMeasure, Served, serving
from performance.report import Cell, Table
from performance.wire import Wire, request_bytes

_CLIENTS = 200
_PATIENCE = 10.0


def table(place: Path, *, seconds: int, rounds: int, rate_seconds: int) -> Table:
    """Measure without and with 200 waiting clients: a server's CPU, and the rate of a GET.

    The CPU is that of so many seconds; the rate is the median of rounds.
    """
    place.mkdir(exist_ok=True)
    with serving(place, "--max-waits", "256") as server:
        token = server.token("admin", ADMIN_PASSWORD)
        body = place / "value"
        body.write_text("value")
        kept_alive(Request(f"{server.url}/keys/bench", "PUT", token, body), 1)
        get = Request(f"{server.url}/keys/bench", "GET", token)
        percents = [_percent_of_core(server, seconds)]
        with _waiting(server, token):
            percents.append(_percent_of_core(server, seconds))
        without, beside = [], []
        for _ in range(rounds):
            without.append(_rate(get, rate_seconds))
            with _waiting(server, token):
                beside.append(_rate(get, rate_seconds))
    rows: list[list[Cell]] = [
        ["none", percents[0], median(without)],
        [f"{_CLIENTS}", percents[1], median(beside)],
    ]
    columns = ["waiting clients", f"% of a core over {seconds} s", "other requests/s"]
    return Table("waits", columns, rows)


def _percent_of_core(server: Served, seconds: int) -> float:
    before = cpu_seconds(server.pid)
    time.sleep(seconds)
    return (cpu_seconds(server.pid) - before) / seconds * 100


def _rate(request: Request, seconds: int) -> float:
    load = kept_alive(request, seconds)
    return load.requests / load.seconds


@contextmanager
def _waiting(server: Served, token: str) -> Iterator[None]:
    """Have clients wait for items that do not come, and see that all still wait in the end."""
    with ExitStack() as held:
        for _ in range(_CLIENTS):
            held.enter_context(Wire(server.url)).send(
                request_bytes("GET", "/lists/nothing?wait=30", token)
            )
        _wait_until(server, _CLIENTS)
        yield
        if _waits(server) != _CLIENTS:
            raise CannotMeasure(f"only {_waits(server)} clients were still waiting")
    _wait_until(server, 0)


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
