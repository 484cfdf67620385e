"""The key names in the Redis of the original Bambleweeny.

USER:<id>             string: JSON with username, hash (SHA-1 with a salt) and quota
KEY:<user>::<name>    string: the value
LIST:<user>::<name>   list: the newest item first
ROUTE:<uuid>          string: JSON with user_id, key and content_type
BIN:<uuid>            string: JSON with user_id and list
NUMRES:<user>, _USERID_, _B9Y_ID_, __SALT__, _LASTRUN_   its counters and its own state
"""

import re
from enum import IntEnum
from typing import NamedTuple

from bambleweeny.names import NAME_RULE, is_name, is_public_id, is_user_id

LAST_USER = "_USERID_"
NOBODY = -1
"""The owner of a name that contains no user id."""

_STATE = {b"_USERID_", b"_B9Y_ID_", b"__SALT__", b"_LASTRUN_"}
_OWNED = re.compile(rb"(KEY|LIST):(.*?)::(.*)", re.DOTALL).fullmatch
_BY_ITSELF = re.compile(rb"(USER|ROUTE|BIN):(.*)", re.DOTALL).fullmatch
_LONGEST_SHOWN = 80
LARGEST_ID = 10**15
"""The original counts users; a higher id is damage, and would leave few ids for new users."""


class Kind(IntEnum):
    """The kind of thing that a name is for, in the order of a user's data in a backup."""

    KEY = 0
    LIST = 1
    ROUTE = 2
    BIN = 3
    USER = 4
    OTHER = 5
    """Not the original's."""


class Name(NamedTuple):
    """A parsed name; `fault` says why it cannot be imported."""

    kind: Kind
    owner: int
    text: str
    fault: str = ""


def read_name(name: bytes) -> Name | None:
    """Parse a name; None for the original's internal state, which is not imported."""
    if name in _STATE or name.startswith(b"NUMRES:"):
        return None
    if found := _OWNED(name):
        return _read_owned(Kind[found[1].decode()], _text(found[2]), _text(found[3]))
    if found := _BY_ITSELF(name):
        return _read_by_itself(Kind[found[1].decode()], _text(found[2]))
    return Name(Kind.OTHER, NOBODY, _text(name), "not the original's")


def shown(text: str) -> str:
    """Return a text of the original in quotes, on one line and shortened."""
    line = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text[: _LONGEST_SHOWN + 1]
    )
    return f"'{line[:_LONGEST_SHOWN]}...'" if len(line) > _LONGEST_SHOWN else f"'{line}'"


def is_original_id(text: str) -> bool:
    """Return whether a text is a user id, with room for the ids of later users."""
    return is_user_id(text) and int(text) <= LARGEST_ID


def _read_owned(kind: Kind, owner: str, text: str) -> Name:
    if not is_original_id(owner):
        return Name(kind, NOBODY, text, f"its owner {shown(owner)} is no user")
    fault = "" if is_name(text) else f"its name cannot be used: {NAME_RULE}"
    return Name(kind, int(owner), text, fault)


def _read_by_itself(kind: Kind, text: str) -> Name:
    if kind is Kind.USER:
        is_good = is_original_id(text)
        return Name(kind, int(text) if is_good else NOBODY, text, "" if is_good else "no such id")
    return Name(kind, NOBODY, text, "" if is_public_id(text) else "its id is not a UUID")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")
