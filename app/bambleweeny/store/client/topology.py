"""The ways to an engine: straight, by Sentinel's word, or by a Cluster's map of slots.

Each is used by one thread at a time, as a link is, and shares what it has learned
with the others of its engine.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from hiredis import ReplyError

from bambleweeny.errors import StoreUnavailable
from bambleweeny.store.client.cluster import ClusterLine, SlotMap
from bambleweeny.store.client.link import Command, Link, ask_first
from bambleweeny.store.client.url import EngineUrl, Place

_PATIENCE_SECONDS = 30.0


class Line(Protocol):
    """What the store asks of a way to an engine."""

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands and give their replies, errors as values."""

    def close(self) -> None:
        """Close its connections; the next use opens others."""


class Engine:
    """An engine somewhere, as all lines to it know it.

    `patience` is for how many seconds at most a command waits for a slot of a Cluster that
    moves to another node, where it is more than a line's own half second.
    """

    def __init__(
        self, url: EngineUrl, slot_map: SlotMap | None = None, patience: float = 0
    ) -> None:
        self.url = url
        self.slot_map = slot_map or SlotMap(url.places)
        self._patience = patience

    def patient(self) -> "Engine":
        """Return the same engine, whose lines wait up to 30 seconds for a slot that moves."""
        return Engine(self.url, self.slot_map, _PATIENCE_SECONDS)

    def line(self) -> Line:
        """Give a new way to the engine; it connects when first used."""
        if self.url.kind == "sentinel":
            return SentinelLine(self)
        if self.url.kind == "cluster":
            return ClusterLine(self.slot_map, self._patience)
        return Link(self.url.places[0])

    def any_link(self) -> Link:
        """Give a link to a server where messages of the whole engine arrive."""
        if self.url.kind == "cluster":
            return Link(self.slot_map.master_of(None))
        return Link(self.find_master()) if self.url.kind == "sentinel" else Link(self.url.places[0])

    def hears_all(self, place: Place) -> bool:
        """Return whether messages of the whole engine still arrive at a server.

        They do not where it has left its Cluster.
        """
        return self.url.kind != "cluster" or self.slot_map.has(place)

    def find_master(self) -> Place:
        """Ask the Sentinels, one after the other, where the master is now."""
        sentinels = [
            replace(place, username=None, password=self.url.sentinel_password, database=0)
            for place in self.url.places
        ]
        _, [host, port] = ask_first(
            sentinels, ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.url.master)
        )
        return self.url.places[0].at(host.decode(), int(port))


class SentinelLine:
    """A link to the master that the Sentinels name."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._link: Link | None = None

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands to the master.

        A server that is not the master any more is left: the next call asks for the
        new one, as it does after a broken connection.
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
