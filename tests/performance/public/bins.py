"""What bins cost: one that keeps whole requests beside a plain one, and what a flood of one does."""

import hmac
import json
import sys
from pathlib import Path
from statistics import median

from performance.contents import VALUE
from performance.loads import Load, Request, kept_alive
from performance.processes import cpu_seconds
from performance.programs import ADMIN_PASSWORD, Served, serving
from performance.public.strangers import Stranger, eight_strangers, p99_of
from performance.report import Cell, Table
from performance.wire import request_bytes
from servers import Http

_SECRET = "secret"
_FAST = {"list": "hooks", "rate": "1000000/s"}
_BINS = {
    "a plain bin": {"list": "plain"},
    "keeps the body, by a document": _FAST,
    "keeps the request": {**_FAST, "keep": "request"},
    "keeps the request, signed as by GitHub": {
        **_FAST, "keep": "request", "verify": {"scheme": "github", "secrets": [_SECRET]},
    },
    "keeps the request, answers with a template": {
        **_FAST, "keep": "request", "answer": {"json": {"got": "!@[$body]"}},
    },
}  # fmt: skip


def tables(place: Path, *, rounds: int, seconds: int) -> list[Table]:
    """Measure POSTs to each kind of bin in turn, and then others beside a flood of one bin."""
    place.mkdir(exist_ok=True)
    with serving(
        place, "--max-list-bytes", "8gb", "--max-list-items", "20000000", "--max-memory", "8gb"
    ) as server:
        return [_rates(server, rounds, seconds), _felt(server, rounds, seconds)]


def _rates(server: Served, rounds: int, seconds: int) -> Table:
    body = server.place / "value"
    body.write_text(VALUE)
    digest = hmac.new(_SECRET.encode(), VALUE.encode(), "sha256").hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={digest}"}
    with _as_admin(server) as http:
        requests = {
            name: Request(server.url + _bin(http, document), "POST", body=body, more=headers)
            for name, document in _BINS.items()
        }
        samples: dict[str, list[tuple[Load, float]]] = {name: [] for name in requests}
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
            for name, request in requests.items():
                before = cpu_seconds(server.pid)
                load = kept_alive(request, seconds)
                samples[name].append((load, cpu_seconds(server.pid) - before))
                for queue in ("plain", "hooks"):
                    http.delete(f"/lists/{queue}")
    first = samples["a plain bin"]
    rows: list[list[Cell]] = [
        [
            name,
            median(load.requests / load.seconds for load, _ in taken),
            median(load.p99 or 0 for load, _ in taken),
            median(_rate(mine) / _rate(plain) for mine, plain in zip(taken, first, strict=True)),
        ]
        for name, taken in samples.items()
    ]
    return Table(
        "bins", ["POST of 20 bytes", "requests/s", "p99 ms", "requests/CPU s, ratio to plain"], rows
    )


def _rate(sample: tuple[Load, float]) -> float:
    load, cpu = sample
    return load.requests / cpu


def _felt(server: Served, rounds: int, seconds: int) -> Table:
    with _as_admin(server) as http:
        path = _bin(http, {"list": "flooded", "keep": "request"})
        http.post("/users", json={"username": "bo", "password": "secret"})
        owner, other = server.token("admin", ADMIN_PASSWORD), server.token("bo", "secret")
        with Http(server.url, other) as theirs:
            theirs.put("/keys/mine", data=b"x" * 100)
        flood = Stranger("a bin, 256 kB", "POST", path, 200, "x" * (256 << 10))
        asked = {
            "the owner pushes to another list": request_bytes("POST", "/lists/calm", owner, VALUE),
            "another user reads a key": request_bytes("GET", "/keys/mine", other),
        }
        rows = [_row(server, one, flood, rounds, seconds) for one in asked.items()]
    columns = [
        "beside 8 strangers at a bin",
        "their requests/s",
        "p99 ms alone",
        "p99 ms beside",
        "ratio",
    ]
    return Table("beside a flooded bin", columns, rows)


def _row(
    server: Served, asked: tuple[str, bytes], flood: Stranger, rounds: int, seconds: int
) -> list[Cell]:
    name, request = asked
    alone, beside, rates = [], [], []
    for _ in range(rounds):
        alone.append(p99_of(server, request, seconds))
        with eight_strangers(server, flood, seconds + 1) as rate:
            beside.append(p99_of(server, request, seconds))
        rates.append(rate())
    ratios = [b / a for a, b in zip(alone, beside, strict=True)]
    return [name, median(rates), median(alone), median(beside), median(ratios)]


def _as_admin(server: Served) -> Http:
    return Http(server.url, server.token("admin", ADMIN_PASSWORD))


def _bin(http: Http, document: dict[str, object]) -> str:
    answer = http.post("/bins", data=json.dumps(document))
    answer.raise_for_status()
    return str(answer.json()["path"])
