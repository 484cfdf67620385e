"""The plug-in of pytest: a sandbox for tests, which is reset before each of them.

The fixtures start and call nothing before a test asks for one of them.
"""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bambleweeny.client.client import Client
from bambleweeny.client.pytest_plugin.server_of_run import LOGIN, NotStarted, ServerOfRun
from bambleweeny.client.pytest_plugin.world import World
from bambleweeny.client.sandboxes import Seed
from bambleweeny.errors import BambleweenyError

_SERVER = pytest.StashKey[ServerOfRun]()
_PLACE, _INPUT = "b9y_place", "b9y_input"
"""What an xdist worker gets from its controller: the directory and the input of their server."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options --b9y-url and --b9y-seed."""
    group = parser.getgroup("bambleweeny", "sandboxes of Bambleweeny")
    group.addoption(
        "--b9y-url",
        metavar="URL",
        help="the server of b9y_sandbox; by default BAMBLEWEENY_URL, else the run starts one",
    )
    group.addoption(
        "--b9y-seed",
        metavar="FILE",
        help="what b9y_sandbox has at the beginning of each test, as lines of an export",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Check the options, and choose the directory of the server without making it."""
    seed = config.getoption("b9y_seed")
    if seed and not _seed_file(config, seed).is_file():
        raise pytest.UsageError(f"There is no file '{seed}' for --b9y-seed.")
    given: dict[str, Any] = getattr(config, "workerinput", {})
    name = f"bambleweeny-pytest-{secrets.token_hex(16)}"
    place = Path(given.get(_PLACE) or Path(tempfile.gettempdir(), name))
    config.stash[_SERVER] = ServerOfRun(place, given.get(_INPUT, ""))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Let the workers of xdist on this machine share one server, which the controller stops."""
    if node.gateway.spec.popen:
        server = node.config.stash[_SERVER]
        node.workerinput[_PLACE] = str(server.place)
        node.workerinput[_INPUT] = server.shared_input()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server, if the run started one."""
    if server := config.stash.get(_SERVER, None):
        server.stop()


@pytest.fixture(scope="session")
def b9y_server(pytestconfig: pytest.Config) -> str:
    """The URL of the server: --b9y-url, BAMBLEWEENY_URL, or of one that this run starts.

    The login is BAMBLEWEENY_TOKEN, or BAMBLEWEENY_USER (admin by default) and
    BAMBLEWEENY_PASSWORD. Without them the server has to allow open sandboxes. A server that the
    run starts has the login admin and changeme.
    """
    if url := pytestconfig.getoption("b9y_url") or os.environ.get("BAMBLEWEENY_URL"):
        return str(url)
    try:
        return pytestconfig.stash[_SERVER].url()
    except NotStarted as ex:
        raise _failure(str(ex)) from None


@pytest.fixture(scope="session")
def b9y_seed(pytestconfig: pytest.Config) -> Seed | None:
    """What b9y_sandbox has at the beginning of each test: the file of --b9y-seed.

    A conftest.py can override it, with any seed that `client.sandboxes.create` takes. A relative
    Path is found as that of --b9y-seed.
    """
    seed = pytestconfig.getoption("b9y_seed")
    return _seed_file(pytestconfig, seed) if seed else None


@pytest.fixture(scope="session")
def _b9y_world(
    pytestconfig: pytest.Config, b9y_server: str, b9y_seed: Seed | None
) -> Iterator[World]:
    name = f"pytest {os.environ.get('PYTEST_XDIST_WORKER', '')}".rstrip()
    if isinstance(b9y_seed, Path):
        b9y_seed = _seed_file(pytestconfig, b9y_seed)
    is_ours = b9y_server == pytestconfig.stash[_SERVER].started_url
    username, password, token = (*LOGIN, None) if is_ours else _login()
    with _failing_plainly(b9y_server):
        world = World(Client(b9y_server, username, password, token), b9y_seed, name, url=b9y_server)
    try:
        yield world
    finally:
        world.end()


@pytest.fixture(scope="session")
def b9y_token(_b9y_world: World) -> str:
    """The token of the sandbox, for a program that is started once; resets leave it valid.

    The sandbox has another token only if it was made again because it had ended.
    """
    return _b9y_world.token


@pytest.fixture(autouse=True)
def _b9y_reset(request: pytest.FixtureRequest) -> None:
    """Reset the sandbox for each test that uses it, also through b9y_token alone."""
    if "_b9y_world" in request.fixturenames:
        request.getfixturevalue("b9y_sandbox")


@pytest.fixture
def b9y_sandbox(_b9y_world: World, b9y_server: str) -> Client:
    """A client of a sandbox that holds the seed and nothing else when the test begins.

    A worker has one sandbox for all its tests, so URLs of routes and bins stay the same.
    Snapshots of earlier tests are deleted.
    """
    with _failing_plainly(b9y_server):
        return _b9y_world.fresh()


def _seed_file(config: pytest.Config, name: str | Path) -> Path:
    """Return the file of a seed: from the directory of the call, else from the root."""
    path = Path(config.invocation_params.dir, name)
    return path if path.exists() else config.rootpath / name


def _login() -> tuple[str | None, str | None, str | None]:
    """Return the user name, the password and the token that the variables name."""
    token, password = (os.environ.get(f"BAMBLEWEENY_{name}") for name in ("TOKEN", "PASSWORD"))
    if token or not password:
        return None, None, token or None
    return os.environ.get("BAMBLEWEENY_USER") or LOGIN[0], password, None


@contextmanager
def _failing_plainly(url: str) -> Iterator[None]:
    """Turn an error of the server into a failure of the test, without a traceback."""
    try:
        yield
    except (BambleweenyError, ValueError, OSError) as ex:
        hint = getattr(ex, "hint", None)
        reason = f"{ex} {hint}" if hint else str(ex)
        raise _failure(f"b9y_sandbox has no sandbox at {url}: {reason}") from None


def _failure(sentence: str) -> BaseException:
    return pytest.fail.Exception(sentence, pytrace=False)
