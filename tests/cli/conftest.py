"""The command line as it is typed: in this process, or in one of its own."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bambleweeny.cli import main


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """Nobody's machine: no profile, no data directory, no variable of ours."""
    for name in [name for name in os.environ if name.startswith("BAMBLEWEENY_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    return tmp_path


@pytest.fixture(scope="session")
def sandbox_token(sandbox):
    return sandbox.token()


@pytest.fixture
def logged_in(alone, sandbox, sandbox_token, monkeypatch):
    """The variables of somebody who asks the sandbox as its admin."""
    monkeypatch.setenv("BAMBLEWEENY_URL", sandbox.url)
    monkeypatch.setenv("BAMBLEWEENY_TOKEN", sandbox_token)


@pytest.fixture
def typed(alone, capfdbinary, monkeypatch):
    """Type a command; gives what it printed, and keeps `typed.err`."""

    def run(*words, given=b"", status=0):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        try:
            ended = main([str(word) for word in words])
        except SystemExit as ex:
            ended = ex.code
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        run.err = err.decode()
        assert ended == status, run.err
        return out.decode(errors="surrogateescape")

    return run


@pytest.fixture
def shell_of():
    """Type a line into a shell that knows `bambleweeny`."""

    def run(line, **more):
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return subprocess.run(
            ["bash", "-c", line], env={**os.environ, "PATH": path}, capture_output=True,
            timeout=110, check=False, **more,
        )  # fmt: skip

    return run
