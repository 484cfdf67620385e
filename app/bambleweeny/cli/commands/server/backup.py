"""`backup FILE` and `restore FILE`."""

import os

from bambleweeny.cli.arguments.files import source, target
from bambleweeny.cli.commands.server.engine import store_of
from bambleweeny.cli.commands.server.outcome import report
from bambleweeny.cli.output import counted
from bambleweeny.cli.progress import progress_bar
from bambleweeny.config import Config
from bambleweeny.core.transfer.backup import back_up, count_resources
from bambleweeny.core.transfer.backup_format import End
from bambleweeny.core.transfer.restore import check_backup, restore


def run_backup(config: Config, file: str) -> int:
    """Write a backup and return the exit status."""

    def run() -> str:
        with (
            store_of(config, alone=False) as store,
            target(file) as out,
            progress_bar("Writing", count_resources(store)) as advance,
        ):
            return f"Backed up {_counts(back_up(store, out, advance))} from {store.address}."

    return report(run, file)


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

    return report(run, file)


def _counts(end: End) -> str:
    """Return the number of records of each kind in a backup, as text."""
    kinds = ("user", "key", "item", "topic", "message", "route", "bin")
    *most, last = (counted(getattr(end, f"{kind}s"), kind) for kind in kinds)
    return f"{', '.join(most)} and {last}"
