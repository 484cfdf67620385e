"""Redis errors become ours here, and nowhere else."""

import logging
from collections.abc import Sequence
from typing import Any

from hiredis import ReplyError

from bambleweeny.errors import (
    CATALOGUE,
    BambleweenyError,
    Busy,
    InternalError,
    StoreFull,
    StoreUnavailable,
)

_log = logging.getLogger(__name__)

_REFUSED = "B9Y "
_FULL = ("OOM command not allowed", "MISCONF", "No space left on device")
_AWAY = (
    "LOADING", "BUSY", "MASTERDOWN", "READONLY", "NOREPLICAS",
    "NOAUTH", "NOPERM", "WRONGPASS", "UNKILLABLE", "UNBLOCKED", "ERR max number of clients",
)  # fmt: skip
_REFUSED_BY_NODE = ("TRYAGAIN", "MOVED", "ASK", "CLUSTERDOWN")
"""What a node of a Cluster answers instead of running a command."""
_ELSEWHERE = (
    "non local key", "undeclared keys were accessed", "a slot not served", "the cluster is down",
)  # fmt: skip
"""How a script ends on a node that has not all of its keys, by the versions of engines."""
_NOT_DONE = (
    "The Cluster refused this, since keys are moving or a node is away. It is not done: try again."
)


class UnknownScript(Exception):
    """The engine does not know the script by its digest, and did nothing."""


def translate(reply: ReplyError) -> BambleweenyError | UnknownScript:
    """Give the error of ours that an engine's error reply stands for.

    Scripts refuse with `B9Y <code>`, or `B9Y <code> <seconds>` where it passes by
    itself; a Redis 6 puts its own words around an error from within a script, so that
    the marks are looked for anywhere.
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
    _log.error("unexpected reply of the engine: %s", text)
    return InternalError()


def _refusal(code: str, seconds: str = "", *_: str) -> BambleweenyError:
    error = CATALOGUE[code]()
    if seconds.isdecimal():
        error.retry_after = int(seconds)
    return error


def translate_each(replies: Sequence[Any]) -> list[Any]:
    """Give a script's replies with the errors among them as errors of ours."""
    return [translate(reply) if type(reply) is ReplyError else reply for reply in replies]
