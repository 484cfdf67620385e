"""The sandbox of one process that runs tests."""

import time
from collections.abc import Callable
from contextlib import suppress

from bambleweeny.client.client import Client
from bambleweeny.client.sandboxes import Seed
from bambleweeny.errors import BambleweenyError, InvalidRequest, NotFound, Unauthorized

_TTL = "1h"
"""When the sandbox ends if the process is killed."""
_EXTEND_AFTER = 1200.0
"""In seconds, the age from which a test begins with a later end of the sandbox."""


class _Lent(Client):
    """A client that a test may close."""

    is_closed = False

    def close(self) -> None:
        self.is_closed = True
        super().close()


class World:
    """A sandbox that is reset for each test, extended in long runs, and deleted at the end."""

    def __init__(
        self,
        owner: Client,
        seed: Seed | None,
        name: str,
        *,
        url: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._owner = owner
        self._seed = seed
        self._name = name
        self._url = url
        self._clock = clock
        self.token, self._client, self._since = self._made()

    def fresh(self) -> Client:
        """Return a client of the sandbox, with the seed and nothing else in it.

        Snapshots that an earlier test made are deleted. One round trip.
        """
        client = self._open()
        try:
            if self._clock() - self._since >= _EXTEND_AFTER:
                with suppress(InvalidRequest):  # one without a login cannot be extended
                    client.sandboxes.extend(_TTL)
                self._since = self._clock()
            client.sandboxes.reset(delete_snapshots=True)
        except (NotFound, Unauthorized):
            # NOTE: it has ended, for example while the machine slept, or the server was restarted.
            client.close()
            self.token, self._client, self._since = self._made()
        return self._client

    def end(self) -> None:
        """Delete the sandbox, unless it has ended or the server is gone."""
        with self._open() as client, suppress(BambleweenyError):
            client.sandboxes.delete()
        self._owner.close()

    def _open(self) -> Client:
        if self._client.is_closed:
            self._client = _Lent(self._url, token=self.token)
        return self._client

    def _made(self) -> tuple[str, _Lent, float]:
        """Make the sandbox; return its token, a client of it, and when it was made."""
        since = self._clock()
        made = self._owner.sandboxes.create(self._seed, ttl=_TTL, name=self._name)
        made.close()
        token = made.token or ""
        return token, _Lent(self._url, token=token), since
