"""Parsing and validation of a backup; nothing in the file is trusted."""

import hashlib
import re
from collections.abc import Callable, Iterator
from typing import IO, TypeVar

import msgspec

from bambleweeny.core.auth.users import ADMIN_ID, ADMIN_NAME, LARGEST_QUOTA
from bambleweeny.core.bins.bin_documents import completed_document
from bambleweeny.core.mocks.routes import load
from bambleweeny.core.tenants.usage import LARGEST_MAX_BYTES
from bambleweeny.core.texts import BOM
from bambleweeny.core.topics import id_in_order, is_message_id
from bambleweeny.core.transfer.backup_format import (
    LIMITS,
    VERSION,
    Bin,
    End,
    Header,
    Item,
    Key,
    Line,
    List,
    Message,
    Owned,
    Record,
    Route,
    Topic,
    User,
)
from bambleweeny.core.transfer.restored_lists import is_possible_item, is_possible_list
from bambleweeny.errors import BambleweenyError
from bambleweeny.names import is_media_type, is_part_of_name, is_public_id, is_user_id, is_username
from bambleweeny.store import schema

_LONGEST_HEADER = 4096
_LONGEST_LINE = 1 << 30
_LATEST = 1 << 53
_is_number = re.compile(r"[0-9]{1,16}").fullmatch
_is_rate = re.compile(r"[0-9a-z./]{1,32}").fullmatch

_T = TypeVar("_T", Header, Line)


class BackupRefused(Exception):
    """The file is not a backup that can be restored; the message says why."""


def read_header(file: IO[bytes]) -> tuple[Header, bytes]:
    """Read the first line; return the header and the line. Raises BackupRefused."""
    data = _as_written(file.readline(_LONGEST_HEADER).removeprefix(BOM))
    header = _decode(data, Header) if data.endswith(b"\n") else None
    if header is None or header.last_user < 0:
        raise BackupRefused("The file is not a backup of Bambleweeny.")
    if header.version != VERSION or not 1 <= header.layout <= schema.VERSION:
        raise BackupRefused(
            f"The backup was written by Bambleweeny {header.by} in a form that this version does "
            "not know; use a newer Bambleweeny."
        )
    return header, data


def read_records(file: IO[bytes], advance: Callable[[int], None]) -> Iterator[Record]:
    """Yield the records of a backup, and pass the number of bytes read to `advance`.

    Raises BackupRefused at the first error, or at the end if the counts or the digest differ.
    Accepts Windows line ends and a byte order mark. O(size); the memory holds the users, and
    the lists of one user.
    """
    file.seek(0)
    header, data = read_header(file)
    digest, counted, rules, number = hashlib.sha256(data), End(), _Rules(header), 1
    advance(file.tell())
    while True:
        number += 1
        read = file.readline(_LONGEST_LINE)
        data = _as_written(read)
        if not data.endswith(b"\n"):
            raise BackupRefused(f"The backup is cut off: it has no end after line {number - 1}.")
        line = _decode(data, Line)
        content = line.content() if line else None
        if isinstance(content, End):
            advance(len(read))
            break
        if content is None or not rules.allow(content):
            raise BackupRefused(f"The backup is damaged: line {number} is not as it was written.")
        digest.update(data)
        counted.count(content)
        yield content
        advance(len(read))
    counted.sha256 = digest.hexdigest()
    if content != counted or file.read(1):
        raise BackupRefused(
            "The backup is damaged: its last line does not match the lines before it."
        )


def _as_written(line: bytes) -> bytes:
    """Undo the change that a transfer in text mode makes to a line end."""
    return line[:-2] + b"\n" if line.endswith(b"\r\n") else line


def _decode(data: bytes, form: type[_T]) -> _T | None:
    try:
        return msgspec.json.decode(data, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


class _Rules:
    """The rules for a record, given the records before it."""

    def __init__(self, header: Header) -> None:
        self._last_user = header.last_user
        self._ids: set[str] = set()
        self._names: set[str] = set()
        self._lists: dict[tuple[str, str], tuple[int, int]] = {}
        self._user = self._list = self._topic = ""
        self._message = (0, 0)

    def allow(self, record: Record) -> bool:
        """Return whether the record is valid after those before it."""
        if isinstance(record, User):
            return self._allows_user(record)
        return record.owner == self._user and self._allows_owned(record)

    def _allows_user(self, user: User) -> bool:
        is_new = user.id not in self._ids and user.name not in self._names
        is_admin = user.id == ADMIN_ID
        self._ids.add(user.id)
        self._names.add(user.name)
        self._user, self._list, self._lists, self._topic = user.id, "", {}, ""
        return (
            is_new
            and is_user_id(user.id)
            and is_username(user.name)
            and is_admin == (user.role == "admin") == (user.name == ADMIN_NAME)
            and 0 <= user.quota <= LARGEST_QUOTA
            and user.hash.isascii()
            and _are_possible_limits(user.limits)
        )

    def _allows_owned(self, record: Owned) -> bool:
        match record:
            case Key():
                return (
                    is_part_of_name(record.name)
                    and 0 <= record.expires < _LATEST
                    and (not record.content_type or is_media_type(record.content_type))
                )
            case List():
                return is_part_of_name(record.name) and is_possible_list(record)
            case Item():
                return (
                    is_part_of_name(record.list)
                    and is_possible_item(record)
                    and self._is_next(record)
                )
            case Topic():
                self._topic, self._message = record.name, (0, 0)
                return is_part_of_name(record.name)
            case Message():
                return record.topic == self._topic and self._follows(record)
            case Route():
                return is_public_id(record.id) and _is_possible_route(record)
            case Bin():
                return is_public_id(record.id) and _is_possible_bin(record)

    def _is_next(self, item: Item) -> bool:
        order_key = (item.list, item.state)
        last = self._lists.get(order_key, (-1, -1))
        self._lists[order_key] = (item.at, item.id)
        return last < (item.at, item.id)

    def _follows(self, message: Message) -> bool:
        if not is_message_id(message.id) or not is_media_type(message.type or "a/b"):
            return False
        last, self._message = self._message, id_in_order(message.id)
        return last < self._message


def _are_possible_limits(limits: dict[str, str]) -> bool:
    numbers = [text for field, text in limits.items() if field != "rate"]
    return (
        limits.keys() <= set(LIMITS)
        and all(map(_is_number, numbers))
        and all(int(number) <= LARGEST_MAX_BYTES for number in numbers)
        and bool(_is_rate(limits.get("rate", "0")))
    )


def _is_possible_route(route: Route) -> bool:
    if not route.document:
        return is_part_of_name(route.key) and is_media_type(route.content_type)
    try:
        load(route.document.encode())
    except (BambleweenyError, UnicodeEncodeError):
        return False
    return True


def _is_possible_bin(one: Bin) -> bool:
    if not one.document:
        return is_part_of_name(one.list)
    try:
        document = one.document.encode()
        return completed_document(document, None) == document
    except (BambleweenyError, UnicodeEncodeError):
        return False
