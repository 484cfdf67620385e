"""The document of a live server, and the tools that read it."""

import fcntl
import shutil
import subprocess
from pathlib import Path

import pytest
import requests
from tools import need

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
TOOLS = ROOT / "build" / "contract"
"""Where npm's packages are kept; git ignores it, and `./build.sh clean` removes it."""


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
    """Return the command of a tool of package-lock.json, which npm installs where it is needed."""
    _, npm = need("node", "npm")
    lock = (HERE / "package-lock.json").read_bytes()
    stamp = TOOLS / "installed"
    TOOLS.mkdir(parents=True, exist_ok=True)
    # NOTE: other processes that run tests wait for the one that installs.
    with (TOOLS / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_bytes() != lock:
            _install(npm)
            stamp.write_bytes(lock)
    return lambda name: str(TOOLS / "node_modules" / ".bin" / name)


def _install(npm: str) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, TOOLS)
    done = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=TOOLS, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"npm could not install the tools: {done.stderr[-500:]}")


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
