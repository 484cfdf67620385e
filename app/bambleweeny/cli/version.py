"""The version of the program, with its commit and the versions of Python and the engine.

A build writes the commit and the engine's version to a file in the package. In a checkout,
git and the engine itself are asked.
"""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from bambleweeny import __version__
from bambleweeny.cli.server_extra import has_server

PACKAGE = Path(__file__).parent.parent
BUILD_FILE = "build.json"
UNKNOWN = "unknown"
NO_ENGINE = "none"
_CHECKOUT = PACKAGE.parent.parent
_SECONDS = 5.0


@dataclass(frozen=True)
class Build:
    """The commit of a program, and the version of the engine in it."""

    commit: str
    engine: str


def version_line() -> str:
    """Return the line that `--version` prints."""
    build = build_of(PACKAGE)
    python = ".".join(map(str, sys.version_info[:3]))
    implementation = {"cpython": "CPython", "pypy": "PyPy"}.get(sys.implementation.name, "Python")
    engine = "client alone" if build.engine == NO_ENGINE else f"Redis {build.engine}"
    return f"bambleweeny {__version__} (commit {build.commit}, {implementation} {python}, {engine})"


def build_of(package: Path) -> Build:
    """Read the build file of a package; without one, ask git and the engine."""
    try:
        return Build(**json.loads((package / BUILD_FILE).read_text("utf-8")))
    except FileNotFoundError:
        engine = engine_version() if has_server() else NO_ENGINE
        return Build(commit_of(_CHECKOUT), engine)


def note_build(package: Path, build: Build) -> None:
    """Write the build file of a package, which `build_of` reads."""
    (package / BUILD_FILE).write_text(json.dumps(asdict(build)) + "\n", "utf-8")


def commit_of(checkout: Path) -> str:
    """Return the commit of a checkout, with a + if files differ from it, or 'unknown'."""
    # NOTE: without this check, an installed package would report the commit of the
    # repository that happens to contain its virtual environment.
    if not (checkout / ".git").exists():
        return UNKNOWN
    described = ("describe", "--always", "--abbrev=7", "--dirty=+", "--exclude=*")
    return _output_of("git", "-C", str(checkout), *described).strip() or UNKNOWN


def engine_version(executable: Path | None = None) -> str:
    """Return the version of an engine, by default the one that would run, or 'unknown'."""
    # NOTE: imported here, because a built program reads the version from its build file.
    from bambleweeny.store.engine.embedded import EngineFailed, engine_executable  # noqa: PLC0415

    try:
        output = _output_of(str(executable or engine_executable()), "--version")
    except EngineFailed:
        return UNKNOWN
    return next((word[2:] for word in output.split() if word.startswith("v=")), UNKNOWN)


def _output_of(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout
