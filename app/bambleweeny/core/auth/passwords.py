"""Password hashes (argon2id) in a bounded number of places. Random passwords."""

import secrets
import string

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bambleweeny.core.auth.hashing_places import HashingPlaces
from bambleweeny.errors import InvalidRequest
from bambleweeny.names import LONGEST_PASSWORD

# NOTE: no hyphen, since a command line would parse some passwords as options.
_LETTERS = string.ascii_letters + string.digits
_LENGTH = 16

_OF_SERVER = "server"
"""The origin of hashes that belong to no login: those of new passwords."""


def new_password() -> str:
    """Return a random password: 16 letters and digits, 95 bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


class Passwords:
    """Hashes and verifies passwords. At most `at_once` hashes run in this process, and at most
    `queue` more wait, up to `queue_timeout` seconds. Any further one raises Busy, so that a flood
    of logins blocks few threads. The addresses of clients share the places fairly: at most
    `queue_of_one` of an address wait (see HashingPlaces).
    """

    def __init__(
        self,
        *,
        memory_kib: int = 19 * 1024,
        time_cost: int = 2,
        at_once: int = 2,
        queue: int = 10,
        queue_of_one: int = 5,
        queue_timeout: float = 10.0,
    ) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._places = HashingPlaces(at_once, queue, queue_of_one, queue_timeout)

    def hash(self, password: str) -> str:
        """Hash a password; raise InvalidRequest if it is empty or over 1,024 characters."""
        if not 1 <= len(password) <= LONGEST_PASSWORD:
            raise InvalidRequest(f"The password must have 1 to {LONGEST_PASSWORD} characters.")
        with self._places.hashing(_OF_SERVER):
            return self._hasher.hash(_encoded(password))

    def verify(
        self,
        hashed: str | None,
        password: str,
        origin: str = _OF_SERVER,
        *,
        is_known: bool = False,
    ) -> bool:
        """Return whether the password matches; without a hash it takes the same time.

        `origin` is the address of the client, and `is_known` says that the user has logged in
        from there before.
        """
        if len(password) > LONGEST_PASSWORD:
            return False
        with self._places.hashing(origin, is_known=is_known):
            if hashed is None:
                self._hasher.hash(_encoded(password))
                return False
            try:
                return self._hasher.verify(hashed, _encoded(password))
            except (VerificationError, InvalidHashError):
                return False


def _encoded(password: str) -> bytes:
    # NOTE: JSON can carry a lone surrogate, which UTF-8 cannot.
    return password.encode("utf-8", "surrogatepass")
