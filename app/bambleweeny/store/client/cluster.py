"""A Redis Cluster: the map of slots, and commands sent to the master of their keys.

While a slot moves, its keys are on two nodes, and a node refuses a command unless it has all
of the command's keys. A refused command has changed nothing, so it follows a redirection or is
sent again. A script also declares a name that never exists, so that a node refuses the script
for as long as its slot moves (see `Tenant.at_rest`).
"""

import binascii
import threading
import time
from collections.abc import Sequence
from typing import Any

from hiredis import ReplyError

from bambleweeny.errors import StoreUnavailable
from bambleweeny.store.client.link import Command, Link, ask_first
from bambleweeny.store.client.url import Address

_SLOTS = 16384
_WITHOUT_KEY = {"PING", "INFO", "DBSIZE", "CLIENT", "BGSAVE", "CONFIG", "FLUSHALL", "WAIT"}
_REDIRECTIONS = ("MOVED", "ASK")
_WRONG_NODE = ("CLUSTERDOWN", "LOADING", "MASTERDOWN", "READONLY")
"""Errors of a node that is away or a replica: the current map of slots may name another one."""
_MOST_REDIRECTIONS = 5
_MOST_READINGS = 5
_FIRST_PAUSE_SECONDS = 0.001
_LONGEST_PAUSE_SECONDS = 0.032
_MOVE_SECONDS = 0.5
"""A request waits for a slot that moves for this long after the first refusal. A longer wait
would block every thread while a large slot moves.
"""
_MOVES_APART_SECONDS = 1.0
_MOST_MOVES = 1000
_MOST_LONG_RETRIES = 4
"""The number of threads of a process that may retry for longer than that."""


class SlotMap:
    """The master of each slot; all connections to one Cluster share it. Thread-safe."""

    def __init__(self, addresses: tuple[Address, ...]) -> None:
        self._given = addresses
        self._known = addresses
        self._lock = threading.Lock()
        self._ranges: list[tuple[int, int, Address]] = []
        self._moves: dict[int | None, tuple[float, float]] = {}
        self.long_retry_slots = threading.BoundedSemaphore(_MOST_LONG_RETRIES)

    def ranges(self) -> list[tuple[int, int, Address]]:
        """Return first slot, last slot and master of each range; ask the Cluster if unknown."""
        with self._lock:
            if not self._ranges:
                asked, rows = ask_first(self._known, ("CLUSTER", "SLOTS"))
                self._ranges = [_range(row, asked) for row in rows]
                masters = {address: None for _, _, address in self._ranges}
                self._known = tuple(masters | dict.fromkeys(self._given))
            return self._ranges

    def forget(self) -> None:
        """Drop the map; the next use asks for it again."""
        with self._lock:
            self._ranges = []

    def master_of(self, slot: int | None) -> Address:
        """Return the master of a slot; any master for None."""
        ranges = self.ranges()
        for first, last, address in ranges:
            if slot is None or first <= slot <= last:
                return address
        self.forget()
        raise StoreUnavailable()

    def has(self, address: Address) -> bool:
        """Return whether a server is a master, according to a map that is read now."""
        self.forget()
        return any(address == master for _, _, master in self.ranges())

    def _known_master_of(self, slot: int) -> Address | None:
        with self._lock:
            found = (address for first, last, address in self._ranges if first <= slot <= last)
            return next(found, None)

    def redirected(self, text: str, asked: Address) -> Address | None:
        """Return the node that `MOVED 42 host:port` or `ASK 42 host:port` names.

        An empty host stands for the host of the node that answered. For the host `?` the engine
        knows none: returns None for an ASK, and the master in the map for a MOVED.
        """
        kind, slot, target = text.split()[:3]
        host, _, port = target.rpartition(":")
        address = None if host == "?" else asked.at(host.strip("[]") or asked.host, int(port))
        if kind == "MOVED" and address != self._known_master_of(int(slot)):
            self.forget()
        return self.master_of(int(slot)) if kind == "MOVED" and address is None else address

    def is_new_move(self, slot: int | None) -> bool:
        """Record that a slot moves; return whether the move began less than half a second ago."""
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
        """Record that a slot no longer moves."""
        with self._lock:
            self._moves.pop(slot, None)


class ClusterConnection:
    """Links to the masters of a Cluster; each command goes to the master of its key's slot.

    A command whose slot moves is sent again for up to half a second, or for `retry_seconds` if
    that is longer.
    """

    def __init__(self, slot_map: SlotMap, retry_seconds: float = 0) -> None:
        self._map = slot_map
        self._retry_seconds = retry_seconds
        self._links: dict[Address, Link] = {}

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """Send each command to the master of its key's slot; no order between slots.

        A command that a node refuses because of its slot did not run, so it is redirected or sent
        again. A WAIT at the end is sent to each master after its commands; the reply is the minimum
        of their replies.
        """
        tail = [command for command in commands[-1:] if command[0] == "WAIT"]
        commands = commands[: len(commands) - len(tail)]
        replies: list[Any] = [None] * len(commands)
        counts: list[int] = []
        groups: dict[Address, list[int]] = {}
        for index, command in enumerate(commands):
            groups.setdefault(self._map.master_of(_slot_of_command(command)), []).append(index)
        for address, indexes in groups.items():
            answered = self._ask_at(address, [*(commands[i] for i in indexes), *tail])
            refused = []
            for index, reply in zip(indexes, answered, strict=False):
                replies[index] = reply
                if _is_refused(reply):
                    refused.append(index)
            if len(refused) < len(indexes):
                counts += answered[len(indexes) :]
            for index in refused:
                replies[index], *count = self._follow(
                    [commands[index], *tail], replies[index], address
                )
                counts += count
        return [*replies, min(counts, default=0)] if tail else replies

    def close(self) -> None:
        """Close every link."""
        for link in self._links.values():
            link.close()
        self._links.clear()

    def _ask_at(self, address: Address, commands: Sequence[Command]) -> list[Any]:
        link = self._links.get(address)
        if link is None:
            link = self._links[address] = Link(address)
        try:
            replies = link.ask(commands)
        except StoreUnavailable:
            self._map.forget()
            raise
        if any(
            isinstance(reply, ReplyError) and str(reply).startswith(_WRONG_NODE)
            for reply in replies
        ):
            self._map.forget()
        return replies

    def _follow(self, commands: Sequence[Command], refusal: Any, asked: Address) -> list[Any]:
        """Redirect or repeat a refused command, with its WAIT, until it runs; return the replies.

        After the time limit the reply is the last refusal.
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
        if self._retry_seconds and self._map.long_retry_slots.acquire(blocking=False):
            deadline = time.monotonic() + self._retry_seconds
            try:
                while _is_refused(replies[0]) and time.monotonic() < deadline:
                    time.sleep(_LONGEST_PAUSE_SECONDS)
                    replies = self._try_again(commands, slot)
            finally:
                self._map.long_retry_slots.release()
        if not _is_refused(replies[0]):
            self._map.end_move(slot)
        return replies

    def _try_again(self, commands: Sequence[Command], slot: int | None) -> list[Any]:
        address = self._map.master_of(slot)
        return self._redirect(commands, self._ask_at(address, commands), address)

    def _redirect(
        self, commands: Sequence[Command], replies: list[Any], asked: Address
    ) -> list[Any]:
        """Send a command to the node that its reply names, up to five times."""
        for _ in range(_MOST_REDIRECTIONS):
            text = str(replies[0]) if isinstance(replies[0], ReplyError) else ""
            if not text.startswith(_REDIRECTIONS):
                break
            address = self._map.redirected(text, asked)
            if address is None:
                break
            if text.startswith("ASK"):
                replies = self._ask_at(address, [("ASKING",), *commands])[1:]
            else:
                replies = self._ask_at(address, commands)
            asked = address
        return replies

    def _read_apart(self, command: Command, refusal: Any) -> Any:
        """Read the keys of an MGET one by one while their slot moves.

        Two consecutive reads with the same result are a snapshot.
        """
        before: list[Any] | None = None
        for _ in range(_MOST_READINGS):
            found = self.ask([("GET", key) for key in command[1:]])
            if found == before:
                return found
            before = found
        return refusal


def slot_of(key: bytes) -> int:
    """Return the slot of a key, computed from its hash tag if it has one."""
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
    """Return whether a node refused a command because of its slot."""
    return isinstance(reply, ReplyError) and str(reply).startswith((*_REDIRECTIONS, "TRYAGAIN"))


def _range(row: list[Any], asked: Address) -> tuple[int, int, Address]:
    first, last, master = row[:3]
    host, port = (master[0] or b"").decode(), master[1]
    if host == "?":
        # NOTE: the node has no announced name; Redis 7 adds its address as metadata.
        further = master[3] if len(master) > 3 else []
        host = dict(zip(further[::2], further[1::2], strict=True)).get(b"ip", b"").decode()
    return first, last, asked.at(host or asked.host, port)
