"""What a queue does in a second, beside beanstalkd with a journal of its own.

Both are on one core and the load on another, over as many connections; each item is pushed,
leased and acknowledged, and others are pushed to see what an item takes in memory.
"""

import shutil
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple, Protocol

from performance.contents import VALUE
from performance.loads import CONNECTIONS
from performance.processes import cpu_seconds, resident_bytes
from performance.programs import (
    ADMIN_PASSWORD,
    SERVER_CORE,
    CannotMeasure,
    Served,
    on,
    running,
    serving,
)
from performance.report import Cell, Table
from performance.wire import Wire, request_bytes

_PATIENCE = 10.0
_IN_MEMORY = 100_000


class _Queue(Protocol):
    """A queue over one connection: each call is sent, and its answer is read later."""

    def send_push(self) -> None: ...
    def send_lease(self) -> None: ...
    def send_acknowledge(self) -> None: ...
    def read(self) -> None: ...


class _Ours:
    """A list over HTTP."""

    def __init__(self, wire: Wire, token: str) -> None:
        self._wire, self._token = wire, token
        self._push = request_bytes("POST", "/lists/queue", token, VALUE)
        self._lease = request_bytes("POST", "/lists/queue/lease?raw=1&for=1h", token)
        self._leased: deque[str] = deque()

    def send_push(self) -> None:
        self._wire.send(self._push)

    def send_lease(self) -> None:
        self._wire.send(self._lease)

    def send_acknowledge(self) -> None:
        path = f"/lists/queue/leases/{self._leased.popleft()}"
        self._wire.send(request_bytes("DELETE", path, self._token))

    def read(self) -> None:
        answer = self._wire.read()
        if answer[9:12] != b"200":
            raise CannotMeasure(f"a call was answered {answer[:60]!r}")
        _, found, rest = answer.lower().partition(b"\r\nb9y-lease: ")
        if found:
            self._leased.append(rest[: rest.find(b"\r")].decode())


class _Beanstalkd:
    """A tube of beanstalkd."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._socket = socket.create_connection(address, timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._leased: deque[bytes] = deque()

    def __enter__(self) -> "_Beanstalkd":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send_push(self) -> None:
        self._socket.sendall(f"put 0 0 3600 {len(VALUE)}\r\n{VALUE}\r\n".encode())

    def send_lease(self) -> None:
        self._socket.sendall(b"reserve-with-timeout 0\r\n")

    def send_acknowledge(self) -> None:
        self._socket.sendall(b"delete " + self._leased.popleft() + b"\r\n")

    def read(self) -> None:
        answer = self._socket.recv(65536)
        word, _, rest = answer.partition(b" ")
        if word.strip() not in (b"INSERTED", b"RESERVED", b"DELETED"):
            raise CannotMeasure(f"beanstalkd answered {answer[:60]!r}")
        if word == b"RESERVED":
            self._leased.append(rest.split()[0])
            while not answer.endswith(VALUE.encode() + b"\r\n"):
                answer += self._socket.recv(65536)


class _Rate(NamedTuple):
    """Operations a second, and a CPU second of all processes of the server."""

    a_second: float
    a_cpu_second: float


_STEPS: dict[str, Callable[[_Queue], None]] = {
    "push": lambda queue: queue.send_push(),
    "lease": lambda queue: queue.send_lease(),
    "acknowledge": lambda queue: queue.send_acknowledge(),
}


def table(place: Path, *, rounds: int, number: int) -> Table:
    """Push, lease and acknowledge so many items a round; the figures are medians of rounds."""
    if shutil.which("beanstalkd") is None:
        raise CannotMeasure("Install Debian's package beanstalkd first.")
    place.mkdir(exist_ok=True)
    with serving(place) as server, ExitStack() as held, server.engine() as engine:
        token = server.token("admin", ADMIN_PASSWORD)
        ours = [_Ours(held.enter_context(Wire(server.url)), token) for _ in range(CONNECTIONS)]
        own = _rates(server.pid, ours, rounds, number)
        before = engine.info("memory")["used_memory"]
        _repeat(ours, "push", _IN_MEMORY)
        own_bytes = engine.info("memory")["used_memory"] - before
    with _beanstalkd(place) as other_server, ExitStack() as held:
        host, _, port = other_server.url.partition(":")
        others = [held.enter_context(_Beanstalkd((host, int(port)))) for _ in range(CONNECTIONS)]
        other = _rates(other_server.pid, others, rounds, number)
        before = resident_bytes(other_server.pid)
        _repeat(others, "push", _IN_MEMORY)
        other_bytes = resident_bytes(other_server.pid) - before
    rows: list[list[Cell]] = [[step, *own[step], *other[step]] for step in _STEPS]
    rows.append(
        [
            "bytes of an item of 20 bytes",
            own_bytes / _IN_MEMORY,
            None,
            other_bytes / _IN_MEMORY,
            None,
        ]
    )
    columns = ["what", "here/s", "here/CPU s", "beanstalkd/s", "beanstalkd/CPU s"]
    return Table("queues", columns, rows)


def _rates(pid: int, queues: Sequence[_Queue], rounds: int, number: int) -> dict[str, _Rate]:
    return {
        step: _Rate(*map(median, zip(*rates, strict=True)))
        for step, rates in _each_round(pid, queues, rounds, number).items()
    }


def _each_round(
    pid: int, queues: Sequence[_Queue], rounds: int, number: int
) -> dict[str, list[_Rate]]:
    measured: dict[str, list[_Rate]] = {step: [] for step in _STEPS}
    for _ in range(rounds):
        for step, rates in measured.items():
            cpu, begun = cpu_seconds(pid), time.perf_counter()
            _repeat(queues, step, number)
            seconds = time.perf_counter() - begun
            rates.append(_Rate(number / seconds, number / (cpu_seconds(pid) - cpu)))
    return measured


def _repeat(queues: Sequence[_Queue], step: str, number: int) -> None:
    """Do a step so often, on all connections at a time."""
    for _ in range(number // len(queues)):
        for queue in queues:
            _STEPS[step](queue)
        for queue in queues:
            queue.read()


@contextmanager
def _beanstalkd(place: Path) -> Iterator[Served]:
    """Run beanstalkd with a journal that it syncs once a second, as ours is."""
    journal = place / "journal"
    journal.mkdir(exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = on(
        SERVER_CORE, "beanstalkd", "-l", "127.0.0.1", "-p", port, "-b", journal, "-f", 1000
    )
    with running(command, place / "beanstalkd.log", "") as (pid, _):
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError as ex:
                if time.monotonic() > deadline:
                    raise CannotMeasure("beanstalkd did not start") from ex
                time.sleep(0.01)
        yield Served(pid, f"127.0.0.1:{port}", place)
