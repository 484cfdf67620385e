"""What names a route or a bin: its id, or `@USER/NAME`."""

import re
from typing import NamedTuple

from bambleweeny.names import is_public_id, is_public_owner

_NAME = re.compile(r"(?!\.+$)[A-Za-z0-9_.-]{1,64}", re.ASCII).fullmatch

NAME_RULE = "Use 1 to 64 of A-Z a-z 0-9 _ . -, not dots alone."


class Reference(NamedTuple):
    """A route or bin by its id, or by its owner and its name."""

    id: str = ""
    user: str = ""
    name: str = ""


def is_public_name(text: str) -> bool:
    """Return whether a text can name a route or a bin of a user."""
    return _NAME(text) is not None


def reference_of(text: str) -> Reference | None:
    """Read a uuid or `@USER/NAME`; None if it is neither.

    In a sandbox of USER the name begins with `@USER~ID/`.
    """
    if not text.startswith("@"):
        return Reference(id=text) if is_public_id(text) else None
    user, _, name = text[1:].partition("/")
    if is_public_owner(user) and is_public_name(name):
        return Reference(user=user, name=name)
    return None
