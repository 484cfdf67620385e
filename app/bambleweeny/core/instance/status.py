"""Status of the engine, checks that it takes reads and writes, and saving its data to disk."""

import os
import time
from pathlib import Path
from typing import Any

from bambleweeny.errors import Busy, StoreFull
from bambleweeny.store import Store

_SNAPSHOT_TIMEOUT = 25.0
_POLL = 0.02


class Status:
    """The engine's status, for the admin and for health checks.

    `append_only_file` is that of the embedded engine, or None for an external engine.
    """

    def __init__(self, store: Store, append_only_file: Path | None) -> None:
        self._store = store
        self._append_only_file = append_only_file

    def info(self) -> dict[str, Any]:
        """Return the engine's memory, address, size, clients and INFO; contains no secret.

        `max` of the memory is 0 without a limit.
        """
        size, clients, text = self._store.read(("DBSIZE",), ("CLIENT", "LIST"), ("INFO",))
        info = parse_info(text)
        return {
            "memory": {"used": info["used_memory"], "max": info.get("maxmemory", 0)},
            "redis_connection": self._store.address,
            "redis_dbsize": size,
            "redis_client_list": [
                dict(pair.partition("=")[::2] for pair in line.split())
                for line in clients.decode(errors="replace").splitlines()
            ],
            "redis_info": info,
        }

    def check_writable(self) -> None:
        """Raise the error that a write would raise now, if any.

        One round trip, which changes nothing.
        """
        # NOTE: an engine refuses this command when it refuses writes: if it is full, read-only or
        # cannot write to its disk. With an empty value it creates no key and logs no write.
        self._store.write(("SETRANGE", self._store.schema.probe, 0, ""))

    def check_readable(self) -> None:
        """Raise StoreUnavailable unless the engine answers; it may be full. One round trip."""
        # NOTE: `write`, since `read` would retry and wait twice for an engine that hangs.
        self._store.write(("EXISTS", self._store.schema.probe))

    def numbers(self) -> dict[str, int]:
        """Return the engine's memory in bytes, its clients and its keys. One round trip."""
        # NOTE: `write`, as in `check_readable`.
        keys, memory, clients = self._store.write(
            ("DBSIZE",), ("INFO", "memory"), ("INFO", "clients")
        )
        return {
            "memory_bytes": parse_info(memory)["used_memory"],
            "clients": parse_info(clients)["connected_clients"],
            "keys": keys,
        }

    def save(self) -> None:
        """Return when all acknowledged writes are on disk.

        The embedded engine writes to its file before it answers, so a sync of the file is enough.
        An external engine makes a snapshot in the background; raises Busy if that takes over 25 s.
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
        deadline = time.monotonic() + _SNAPSHOT_TIMEOUT
        self._start_snapshot(deadline)
        if self._wait_for_snapshot(deadline)["rdb_last_bgsave_status"] != "ok":
            raise StoreFull("The engine could not put its data on disk.")

    def _start_snapshot(self, deadline: float) -> None:
        while True:
            self._wait_for_snapshot(deadline)
            try:
                self._store.write(("BGSAVE",))
            except Busy:
                continue  # another snapshot began first, and may lack the latest writes
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
    """Parse the reply to INFO into names and values; whole numbers become int."""
    pairs = (line.partition(":") for line in text.decode(errors="replace").splitlines())
    return {name: int(value) if value.isdigit() else value for name, colon, value in pairs if colon}
