"""What this program is: its version, and the commit, the Python and the engine in it.

A build notes the commit and the engine in a file beside the code; a checkout asks git and
the engine itself.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bambleweeny import __version__
from bambleweeny.cli.server_part import has_server

PACKAGE = Path(__file__).parent.parent
BUILD_FILE = "build.json"
UNKNOWN = "unknown"
NO_ENGINE = "none"
_CHECKOUT = PACKAGE.parent.parent
_SECONDS = 5.0


@dataclass(frozen=True)
class Build:
    """What a program was made of: a commit, and the version of the engine in it."""

    commit: str
    engine: str


def version_line() -> str:
    """Say all that names a program, as `--version` prints it."""
    build = build_of(PACKAGE)
    python = ".".join(map(str, sys.version_info[:3]))
    implementation = {"cpython": "CPython", "pypy": "PyPy"}.get(sys.implementation.name, "Python")
    engine = "client alone" if build.engine == NO_ENGINE else f"Redis {build.engine}"
    return f"bambleweeny {__version__} (commit {build.commit}, {implementation} {python}, {engine})"


def build_of(package: Path) -> Build:
    """Read what the build noted in a package; without that, ask git and the engine."""
    try:
        return Build(**json.loads((package / BUILD_FILE).read_text("utf-8")))
    except FileNotFoundError:
        engine = engine_version() if has_server() else NO_ENGINE
        return Build(commit_of(_CHECKOUT), engine)


def note_build(package: Path, build: Build) -> None:
    """Write what `build_of` reads in that package from then on."""
    (package / BUILD_FILE).write_text(json.dumps(asdict(build)) + "\n", "utf-8")


def commit_of(checkout: Path) -> str:
    """Give the commit of a checkout, with a + where files differ from it, or 'unknown'."""
    # NOTE: without this an installed package would be told the commit of whatever
    # repository its virtual environment happens to lie in.
    if not (checkout / ".git").exists():
        return UNKNOWN
    described = ("describe", "--always", "--abbrev=7", "--dirty=+", "--exclude=*")
    return _output_of("git", "-C", str(checkout), *described).strip() or UNKNOWN


def engine_version(executable: Path | None = None) -> str:
    """Give the version of an engine's executable, or of the one that would run, or 'unknown'."""
    # NOTE: imported here, since a built program knows its engine's version without asking.
    from bambleweeny.store.embedded import EngineFailed, engine_executable  # noqa: PLC0415

    try:
        said = _output_of(str(executable or engine_executable()), "--version")
    except EngineFailed:
        return UNKNOWN
    return next((word[2:] for word in said.split() if word.startswith("v=")), UNKNOWN)


def _output_of(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout


class ShowVersion(argparse.Action):
    """Print the version and end; nothing is asked before the option is met."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="say what this program is, and end")

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """End with 0 after printing the line."""
        print(version_line())
        parser.exit()
