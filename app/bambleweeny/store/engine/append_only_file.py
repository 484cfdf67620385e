"""Check of the embedded engine's append-only file before each start.

The engine treats a damaged length as the end of a file that was cut off, and drops all that
follows. So the server reads the whole file first.
"""

from pathlib import Path
from typing import BinaryIO

from bambleweeny.store.client.protocol import ProtocolError, Reader, pack_command

_CHUNK = 1 << 20
_NEXT_COMMAND = b"\r\n*"


class Damaged(Exception):
    """The file is damaged in the middle; the message says where."""


def check_append_only_file(path: Path) -> int:
    """Return the length of an incomplete command at the end of the file; usually 0.

    The server never acknowledged that command. Raises Damaged, and leaves the file unchanged, if
    anything before it cannot be parsed. The contents of values are not checked. O(size), about
    100 MB a second.
    """
    if not path.exists():
        return 0
    with open(path, "rb") as file:
        if file.read(5) == b"REDIS":
            return 0  # the file begins with a snapshot, whose checksum the engine verifies
        file.seek(0)
        whole = _length_of_whole_commands(file, path)
        file.seek(whole)
        rest = file.read()
    # NOTE: only the last command can be cut off; if others follow, the file is damaged.
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
        f"keep a copy and cut it there (truncate -s {offset}) to continue with the data before it."
    )
