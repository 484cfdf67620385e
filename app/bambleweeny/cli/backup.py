"""`backup FILE` and `restore FILE`."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bambleweeny.cli.engine import store_of
from bambleweeny.cli.progress import progress_bar
from bambleweeny.config import Config
from bambleweeny.core.backup import back_up, count_resources
from bambleweeny.core.backup_check import BackupRefused
from bambleweeny.core.instance import WrongSchema
from bambleweeny.core.restore import NotEmpty, check_backup, restore
from bambleweeny.errors import BambleweenyError, StoreFull
from bambleweeny.store.embedded import EngineFailed

STANDARD = "-"
"""The FILE that is standard output or input."""


def run_backup(config: Config, file: str) -> int:
    """Write a backup; give the exit status."""

    def run() -> str:
        with (
            store_of(config, alone=False) as store,
            _target(file) as out,
            progress_bar("Writing", count_resources(store)) as advance,
        ):
            return f"Backed up {back_up(store, out, advance)} from {store.place}."

    return _report(run, file)


def run_restore(config: Config, file: str, *, replace: bool) -> int:
    """Restore a backup, all of which is checked first; give the exit status."""

    def run() -> str:
        with _source(file) as source:
            size = source.seek(0, os.SEEK_END)
            with progress_bar("Checking", size, is_bytes=True) as advance:
                check_backup(source, advance)
            with store_of(config, alone=True) as store:
                with progress_bar("Restoring", size, is_bytes=True) as advance:
                    done = restore(store, source, advance, replace=replace)
                return f"Restored {done} to {store.place}."

    return _report(run, file)


def _report(run: Callable[[], str], file: str) -> int:
    umask = os.umask(0o077)
    # NOTE: so that a SIGTERM too leaves no half a file and no engine behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        print(run(), file=sys.stderr)
    except (BackupRefused, EngineFailed, NotEmpty, WrongSchema) as ex:
        print(f"bambleweeny: {ex}", file=sys.stderr)
    except StoreFull as ex:
        print(f"bambleweeny: {ex} Nothing was kept. {ex.hint}", file=sys.stderr)
    except BambleweenyError as ex:
        reason = f" ({ex.__cause__})" if ex.__cause__ else ""
        print(f"bambleweeny: {ex}{reason}", file=sys.stderr)
    except OSError as ex:
        print(f"bambleweeny: Cannot use {ex.filename or file}: {ex.strerror}.", file=sys.stderr)
    except KeyboardInterrupt:
        print("bambleweeny: Broken off; nothing was kept.", file=sys.stderr)
    else:
        return 0
    finally:
        os.umask(umask)
    return 1


@contextmanager
def _target(name: str) -> Iterator[IO[bytes]]:
    """Open what a backup is written to. A file is there whole or not at all."""
    path = Path(name)
    if name == STANDARD:
        with open(sys.stdout.fileno(), "wb", closefd=False) as out:
            yield out
    elif path.exists() and not path.is_file():
        with open(path, "wb") as out:
            yield out
    else:
        with _whole_file(path.resolve()) as out:
            yield out


@contextmanager
def _whole_file(path: Path) -> Iterator[IO[bytes]]:
    # NOTE: only its owner can read it, since it holds the hashes of passwords.
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    unfinished = Path(name)
    try:
        with open(number, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _source(name: str) -> Iterator[IO[bytes]]:
    """Open a backup so that it can be read twice."""
    with open(
        sys.stdin.fileno() if name == STANDARD else name, "rb", closefd=name != STANDARD
    ) as given:
        if given.seekable():
            yield given
            return
        with tempfile.TemporaryFile() as spooled:
            shutil.copyfileobj(given, spooled, 1 << 20)
            yield spooled
