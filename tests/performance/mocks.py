"""What mock routes do in a second, beside json-server, Mockoon and WireMock in the same rounds.

Each server is on one core and the load on another. What a server has no means for is left out;
one that cannot be installed or started is, too, and the reason is printed.
"""

import json
import socket
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import requests
from npm import npm_tools
from performance.loads import Load, Request, kept_alive
from performance.programs import ADMIN_PASSWORD, SERVER_CORE, CannotMeasure, on, running, serving
from performance.report import Cell, Table
from servers import Http
from tools import need

OURS = "bambleweeny"
_TOOLS = Path(__file__).parents[1] / "mock_servers"
_PATIENCE = 60.0
_RULES = 20
_STATIC = {"hello": "world", "list": [1, 2, 3]}
_TODOS = [{"id": n, "title": f"todo {n}", "done": n % 2 == 0} for n in range(1, 11)]
_BODY = {"user": {"name": "ann"}, "total": 5}

PLAIN, STATIC, LAST_RULE = "a key", "a rule", f"the last of {_RULES} rules"
TEMPLATE, LIST = "template with a key and a body field", "list of 10 objects"
CASES = (PLAIN, STATIC, LAST_RULE, TEMPLATE, LIST)


@dataclass(frozen=True)
class Mock:
    """A server, and the request of each case that it has a means for."""

    name: str
    cases: Mapping[str, Request]


def tables(place: Path, *, rounds: int, seconds: int, warming: int) -> list[Table]:
    """Measure each case with each server in turn; WireMock runs `warming` seconds before."""
    place.mkdir(exist_ok=True)
    body = place / "body.json"
    body.write_text(json.dumps(_BODY))
    with ExitStack() as held:
        mocks = [held.enter_context(_ours(place, body))]
        for start in (_json_server, _mockoon, _wiremock):
            try:
                mocks.append(held.enter_context(start(place, body)))
            except (CannotMeasure, pytest.skip.Exception) as ex:
                print(f"left out: {start.__name__.strip('_')}: {ex}", file=sys.stderr)
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
        for case in CASES:
            for mock in mocks:
                if case in mock.cases:
                    print(f"round {number + 1} of {rounds}: {case}, {mock.name}", file=sys.stderr)
                    loads[mock.name, case].append(kept_alive(mock.cases[case], seconds))
    return loads


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
        theirs = loads.get((mock.name, STATIC if case == PLAIN else case), [])
        pairs = zip(loads[OURS, case], theirs, strict=False)
        row.append(median(_rate(a) / _rate(b) for a, b in pairs) if theirs else None)
    return row


def _rate(load: Load) -> float:
    return load.requests / load.seconds


def _warm(mock: Mock, seconds: int) -> None:
    for case, request in mock.cases.items():
        print(f"warming {mock.name}: {case}", file=sys.stderr)
        kept_alive(request, max(1, seconds // len(mock.cases)))


def _check(mock: Mock) -> None:
    """Raise CannotMeasure unless each case has the answer that it should have."""
    wanted = {
        TEMPLATE: {"greeting": "hello", "name": "ann"}, LIST: _TODOS,
    }  # fmt: skip
    with requests.Session() as session:
        session.trust_env = False
        for case, request in mock.cases.items():
            body = request.body.read_bytes() if request.body else None
            headers = {"Content-Type": request.content_type} if request.content_type else {}
            answer = session.request(request.method, request.url, data=body, headers=headers, timeout=60)  # fmt: skip
            found = answer.json() if answer.ok else answer.text
            expected = wanted.get(case, _STATIC)
            if found not in (expected, {"id": 1, **_STATIC}):
                raise CannotMeasure(f"{mock.name}: {case}: {found}")


@contextmanager
def _ours(place: Path, body: Path) -> Iterator[Mock]:
    document = {
        "rules": [
            {"path": "/static", "answers": [{"json": _STATIC}]},
            {"path": "/todos", "collection": "todo:", "seed": "todos"},
            {"path": "/template", "method": "POST", "answers": [{"json": {"greeting": "!@[greeting]", "name": "!@[$body.user.name]"}}]},
        ]
    }  # fmt: skip
    many = {
        "rules": [{"path": f"/r{n}", "answers": [{"json": _STATIC}]} for n in range(1, _RULES + 1)]
    }
    with serving(place) as server:
        with Http(server.url, server.token("admin", ADMIN_PASSWORD)) as http:
            http.put("/keys/static", data=json.dumps(_STATIC))
            http.put("/keys/greeting", data="hello")
            http.put("/keys/todos", data=json.dumps(_TODOS))
            plain = {"key": "static", "content_type": "application/json"}
            made = [http.post("/routes", json=d).json() for d in (plain, document, many)]
        key, rules, last = (server.url + route["path"] for route in made)
        yield Mock(
            OURS,
            {
                PLAIN: Request(key),
                STATIC: Request(f"{rules}/static"),
                LAST_RULE: Request(f"{last}/r{_RULES}"),
                TEMPLATE: _posted(f"{rules}/template", body),
                LIST: Request(f"{rules}/todos"),
            },
        )


@contextmanager
def _json_server(place: Path, body: Path) -> Iterator[Mock]:
    file = place / "db.json"
    file.write_text(json.dumps({"static": [{"id": 1, **_STATIC}], "todos": _TODOS}))
    port = _free_port()
    command = [_tool("json-server"), "--host", "127.0.0.1", "--port", port, "--quiet", file]
    with _answering(place, "json-server", command, port, "/static/1") as url:
        yield Mock(
            "json-server", {STATIC: Request(f"{url}/static/1"), LIST: Request(f"{url}/todos")}
        )


@contextmanager
def _mockoon(place: Path, body: Path) -> Iterator[Mock]:
    file, port = place / "mockoon.json", _free_port()
    static = json.dumps(_STATIC)
    template = '{"greeting":"{{data \'greeting\'}}","name":"{{body \'user.name\'}}"}'
    routes = [
        _mockoon_route("get", "static", static),
        _mockoon_route("post", "template", template),
        _mockoon_route("", "todos", "", crud="todos"),
        *(_mockoon_route("get", f"r{n}", static) for n in range(1, _RULES + 1)),
    ]
    data = [
        {"uuid": "d1", "id": "todo", "name": "todos", "documentation": "", "value": json.dumps(_TODOS)},
        {"uuid": "d2", "id": "greet", "name": "greeting", "documentation": "", "value": "hello"},
    ]  # fmt: skip
    file.write_text(json.dumps({
        "uuid": "e1", "lastMigration": 33, "name": "mocks", "port": port, "hostname": "127.0.0.1",
        "endpointPrefix": "", "latency": 0, "folders": [], "routes": routes, "data": data,
        "rootChildren": [{"type": "route", "uuid": route["uuid"]} for route in routes],
        "headers": [], "cors": True, "proxyMode": False, "callbacks": [],
    }))  # fmt: skip
    command = [
        _tool("mockoon-cli"), "start", "--data", file, "--port", port, "--repair",
        "--disable-log-to-file",
    ]  # fmt: skip
    with _answering(place, "mockoon", command, port, "/static") as url:
        yield Mock("Mockoon", _cases(url, body))


def _mockoon_route(method: str, path: str, body: str, crud: str = "") -> dict[str, Any]:
    response = {
        "uuid": f"a-{path}", "body": body, "latency": 0, "statusCode": 200, "label": "",
        "headers": [{"key": "Content-Type", "value": "application/json"}],
        "bodyType": "DATABUCKET" if crud else "INLINE", "filePath": "",
        "databucketID": "todo" if crud else "", "sendFileAsBody": False, "rules": [],
        "rulesOperator": "OR", "disableTemplating": path != "template", "fallbackTo404": False,
        "default": True, "crudKey": "id", "callbacks": [],
    }  # fmt: skip
    return {
        "uuid": f"r-{path}", "type": "crud" if crud else "http", "documentation": "",
        "method": method, "endpoint": path, "responses": [response], "responseMode": None,
        "streamingMode": None, "streamingInterval": 0,
    }  # fmt: skip


@contextmanager
def _wiremock(place: Path, body: Path) -> Iterator[Mock]:
    [java] = need("java")
    [jar] = Path(_tool("wiremock")).parents[1].glob("wiremock/build/*.jar")
    port = _free_port()
    command = [
        java, "-jar", jar, "--port", port, "--bind-address", "127.0.0.1", "--no-request-journal",
        "--disable-banner", "--root-dir", place,
    ]  # fmt: skip
    template = '{"greeting":"hello","name":"{{jsonPath request.body \'$.user.name\'}}"}'
    # NOTE: of stubs that match, WireMock tries the newest first.
    stubs = [_stub("GET", f"/r{n}", json.dumps(_STATIC)) for n in range(_RULES, 0, -1)]
    stubs = [
        *stubs, _stub("POST", "/template", template, "response-template"),
        _stub("GET", "/todos", json.dumps(_TODOS)), _stub("GET", "/static", json.dumps(_STATIC)),
    ]  # fmt: skip
    with _answering(place, "wiremock", command, port, "/__admin/mappings") as url:
        for stub in stubs:
            requests.post(f"{url}/__admin/mappings", json=stub, timeout=60).raise_for_status()
        yield Mock("WireMock", _cases(url, body))


def _stub(method: str, path: str, body: str, *transformers: str) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    return {
        "request": {"method": method, "url": path},
        "response": {"status": 200, "body": body, "headers": headers, "transformers": transformers},
    }


def _cases(url: str, body: Path) -> dict[str, Request]:
    return {
        STATIC: Request(f"{url}/static"),
        LAST_RULE: Request(f"{url}/r{_RULES}"),
        TEMPLATE: _posted(f"{url}/template", body),
        LIST: Request(f"{url}/todos"),
    }


def _posted(url: str, body: Path) -> Request:
    return Request(url, "POST", body=body, content_type="application/json")


def _tool(name: str) -> Path:
    return npm_tools(_TOOLS) / name


@contextmanager
def _answering(
    place: Path, name: str, command: Sequence[object], port: int, path: str
) -> Iterator[str]:
    """Run a server until the end of the block; yields its URL once it answers."""
    url = f"http://127.0.0.1:{port}"
    log = place / f"{name}.log"
    with running(on(SERVER_CORE, *command), log, "", is_quiet=True):
        deadline = time.monotonic() + _PATIENCE
        while not _is_up(url + path):
            if time.monotonic() > deadline:
                raise CannotMeasure(f"{name} did not start: {log.read_text()[-500:]}")
            time.sleep(0.05)
        yield url


def _is_up(url: str) -> bool:
    try:
        return requests.get(url, timeout=10).ok
    except requests.ConnectionError:
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
