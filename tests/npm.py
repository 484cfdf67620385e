"""Tools from npm: what a folder's package-lock.json names, installed below build/."""

import fcntl
import shutil
import subprocess
from pathlib import Path

import pytest
from tools import need

BUILD = Path(__file__).parent.parent / "build"
"""Git ignores it, and `./build.sh clean` removes it."""


def npm_tools(source: Path) -> Path:
    """Install the tools of a folder unless they are installed; return where their commands are.

    Skips the test if npm is missing or cannot install them.
    """
    _, npm = need("node", "npm")
    place, lock = BUILD / source.name, (source / "package-lock.json").read_bytes()
    stamp = place / "installed"
    place.mkdir(parents=True, exist_ok=True)
    # NOTE: other processes that run tests wait for the one that installs.
    with (place / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_bytes() != lock:
            _install(npm, source, place)
            stamp.write_bytes(lock)
    return place / "node_modules" / ".bin"


def _install(npm: str, source: Path, place: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / name, place)
    done = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=place, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"npm could not install the tools: {done.stderr[-500:]}")
