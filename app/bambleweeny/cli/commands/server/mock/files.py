"""The files of a mock: what they say, and whether they have changed since."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bambleweeny.cli.arguments.documents import read_to_import
from bambleweeny.cli.arguments.inputs import STANDARD
from bambleweeny.cli.failures import CommandFailed

_SETTLED_SECONDS = 0.05
_MOST_ROUNDS = 40

_Stamp = tuple[int, int, int] | None


class Part(NamedTuple):
    """What one file says: its name, its format, and its JSON."""

    name: str
    format: str
    text: bytes


class Files:
    """The files of a mock. Standard input is read once."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._stamps: list[_Stamp] = []
        self._given: Part | None = None

    def read(self) -> list[Part]:
        """Read all files; CommandFailed names the one that cannot be used."""
        self._stamps = self._stamps_now()
        return [self._read(name) for name in self._names]

    def have_changed(self) -> bool:
        """Return whether a file was written, replaced or removed since `read`.

        Waits until the writer has finished: until 50 ms pass without a change, 2 s at most.
        """
        stamps = self._stamps_now()
        if stamps == self._stamps:
            return False
        for _ in range(_MOST_ROUNDS):
            time.sleep(_SETTLED_SECONDS)
            before, stamps = stamps, self._stamps_now()
            if stamps == before:
                break
        return True

    def _stamps_now(self) -> list[_Stamp]:
        return [_stamp_of(name) for name in self._names if name != STANDARD]

    def _read(self, name: str) -> Part:
        if name == STANDARD and self._given:
            return self._given
        try:
            text, format = read_to_import(name)
        except OSError as ex:
            raise CommandFailed(f"Cannot read {name}: {ex.strerror or ex}.") from ex
        except CommandFailed as ex:
            raise CommandFailed(f"{name}: {ex}", hint=ex.hint) from ex
        part = Part(name, format, text)
        if name == STANDARD:
            self._given = part
        return part


def _stamp_of(name: str) -> _Stamp:
    try:
        # NOTE: a save may replace the file, so its inode counts, too.
        found = Path(name).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
