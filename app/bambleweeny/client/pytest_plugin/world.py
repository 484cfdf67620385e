"""The sandbox of one process that runs tests."""

import time
from collections.abc import Callable
from contextlib import suppress

from bambleweeny.client.client import Client
from bambleweeny.client.sandboxes import Sandbox, Seed
from bambleweeny.errors import BambleweenyError, InvalidRequest, NotFound, Unauthorized

_TTL = "1h"
"""When the sandbox ends if the process is killed."""
_EXTEND_AFTER = 1200.0
"""In seconds, the age from which a test begins with a later end of the sandbox."""


class World:
    """A sandbox that is reset for each test, extended in long runs, and deleted at the end."""

    def __init__(
        self,
        owner: Client,
        seed: Seed | None,
        name: str,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._owner = owner
        self._seed = seed
        self._name = name
        self._clock = clock
        self._since = clock()
        self._sandbox = self._made()

    def fresh(self) -> Client:
        """Return the client of the sandbox, with the seed and nothing else in it."""
        try:
            if self._clock() - self._since >= _EXTEND_AFTER:
                with suppress(InvalidRequest):  # one without a login cannot be extended
                    self._sandbox.extend(_TTL)
                self._since = self._clock()
            self._sandbox.reset()
        except (NotFound, Unauthorized):
            # NOTE: it has ended, for example while the machine slept, or the server was restarted.
            self._sandbox.close()
            self._sandbox = self._made()
        return self._sandbox.client()

    def end(self) -> None:
        """Delete the sandbox, unless it has ended or the server is gone."""
        with suppress(BambleweenyError):
            self._sandbox.delete()
        self._sandbox.close()
        self._owner.close()

    def _made(self) -> Sandbox[Client]:
        self._since = self._clock()
        return self._owner.sandboxes.create(self._seed, ttl=_TTL, name=self._name)
