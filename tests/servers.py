"""Servers as a user starts them, and a client that is not ours."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

_DEFAULTS = "import os, signal, sys; [signal.signal(number, signal.SIG_DFL) for number in (1, 2, 3)]; os.execvp(sys.argv[1], sys.argv[1:])"  # fmt: skip
AT_A_TERMINAL = (sys.executable, "-c", _DEFAULTS)
"""Starts a command whose SIGHUP, SIGINT and SIGQUIT are not ignored, whatever holds for the tests."""


class Http(requests.Session):
    """Requests to one server, with a token if there is one."""

    def __init__(self, url: str, token: str | None = None) -> None:
        super().__init__()
        self.trust_env = False
        self.url = url
        self.token = token
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def request(self, method: str, path: str, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", 30)
        kwargs["allow_redirects"] = False
        return super().request(method, self.url + path, *args, **kwargs)


@dataclass
class Server:
    """A running server; `banner` is what it printed when it was up."""

    process: subprocess.Popen[str]
    banner: str
    log: str = ""
    url: str = field(init=False)

    def __post_init__(self) -> None:
        self.url = self.said("URL")

    def said(self, word: str) -> str:
        """Give what the banner says after a word."""
        [line] = [line for line in self.banner.splitlines() if line.split()[0] == word]
        return line.split(maxsplit=1)[1]

    def token(self, username: str = "admin", password: str = "changeme") -> str:
        """Log in and give the token."""
        login = {"username": username, "password": password}
        answer = requests.post(f"{self.url}/auth/token?raw", json=login, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.text

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and give the exit status."""
        self.process.send_signal(number)
        self.log += self.process.communicate(timeout=20)[1]
        return self.process.returncode


def until(condition: Callable[[], object]) -> None:
    """Wait for a condition, for so long that only a fault ends the wait."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def children_of(pid: int) -> list[int]:
    """Give the children of a process as the system knows them, without comparing clocks."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def kill_workers(server: Server) -> None:
    """Kill the workers of a server, and not its engine."""
    for pid in children_of(server.process.pid):
        if b"redis-server" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)


def is_alive(pid: int) -> bool:
    """Tell whether there is such a process."""
    return Path(f"/proc/{pid}").exists()


def start(
    *arguments: str, listen: str = "127.0.0.1:0", under: Sequence[str] = (), **variables: str
) -> Server:
    """Start `bambleweeny` with arguments, `under` another command, and wait for its banner."""
    process = subprocess.Popen(
        [*under, sys.executable, "-m", "bambleweeny", *arguments, "--listen", listen],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # NOTE: a server whose log nobody reads stands still once the pipe is full.
        pipesize=1 << 20,
        text=True,
        env={**os.environ, **variables},
    )
    assert process.stdout is not None
    banner = ""
    for line in process.stdout:
        banner += line
        if line.split()[0] == "Login":
            return Server(process, banner)
    raise AssertionError(f"no banner: {banner}{process.communicate()[1]}")


@contextmanager
def running(*arguments: str, under: Sequence[str] = (), **variables: str) -> Iterator[Server]:
    """A server that is stopped in the end, and that stops well."""
    server = start(*arguments, under=under, **variables)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            assert server.stop() == 0


def over_the_wire(url: str, data: bytes) -> bytes:
    """Send bytes as they are, and give what comes back up to the end of its JSON."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname or "", place.port or 80), timeout=10) as wire:
        wire.sendall(data)
        answer = b""
        while b"}" not in answer:
            answer += wire.recv(65536)
    return answer
