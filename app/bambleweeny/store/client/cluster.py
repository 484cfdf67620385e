"""A Redis Cluster: the map of its slots, and commands that go to the masters of their keys.

While a slot moves to another node, its keys are on two nodes, and a node refuses a command
whose keys it does not all have. A refused command has changed nothing, so that it follows a
redirection, or is tried again. A script that declares a name that is never there, beside its
tenant's record, is refused for as long as its slot is on the move (see `Tenant.declared`).
"""

import binascii
import threading
import time
from collections.abc import Sequence
from typing import Any

from hiredis import ReplyError

from bambleweeny.errors import StoreUnavailable
from bambleweeny.store.client.link import Command, Link, ask_first
from bambleweeny.store.client.url import Place

_SLOTS = 16384
_WITHOUT_KEY = {"PING", "INFO", "DBSIZE", "CLIENT", "BGSAVE", "CONFIG", "FLUSHALL", "WAIT"}
_REDIRECTIONS = ("MOVED", "ASK")
_ASTRAY = ("CLUSTERDOWN", "LOADING", "MASTERDOWN", "READONLY")
"""A node that answers so is away or a replica: the map of slots may name another one."""
_MOST_REDIRECTIONS = 5
_MOST_READINGS = 5
_FIRST_PAUSE_SECONDS = 0.001
_LONGEST_PAUSE_SECONDS = 0.032
_MOVE_SECONDS = 0.5
"""A request waits for its slot only until so long after the first refusal of the move, so
that the move of a large slot does not hold every thread for as long as it takes."""
_MOVES_APART_SECONDS = 1.0
_MOST_MOVES = 1000
_MOST_PATIENT = 4
"""So many threads of a process wait for a slot longer than that."""


class SlotMap:
    """Which master has which slot, as the lines to one Cluster know it; safe between threads."""

    def __init__(self, places: tuple[Place, ...]) -> None:
        self._given = places
        self._known = places
        self._lock = threading.Lock()
        self._ranges: list[tuple[int, int, Place]] = []
        self._moves: dict[int | None, tuple[float, float]] = {}
        self.patient_places = threading.BoundedSemaphore(_MOST_PATIENT)

    def ranges(self) -> list[tuple[int, int, Place]]:
        """Return first slot, last slot and master of each range; asks where it is not known."""
        with self._lock:
            if not self._ranges:
                asked, rows = ask_first(self._known, ("CLUSTER", "SLOTS"))
                self._ranges = [_range(row, asked) for row in rows]
                masters = {place: None for _, _, place in self._ranges}
                self._known = tuple(masters | dict.fromkeys(self._given))
            return self._ranges

    def forget(self) -> None:
        """Ask for the map again before it is next used."""
        with self._lock:
            self._ranges = []

    def master_of(self, slot: int | None) -> Place:
        """Return the master of a slot; any master for None."""
        ranges = self.ranges()
        for first, last, place in ranges:
            if slot is None or first <= slot <= last:
                return place
        self.forget()
        raise StoreUnavailable()

    def has(self, place: Place) -> bool:
        """Return whether a server is one of the masters, by what the Cluster says now."""
        self.forget()
        return any(place == master for _, _, master in self.ranges())

    def _known_master_of(self, slot: int) -> Place | None:
        with self._lock:
            found = (place for first, last, place in self._ranges if first <= slot <= last)
            return next(found, None)

    def redirected(self, text: str, asked: Place) -> Place | None:
        """Return the node that `MOVED 42 host:port` or `ASK 42 host:port` names.

        Without a host it is on the host of the node that answered; None where the host is
        not known, which an engine writes as `?`.
        """
        kind, slot, address = text.split()[:3]
        host, _, port = address.rpartition(":")
        place = None if host == "?" else asked.at(host.strip("[]") or asked.host, int(port))
        if kind == "MOVED" and place != self._known_master_of(int(slot)):
            self.forget()
        return self.master_of(int(slot)) if kind == "MOVED" and place is None else place

    def is_new_move(self, slot: int | None) -> bool:
        """Note that a slot is on the move; return whether it is so for less than half a second."""
        now = time.monotonic()
        with self._lock:
            begun, noted = self._moves.get(slot, (now, now))
            if now - noted > _MOVES_APART_SECONDS:
                begun = now
            if len(self._moves) >= _MOST_MOVES:
                self._moves.clear()
            self._moves[slot] = begun, now
        return now - begun < _MOVE_SECONDS

    def end_move(self, slot: int | None) -> None:
        """Note that a slot is at rest again."""
        with self._lock:
            self._moves.pop(slot, None)


class ClusterLine:
    """Links to the masters of a Cluster; each command goes to the master of its key's slot.

    A command whose slot moves is sent again for up to half a second, or for `patience`
    seconds where that is longer.
    """

    def __init__(self, slot_map: SlotMap, patience: float = 0) -> None:
        self._map = slot_map
        self._patience = patience
        self._links: dict[Place, Link] = {}

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """Send each command to the master of its key's slot; no order between slots.

        A command that a node refuses because of its slot was not run there, so it is sent on
        or again. A WAIT at the end stands for one after the commands of each master; its
        reply is the least of theirs.
        """
        tail = [command for command in commands[-1:] if command[0] == "WAIT"]
        commands = commands[: len(commands) - len(tail)]
        replies: list[Any] = [None] * len(commands)
        counts: list[int] = []
        groups: dict[Place, list[int]] = {}
        for index, command in enumerate(commands):
            groups.setdefault(self._map.master_of(_slot_of_command(command)), []).append(index)
        for place, indexes in groups.items():
            answered = self._ask_at(place, [*(commands[i] for i in indexes), *tail])
            refused = []
            for index, reply in zip(indexes, answered, strict=False):
                replies[index] = reply
                if _is_refused(reply):
                    refused.append(index)
            if len(refused) < len(indexes):
                counts += answered[len(indexes) :]
            for index in refused:
                replies[index], *count = self._follow(
                    [commands[index], *tail], replies[index], place
                )
                counts += count
        return [*replies, min(counts, default=0)] if tail else replies

    def close(self) -> None:
        """Close every link."""
        for link in self._links.values():
            link.close()
        self._links.clear()

    def _ask_at(self, place: Place, commands: Sequence[Command]) -> list[Any]:
        link = self._links.get(place)
        if link is None:
            link = self._links[place] = Link(place)
        try:
            replies = link.ask(commands)
        except StoreUnavailable:
            self._map.forget()
            raise
        if any(
            isinstance(reply, ReplyError) and str(reply).startswith(_ASTRAY) for reply in replies
        ):
            self._map.forget()
        return replies

    def _follow(self, commands: Sequence[Command], refusal: Any, asked: Place) -> list[Any]:
        """Send a refused command, and the WAIT behind it, until it is run; return the replies.

        If its time is over before, the reply is the last refusal.
        """
        replies = self._redirect(commands, [refusal], asked)
        if not _is_refused(replies[0]):
            if str(refusal).startswith("MOVED"):
                self._map.end_move(_slot_of_command(commands[0]))
            return replies
        if commands[0][0] == "MGET":
            return [self._read_apart(commands[0], replies[0])]
        return self._wait_for_slot(commands, replies)

    def _wait_for_slot(self, commands: Sequence[Command], replies: list[Any]) -> list[Any]:
        slot, pause = _slot_of_command(commands[0]), _FIRST_PAUSE_SECONDS
        while _is_refused(replies[0]) and self._map.is_new_move(slot):
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            replies = self._try_again(commands, slot)
        if self._patience and self._map.patient_places.acquire(blocking=False):
            deadline = time.monotonic() + self._patience
            try:
                while _is_refused(replies[0]) and time.monotonic() < deadline:
                    time.sleep(_LONGEST_PAUSE_SECONDS)
                    replies = self._try_again(commands, slot)
            finally:
                self._map.patient_places.release()
        if not _is_refused(replies[0]):
            self._map.end_move(slot)
        return replies

    def _try_again(self, commands: Sequence[Command], slot: int | None) -> list[Any]:
        place = self._map.master_of(slot)
        return self._redirect(commands, self._ask_at(place, commands), place)

    def _redirect(self, commands: Sequence[Command], replies: list[Any], asked: Place) -> list[Any]:
        """Send a command where its reply points, and so on, up to five times."""
        for _ in range(_MOST_REDIRECTIONS):
            text = str(replies[0]) if isinstance(replies[0], ReplyError) else ""
            if not text.startswith(_REDIRECTIONS):
                break
            place = self._map.redirected(text, asked)
            if place is None:
                break
            if text.startswith("ASK"):
                replies = self._ask_at(place, [("ASKING",), *commands])[1:]
            else:
                replies = self._ask_at(place, commands)
            asked = place
        return replies

    def _read_apart(self, command: Command, refusal: Any) -> Any:
        """Read the keys of a MGET one by one, while its slot is on the move.

        Two readings in a row that find the same are of one moment.
        """
        before: list[Any] | None = None
        for _ in range(_MOST_READINGS):
            found = self.ask([("GET", key) for key in command[1:]])
            if found == before:
                return found
            before = found
        return refusal


def slot_of(key: bytes) -> int:
    """Return the slot of a key: that of its hash tag, if it has one."""
    start = key.find(b"{")
    end = key.find(b"}", start + 1)
    if start >= 0 and end > start + 1:
        key = key[start + 1 : end]
    return binascii.crc_hqx(key, 0) % _SLOTS


def _slot_of_command(command: Command) -> int | None:
    name = str(command[0])
    if name in _WITHOUT_KEY:
        return None
    key = command[3] if name in ("EVAL", "EVALSHA") else command[1]
    return slot_of(key if isinstance(key, bytes) else str(key).encode())


def _is_refused(reply: Any) -> bool:
    """Return whether a node did not do a command because of where its slot is."""
    return isinstance(reply, ReplyError) and str(reply).startswith((*_REDIRECTIONS, "TRYAGAIN"))


def _range(row: list[Any], asked: Place) -> tuple[int, int, Place]:
    first, last, master = row[:3]
    host, port = (master[0] or b"").decode(), master[1]
    if host == "?":
        # NOTE: its name is not set; Redis 7 says its address then among further pairs.
        further = master[3] if len(master) > 3 else []
        host = dict(zip(further[::2], further[1::2], strict=True)).get(b"ip", b"").decode()
    return first, last, asked.at(host or asked.host, port)
