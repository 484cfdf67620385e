"""`backup FILE` and `restore FILE`."""

import os
from collections.abc import Callable

from bambleweeny.cli.arguments.files import source, target
from bambleweeny.cli.commands.server.engine import store_of
from bambleweeny.cli.escapes import to_people
from bambleweeny.cli.output import counted
from bambleweeny.cli.progress import progress_bar
from bambleweeny.config import Config
from bambleweeny.core.instance.instance import WrongSchema
from bambleweeny.core.transfer.backup import back_up, count_resources
from bambleweeny.core.transfer.backup_check import BackupRefused
from bambleweeny.core.transfer.backup_format import End
from bambleweeny.core.transfer.restore import NotEmpty, check_backup, restore
from bambleweeny.errors import BambleweenyError, StoreFull
from bambleweeny.store.engine.embedded import EngineFailed
from bambleweeny.system.signals import interrupted_by_signals


def run_backup(config: Config, file: str) -> int:
    """Write a backup and return the exit status."""

    def run() -> str:
        with (
            store_of(config, alone=False) as store,
            target(file) as out,
            progress_bar("Writing", count_resources(store)) as advance,
        ):
            return f"Backed up {_counts(back_up(store, out, advance))} from {store.address}."

    return _report(run, file)


def run_restore(config: Config, file: str, *, replace: bool) -> int:
    """Check a whole backup, then restore it; return the exit status."""

    def run() -> str:
        with source(file) as given:
            size = given.seek(0, os.SEEK_END)
            with progress_bar("Checking", size, is_bytes=True) as advance:
                check_backup(given, advance)
            with store_of(config, alone=True) as store:
                with progress_bar("Restoring", size, is_bytes=True) as advance:
                    done = restore(store, given, advance, replace=replace)
                return f"Restored {_counts(done)} to {store.address}."

    return _report(run, file)


def _counts(end: End) -> str:
    """Return the number of records of each kind in a backup, as text."""
    kinds = ("user", "key", "item", "topic", "message", "route", "bin")
    *most, last = (counted(getattr(end, f"{kind}s"), kind) for kind in kinds)
    return f"{', '.join(most)} and {last}"


def _report(run: Callable[[], str], file: str) -> int:
    umask = os.umask(0o077)
    try:
        # NOTE: signals raise KeyboardInterrupt here, so that no partial file or engine remains.
        with interrupted_by_signals():
            to_people(run())
    except (BackupRefused, EngineFailed, NotEmpty, WrongSchema) as ex:
        to_people(f"bambleweeny: {ex}")
    except StoreFull as ex:
        to_people(f"bambleweeny: {ex} Nothing was kept. {ex.hint}")
    except BambleweenyError as ex:
        reason = f" ({ex.__cause__})" if ex.__cause__ else ""
        to_people(f"bambleweeny: {ex}{reason}")
    except OSError as ex:
        to_people(f"bambleweeny: Cannot use {ex.filename or file}: {ex.strerror}.")
    except KeyboardInterrupt:
        to_people("bambleweeny: Interrupted; nothing was kept.")
    else:
        return 0
    finally:
        os.umask(umask)
    return 1
