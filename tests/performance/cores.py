"""What a second worker on a second core brings, and whether both get their share."""

import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

from performance.loads import Load, Request, kept_alive
from performance.processes import cpu_seconds, workers_of
from performance.programs import ADMIN_PASSWORD, CORES, CannotMeasure, Served, serving
from performance.report import Cell, Table
from performance.spread import requests_of_each
from performance.wire import request_bytes

_CONNECTIONS = 64


@dataclass(frozen=True)
class _Sample:
    """What a server did in one round.

    `workers` are the workers' parts of their CPU time, `connections` the requests of each.
    """

    load: Load
    cpu: float
    workers: list[float]
    connections: list[int]


def table(place: Path, *, rounds: int, seconds: int) -> Table:
    """Measure a GET over 64 connections with one worker, and with one on each of two cores."""
    if len(CORES) < 2:
        raise CannotMeasure("this needs two cores")
    first, second = place / "one", place / "two"
    first.mkdir()
    second.mkdir()
    with serving(first) as one, serving(second, "--workers", "2", cores=CORES[:2]) as two:
        servers = {
            "one worker, one core": (one, _get(one)),
            "two workers, two cores": (two, _get(two)),
        }
        samples: dict[str, list[_Sample]] = {name: [] for name in servers}
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
            for name, (server, request) in servers.items():
                samples[name].append(_measure(server, request, seconds))
    columns = [
        f"GET, {_CONNECTIONS} connections", "requests/s", "requests/CPU s",
        "least CPU of a worker, % of all", "least of a connection, % of mean", "most, % of mean",
        "p50 ms", "p99 ms", "max ms",
    ]  # fmt: skip
    return Table("cores", columns, [_row(name, taken) for name, taken in samples.items()])


def _get(server: Served) -> Request:
    token = server.token("admin", ADMIN_PASSWORD)
    body = server.place / "value"
    body.write_text("value")
    kept_alive(Request(f"{server.url}/keys/bench", "PUT", token, body), 1)
    return Request(f"{server.url}/keys/bench", "GET", token)


def _measure(server: Served, request: Request, seconds: int) -> _Sample:
    workers = workers_of(server.pid)
    before, each = cpu_seconds(server.pid), [cpu_seconds(worker) for worker in workers]
    load = kept_alive(request, seconds, _CONNECTIONS)
    spent = [cpu_seconds(worker) - then for worker, then in zip(workers, each, strict=True)]
    cpu = cpu_seconds(server.pid) - before
    asked = request_bytes("GET", "/keys/bench", request.token)
    counts = requests_of_each(server.url, asked, connections=_CONNECTIONS, seconds=seconds)
    return _Sample(load, cpu, [part / sum(spent) for part in spent], counts)


def _row(name: str, samples: list[_Sample]) -> list[Cell]:
    loads = [sample.load for sample in samples]
    return [
        name,
        median(load.requests / load.seconds for load in loads),
        median(sample.load.requests / sample.cpu for sample in samples),
        min(min(sample.workers) for sample in samples) * 100,
        min(min(sample.connections) / mean(sample.connections) for sample in samples) * 100,
        max(max(sample.connections) / mean(sample.connections) for sample in samples) * 100,
        median(load.p50 or 0 for load in loads),
        median(load.p99 or 0 for load in loads),
        max(load.max or 0 for load in loads),
    ]
