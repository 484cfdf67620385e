"""What mock routes do in a second, beside json-server, Mockoon and WireMock in the same rounds.

Each server is on one core and the load on another. What a server has no means for is left out;
one that cannot be installed or started is, too, and the reason is printed.
"""

import json
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import pytest
import requests
from performance.loads import Load, kept_alive
from performance.mocks.servers import (
    BODY,
    CASES,
    LIST,
    OURS,
    PLAIN,
    STATIC,
    STATIC_BODY,
    TEMPLATE,
    TODOS,
    VARIED,
    Mock,
    json_server,
    mockoon,
    ours,
    wiremock,
)
from performance.programs import CannotMeasure
from performance.report import Cell, Table


def tables(place: Path, *, rounds: int, seconds: int, warming: int) -> list[Table]:
    """Measure each case with each server in turn; WireMock runs each `warming` seconds before."""
    place.mkdir(exist_ok=True)
    body = place / "body.json"
    body.write_text(json.dumps(BODY))
    with ExitStack() as held:
        mocks = [held.enter_context(ours(place, body))]
        for start in (json_server, mockoon, wiremock):
            try:
                mocks.append(held.enter_context(start(place, body)))
            except (CannotMeasure, pytest.skip.Exception) as ex:
                print(f"left out: {start.__name__}: {ex}", file=sys.stderr)
        for mock in mocks:
            _check(mock)
            if mock.name == "WireMock":
                _warm(mock, warming)
        loads = _measured(mocks, rounds, seconds)
    rows = [_row(case, mocks, loads) for case in CASES]
    ratios = [_ratios(case, mocks, loads) for case in CASES]
    names = [mock.name for mock in mocks]
    columns = ["case", *(f"{name}{unit}" for name in names for unit in ("/s", ", p99 ms"))]
    return [
        Table("mocks", columns, rows),
        Table("mocks, ours to theirs", ["case", *names[1:]], ratios),
    ]


def _measured(
    mocks: Sequence[Mock], rounds: int, seconds: int
) -> dict[tuple[str, str], list[Load]]:
    loads: dict[tuple[str, str], list[Load]] = defaultdict(list)
    for number in range(rounds):
        # NOTE: each round begins with another case, since a machine slows down and recovers.
        first = number % len(CASES)
        for case in (*CASES[first:], *CASES[:first]):
            for mock in mocks:
                if case in mock.cases:
                    print(f"round {number + 1} of {rounds}: {case}, {mock.name}", file=sys.stderr)
                    with _alone(mock, mocks):
                        kept_alive(mock.cases[case], 1)
                        loads[mock.name, case].append(kept_alive(mock.cases[case], seconds))
    return loads


@contextmanager
def _alone(mock: Mock, mocks: Sequence[Mock]) -> Iterator[None]:
    """Stop the others meanwhile: what a JVM or a garbage collector does at rest takes time, too."""
    others = [other.pid for other in mocks if other.pid and other is not mock]
    try:
        for pid in others:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in others:
            os.kill(pid, signal.SIGCONT)


def _row(
    case: str, mocks: Sequence[Mock], loads: Mapping[tuple[str, str], list[Load]]
) -> list[Cell]:
    row: list[Cell] = [case]
    for mock in mocks:
        known = loads.get((mock.name, case), [])
        row.append(median(_rate(load) for load in known) if known else None)
        row.append(median(load.p99 or 0 for load in known) if known else None)
    return row


def _ratios(
    case: str, mocks: Sequence[Mock], loads: Mapping[tuple[str, str], list[Load]]
) -> list[Cell]:
    """Return the medians of the ratios of each round. Of a key others serve what a rule does."""
    row: list[Cell] = [case]
    for mock in mocks[1:]:
        theirs = loads.get(
            (mock.name, {PLAIN: STATIC, VARIED[PLAIN]: VARIED[STATIC]}.get(case, case)), []
        )
        pairs = zip(loads[OURS, case], theirs, strict=False)
        row.append(median(_rate(a) / _rate(b) for a, b in pairs) if theirs else None)
    return row


def _rate(load: Load) -> float:
    return load.requests / load.seconds


def _warm(mock: Mock, seconds: int) -> None:
    for case, request in mock.cases.items():
        print(f"warming {mock.name}: {case}", file=sys.stderr)
        kept_alive(request, seconds)


def _check(mock: Mock) -> None:
    """Raise CannotMeasure unless each case has the answer that it should have."""
    wanted = {
        TEMPLATE: {"greeting": "hello", "name": "ann"}, LIST: TODOS,
    }  # fmt: skip
    wanted |= {VARIED[case]: body for case, body in wanted.items()}
    with requests.Session() as session:
        session.trust_env = False
        for case, request in mock.cases.items():
            body = request.body.read_bytes() if request.body else None
            headers = {"Content-Type": request.content_type} if request.content_type else {}
            answer = session.request(request.method, request.url, data=body, headers=headers, timeout=60)  # fmt: skip
            found = answer.json() if answer.ok else answer.text
            expected = wanted.get(case, STATIC_BODY)
            if found not in (expected, {"id": 1, **STATIC_BODY}):
                raise CannotMeasure(f"{mock.name}: {case}: {found}")
