"""A Cluster of masters alone, whose slots move from one to another while they are used."""

import random
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import redis
from bambleweeny.store.client.cluster import slot_of
from engines import LOCAL, RedisServer, wait_until

_SLOTS = 16384
_PART = 1024


class Masters:
    """Some masters without replicas, each with a part of the slots."""

    def __init__(
        self, place: Path, *settings: str, count: int = 2, executable: str | None = None
    ) -> None:
        cluster = ("--cluster-enabled", "yes", *settings)
        self.servers = [RedisServer(place, *cluster, executable=executable) for _ in range(count)]
        self.clients = [server.client(decode_responses=True) for server in self.servers]
        self.ids = [client.execute_command("CLUSTER", "MYID") for client in self.clients]
        for number in range(count):
            self.send(number, "CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for first in range(0, _SLOTS, _PART):
            owner = first * count // _SLOTS
            self.send(owner, "CLUSTER", "ADDSLOTS", *range(first, first + _PART))
        for server in self.servers[1:]:
            self.send(0, "CLUSTER", "MEET", LOCAL, server.port)
        self.url = "redis+cluster://" + ",".join(f"{LOCAL}:{s.port}" for s in self.servers)
        wait_until(self._is_whole)

    def _is_whole(self) -> bool:
        states = [client.cluster("INFO") for client in self.clients]
        sizes = {(s["cluster_state"], int(s["cluster_known_nodes"])) for s in states}
        return sizes == {("ok", len(self.servers))} and self.agree()

    def agree(self) -> bool:
        """Whether all nodes have the same epoch and slots of each."""
        views = [client.cluster("NODES").values() for client in self.clients]
        known = {
            frozenset((node["node_id"], node["epoch"], str(node["slots"])) for node in view)
            for view in views
        }
        return len(known) == 1

    def send(self, node: int, *command: str | int) -> object:
        """Send a command to a node; return its reply."""
        return self.clients[node].execute_command(*command)

    def owner_of(self, slot: int) -> int:
        """Return the node that has a slot."""
        for row in self.send(0, "CLUSTER", "SLOTS"):
            if row[0] <= slot <= row[1]:
                return [s.port for s in self.servers].index(row[2][1])
        raise AssertionError("no master has that slot")

    def hide_hosts(self, how: str) -> None:
        """Have nodes name each other in another way: `unknown-endpoint`, `hostname` or `ip`."""
        for client in self.clients:
            # NOTE: Redis 6.2 has no such setting, and names every host.
            if client.config_get("cluster-preferred-endpoint-type"):
                client.config_set("cluster-preferred-endpoint-type", how)

    def stop(self) -> None:
        """End all."""
        for client in self.clients:
            client.close()
        for server in self.servers:
            server.stop()


class Move:
    """The move of a slot to another node, step by step, as `redis-cli --cluster reshard` does it."""

    def __init__(self, masters: Masters, key: str, target: int | None = None) -> None:
        self.masters = masters
        self.slot = slot_of(key.encode())
        self.source = masters.owner_of(self.slot)
        self.target = (self.source + 1) % len(masters.servers) if target is None else target

    def open(self) -> None:
        """Open the slot on both nodes: its keys may move."""
        self.open_target()
        self._set(self.source, "MIGRATING", self.target)

    def open_target(self) -> None:
        """Open the slot on the node to which it goes, and not yet on the other."""
        self._set(self.target, "IMPORTING", self.source)

    def names(self, most: int = 1_000_000) -> list[str]:
        """Return names of keys that have not moved yet."""
        return self.masters.send(self.source, "CLUSTER", "GETKEYSINSLOT", self.slot, most)

    def carry(self, names: Sequence[str], *, replacing: bool = True) -> None:
        """Move some keys."""
        if names:
            port = self.masters.servers[self.target].port
            how = ("REPLACE",) if replacing else ()
            self.masters.send(
                self.source, "MIGRATE", LOCAL, port, "", 0, 5000, *how, "KEYS", *names
            )

    def settle_at(self, *nodes: int) -> None:
        """Assign the slot to its target, on some nodes."""
        for node in nodes:
            self._set(node, "NODE", self.target)

    def close(self) -> None:
        """Move the other keys, and assign the slot on every node.

        Returns once the nodes agree. Moved back before, the slot could be nobody's: a node that
        has not heard of the other's new epoch makes no higher one.
        """
        while names := self.names(100):
            self.carry(names)
        others = set(range(len(self.masters.servers))) - {self.target}
        self.settle_at(self.target, self.source, *(others - {self.source}))
        wait_until(self.masters.agree)

    def cancel(self) -> None:
        """Leave the slot where it was; nothing has moved."""
        for node in (self.source, self.target):
            self.masters.send(node, "CLUSTER", "SETSLOT", self.slot, "STABLE")

    def _set(self, node: int, state: str, other: int) -> None:
        self.masters.send(node, "CLUSTER", "SETSLOT", self.slot, state, self.masters.ids[other])


class Mover(threading.Thread):
    """Moves the slots of some keys from node to node, until it is stopped.

    It pauses in each state that a move goes through, and between two moves. A third of the
    moves takes ten times as long, which is longer than a request waits for its slot.
    """

    def __init__(
        self, masters: Masters, keys: Sequence[str], *, step: float = 0.01, rest: float = 0.5
    ) -> None:
        super().__init__(daemon=True)
        self.moves = 0
        self.longest = 0.0
        self.failed: Exception | None = None
        self._masters, self._keys = masters, keys
        self._step, self._rest, self._pace = step, rest, step
        self._stopped = threading.Event()

    def run(self) -> None:
        try:
            while not self._stopped.is_set():
                for key in self._keys:
                    self._move(Move(self._masters, key))
                    self._stopped.wait(self._rest)
        except (redis.RedisError, OSError, AssertionError) as ex:
            self.failed = ex

    def stop(self) -> None:
        """End after the move that is under way."""
        self._stopped.set()
        self.join()
        assert self.failed is None, self.failed

    def _move(self, move: Move) -> None:
        begun = time.monotonic()
        self._pace = random.choice((1, 1, 10)) * self._step
        replacing = random.random() < 0.5
        move.open_target()
        self._pause()
        move.open()
        self._pause()
        batch = max(1, len(move.names()) // 10)
        while names := move.names(batch):
            move.carry(names, replacing=replacing)
            self._pause()
        move.settle_at(move.target)
        self._pause()
        move.close()
        self.moves += 1
        self.longest = max(self.longest, time.monotonic() - begun)

    def _pause(self) -> None:
        self._stopped.wait(random.uniform(0, 2 * self._pace))
