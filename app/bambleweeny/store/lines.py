"""The ways to an engine: straight, by Sentinel's word, or by a Cluster's map of slots.

Each is used by one thread at a time, as a link is, and shares what it has learned
with the others of its engine.
"""

import binascii
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from hiredis import ReplyError

from bambleweeny.errors import StoreUnavailable
from bambleweeny.store.link import Command, Link
from bambleweeny.store.url import EngineUrl, Place

_SLOTS = 16384
_MOST_REDIRECTIONS = 5
_WITHOUT_KEY = {"PING", "INFO", "DBSIZE", "CLIENT", "BGSAVE", "CONFIG", "FLUSHALL", "WAIT"}


class Line(Protocol):
    """What the store asks of a way to an engine."""

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands and give their replies, errors as values."""

    def close(self) -> None:
        """Close its connections; the next use opens others."""


class Engine:
    """An engine somewhere, as all lines to it know it."""

    def __init__(self, url: EngineUrl) -> None:
        self.url = url
        self._lock = threading.Lock()
        self._known = url.places
        self._slots: list[tuple[int, int, Place]] = []

    def line(self) -> Line:
        """Give a new way to the engine; it connects when first used."""
        if self.url.kind == "sentinel":
            return SentinelLine(self)
        if self.url.kind == "cluster":
            return ClusterLine(self)
        return Link(self.url.places[0])

    def any_link(self) -> Link:
        """Give a link to a server where messages of the whole engine arrive."""
        if self.url.kind == "cluster":
            return Link(self.slots()[0][2])
        return Link(self.find_master()) if self.url.kind == "sentinel" else Link(self.url.places[0])

    def find_master(self) -> Place:
        """Ask the Sentinels, one after the other, where the master is now."""
        sentinels = [
            replace(place, username=None, password=self.url.sentinel_password, database=0)
            for place in self.url.places
        ]
        _, [host, port] = _first_list(
            sentinels, ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.url.master)
        )
        return self.url.places[0].at(host.decode(), int(port))

    def slots(self) -> list[tuple[int, int, Place]]:
        """Give the map of slots, asking for it where it is not known."""
        with self._lock:
            if not self._slots:
                asked, rows = _first_list(self._known, ("CLUSTER", "SLOTS"))
                self._slots = [_slot_range(row, asked) for row in rows]
                masters = {place: None for _, _, place in self._slots}
                self._known = tuple(masters | dict.fromkeys(self.url.places))
            return self._slots

    def forget_slots(self) -> None:
        """Ask for the map again before it is next used."""
        with self._lock:
            self._slots = []


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


class ClusterLine:
    """Links to the masters of a Cluster, each command sent to that of its slot."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._links: dict[Place, Link] = {}

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """Send each command to the master of its key's slot; no order between slots.

        A command that is told to go elsewhere was not done there, and goes. A WAIT at
        the end stands for one after the commands of each master; its reply is the least.
        """
        tail = [command for command in commands[-1:] if command[0] == "WAIT"]
        commands = commands[: len(commands) - len(tail)]
        counts: list[int] = []
        replies: list[Any] = [None] * len(commands)
        groups: dict[Place, list[int]] = {}
        for index, command in enumerate(commands):
            groups.setdefault(self._place_of(command), []).append(index)
        for place, indexes in groups.items():
            answered = self._ask_at(place, [*(commands[i] for i in indexes), *tail])
            counts += answered[len(indexes) :]
            for index, reply in zip(indexes, answered, strict=False):
                replies[index] = self._follow([commands[index], *tail], reply, counts)
        return [*replies, min(counts)] if tail else replies

    def close(self) -> None:
        """Close every link."""
        for link in self._links.values():
            link.close()
        self._links.clear()

    def _place_of(self, command: Command) -> Place:
        slots = self._engine.slots()
        key = _key_of(command)
        if key is None:
            return slots[0][2]
        slot = slot_of(key)
        for first, last, place in slots:
            if first <= slot <= last:
                return place
        self._engine.forget_slots()
        raise StoreUnavailable()

    def _ask_at(self, place: Place, commands: Sequence[Command]) -> list[Any]:
        link = self._links.get(place)
        if link is None:
            link = self._links[place] = Link(place)
        try:
            return link.ask(commands)
        except StoreUnavailable:
            self._engine.forget_slots()
            raise

    def _follow(self, commands: Sequence[Command], reply: Any, counts: list[int]) -> Any:
        for _ in range(_MOST_REDIRECTIONS):
            text = str(reply) if isinstance(reply, ReplyError) else ""
            kind, _, rest = text.partition(" ")
            if kind not in ("MOVED", "ASK"):
                return reply
            host, _, port = rest.split()[1].rpartition(":")
            place = self._engine.url.places[0].at(host, int(port))
            if kind == "MOVED":
                self._engine.forget_slots()
                reply, *more = self._ask_at(place, commands)
            else:
                _, reply, *more = self._ask_at(place, [("ASKING",), *commands])
            counts += more
        raise StoreUnavailable()


def slot_of(key: bytes) -> int:
    """Give the slot of a key: that of its hash tag, if it has one."""
    start = key.find(b"{")
    end = key.find(b"}", start + 1)
    if start >= 0 and end > start + 1:
        key = key[start + 1 : end]
    return binascii.crc_hqx(key, 0) % _SLOTS


def _key_of(command: Command) -> bytes | None:
    name = str(command[0])
    if name in _WITHOUT_KEY:
        return None
    key = command[3] if name in ("EVAL", "EVALSHA") else command[1]
    return key if isinstance(key, bytes) else str(key).encode()


def _first_list(places: Sequence[Place], command: Command) -> tuple[Place, list[Any]]:
    """Ask servers one after the other until one answers with a list that is not empty."""
    reason: Exception | None = None
    for place in places:
        link = Link(place)
        try:
            [reply] = link.ask([command])
        except StoreUnavailable as ex:
            reason = ex.__cause__ if isinstance(ex.__cause__, Exception) else ex
        else:
            if isinstance(reply, list) and reply:
                return place, reply
            reason = reply if isinstance(reply, ReplyError) else ReplyError("it knows no master")
        finally:
            link.close()
    raise StoreUnavailable() from reason


def _slot_range(row: list[Any], asked: Place) -> tuple[int, int, Place]:
    host = row[2][0].decode() if row[2][0] else asked.host
    return row[0], row[1], asked.at(host, row[2][1])
