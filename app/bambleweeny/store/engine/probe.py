"""Check at start that an engine is usable."""

import re

from bambleweeny.errors import BambleweenyError, StoreFull, StoreUnavailable
from bambleweeny.store import schema
from bambleweeny.store.client.protocol import ProtocolError, ReplyError
from bambleweeny.store.scripts import CREATE_USER_ONCE
from bambleweeny.store.store import Store

_LEAST = (6, 2)


class EngineUnfit(Exception):
    """The engine cannot be used; `may_pass` says whether waiting can help."""

    def __init__(self, reason: str, *, may_pass: bool) -> None:
        super().__init__(reason)
        self.may_pass = may_pass


def check_engine(store: Store) -> None:
    """Raise EngineUnfit unless the engine answers, accepts the login, allows reads, writes and
    scripts, and is Redis 6.2 or newer, or Valkey.
    """
    try:
        [info] = store.read(("INFO", "server"))
        found = re.search(rb"redis_version:(\d+)\.(\d+)", info)
        if found and (int(found[1]), int(found[2])) < _LEAST:
            version = f"{int(found[1])}.{int(found[2])}"
            raise EngineUnfit(
                f"it is Redis {version}, and 6.2 is the oldest that can be used", may_pass=False
            )
        store.write(("HSETNX", store.schema.instance, "schema", schema.VERSION))
        store.run(CREATE_USER_ONCE, [store.schema.instance], "schema", schema.VERSION)
    except StoreFull:
        return  # a full engine is usable: reads and deletions work, writes when there is room
    except BambleweenyError as ex:
        may_pass = isinstance(ex, StoreUnavailable) and not isinstance(ex.__cause__, ProtocolError)
        raise EngineUnfit(reason_of(ex), may_pass=may_pass) from ex


def reason_of(error: BambleweenyError) -> str:
    """Return a phrase that says why an engine could not be used."""
    cause = error.__cause__
    if isinstance(cause, ProtocolError):
        return "it does not speak the protocol of Redis"
    if isinstance(cause, ReplyError):
        return str(cause).removeprefix("ERR ").rstrip(".")
    if isinstance(cause, OSError):
        return str(cause.strerror or cause).rstrip(".")
    return str(error).rstrip(".")
