"""How long a start takes, and what an idle server holds."""

import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from performance.processes import family, proportional_bytes
from performance.programs import (
    ADMIN_PASSWORD,
    BINARY,
    PROGRAM,
    SERVER_CORE,
    CannotMeasure,
    on,
    serving,
)
from performance.report import Cell, Table
from performance.wire import Wire, request_bytes

_PATIENCE = 60.0
_SETTLING_SECONDS = 1.0
_LOGINS = 20


def table_of_starts(place: Path, *, times: int) -> Table:
    """Measure starts of the installed program and, where it was built, of the binary."""
    place.mkdir()
    programs = {"installed": PROGRAM}
    if BINARY.exists():
        programs["binary"] = BINARY
    rows = [_row(name, program, place / name, times) for name, program in programs.items()]
    columns = [
        "program", "--version, ms", "--help, ms", "first start to 200, ms", "later start to 200, ms",
        "idle, one worker, MB", f"after {_LOGINS} logins, MB",
    ]  # fmt: skip
    return Table("starts", columns, rows)


def _row(name: str, program: Path, place: Path, times: int) -> list[Cell]:
    place.mkdir()
    return [
        name,
        _median_of(times, lambda _: _until_ended(program, "--version")),
        _median_of(times, lambda _: _until_ended(program, "--help")),
        _median_of(times, lambda number: _until_answered(program, place / f"first-{number}")),
        _median_of(times, lambda _: _until_answered(program, place / "first-0")),
        *(size / 1e6 for size in _idle_bytes(program, place)),
    ]


def _median_of(times: int, seconds_of: Callable[[int], float]) -> float:
    return median(seconds_of(number) for number in range(times)) * 1000


def _until_ended(program: Path, option: str) -> float:
    begun = time.perf_counter()
    subprocess.run(on(SERVER_CORE, program, option), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def _until_answered(program: Path, data_dir: Path) -> float:
    """Give the seconds from the start of a server to its first 200."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = on(
        SERVER_CORE, program, "serve", "--listen", f"127.0.0.1:{port}", "--data-dir", data_dir,
        "--workers", 1,
    )  # fmt: skip
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for_answer(f"http://127.0.0.1:{port}", begun + _PATIENCE)
        return time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait()


def _wait_for_answer(url: str, deadline: float) -> None:
    asked = request_bytes("GET", "/healthz")
    while time.perf_counter() < deadline:
        with suppress(OSError), Wire(url) as wire:
            if wire.ask(asked) == 200:
                return
        time.sleep(0.001)
    raise CannotMeasure(f"nothing answered at {urlsplit(url).netloc}")


def _idle_bytes(program: Path, place: Path) -> tuple[int, int]:
    """Give what all processes hold with one worker: once it has answered, and after logins."""
    with serving(place, program=program) as server:
        _wait_for_answer(server.url, time.perf_counter() + _PATIENCE)
        time.sleep(_SETTLING_SECONDS)
        fresh = proportional_bytes(*family(server.pid))
        for _ in range(_LOGINS):
            server.token("admin", ADMIN_PASSWORD)
        return fresh, proportional_bytes(*family(server.pid))
