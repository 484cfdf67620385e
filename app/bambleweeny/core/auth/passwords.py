"""Password hashes (argon2id); the number of concurrent hashes is bounded. Random passwords."""

import secrets
import string
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bambleweeny.errors import Busy, InvalidRequest
from bambleweeny.names import LONGEST_PASSWORD

# NOTE: no hyphen, since a command line would parse some passwords as options.
_LETTERS = string.ascii_letters + string.digits
_LENGTH = 16


def new_password() -> str:
    """Return a random password: 16 letters and digits, 95 bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


class Passwords:
    """Hashes and verifies passwords. At most `at_once` hashes run in this process, and at most
    `queue` more wait, up to `queue_timeout` seconds. Any further one raises Busy, so that a flood
    of logins blocks few threads.
    """

    def __init__(
        self,
        *,
        memory_kib: int = 19 * 1024,
        time_cost: int = 2,
        at_once: int = 2,
        queue: int = 4,
        queue_timeout: float = 10.0,
    ) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._hash_slots = BoundedSemaphore(at_once)
        self._admitted = BoundedSemaphore(at_once + queue)
        self._queue_timeout = queue_timeout

    def hash(self, password: str) -> str:
        """Hash a password; raise InvalidRequest if it is empty or over 1,024 characters."""
        if not 1 <= len(password) <= LONGEST_PASSWORD:
            raise InvalidRequest(f"The password must have 1 to {LONGEST_PASSWORD} characters.")
        with self._hash_slot():
            return self._hasher.hash(_encoded(password))

    def verify(self, hashed: str | None, password: str) -> bool:
        """Return whether the password matches; without a hash it takes the same time."""
        if len(password) > LONGEST_PASSWORD:
            return False
        with self._hash_slot():
            if hashed is None:
                self._hasher.hash(_encoded(password))
                return False
            try:
                return self._hasher.verify(hashed, _encoded(password))
            except (VerificationError, InvalidHashError):
                return False

    @contextmanager
    def _hash_slot(self) -> Iterator[None]:
        if not self._admitted.acquire(blocking=False):
            raise Busy()
        try:
            if not self._hash_slots.acquire(timeout=self._queue_timeout):
                raise Busy()
            try:
                yield
            finally:
                self._hash_slots.release()
        finally:
            self._admitted.release()


def _encoded(password: str) -> bytes:
    # NOTE: JSON can carry a lone surrogate, which UTF-8 cannot.
    return password.encode("utf-8", "surrogatepass")
