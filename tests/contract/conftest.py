"""The document of a live server, and the tools that read it."""

import subprocess
from pathlib import Path

import pytest
import requests
from npm import npm_tools
from tools import need

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def document(sandbox, tmp_path_factory):
    """The document as a server gives it, in a file."""
    path = tmp_path_factory.mktemp("document") / "openapi.json"
    path.write_bytes(requests.get(f"{sandbox.url}/openapi.json", timeout=10).content)
    return path


@pytest.fixture(scope="session")
def java():
    need("java")


@pytest.fixture(scope="session")
def node_tool():
    """Return the path of a tool of package-lock.json."""
    return lambda name: str(npm_tools(HERE) / name)


@pytest.fixture
def run():
    """Runs a command that has to succeed, and returns what it prints."""

    def run(*command: object, **options: object) -> str:
        done = subprocess.run(
            [str(word) for word in command], capture_output=True, text=True, check=False, **options
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
