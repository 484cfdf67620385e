"""What the engine tells of itself, whether it takes writes, and putting its data on disk."""

import os
import time
from pathlib import Path
from typing import Any

from bambleweeny.errors import Busy, StoreFull
from bambleweeny.store import Store

_PATIENCE = 25.0
_POLL = 0.02


class Status:
    """The engine's state, for the admin and for who runs the server.

    `append_only_file` is the embedded engine's; None where the engine is
    somebody else's.
    """

    def __init__(self, store: Store, append_only_file: Path | None) -> None:
        self._store = store
        self._append_only_file = append_only_file

    def info(self) -> dict[str, Any]:
        """Give the engine's place, size, clients and INFO; no secret is in it."""
        size, clients, info = self._store.read(("DBSIZE",), ("CLIENT", "LIST"), ("INFO",))
        return {
            "redis_connection": self._store.place,
            "redis_dbsize": size,
            "redis_client_list": [
                dict(pair.partition("=")[::2] for pair in line.split())
                for line in clients.decode(errors="replace").splitlines()
            ],
            "redis_info": parse_info(info),
        }

    def check_writable(self) -> None:
        """Return where a write would be taken; else raise what it would raise.

        One round trip, which leaves nothing behind.
        """
        # NOTE: an engine refuses this where it refuses writes: it is full, read-only or cannot
        # reach its disk. Nothing put into a key that is not there makes no key and no record.
        self._store.write(("SETRANGE", self._store.schema.probe, 0, ""))

    def check_readable(self) -> None:
        """Return where the engine answers, though it may be full. One round trip."""
        # NOTE: `read` would wait a second time for an engine that hangs.
        self._store.write(("EXISTS", self._store.schema.probe))

    def numbers(self) -> dict[str, int]:
        """Give the engine's memory in bytes, clients and keys. One round trip."""
        # NOTE: not `read`, as above.
        keys, memory, clients = self._store.write(
            ("DBSIZE",), ("INFO", "memory"), ("INFO", "clients")
        )
        return {
            "memory_bytes": parse_info(memory)["used_memory"],
            "clients": parse_info(clients)["connected_clients"],
            "keys": keys,
        }

    def save(self) -> None:
        """Return when everything that was acknowledged is on disk.

        The embedded engine has written it to its file before the answer, so
        that a sync of that file is enough. Another engine makes a snapshot in
        the background; one that takes over 25 s raises Busy.
        """
        if self._append_only_file is None:
            self._snapshot()
            return
        try:
            with open(self._append_only_file, "rb") as file:
                os.fsync(file.fileno())
        except OSError as ex:
            raise StoreFull("The data cannot be put on disk.") from ex

    def _snapshot(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        self._start_snapshot(deadline)
        if self._wait_for_snapshot(deadline)["rdb_last_bgsave_status"] != "ok":
            raise StoreFull("The engine could not put its data on disk.")

    def _start_snapshot(self, deadline: float) -> None:
        while True:
            self._wait_for_snapshot(deadline)
            try:
                self._store.write(("BGSAVE",))
            except Busy:
                continue  # somebody else's began first, and may lack what was written since
            return

    def _wait_for_snapshot(self, deadline: float) -> dict[str, Any]:
        while True:
            state = parse_info(self._store.read(("INFO", "persistence"))[0])
            if not state["rdb_bgsave_in_progress"] and not state["aof_rewrite_in_progress"]:
                return state
            if time.monotonic() > deadline:
                raise Busy("The engine is still writing its data to disk.")
            time.sleep(_POLL)


def parse_info(text: bytes) -> dict[str, Any]:
    """Read the reply to INFO as names and values; whole numbers become int."""
    pairs = (line.partition(":") for line in text.decode(errors="replace").splitlines())
    return {name: int(value) if value.isdigit() else value for name, colon, value in pairs if colon}
