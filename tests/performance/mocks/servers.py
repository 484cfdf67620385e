"""The servers of the table: each with the same answers, on one core, and the requests of its cases."""

import json
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import requests
from npm import npm_tools
from performance.loads import Request
from performance.programs import ADMIN_PASSWORD, SERVER_CORE, CannotMeasure, on, running, serving
from servers import Http
from tools import need

OURS = "bambleweeny"
_TOOLS = Path(__file__).parents[2] / "mock_servers"
_PATIENCE = 60.0
_RULES = 20
STATIC_BODY = {"hello": "world", "list": [1, 2, 3]}
TODOS = [{"id": n, "title": f"todo {n}", "done": n % 2 == 0} for n in range(1, 11)]
BODY = {"user": {"name": "ann"}, "total": 5}

PLAIN, STATIC, LAST_RULE = "a key", "a rule", f"the last of {_RULES} rules"
TEMPLATE, LIST = "template with a key and a body field", "list of 10 objects"
LARGE = "the last of 200 rules, 256 kB"
VARIED = {case: f"{case}, no request twice" for case in (PLAIN, STATIC, TEMPLATE, LIST)}
CASES = (PLAIN, STATIC, LAST_RULE, LARGE, TEMPLATE, LIST, *VARIED.values())


@dataclass(frozen=True)
class Mock:
    """A server, and the request of each case that it has a means for; `pid` is 0 for ours."""

    name: str
    pid: int
    cases: Mapping[str, Request]

    def __post_init__(self) -> None:
        """Add the cases in which no request comes twice."""
        varied = {
            name: replace(self.cases[case], is_varied=True)
            for case, name in VARIED.items()
            if case in self.cases
        }
        object.__setattr__(self, "cases", {**self.cases, **varied})


@contextmanager
def ours(place: Path, body: Path) -> Iterator[Mock]:
    document = {
        "rules": [
            {"path": "/static", "answers": [{"json": STATIC_BODY}]},
            {"path": "/todos", "collection": "todo:", "seed": "todos"},
            {"path": "/template", "method": "POST", "answers": [{"json": {"greeting": "!@[greeting]", "name": "!@[$body.user.name]"}}]},
        ]
    }  # fmt: skip
    many = {
        "rules": [
            {"path": f"/r{n}", "answers": [{"json": STATIC_BODY}]} for n in range(1, _RULES + 1)
        ]
    }
    padding = "x" * 1200
    large = {
        "rules": [
            {"path": f"/r{n}", "answers": [{"json": STATIC_BODY if n == 200 else padding}]}
            for n in range(1, 201)
        ]
    }
    with serving(place) as server:
        with Http(server.url, server.token("admin", ADMIN_PASSWORD)) as http:
            http.put("/keys/static", data=json.dumps(STATIC_BODY))
            http.put("/keys/greeting", data="hello")
            http.put("/keys/todos", data=json.dumps(TODOS))
            plain = {"key": "static", "content_type": "application/json"}
            made = [http.post("/routes", json=d).json() for d in (plain, document, many, large)]
        key, rules, last, largest = (server.url + route["path"] for route in made)
        yield Mock(
            OURS,
            0,
            {
                PLAIN: Request(key),
                STATIC: Request(f"{rules}/static"),
                LAST_RULE: Request(f"{last}/r{_RULES}"),
                LARGE: Request(f"{largest}/r200"),
                TEMPLATE: _posted(f"{rules}/template", body),
                LIST: Request(f"{rules}/todos"),
            },
        )


@contextmanager
def json_server(place: Path, body: Path) -> Iterator[Mock]:
    file = place / "db.json"
    file.write_text(json.dumps({"static": [{"id": 1, **STATIC_BODY}], "todos": TODOS}))
    port = _free_port()
    command = [_tool("json-server"), "--host", "127.0.0.1", "--port", port, "--quiet", file]
    with _answering(place, "json-server", command, port, "/static/1") as (pid, url):
        yield Mock(
            "json-server", pid, {STATIC: Request(f"{url}/static/1"), LIST: Request(f"{url}/todos")}
        )


@contextmanager
def mockoon(place: Path, body: Path) -> Iterator[Mock]:
    file, port = place / "mockoon.json", _free_port()
    static = json.dumps(STATIC_BODY)
    template = '{"greeting":"{{data \'greeting\'}}","name":"{{body \'user.name\'}}"}'
    routes = [
        _mockoon_route("get", "static", static),
        _mockoon_route("post", "template", template),
        _mockoon_route("", "todos", "", crud="todos"),
        *(_mockoon_route("get", f"r{n}", static) for n in range(1, _RULES + 1)),
    ]
    data = [
        {"uuid": "d1", "id": "todo", "name": "todos", "documentation": "", "value": json.dumps(TODOS)},
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
    with _answering(place, "mockoon", command, port, "/static") as (pid, url):
        yield Mock("Mockoon", pid, _cases(url, body))


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
def wiremock(place: Path, body: Path) -> Iterator[Mock]:
    [java] = need("java")
    [jar] = Path(_tool("wiremock")).parents[1].glob("wiremock/build/*.jar")
    port = _free_port()
    command = [
        java, "-jar", jar, "--port", port, "--bind-address", "127.0.0.1", "--no-request-journal",
        "--disable-banner", "--root-dir", place,
    ]  # fmt: skip
    template = '{"greeting":"hello","name":"{{jsonPath request.body \'$.user.name\'}}"}'
    # NOTE: of stubs that match, WireMock tries the newest first.
    stubs = [_stub("GET", f"/r{n}", json.dumps(STATIC_BODY)) for n in range(_RULES, 0, -1)]
    stubs = [
        *stubs, _stub("POST", "/template", template, "response-template"),
        _stub("GET", "/todos", json.dumps(TODOS)), _stub("GET", "/static", json.dumps(STATIC_BODY)),
    ]  # fmt: skip
    with _answering(place, "wiremock", command, port, "/__admin/mappings") as (pid, url):
        for stub in stubs:
            requests.post(f"{url}/__admin/mappings", json=stub, timeout=60).raise_for_status()
        yield Mock("WireMock", pid, _cases(url, body))


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
) -> Iterator[tuple[int, str]]:
    """Run a server until the end of the block; yields its pid and its URL once it answers."""
    url = f"http://127.0.0.1:{port}"
    log = place / f"{name}.log"
    with running(on(SERVER_CORE, *command), log, "", is_quiet=True) as (pid, _):
        deadline = time.monotonic() + _PATIENCE
        while not _is_up(url + path):
            if time.monotonic() > deadline:
                raise CannotMeasure(f"{name} did not start: {log.read_text()[-500:]}")
            time.sleep(0.05)
        yield pid, url


def _is_up(url: str) -> bool:
    try:
        return requests.get(url, timeout=10).ok
    except requests.ConnectionError:
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
