"""One-time codes with which a user sets a password: of an invitation or a reset."""

import hashlib
import hmac
import secrets
from typing import NamedTuple

from bambleweeny.errors import InvalidRequest
from bambleweeny.names import is_user_id

INVITATION_SECONDS = 7 * 86400
RESET_SECONDS = 86400
_SHORTEST, _LONGEST = 60, 30 * 86400
_PREFIX = "b9y_code_"
_RANDOM_BYTES = 20
CODE_FIELDS = ("code", "code_ends")
"""The fields of a user's record: the SHA-256 of its code, and when that expires, in seconds."""


class OpenCode(NamedTuple):
    """A new code, which is shown once, and the seconds for which it is valid."""

    text: str
    expires_in: int

    def stored(self, now: float) -> list[str | int]:
        """Return the record's fields and values, as arguments of HSET."""
        return ["code", digest_of(self.text), "code_ends", int(now) + self.expires_in]


def new_code(user_id: str, seconds: int) -> OpenCode:
    """Return a random code of 160 bits; InvalidRequest unless it is valid for 1m to 30d."""
    if not _SHORTEST <= seconds <= _LONGEST:
        raise InvalidRequest("The 'ttl' of a code is within 1m and 30d.")
    return OpenCode(f"{_PREFIX}{user_id}_{secrets.token_hex(_RANDOM_BYTES)}", seconds)


def user_of(code: str) -> str:
    """Return the id of the user that a code names, or "" if it has not the form of a code."""
    user_id, mark, _ = code.removeprefix(_PREFIX).partition("_")
    return user_id if code.startswith(_PREFIX) and mark and is_user_id(user_id) else ""


def is_open(code: str, digest: bytes | None, ends: bytes | None, now: float) -> bool:
    """Return whether a code is the one of a record, and has not expired."""
    is_same = hmac.compare_digest(digest_of(code).encode(), digest or b"")
    return is_same and now < int(ends or 0)


def digest_of(code: str) -> str:
    """Return the SHA-256 of a code."""
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
