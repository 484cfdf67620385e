"""How commands end: statuses and sentences."""

import fcntl
import signal
import subprocess
import sys
import termios
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest
from bambleweeny.cli.failures import CommandFailed, WrongUse, status_of
from bambleweeny.errors import CATALOGUE
from bambleweeny.options import ConfigError


class Refuses(BaseHTTPRequestHandler):
    """A server that answers every call with the error that its name asks for."""

    def do_GET(self):
        error = CATALOGUE[self.path.rpartition("/")[2]]
        body = {
            "info": error.info,
            "code": error.code,
            **({"hint": error.hint} if error.hint else {}),
        }
        self.send_response(error.status)
        self.end_headers()
        self.wfile.write(msgspec.json.encode(body))

    def log_message(self, *_):
        """Stay silent."""


@pytest.fixture(scope="module")
def refusing():
    server = HTTPServer(("127.0.0.1", 0), Refuses)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("code", CATALOGUE)
def test_each_refusal_is_a_sentence_with_its_code_and_advice(code, typed, refusing):
    error = CATALOGUE[code]
    typed("get", code, "--url", refusing, "--token", "x", status=1)
    first, *advice = typed.err.splitlines()
    assert first == f"bambleweeny: {error.info} ({code})"
    if code in ("unauthorized", "wrong_login"):
        assert "'bambleweeny login URL'" in advice[0]
    else:
        assert advice == ([error.hint] if error.hint else [])


@pytest.mark.parametrize(
    ("ex", "status", "said"),
    [
        (CommandFailed("No.", hint="Yes."), 1, "bambleweeny: No.\nYes.\n"),
        (WrongUse("No."), 2, "bambleweeny: No.\n"),
        (ConfigError("--x: no."), 2, "bambleweeny: --x: no.\n"),
        (FileNotFoundError(2, "Not there", "f"), 1, "bambleweeny: Cannot use f: Not there.\n"),
        (KeyboardInterrupt(), 1, "bambleweeny: Interrupted.\n"),
    ],
)
def test_each_kind_of_failure_has_a_status(ex, status, said, capsys):
    def fail():
        raise ex

    assert status_of(fail) == status
    assert capsys.readouterr().err == said


def test_what_went_well_has_none():
    assert (status_of(lambda: None), status_of(lambda: 0), status_of(lambda: 1)) == (0, 0, 1)


def test_ctrl_c_ends_a_command_with_a_sentence(logged_in):
    process = subprocess.Popen(
        [sys.executable, "-m", "bambleweeny", "set", "f:never"],
        stdin=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with process:
        process.stdin.write(b"x")
        process.stdin.flush()
        # NOTE: a signal between two reads would not end the second one.
        while unread(process.stdin) or not is_asleep(process):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b"bambleweeny: Interrupted.\n"
    assert process.returncode == 1


def is_asleep(process):
    """Return whether the process waits in the kernel."""
    return Path(f"/proc/{process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "S"


def unread(pipe):
    """Tell whether the other side has yet to read what was written."""
    return fcntl.ioctl(pipe, termios.FIONREAD, b"1234") != bytes(4)


@pytest.mark.parametrize("words", [["help"], ["--help"], ["set", "--help"], ["--version"], ["licenses"], ["completion", "bash"]])  # fmt: skip
def test_a_closed_pipe_ends_a_command_quietly(words):
    process = subprocess.Popen(
        [sys.executable, "-m", "bambleweeny", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141
