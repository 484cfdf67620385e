"""Try a built program from outside, as its users would; exit 1 where it falls short.

selftest.py dist/bambleweeny
selftest.py --image dist/bambleweeny-image.tar
"""

import argparse
import contextlib
import os
import pty
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import b9y

PODMAN = ("podman", "--runtime=runc")
# What the program needs no more than: these hold for every container here.
CONFINED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges")
LIMITS = ("--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024", "--network=host")


class Running:
    """A started server and what its banner says."""

    def __init__(self, process: subprocess.Popen[str], pids: list[int]) -> None:
        self.process = process
        self.said = dict(_banner(process))
        self.url = self.said["URL"].split()[0]
        self.pids = [*pids, *_descendants(process.pid)]

    def get(self, path: str) -> bytes:
        """Ask for a path; HTTPError where it is refused."""
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            return answer.read()

    def ended(self) -> int:
        """Wait for its end and answer its exit status."""
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.process.wait(20)

    def is_gone(self) -> bool:
        """Tell whether no process of it is left."""
        deadline = time.monotonic() + 10
        while any(map(is_running, self.pids)):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True


class Binary:
    """The program as one file, with a temporary and a data directory of its own."""

    def __init__(self, file: Path, place: Path) -> None:
        self.file = file.resolve()
        self.temporary, self.data = place / "tmp", place / "data"
        self.temporary.mkdir()

    def command(self, *arguments: str) -> list[str]:
        """Answer the command line that runs the program."""
        return [str(self.file), *arguments]

    def environment(self, **variables: str) -> dict[str, str]:
        """Answer the variables that it runs with."""
        own = {"TMPDIR": str(self.temporary), "BAMBLEWEENY_DATA_DIR": str(self.data)}
        return {"PATH": os.environ["PATH"], **own, **variables}

    def start(self, *arguments: str, **variables: str) -> Running:
        """Start a server on a free port."""
        process = _start(
            self.command(*arguments, "--listen", "127.0.0.1:0"), self.environment(**variables)
        )
        return Running(process, [process.pid])

    def run(self, *arguments: str) -> str:
        """Run a command to its end and answer what it prints."""
        return _output(self.command(*arguments), self.environment())

    def kill(self, server: Running) -> None:
        """Kill the program, and nothing else."""
        # NOTE: a process that began after the banner holds the unpacked folder, too.
        server.pids += _descendants(server.process.pid)
        server.process.kill()
        server.ended()

    def stop(self, server: Running) -> int:
        """End the program as a service manager does and answer its exit status."""
        server.process.send_signal(signal.SIGTERM)
        return server.ended()

    def leftovers(self) -> list[str]:
        """What is left in the temporary directory."""
        return [entry.name for entry in self.temporary.iterdir()]

    def admin_password(self) -> str:
        """The password that the first start made."""
        return (self.data / "admin-password").read_text().strip()


class Image(Binary):
    """The program in a container, as any user, on a read-only root and without capabilities."""

    def __init__(self, archive: Path, place: Path, *flags: str) -> None:
        super().__init__(archive, place)
        self.flags = flags or CONFINED
        self.volume = f"bambleweeny-{uuid.uuid4().hex[:8]}"
        loaded = _output([*PODMAN, "load", "--quiet", "--input", str(self.file)])
        self.image = loaded.split()[-1]
        _output([*PODMAN, "volume", "create", self.volume])

    def command(self, *arguments: str, name: str = "", **variables: str) -> list[str]:
        """Answer the command line that runs the program in a new container."""
        named = [f"--name={name}"] if name else []
        given = [f"--env={key}={value}" for key, value in variables.items()]
        volume = f"--volume={self.volume}:/data"
        return [
            *PODMAN,
            "run",
            "--rm",
            *LIMITS,
            *self.flags,
            volume,
            *named,
            *given,
            self.image,
            *arguments,
        ]

    def environment(self, **variables: str) -> dict[str, str]:
        """Answer the variables that podman runs with."""
        return {**os.environ, **variables}

    def start(self, *arguments: str, **variables: str) -> Running:
        """Start a server on a free port."""
        self.name = f"bambleweeny-{uuid.uuid4().hex[:8]}"
        listening = (*(arguments or ("serve",)), "--listen", "127.0.0.1:0")
        process = _start(self.command(*listening, name=self.name, **variables), self.environment())
        server = Running(process, [])
        pid = int(_output([*PODMAN, "inspect", "--format={{.State.Pid}}", self.name]))
        server.pids = [pid, *_descendants(pid)]
        return server

    def exec(self, *arguments: str, **variables: str) -> int:
        """Run a command in the running container and answer its exit status."""
        given = [f"--env={key}={value}" for key, value in variables.items()]
        command = [*PODMAN, "exec", *given, self.name, "/app/bambleweeny", *arguments]
        return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode

    def kill(self, server: Running) -> None:
        """Kill all that is in the container."""
        _output([*PODMAN, "kill", "--signal=KILL", self.name])
        server.ended()

    def stop(self, server: Running) -> int:
        """End the container as an orchestrator does and answer its exit status."""
        _output([*PODMAN, "stop", "--time=20", self.name])
        return server.ended()

    def leftovers(self) -> list[str]:
        """What is left: a container that is not removed."""
        return _output(
            [*PODMAN, "ps", "--all", "--quiet", f"--filter=volume={self.volume}"]
        ).split()

    def admin_password(self) -> str:
        """The password that the first start made."""
        place = _output([*PODMAN, "volume", "inspect", "--format={{.Mountpoint}}", self.volume])
        return Path(place.strip(), "admin-password").read_text().strip()

    def remove(self) -> None:
        """Remove the volume."""
        _output([*PODMAN, "volume", "rm", "--force", self.volume])


def selftest(program: Binary) -> None:
    """Run through a life of the program; AssertionError tells where it fell short."""
    with _step("version"):
        print(program.run("--version").strip(), end=" ")
        assert "Redis" in program.run("--version")
    with _step("licenses"):
        assert "OpenSSL" in program.run("licenses")
    with _step("start, first answer"):
        server = program.start("serve", BAMBLEWEENY_WORKERS="1")
        assert b"bambleweeny" in server.get("/")
    password = program.admin_password()
    with _step("documents, guide, reference, /metrics, health"):
        _read_documents(program, server)
    with _step("token, write, push, read by the client b9y"):
        client = b9y.B9y(server.url, "admin", password)
        assert client.set("kept", "through a kill -9")
        assert client.push("queue", "one") and client.push("queue", "two")
        assert client.get("kept") == "through a kill -9"
    with _step("its own command line"):
        login = ("--url", server.url, "--user", "admin", "--password", password)
        assert program.run("get", "kept", *login) == "through a kill -9"
        assert program.run("keys", "--long", *login) == "kept\t0\n"
        assert "b9y" in program.run("completion", "bash")
    with _step("kill -9: nothing goes on running"):
        program.kill(server)
        assert server.is_gone()
    with _step("start again, read back"):
        server = program.start("serve", BAMBLEWEENY_WORKERS="1")
        client = b9y.B9y(server.url, "admin", password)
        assert client.get("kept") == "through a kill -9"
        assert [client.pop("queue"), client.pop("queue"), client.pop("queue")] == [
            "one",
            "two",
            None,
        ]
    with _step("stop: exit 0, nothing left"):
        assert program.stop(server) == 0
        assert server.is_gone()
        assert program.leftovers() == []
    with _step("sandbox"):
        server = program.start("sandbox", BAMBLEWEENY_DATA_DIR="")
        assert b9y.B9y(server.url, "admin", "changeme").incr("visits") == "1"
        assert program.stop(server) == 0
        assert program.leftovers() == []
    with _step("backup, with its progress bar at a terminal"):
        shown = _at_a_terminal(program.command("backup", "-"), program.environment())
        assert b'{"end":' in shown.replace(b" ", b"")
        assert program.leftovers() == []


def _read_documents(program: Binary, server: Running) -> None:
    assert b"paths" in server.get("/openapi.json")
    assert b"Queues and workers" in server.get("/docs")
    assert b"Limit the attempts" in server.get("/docs/search?q=dead+letter")
    assert b"SwaggerUIBundle" in server.get("/docs/swagger-ui-bundle.js")
    assert all(map(server.get, ("/console", "/console/a/0/main.js", "/console/a/0/preact.js")))
    assert "lease" in program.run("help", "queues")
    for name in ("bambleweeny.js", "bambleweeny.d.ts"):
        assert b"export class Client" in server.get(f"/{name}")
    assert b"bambleweeny_requests_total" in server.get("/metrics")
    program.run("health", server.url)


@contextmanager
def _step(name: str) -> Iterator[None]:
    print(f"  {name}: ", end="", flush=True)
    begun = time.monotonic()
    yield
    print(f"ok ({time.monotonic() - begun:.2f} s)")


def _start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def _output(command: list[str], environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout


def _banner(process: subprocess.Popen[str]) -> Iterator[tuple[str, str]]:
    assert process.stdout is not None
    for line in process.stdout:
        word, _, rest = line.strip().partition(" ")
        yield word, rest.strip()
        if word == "Login":
            return
    raise AssertionError(f"it ended with status {process.wait()} before it was up")


def is_running(pid: int) -> bool:
    """Tell whether a process has not ended yet, or still has files open.

    Its first thread is a zombie once it has ended, even while other threads of it run on.
    """
    try:
        threads = sum(1 for _ in Path(f"/proc/{pid}/task").iterdir())
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return threads > 1 or state != "Z"


def _descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [found for child in children for found in (int(child), *_descendants(int(child)))]


def _at_a_terminal(command: list[str], environment: dict[str, str]) -> bytes:
    """Run a command with a terminal for its errors and answer what it prints to the end."""
    terminal, side = pty.openpty()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=side) as process:
        os.close(side)
        assert process.stdout is not None
        printed = process.stdout.read()
        with contextlib.suppress(OSError):
            while os.read(terminal, 4096):
                pass
    os.close(terminal)
    assert process.returncode == 0, printed
    return printed


def main() -> int:
    """Run the test that the command line asks for."""
    parser = argparse.ArgumentParser(description="Try a built program from outside.")
    parser.add_argument("--image", action="store_true", help="the file is an image's archive")
    parser.add_argument("file", type=Path)
    arguments = parser.parse_args()
    print(f"selftest of {arguments.file}")
    with tempfile.TemporaryDirectory() as place:
        program = (Image if arguments.image else Binary)(arguments.file, Path(place))
        try:
            selftest(program)
        except AssertionError as ex:
            print(f"FAILED\n{ex}", file=sys.stderr)
            return 1
        finally:
            if isinstance(program, Image):
                program.remove()
    print("selftest: all is well")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
