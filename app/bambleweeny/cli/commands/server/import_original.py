"""`import-original`: copies the data of the original Bambleweeny 0.36."""

import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from bambleweeny.cli.arguments.files import target
from bambleweeny.cli.commands.server.engine import opened, store_of
from bambleweeny.cli.commands.server.outcome import report
from bambleweeny.cli.output import Output
from bambleweeny.cli.progress import progress_bar
from bambleweeny.config import Config
from bambleweeny.core.auth.passwords import Passwords, new_password
from bambleweeny.core.auth.user_records import ADMIN_ID
from bambleweeny.core.original.backup_writer import admin_kept, write_backup
from bambleweeny.core.original.original import Original
from bambleweeny.core.original.source import OriginalUnreadable, Source
from bambleweeny.core.transfer.restore import NotEmpty, check_backup, require_empty, restore
from bambleweeny.server.startup import open_for_service
from bambleweeny.store import Store
from bambleweeny.store.client.url import parse_engine_url

_ADMIN = int(ADMIN_ID)
_COLUMNS = ("id", "username", "password")
_ITS_PREFIXES = ("KEY", "LIST", "USER", "ROUTE", "BIN", "NUMRES")
_OUTPUT = "the standard output or a temporary file"


def run_import_original(
    config: Config, url: str, out: Output, *, passwords: str, is_dry: bool, replace: bool
) -> int:
    """Copy the data of the original at a URL; return the exit status.

    Prints the new passwords, or writes them to a file, before it writes the data. A dry run reads
    and checks everything and writes nothing.
    """

    def run() -> str:
        with _original_at(url, config) as original, tempfile.TemporaryFile() as spool:
            if is_dry:
                _scan(original)
                _write(original, {user.id: "" for user in original.users}, spool)
                return f"{_sums(original)}\nNothing was written: this was a dry run."
            _check_target(config, passwords)
            with store_of(config, alone=True) as store:
                if not replace:
                    require_empty(store)
                _scan(original)
                _, login = open_for_service(store, config)
                made = {u.id: new_password() for u in original.users if not u.is_admin}
                rows = [(u.id, u.name, made[u.id]) for u in original.users if not u.is_admin]
                if not passwords:
                    out.rows(_COLUMNS, rows)
                    sys.stdout.flush()
                with _kept(rows, passwords):
                    _take_over(original, store, made, spool, replace=replace)
                return f"{_sums(original)}\nImported to {store.address}. Admin: {login}."

    # NOTE: not the URL, which may have a password.
    return report(run, passwords or _OUTPUT)


def _check_target(config: Config, passwords: str) -> None:
    if config.key_prefix.partition(":")[0] in _ITS_PREFIXES:
        raise NotEmpty(
            f"The key prefix {config.key_prefix} is used by version 0.36: choose another."
        )
    if Path(passwords).is_file():
        raise NotEmpty(f"The file {passwords} exists already: name another one for --passwords.")


@contextmanager
def _original_at(url: str, config: Config) -> Iterator[Original]:
    try:
        is_cluster = parse_engine_url(url).kind == "cluster"
    except ValueError as ex:
        raise OriginalUnreadable(f"The URL of --from cannot be read: {ex}.") from ex
    if is_cluster:
        raise OriginalUnreadable("The original cannot use a Cluster; give the URL of its Redis.")
    with (
        opened(url, config) as store,
        closing(Original(Source(store), lambda line: print(line, file=sys.stderr))) as original,
    ):
        yield original


def _scan(original: Original) -> None:
    with progress_bar("Looking", original.source.count()) as advance:
        original.scan(advance)


def _take_over(
    original: Original, store: Store, made: dict[int, str], spool: IO[bytes], *, replace: bool
) -> None:
    hashes = _hashed(made)
    with admin_kept(store) as hashes[_ADMIN]:
        _write(original, hashes, spool)
        with progress_bar("Writing", spool.tell(), is_bytes=True) as advance:
            restore(store, spool, advance, replace=replace)


def _hashed(passwords: dict[int, str]) -> dict[int, str]:
    hasher = Passwords()
    with (
        ThreadPoolExecutor(2) as pool,
        progress_bar("Hashing passwords", len(passwords)) as advance,
    ):
        hashes = {}
        for user_id, hashed in zip(
            passwords, pool.map(hasher.hash, passwords.values()), strict=True
        ):
            hashes[user_id] = hashed
            advance(1)
        return hashes


def _write(original: Original, hashes: dict[int, str], spool: IO[bytes]) -> None:
    """Write a backup of the data, and check it as a restore does."""
    with progress_bar("Reading", original.sums.found.total()) as advance:
        write_backup(original, hashes, spool, advance)
    check_backup(spool)


@contextmanager
def _kept(rows: list[tuple[int, str, str]], file: str) -> Iterator[None]:
    """Write the new passwords to a file, if one is named and the block succeeds."""
    if not file:
        yield
        return
    with target(file) as kept:
        kept.writelines("\t".join(map(str, row)).encode() + b"\n" for row in rows)
        kept.flush()
        yield


def _sums(original: Original) -> str:
    rows = [("", "found", "imported", "left out"), *original.sums.rows()]
    return "\n".join(
        f"{kind:12}{found:>12}{taken:>12}{left:>12}" for kind, found, taken, left in rows
    )
