"""What a store holds before it is measured, put there as a backup that is restored."""

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from bambleweeny import __version__
from bambleweeny.core.auth.passwords import Passwords
from bambleweeny.core.transfer.backup_format import VERSION, Header, Item, Key, Record, User, Writer
from bambleweeny.store import schema
from performance.programs import PROGRAM, CannotMeasure

PASSWORD = "secret"
VALUE = "twenty bytes of text"


def users(names: Iterable[str], owned: Iterable[Iterable[Record]]) -> Iterator[Record]:
    """Give users with ids from 1 on, all with PASSWORD, each followed by what it owns."""
    hashed = Passwords().hash(PASSWORD)
    for number, (name, records) in enumerate(zip(names, owned, strict=True), 1):
        yield User(id=str(number), name=name, role="user", quota=0, hash=hashed)
        yield from records


def keys(owner: int, number: int) -> Iterator[Record]:
    """Give keys named `key-0000000000000000` and so on: 20 bytes, as their values."""
    return (Key(owner=str(owner), name=f"key-{n:016}", value=VALUE) for n in range(number))


def items(owner: int, list_name: str, number: int) -> Iterator[Record]:
    """Give items of one list."""
    return (Item(owner=str(owner), list=list_name, id=n, value=VALUE) for n in range(1, number + 1))


def fill(place: Path, records: Iterable[Record], max_memory: str = "256mb") -> None:
    """Put the records into `place`/data, where no server has been yet."""
    place.mkdir(exist_ok=True)
    file = place / "backup.ndjson"
    header = Header(
        bambleweeny="backup", version=VERSION, layout=schema.VERSION,
        made="", by=__version__, last_user=1_000_000,
    )  # fmt: skip
    with file.open("wb") as out:
        writer = Writer(out, header)
        for record in records:
            writer.write(record)
        writer.end()
    done = subprocess.run(
        [PROGRAM, "restore", "--data-dir", place / "data", "--max-memory", max_memory, file],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise CannotMeasure(f"the store cannot be filled: {done.stderr}")
    file.unlink()
