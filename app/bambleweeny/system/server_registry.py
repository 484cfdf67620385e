"""The registry of the user's running servers: a private directory with a file for each.

An entry is valid only while the server that wrote it holds a lock on it.
"""

import json
import os
import stat
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from bambleweeny.system.claims import Claim, claim_file, is_claimed, remove_dead
from bambleweeny.system.portable import machine_name, user_id

_FILES = "server-*.json"


@dataclass(frozen=True)
class RunningServer:
    """A running server.

    `command` is 'serve' or 'sandbox', and only a sandbox publishes its password. `host` is
    the name of the machine.
    """

    command: str
    url: str
    data_dir: str
    admin_password: str | None = None
    host: str = machine_name()


def note_server(registry: Path, server: RunningServer) -> Claim | None:
    """Add a server to the registry, and delete the entries of dead servers.

    Returns None if no entry can be written, for example because the disk is full.
    """
    with suppress(OSError):
        registry.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _is_private(registry):
            remove_dead(registry, _FILES)
            file = registry / _FILES.replace("*", os.urandom(8).hex())
            return claim_file(file, json.dumps(asdict(server)))
    return None


def running_servers(registry: Path) -> list[RunningServer]:
    """Return the registered servers that run on this machine, sorted by URL."""
    with suppress(OSError):
        if _is_private(registry):
            found = (_read(file) for file in registry.glob(_FILES) if is_claimed(file))
            here = (server for server in found if server and server.host == machine_name())
            return sorted(here, key=lambda server: server.url)
    return []


def _read(file: Path) -> RunningServer | None:
    # NOTE: an entry may be half written, or another version's.
    with suppress(OSError, ValueError, TypeError):
        return RunningServer(**json.loads(file.read_text("utf-8")))
    return None


def _is_private(directory: Path) -> bool:
    state = directory.lstat()
    return (
        stat.S_ISDIR(state.st_mode)
        and state.st_uid == user_id()
        and not stat.S_IMODE(state.st_mode) & 0o077
    )
