"""The table of what is measured at the core: each call, and what it is compared with."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from performance import contents
from performance.loads import Load, Request, connecting_anew, engine_alone, kept_alive
from performance.programs import Served
from servers import Http

HELLO = "hello"
HELLO_ANEW = "hello, new connections"
_BATCH = 1000
_FASTEST_POPS = 50_000


@dataclass(frozen=True)
class Call:
    """A row of the table. `measure` gets the number of the round; a request does `operations`."""

    name: str
    pid: int
    baseline: str
    measure: Callable[[int], Load]
    operations: int = 1


def fill_queues(place: Path, rounds: int, seconds: int) -> None:
    """Make a user `bench` with a queue for each round that nobody can empty in its time."""
    number = _FASTEST_POPS * seconds
    queues = (item for n in range(rounds) for item in contents.items(1, f"jobs-{n}", number))
    contents.fill(place, contents.users(["bench"], [queues]))


def all_calls(hello: Served, server: Served, seconds: int) -> list[Call]:
    """Give the calls in the order of the table, over a server with what they need in it."""
    bench = _Bench(server, seconds)
    greet = Request(f"{hello.url}/")
    return [
        Call(HELLO, hello.pid, HELLO, lambda _: kept_alive(greet, seconds)),
        bench.call("GET /keys/{name}", "GET", "/keys/bench"),
        bench.call("PUT /keys/{name}", "PUT", "/keys/bench", bench.value),
        bench.call("POST /incr/{name}", "POST", "/incr/counter"),
        bench.call("POST /lists/{name}", "POST", "/lists/pushed", bench.value),
        bench.call("GET /lists/{name}", "GET", "/lists/jobs-{round}"),
        bench.call("public route", "GET", bench.route("bench"), is_public=True),
        bench.call("public route, a nested key", "GET", bench.route("nesting"), is_public=True),
        bench.call("public bin", "POST", bench.bin("collected"), bench.value, is_public=True),
        *bench.batches(),
        Call(HELLO_ANEW, hello.pid, HELLO_ANEW, lambda _: connecting_anew(greet, seconds)),
        bench.anew("GET /keys/{name}, new connections", "GET", "/keys/bench"),
        bench.anew("PUT /keys/{name}, new connections", "PUT", "/keys/bench", bench.value),
        *bench.engine(),
    ]


class _Bench:
    """Makes what calls need, and the calls."""

    def __init__(self, server: Served, seconds: int) -> None:
        self._server, self._seconds = server, seconds
        self._token = server.token("bench", contents.PASSWORD)
        self._http = Http(server.url, self._token)
        self.value = self._file("value", contents.VALUE)
        self._do("PUT", "/keys/bench", contents.VALUE)
        self._do("PUT", "/keys/nesting", "before !@[bench] after")

    def call(
        self, name: str, method: str, path: str, body: Path | None = None, *,
        is_public: bool = False, operations: int = 1,
    ) -> Call:  # fmt: skip
        token = "" if is_public else self._token
        request = Request(self._server.url + path, method, token, body)

        def measure(number: int) -> Load:
            url = request.url.replace("{round}", str(number))
            return kept_alive(replace(request, url=url), self._seconds)

        return Call(name, self._server.pid, HELLO, measure, operations)

    def anew(self, name: str, method: str, path: str, body: Path | None = None) -> Call:
        request = Request(self._server.url + path, method, self._token, body)
        return Call(
            name, self._server.pid, HELLO_ANEW, lambda _: connecting_anew(request, self._seconds)
        )

    def batches(self) -> list[Call]:
        """Give the calls that do 1,000 operations at once, where the server has such."""
        if self._http.post("/batch", data="[]").status_code == 404:
            return []
        names = [f"batch-{n}" for n in range(_BATCH)]
        sets = self._file("sets", json.dumps([["set", name, contents.VALUE] for name in names]))
        gets = self._file("gets", json.dumps([["get", name] for name in names]))
        make = partial(self.call, method="POST", path="/batch", operations=_BATCH)
        return [
            make(f"POST /batch, {_BATCH} set", body=sets),
            make(f"POST /batch, {_BATCH} get", body=gets),
        ]

    def engine(self) -> list[Call]:
        """Give the engine's own speed, in the same settings and on the same core."""
        with closing(self._server.engine()) as client:
            path = client.get_connection_kwargs()["path"]
        return [
            Call(
                f"its Redis alone: {word.upper()}", self._server.pid, HELLO,
                lambda _, word=word: engine_alone(path, word, self._seconds),
            )
            for word in ("get", "set")
        ]  # fmt: skip

    def route(self, key: str) -> str:
        return str(
            self._do("POST", "/routes", json.dumps({"key": key, "content_type": "text/plain"}))[
                "path"
            ]
        )

    def bin(self, list_name: str) -> str:
        return str(self._do("POST", "/bins", json.dumps({"list": list_name}))["path"])

    def _do(self, method: str, path: str, body: str) -> dict[str, str]:
        answer = self._http.request(method, path, data=body)
        answer.raise_for_status()
        return dict(answer.json())

    def _file(self, name: str, text: str) -> Path:
        file = self._server.place / name
        file.write_text(text)
        return file
