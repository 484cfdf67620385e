"""The topologies of an engine: a single server, Sentinel, or Cluster.

One thread at a time uses a connection. All connections to an engine share what they know of it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from hiredis import ReplyError

from bambleweeny.errors import StoreUnavailable
from bambleweeny.store.client.cluster import ClusterConnection, SlotMap
from bambleweeny.store.client.link import Command, Link, ask_first
from bambleweeny.store.client.url import Address, EngineUrl

_LONG_RETRY_SECONDS = 30.0


class Connection(Protocol):
    """A connection to an engine of any topology."""

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands and return their replies, with errors as values."""

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""


class Engine:
    """An engine and the knowledge that all connections to it share.

    `retry_seconds` is how long a command is sent again while its slot of a Cluster moves; at least
    half a second.
    """

    def __init__(
        self, url: EngineUrl, slot_map: SlotMap | None = None, retry_seconds: float = 0
    ) -> None:
        self.url = url
        self.slot_map = slot_map or SlotMap(url.addresses)
        self._retry_seconds = retry_seconds

    def with_long_retry(self) -> "Engine":
        """Return the same engine, whose connections wait up to 30 seconds for a slot that moves."""
        return Engine(self.url, self.slot_map, _LONG_RETRY_SECONDS)

    def connection(self) -> Connection:
        """Return a new connection to the engine; it connects on first use."""
        if self.url.kind == "sentinel":
            return SentinelConnection(self)
        if self.url.kind == "cluster":
            return ClusterConnection(self.slot_map, self._retry_seconds)
        return Link(self.url.addresses[0])

    def any_link(self) -> Link:
        """Return a link to a server that gets the pub/sub messages of the whole engine."""
        if self.url.kind == "cluster":
            return Link(self.slot_map.master_of(None))
        return (
            Link(self.find_master()) if self.url.kind == "sentinel" else Link(self.url.addresses[0])
        )

    def hears_all(self, address: Address) -> bool:
        """Return whether a server still gets the messages of the whole engine.

        It does not after it has left its Cluster.
        """
        return self.url.kind != "cluster" or self.slot_map.has(address)

    def find_master(self) -> Address:
        """Ask the Sentinels in order for the address of the master."""
        sentinels = [
            replace(address, username=None, password=self.url.sentinel_password, database=0)
            for address in self.url.addresses
        ]
        _, [host, port] = ask_first(
            sentinels, ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.url.master)
        )
        return self.url.addresses[0].at(host.decode(), int(port))


class SentinelConnection:
    """A link to the master that the Sentinels name."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._link: Link | None = None

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands to the master.

        After a READONLY error or a broken connection, the next call asks the Sentinels again.
        """
        if self._link is None:
            self._link = Link(self._engine.find_master())
        try:
            replies = self._link.ask(commands)
        except StoreUnavailable:
            self.close()
            raise
        if any(isinstance(r, ReplyError) and "READONLY" in str(r) for r in replies):
            self.close()
        return replies

    def close(self) -> None:
        """Close the link."""
        if self._link:
            self._link.close()
            self._link = None
