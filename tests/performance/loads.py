"""The load generators: each is run for a while, and what it says is checked and read."""

import csv
import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from performance.programs import LOAD_CORE, CannotMeasure, on

CONNECTIONS = 16


@dataclass(frozen=True)
class Request:
    """What a load generator sends; `body` is a file, and `status` is the one good answer.

    With `is_varied` no two requests are the same byte for byte, if they are kept alive.
    """

    url: str
    method: str = "GET"
    token: str = ""
    body: Path | None = None
    status: int = 200
    content_type: str = ""
    is_varied: bool = False
    more: Mapping[str, str] = field(default_factory=dict)
    """Further headers."""

    @property
    def headers(self) -> list[str]:
        """The token and the content type, as options of a load generator."""
        found = dict(self.more)
        if self.token:
            found["Authorization"] = f"Bearer {self.token}"
        if self.content_type:
            found["Content-Type"] = self.content_type
        return [word for name, value in found.items() for word in ("-H", f"{name}: {value}")]


@dataclass(frozen=True)
class Load:
    """What came of it. The times are milliseconds, and None where they are not known."""

    requests: int
    seconds: float
    p50: float | None = None
    p99: float | None = None
    max: float | None = None


def kept_alive(request: Request, seconds: int, connections: int = CONNECTIONS) -> Load:
    """Send a request over connections that stay open, by wrk."""
    script = Path(__file__).with_name("request.lua")
    said = _run(
        "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", script,
        *request.headers, request.url, "--", request.method, request.body or "-", request.status,
        "varied" if request.is_varied else "same",
    )  # fmt: skip
    found = json.loads(said.splitlines()[-1])
    wrong, broken = found.pop("unexpected"), found.pop("broken")
    if wrong or broken or not found["requests"]:
        raise CannotMeasure(
            f"{request.method} {request.url}: of {found['requests']} answers {wrong} were not "
            f"{request.status}, and {broken} connections broke"
        )
    return Load(**found)


def connecting_anew(request: Request, seconds: int) -> Load:
    """Send a request over a new connection each time, by ab."""
    body = ["-u" if request.method == "PUT" else "-p", request.body] if request.body else []
    # NOTE: a key remembers a type that is given, and ab gives one; this is curl's.
    body += ["-T", "application/x-www-form-urlencoded"] if body else []
    # NOTE: -t sets a number of requests too, so that the larger one has to follow.
    said = _run(
        "ab", "-q", "-l", f"-c{CONNECTIONS}", f"-t{seconds}", "-n", 10_000_000, *body,
        *request.headers, request.url,
    )  # fmt: skip
    requests = int(_number_after("Complete requests:", said))
    wrong = sum(
        int(_number_after(word, said)) for word in ("Failed requests:", "Non-2xx responses:")
    )
    if wrong or not requests:
        raise CannotMeasure(f"{request.method} {request.url}: {wrong} of {requests} failed")
    return Load(requests, _number_after("Time taken for tests:", said))


def engine_alone(socket_path: str, command: str, seconds: int) -> Load:
    """Send one command of Redis to an engine without pipelining, by redis-benchmark."""
    requests = 40_000 * seconds
    said = _run(
        "redis-benchmark", "-s", socket_path, "-c", CONNECTIONS, "-n", requests, "-d", 20,
        "-t", command, "--csv",
    )  # fmt: skip
    [row] = csv.DictReader(said.splitlines())
    return Load(requests, requests / float(row["rps"]))


def _run(*command: object) -> str:
    done = subprocess.run(on(LOAD_CORE, *command), capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotMeasure(f"{command[0]} failed: {done.stderr or done.stdout}")
    return done.stdout


def _number_after(word: str, text: str) -> float:
    found = re.search(rf"^{re.escape(word)}\s+([0-9.]+)", text, re.MULTILINE)
    return float(found[1]) if found else 0
