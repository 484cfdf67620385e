"""What is measured: servers and engines, each kept on cores of its own."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
import requests
from bambleweeny.store.engine.embedded import engine_executable
from bambleweeny.store.engine.running import running_engine_url
from tools import PACKAGES

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]
PROGRAM = Path(sys.executable).with_name("bambleweeny")
BINARY = Path(__file__).parents[2] / "dist" / "bambleweeny"
ADMIN_PASSWORD = "performance"
_PATIENCE = 10.0
_STOP_SECONDS = 120
LOAD_TOOLS = ("taskset", "wrk", "ab", "redis-benchmark", "curl")


class CannotMeasure(Exception):
    """Something that is needed is missing, or an answer was not what it should be."""


@dataclass(frozen=True)
class Served:
    """A program that answers at a URL; `place` is where its data and its log are."""

    pid: int
    url: str
    place: Path

    def token(self, username: str, password: str) -> str:
        """Log in and give the token."""
        login = {"username": username, "password": password}
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(f"{self.url}/auth/token?raw", json=login, timeout=60)
        if answer.status_code != 200:
            raise CannotMeasure(f"{username} cannot log in: {answer.text}")
        return answer.text

    def engine(self) -> redis.Redis:
        """Give a connection to the engine of a server."""
        return redis.Redis.from_url(running_engine_url(self.place / "data") or "")


def require_tools() -> None:
    """Raise CannotMeasure unless the load generators are installed."""
    missing = [PACKAGES[tool] for tool in LOAD_TOOLS if shutil.which(tool) is None]
    if missing:
        raise CannotMeasure(f"Install these Debian packages first: {' '.join(missing)}.")


def on(cores: int | Sequence[int], *command: object) -> list[str]:
    """Give a command that runs on certain cores alone."""
    listed = [cores] if isinstance(cores, int) else cores
    return ["taskset", "-c", ",".join(map(str, listed)), *map(str, command)]


@contextmanager
def serving(
    place: Path,
    *options: str,
    cores: int | Sequence[int] = SERVER_CORE,
    program: Path = PROGRAM,
) -> Iterator[Served]:
    """Run a server over `place`/data with its log in `place`/log, as shipped but for the options."""
    command = on(
        cores, program, "serve", "--listen", "127.0.0.1:0", "--data-dir", place / "data",
        "--admin-password", ADMIN_PASSWORD, *(() if "--workers" in options else ("--workers", "1")),
        *options,
    )  # fmt: skip
    with running(command, place / "log", "URL") as (pid, url):
        yield Served(pid, url, place)


@contextmanager
def greeting(place: Path) -> Iterator[Served]:
    """Run the bare hello that everything is compared with."""
    command = on(SERVER_CORE, sys.executable, Path(__file__).with_name("hello.py"))
    with running(command, place / "hello.log", "URL") as (pid, url):
        yield Served(pid, url, place)


@contextmanager
def bare_engine(place: Path) -> Iterator[redis.Redis]:
    """Run the same Redis that a server starts, without a server."""
    path = place / "bare.sock"
    command = on(
        SERVER_CORE, engine_executable(), "--port", "0", "--unixsocket", path, "--save", "",
        "--dir", place,
    )  # fmt: skip
    with running(command, place / "bare.log", ""):
        with redis.Redis(unix_socket_path=str(path)) as client:
            _wait_for(path)
            yield client


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not path.exists():
        if time.monotonic() > deadline:
            raise CannotMeasure(f"{path.name} did not appear")
        time.sleep(0.01)


@contextmanager
def running(
    command: list[str], log: Path, word: str, *, is_quiet: bool = False
) -> Iterator[tuple[int, str]]:
    """Run a command; give its pid and what it prints after a word, once it has.

    What a quiet one prints is dropped, since nobody reads it.
    """
    out = subprocess.DEVNULL if is_quiet else subprocess.PIPE
    with log.open("ab") as errors:
        process = subprocess.Popen(command, stdout=out, stderr=errors, text=True)
    try:
        yield process.pid, _said(process, word, log) if word else ""
    finally:
        process.terminate()
        process.communicate(timeout=_STOP_SECONDS)


def _said(process: "subprocess.Popen[str]", word: str, log: Path) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.split()[:1] == [word]:
            return line.split()[1]
    raise CannotMeasure(f"{process.args} did not start: {log.read_text()[-500:]}")
