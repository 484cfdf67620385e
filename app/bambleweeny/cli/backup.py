"""`backup FILE` and `restore FILE`."""

import os
import signal
import sys
from collections.abc import Callable

from bambleweeny.cli.engine import store_of
from bambleweeny.cli.files import source, target
from bambleweeny.cli.progress import progress_bar
from bambleweeny.config import Config
from bambleweeny.core.backup import back_up, count_resources
from bambleweeny.core.backup_check import BackupRefused
from bambleweeny.core.instance import WrongSchema
from bambleweeny.core.original_source import OriginalUnreadable
from bambleweeny.core.restore import NotEmpty, check_backup, restore
from bambleweeny.errors import BambleweenyError, StoreFull
from bambleweeny.server.refusal import CannotStart
from bambleweeny.store.embedded import EngineFailed


def run_backup(config: Config, file: str) -> int:
    """Write a backup; give the exit status."""

    def run() -> str:
        with (
            store_of(config, alone=False) as store,
            target(file) as out,
            progress_bar("Writing", count_resources(store)) as advance,
        ):
            return f"Backed up {back_up(store, out, advance)} from {store.place}."

    return report(run, file)


def run_restore(config: Config, file: str, *, replace: bool) -> int:
    """Restore a backup, all of which is checked first; give the exit status."""

    def run() -> str:
        with source(file) as given:
            size = given.seek(0, os.SEEK_END)
            with progress_bar("Checking", size, is_bytes=True) as advance:
                check_backup(given, advance)
            with store_of(config, alone=True) as store:
                with progress_bar("Restoring", size, is_bytes=True) as advance:
                    done = restore(store, given, advance, replace=replace)
                return f"Restored {done} to {store.place}."

    return report(run, file)


def report(run: Callable[[], str], file: str) -> int:
    """Do what takes an engine and print the sentence it returns; return the exit status.

    What it writes is readable by its owner alone. A failure is a sentence on stderr.
    """
    umask = os.umask(0o077)
    # NOTE: so that a SIGTERM too leaves no half a file and no engine behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        print(run(), file=sys.stderr)
    except (
        BackupRefused,
        CannotStart,
        EngineFailed,
        NotEmpty,
        OriginalUnreadable,
        WrongSchema,
    ) as ex:
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
