"""What public requests cost the engine and the worker, and what another tenant feels of eight strangers."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import redis
from performance.processes import precise_cpu_seconds, workers_of
from performance.programs import ADMIN_PASSWORD, CORES, CannotMeasure, Served, serving
from performance.report import Cell, Table
from performance.wire import Wire, request_bytes
from servers import Http

MB = 1 << 20
_NOWHERE = "11111111-1111-4111-8111-111111111111"
_STRANGERS = 8
_OF_OURS = (b"SLOWLOG", b"CONFIG")
_NESTED = 100


@dataclass(frozen=True)
class Stranger:
    """A public request, and the status that answers it."""

    name: str
    method: str
    path: str
    status: int = 200
    body: str = ""


def tables(place: Path, *, rounds: int, seconds: int) -> list[Table]:
    """Measure each public request by itself, then another tenant beside eight strangers."""
    place.mkdir(exist_ok=True)
    with serving(place, "--workers", "2", cores=CORES) as server:
        token = server.token("admin", ADMIN_PASSWORD)
        with Http(server.url, token) as http:
            strangers = list(public_requests(http))
            http.post("/users", json={"username": "bo", "password": "secret"})
        mine = server.token("bo", "secret")
        with Http(server.url, mine) as http:
            http.put("/keys/mine", data=b"x" * 100)
        costs = [_cost(server, stranger, 4 * rounds + 1) for stranger in strangers]
        felt = [_felt(server, mine, stranger, rounds, seconds) for stranger in strangers]
    columns = ["public request", "status", "engine ms", "at most", "worker CPU ms"]
    others = ["8 strangers ask for", "their requests/s", "p99 ms alone", "p99 ms beside", "ratio"]
    return [Table("strangers", columns, costs), Table("beside strangers", others, felt)]


def public_requests(http: Http) -> Iterator[Stranger]:
    """Put what strangers ask for into a server, and yield each kind of public request."""
    for number in range(_NESTED):
        http.put(f"/keys/n{number}", data=b"z" * (2 * MB // _NESTED - 100))
    names = b"".join(b"!@[n%d]" % number for number in range(_NESTED))
    values = {
        "a small key": b"x" * 100,
        "a key of 1 MB": b"x" * MB,
        "1 MB of text that is not ASCII": "ä".encode() * (MB // 2),
        "100 nested keys of 20 kB in 1 MB": names.ljust(MB, b"y"),
        "1,000 nested keys in 1 MB": (b"!@[n]" * 1000).ljust(MB, b"y"),
        "1 MB of `!@[]`": b"!@[]" * (MB // 4),
        "1 MB of `!@[`": b"!@[" * (MB // 3),
        "1 MB of `!@`": b"!@" * (MB // 2),
        "1 MB of `!@[aaa` without an end": b"!@[" + b"a" * (MB - 3),
        "900 `!@[`, then 1 MB of `!@`": b"!@[" * 900 + b"!@" * (MB // 2 - 1350),
    }
    for number, (name, value) in enumerate(values.items()):
        http.put(f"/keys/shown-{number}", data=value)
        status = 422 if value.count(b"!@[") > 1000 else 200
        yield Stranger(f"route: {name}", "GET", _route(http, f"shown-{number}"), status)
    _grow(http, "grown", 15)
    yield Stranger("route: a key of 15 MB, grown by PATCH", "GET", _route(http, "grown"))
    yield Stranger("HEAD of a route to 1 MB", "HEAD", _route(http, "shown-1"))
    yield Stranger("a route that is not there", "GET", f"/routes/{_NOWHERE}", 404)
    yield Stranger("a bin that is not there, 1 MB", "POST", f"/bins/{_NOWHERE}", 404, "x" * MB)
    made = http.post("/bins", json={"list": "inbox"}).json()["path"]
    http.put("/lists/inbox/policy", json={"max_len": 10, "overflow": "drop_oldest"})
    yield Stranger("a bin, 1 MB", "POST", made, 200, "x" * MB)
    login = json.dumps({"username": "nobody", "password": "wrong"})
    yield Stranger("a wrong login", "POST", "/auth/token", 401, login)
    yield Stranger("a body of 1 MB without a token", "PUT", "/keys/a", 401, "x" * MB)
    for path in ("/healthz", "/readyz", "/metrics", "/swagger", "/docs"):
        yield Stranger(path, "GET", path)


def _route(http: Http, key: str) -> str:
    made = http.post("/routes", json={"key": key, "content_type": "text/plain"})
    return str(made.json()["path"])


def _grow(http: Http, key: str, fields: int) -> None:
    http.put(f"/keys/{key}", data=b"{}")
    patch = {"Content-Type": "application/merge-patch+json"}
    for number in range(fields):
        body = json.dumps({f"f{number}": "x" * (MB - 100)})
        if http.patch(f"/keys/{key}", data=body, headers=patch).status_code != 200:
            raise CannotMeasure("a key could not be grown")


def _cost(server: Served, stranger: Stranger, times: int) -> list[Cell]:
    """Ask so often; the engine's time is that of the longest command of each request."""
    engines, workers = [], []
    with server.engine() as engine, logging_all(engine):
        for _ in range(times):
            before = sum(map(precise_cpu_seconds, workers_of(server.pid)))
            engines.append(engine_ms(engine, server.url, stranger))
            workers.append(sum(map(precise_cpu_seconds, workers_of(server.pid))) - before)
    return [
        stranger.name, stranger.status, median(engines), max(engines), median(workers) * 1000,
    ]  # fmt: skip


def engine_ms(engine: redis.Redis, url: str, stranger: Stranger) -> float:
    """Ask once, and return the time of the longest command that the engine ran for it."""
    request = request_bytes(stranger.method, stranger.path, "", stranger.body)
    engine.slowlog_reset()
    with Wire(url) as wire:
        wire.send(request)
        _check(stranger, wire.receive(has_body=stranger.method != "HEAD"))
    entries: Any = engine.slowlog_get(100)
    durations = [e["duration"] for e in entries if not e["command"].startswith(_OF_OURS)]
    return max(durations, default=0) / 1000


def _check(stranger: Stranger, status: int) -> None:
    if status not in (stranger.status, 429, 503):
        raise CannotMeasure(f"{stranger.name}: {status} and not {stranger.status}")


@contextmanager
def logging_all(engine: redis.Redis) -> Iterator[None]:
    """Have the engine log every command, which `engine_ms` needs."""
    settings: Any = engine.config_get("slowlog-log-slower-than")
    before = settings["slowlog-log-slower-than"]
    engine.config_set("slowlog-log-slower-than", 0)
    try:
        yield
    finally:
        engine.config_set("slowlog-log-slower-than", before)


def _felt(server: Served, token: str, stranger: Stranger, rounds: int, seconds: int) -> list[Cell]:
    """Measure the other tenant alone and beside the strangers, in turn."""
    request = request_bytes("GET", "/keys/mine", token)
    alone, beside, rates = [], [], []
    for _ in range(rounds):
        alone.append(p99_of(server, request, seconds))
        with eight_strangers(server, stranger, seconds + 1) as load:
            time.sleep(0.5)
            beside.append(p99_of(server, request, seconds))
        rates.append(load())
    return [
        stranger.name, median(rates), median(alone), median(beside),
        median(b / a for a, b in zip(alone, beside, strict=True)),
    ]  # fmt: skip


def p99_of(server: Served, request: bytes, seconds: int) -> float:
    """Send a request again and again; return the 99th of a hundred times, in ms."""
    taken = []
    end = time.perf_counter() + seconds
    with Wire(server.url) as wire:
        while (begun := time.perf_counter()) < end:
            if wire.ask(request) != 200:
                raise CannotMeasure("a request beside strangers failed")
            taken.append(time.perf_counter() - begun)
    return sorted(taken)[len(taken) * 99 // 100] * 1000


@contextmanager
def eight_strangers(
    server: Served, stranger: Stranger, seconds: int
) -> Iterator[Callable[[], float]]:
    """Have eight strangers ask, each again once it has its answer; yields what tells their rate."""
    script = server.place / "stranger.lua"
    (server.place / "body").write_text(stranger.body)
    script.write_text(
        f'wrk.method = "{stranger.method}"\n'
        f'wrk.body = assert(io.open("{server.place / "body"}")):read("*a")\n'
    )
    command = ["wrk", "-t1", f"-c{_STRANGERS}", f"-d{seconds}s", "-s", str(script)]
    process = subprocess.Popen(
        [*command, server.url + stranger.path], stdout=subprocess.PIPE, text=True
    )
    said: list[str] = []
    yield lambda: _rate("".join(said))
    said.append(process.communicate(timeout=60)[0])


def _rate(said: str) -> float:
    for line in said.splitlines():
        if line.startswith("Requests/sec:"):
            return float(line.split()[1])
    raise CannotMeasure(f"wrk said {said!r}")
