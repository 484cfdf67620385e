"""How servers end, and what they and their directories look like before and after."""

import os
import pty
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from servers import AT_A_TERMINAL, children_of, is_alive, running, start


def listed(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", ["serve", "sandbox"])
def test_each_signal_ends_a_server_with_nothing_left(tmp_path, temporary, command, number):
    variables = {"TMPDIR": str(temporary), "BAMBLEWEENY_DATA_DIR": str(tmp_path / "data")}
    server = start(command, under=AT_A_TERMINAL, **variables)
    assert requests.get(f"{server.url}/readyz", timeout=10).status_code == 200
    children = children_of(server.process.pid)
    assert len(children) >= 2
    assert server.stop(number) == 0
    assert not any(map(is_alive, children))
    assert listed(temporary) == []


@pytest.mark.parametrize("is_killed", [False, True])
def test_the_end_of_its_input_ends_a_sandbox_with_nothing_left(temporary, is_killed):
    reading, writing = os.pipe()
    holder = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[writing]
    )
    os.close(writing)
    with subprocess.Popen(
        [sys.executable, "-m", "bambleweeny", "sandbox", "--until-eof", "--listen", "127.0.0.1:0"],
        stdin=reading, stdout=subprocess.PIPE, env={**os.environ, "TMPDIR": str(temporary)},
    ) as process:  # fmt: skip
        os.close(reading)
        while b"Login" not in process.stdout.readline():
            assert process.poll() is None
        children = children_of(process.pid)
        assert children
        if is_killed:
            holder.kill()
        holder.communicate(b"\n")
        assert process.wait(20) == 0
    assert not any(map(is_alive, children))
    assert listed(temporary) == []


@pytest.mark.parametrize("command", ["serve", "sandbox"])
def test_a_closed_terminal_ends_a_server_with_nothing_left(tmp_path, temporary, command):
    ours, theirs = pty.openpty()
    begin = "import fcntl, os, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", begin, *AT_A_TERMINAL, sys.executable, "-m", "bambleweeny", command,
         "--listen", "127.0.0.1:0"],
        stdin=theirs, stdout=theirs, stderr=theirs,
        env={**os.environ, "TMPDIR": str(temporary), "BAMBLEWEENY_DATA_DIR": str(tmp_path / "d")},
    )  # fmt: skip
    os.close(theirs)
    said = b""
    while b"Login" not in said:
        said += os.read(ours, 4096)
    url = re.search(rb"URL +(\S+)", said)[1].decode()
    assert requests.get(f"{url}/readyz", timeout=10).status_code == 200
    children = children_of(process.pid)
    assert len(children) >= 2
    os.close(ours)
    assert process.wait(timeout=20) == 0
    assert not any(map(is_alive, children))
    assert listed(temporary) == []


def test_nohup_keeps_a_server(tmp_path):
    with running("serve", "--data-dir", str(tmp_path), under=("nohup",)) as server:
        assert requests.get(f"{server.url}/readyz", timeout=10).status_code == 200
        processes = [server.process.pid, *children_of(server.process.pid)]
        for pid in processes:
            os.kill(pid, signal.SIGHUP)
        assert requests.get(f"{server.url}/readyz", timeout=10).status_code == 200
        assert [server.process.pid, *children_of(server.process.pid)] == processes


def test_a_killed_sandbox_is_cleared_away_by_the_next_start(temporary):
    alive = start("sandbox", TMPDIR=str(temporary))
    [kept] = listed(temporary)
    for _ in range(2):
        start("sandbox", TMPDIR=str(temporary)).stop(signal.SIGKILL)
    assert len(listed(temporary)) == 2
    with running("sandbox", TMPDIR=str(temporary)) as server:
        mine = Path(server.said("Data").partition(",")[0]).name
        assert listed(temporary) == sorted([kept, mine])
    assert requests.get(f"{alive.url}/readyz", timeout=10).status_code == 200
    assert alive.stop() == 0
    assert listed(temporary) == []


def test_what_a_killed_server_left_for_its_socket_is_cleared_away(tmp_path, temporary):
    data = tmp_path / ("d" * 100)
    start("serve", "--data-dir", str(data), TMPDIR=str(temporary)).stop(signal.SIGKILL)
    [left] = listed(temporary)
    with running("serve", "--data-dir", str(data), TMPDIR=str(temporary)):
        assert len(listed(temporary)) == 1
        assert left not in listed(temporary)
    assert listed(temporary) == []


def test_a_temporary_directory_that_cannot_be_used_is_one_sentence():
    begin = "import sys, tempfile; tempfile.tempdir = '/there/is/none'; from bambleweeny.cli import main; sys.exit(main(['sandbox', '--listen', '127.0.0.1:0']))"
    done = subprocess.run(
        [sys.executable, "-c", begin], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == (
        "bambleweeny: Cannot create a temporary directory: No such file or directory; "
        "set TMPDIR to another one.\n"
    )


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o775, 0o707, 0o1777])
def test_a_data_directory_that_others_can_change_is_warned_of(tmp_path, mode):
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(mode)
    server = start("serve", "--data-dir", str(data))
    assert server.stop() == 0
    [line] = [line for line in server.log.splitlines() if "WARNING" in line]
    assert f"others can change what is in {data} (mode {mode:04o}); run: chmod 700" in line
    assert stat.S_IMODE(data.stat().st_mode) == mode


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o750, 0o2770])
def test_one_that_is_private_or_shared_on_purpose_is_not(tmp_path, mode):
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(mode)
    server = start("serve", "--data-dir", str(data))
    assert server.stop() == 0
    assert "WARNING" not in server.log


def test_what_is_made_is_private_whatever_the_mask(tmp_path):
    data = tmp_path / "parent" / "data"
    command = ("sh", "-c", 'umask 000; exec "$@"', "sh")
    with running("serve", "--data-dir", str(data), under=command):
        for path in (data.parent, data, data / "run"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700
        for path in data.iterdir():
            assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
