"""The embedded engine's append-only file: is it whole before the engine opens it?

The engine itself takes a damaged length for a file that was cut off there, and drops
all that follows. So every start reads the file first.
"""

from pathlib import Path
from typing import BinaryIO

from bambleweeny.store.client.protocol import ProtocolError, Reader, pack_command

_CHUNK = 1 << 20
_NEXT_COMMAND = b"\r\n*"


class Damaged(Exception):
    """The file is damaged in the middle; the sentence says where."""


def check_append_only_file(path: Path) -> int:
    """Give how many bytes at the end are of a command that was cut off; mostly 0.

    Such a command was never answered. Raises Damaged where the file cannot be read up
    to there, and leaves it as it is. What stands within a value is not checked. O(size),
    some 100 MB a second.
    """
    if not path.exists():
        return 0
    with open(path, "rb") as file:
        if file.read(5) == b"REDIS":
            return 0  # a snapshot stands first, whose checksum the engine verifies
        file.seek(0)
        whole = _length_of_whole_commands(file, path)
        file.seek(whole)
        rest = file.read()
    # NOTE: a command that was cut off is the last one; with others behind it, it is damage.
    if _NEXT_COMMAND in rest:
        raise Damaged(_sentence(path, whole))
    return len(rest)


def _length_of_whole_commands(file: BinaryIO, path: Path) -> int:
    reader, length = Reader(), 0
    try:
        while chunk := file.read(_CHUNK):
            reader.feed(chunk)
            while (command := reader.gets()) is not False:
                if not isinstance(command, list):
                    raise Damaged(_sentence(path, length))
                length += len(pack_command(tuple(command)))
    except (ProtocolError, TypeError) as ex:
        raise Damaged(_sentence(path, length)) from ex
    return length


def _sentence(path: Path, offset: int) -> str:
    return (
        f"{path} is damaged at byte {offset} and was left as it is; restore it from a backup, or "
        f"keep a copy and cut it there (truncate -s {offset}) to go on with what stands before."
    )
