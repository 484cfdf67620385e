"""Translation of Redis errors into the project's errors; no other module translates them."""

import logging
from collections.abc import Sequence
from typing import Any

from bambleweeny.errors import (
    CATALOGUE,
    BambleweenyError,
    Busy,
    InternalError,
    NotInASandbox,
    StaleToken,
    StoreFull,
    StoreUnavailable,
)
from bambleweeny.errors.sandboxes import closed_sandbox
from bambleweeny.store.client.protocol import ReplyError
from bambleweeny.store.scripts import with_sources

_log = logging.getLogger(__name__)

_REFUSED = "B9Y "
_STALE_TOKEN = "stale_token"
_FULL = ("OOM command not allowed", "MISCONF", "No space left on device")
_AWAY = (
    "LOADING", "BUSY", "MASTERDOWN", "READONLY", "NOREPLICAS",
    "NOAUTH", "NOPERM", "WRONGPASS", "UNKILLABLE", "UNBLOCKED", "ERR max number of clients",
)  # fmt: skip
_REFUSED_BY_NODE = ("TRYAGAIN", "MOVED", "ASK", "CLUSTERDOWN")
"""The errors with which a node of a Cluster refuses a command that it did not run."""
_ELSEWHERE = (
    "non local key", "undeclared keys were accessed", "a slot not served", "the cluster is down",
)  # fmt: skip
"""How a script fails on a node that lacks some of its keys; engine versions differ in this."""
_NOT_DONE = (
    "The Cluster refused the call, because keys are moving or a node is away. The call was not "
    "done: try again."
)


class UnknownScript(Exception):
    """The engine does not know the script's digest, and did nothing."""


def translate(reply: ReplyError) -> BambleweenyError | UnknownScript:
    """Return the project's error for an engine's error reply.

    Scripts refuse with `B9Y <code>`, or `B9Y <code> <seconds>` if a retry after that time can
    succeed. Redis 6 adds text before and after an error of a script, so the codes may be
    anywhere in the reply.
    """
    text = str(reply)
    if text.startswith("NOSCRIPT"):
        return UnknownScript()
    if _REFUSED in text:
        return _refusal(*text.partition(_REFUSED)[2].split())
    if any(mark in text for mark in _FULL):
        return StoreFull()
    if text.startswith(_REFUSED_BY_NODE):
        return StoreUnavailable(hint=_NOT_DONE)
    if any(mark in text for mark in _ELSEWHERE):
        return StoreUnavailable()
    if text.startswith(_AWAY) or any(f"-{mark}" in text for mark in _AWAY):
        return StoreUnavailable()
    if "in progress" in text:
        return Busy()
    _log.error("unexpected reply of the engine: %s", with_sources(text))
    return InternalError()


def _refusal(code: str, seconds: str = "", *_: str) -> BambleweenyError:
    error = StaleToken() if code == _STALE_TOKEN else CATALOGUE[code]()
    if isinstance(error, NotInASandbox):
        error = closed_sandbox()  # the only such refusal of a script
    if seconds.isdecimal():
        error.retry_after = int(seconds)
    return error


def translate_each(replies: Sequence[Any]) -> list[Any]:
    """Return a script's replies with error replies translated."""
    return [translate(reply) if type(reply) is ReplyError else reply for reply in replies]
