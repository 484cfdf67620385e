"""Kind I: processes and their files."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from found.rows import Place, row
from launcher import make_launcher
from servers import AT_A_TERMINAL, children_of, is_alive, running, start


@contextmanager
def _short_place() -> Iterator[Path]:
    """A temporary directory with a short path, since the engine's socket lies below it."""
    with tempfile.TemporaryDirectory() as directory:
        yield Path(directory)


def _until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@row(
    "I1",
    "`kill -HUP` and `kill -QUIT` of serve and sandbox",
    before="they die at once; the sandbox leaves 33 MB behind for good",
    right="as SIGTERM",
)
def hang_up(place: Place) -> str:
    for command in ("serve", "sandbox"):
        for number in (signal.SIGHUP, signal.SIGQUIT):
            with _short_place() as temporary, _short_place() as data:
                variables = {"TMPDIR": str(temporary), "BAMBLEWEENY_DATA_DIR": str(data)}
                server = start(command, under=AT_A_TERMINAL, **variables)
                assert requests.get(f"{server.url}/readyz", timeout=10).status_code == 200
                children = children_of(server.process.pid)
                assert len(children) >= 2
                assert server.stop(number) == 0, (command, number)
                assert not any(map(is_alive, children)), (command, number)
                assert list(temporary.iterdir()) == [], (command, number)
    return "exit status 0; no process and no file is left"


@row(
    "I1",
    "`kill -HUP` of a sandbox that starts",
    before="a directory is left behind for good",
    right="nothing is left",
)
def hang_up_during_the_start(place: Place) -> str:
    with _short_place() as temporary:
        process = subprocess.Popen(
            [*AT_A_TERMINAL, sys.executable, "-m", "bambleweeny", "sandbox", "--listen", "127.0.0.1:0"],
            env={**os.environ, "TMPDIR": str(temporary)}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        _until(lambda: any(temporary.iterdir()))
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=20)
        assert process.returncode == 0, process.returncode
        assert list(temporary.iterdir()) == []
    return "exit status 0; its directory is gone"


@row(
    "I1",
    "`kill -HUP` of a worker, and of the engine",
    before="they die",
    right="the server goes on",
)
def hang_up_of_children(place: Place) -> str:
    with running("sandbox", "--workers", "2", under=AT_A_TERMINAL) as server:
        assert requests.get(f"{server.url}/readyz", timeout=10).status_code == 200
        _until(lambda: len(children_of(server.process.pid)) == 3)
        children = children_of(server.process.pid)
        for child in children:
            # NOTE: until a worker has its handlers, the signal waits.
            os.kill(child, signal.SIGHUP)
        for _ in range(20):
            assert requests.get(f"{server.url}/readyz", timeout=10).status_code == 200
        assert children_of(server.process.pid) == children
    return "all three processes go on"


@row(
    "I1",
    "`kill -KILL` of a sandbox, then another sandbox",
    before="33 MB stay for good",
    right="the next start clears what is left of dead ones",
)
def what_a_killed_sandbox_leaves(place: Place) -> str:
    with _short_place() as temporary:
        alive = start("sandbox", TMPDIR=str(temporary))
        [kept] = temporary.iterdir()
        start("sandbox", TMPDIR=str(temporary)).stop(signal.SIGKILL)
        left = [path for path in temporary.iterdir() if path != kept]
        assert len(left) == 1
        with running("sandbox", TMPDIR=str(temporary)):
            assert not left[0].exists()
            assert kept.exists()
        assert requests.get(f"{alive.url}/readyz", timeout=10).status_code == 200
        assert alive.stop() == 0
        assert list(temporary.iterdir()) == []
    return "it is removed by the next start; one that runs is left alone"


ANSWERED = ("b9y.example", "B9Y.example", "localhost", "127.0.0.1")
FOREIGN = ("evil.example", "b9y.example.evil.example", "x.b9y.example", "10.0.0.1")


@row(
    "I5",
    "`--allowed-hosts` with a listener that is not loopback",
    before="ignored",
    right="honoured",
)
def allowed_hosts_everywhere(place: Place) -> str:
    statuses = {}
    with running("sandbox", "--allowed-hosts", "b9y.example", listen="0.0.0.0:0") as server:
        port = server.said("URL").split()[0].rpartition(":")[2]
        for host in (*ANSWERED, *FOREIGN):
            headers = {"Host": f"{host}:{port}"}
            answer = requests.get(f"http://127.0.0.1:{port}/", headers=headers, timeout=10)
            statuses[host] = answer.status_code
    assert {statuses[host] for host in FOREIGN} == {421}, statuses
    assert {statuses[host] for host in ANSWERED} == {200}, statuses
    return ", ".join(f"{host}: {status}" for host, status in statuses.items())


MODES = {0o777: True, 0o770: True, 0o1777: True, 0o775: True, 0o700: False, 0o755: False}
"""Modes of a data directory, and whether others can change what is in it."""


@row(
    "I6",
    "data directory with mode 0777, 0770, 0755, or a link to one",
    before="used silently",
    right="a warning; 0700 when made",
)
def open_data_directory(place: Place) -> str:
    warned = []
    with _short_place() as parent:
        data = parent / "data"
        with running("serve", "--data-dir", str(data)):
            assert stat.S_IMODE(data.stat().st_mode) == 0o700
        link = parent / "link"
        link.symlink_to(data)
        for mode, is_open in MODES.items():
            data.chmod(mode)
            for path in (data, link) if mode == 0o777 else (data,):
                server = start("serve", "--data-dir", str(path))
                assert server.stop() == 0
                lines = [line for line in server.log.splitlines() if "WARNING" in line]
                assert len(lines) == is_open, (oct(mode), lines)
                if is_open:
                    assert f"(mode {mode:04o})" in lines[0], lines
                    assert "chmod 700" in lines[0], lines
                    warned.append(f"{mode:04o}")
    return f"0700 when made; a warning at {', '.join(dict.fromkeys(warned))}, through a link, too"


def _taken_by_another_user(folder: Path) -> None:
    folder.mkdir()
    (folder / "bambleweeny").write_text("#!/bin/sh\necho foreign\n")
    (folder / "bambleweeny").chmod(0o755)
    if os.geteuid() == 0:
        os.chown(folder, 12345, 12345)
    else:
        folder.chmod(0o777)


TAKEN = {
    "another user's folder": _taken_by_another_user,
    "a link": lambda folder: folder.symlink_to("/tmp"),
    "a link to nothing": lambda folder: folder.symlink_to("nothing"),
    "a file": lambda folder: folder.touch(),
    "a FIFO": os.mkfifo,
}


@row(
    "I7",
    "another local user made `/tmp/bambleweeny-UID-BUILD` first",
    before="the binary refuses to start",
    right="a private directory of another name",
)
def taken_folder(place: Place) -> str:
    with _short_place() as parent:
        launcher = make_launcher(parent)
        temporary = parent / "tmp"
        temporary.mkdir()
        usual = Path(launcher.run(temporary)).parent
        assert usual.parent == temporary
        for what, take in TAKEN.items():
            _remove(usual)
            take(usual)
            used = Path(launcher.run(temporary)).parent
            assert used.parent == temporary, (what, used)
            assert used != usual, what
            assert stat.S_IMODE(used.stat().st_mode) == 0o700, what
            assert used.stat().st_uid == os.geteuid(), what
    return f"{used.name} in the place of {usual.name}"


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
