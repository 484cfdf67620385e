"""How a planned answer is written: as it is, or with a fault."""

import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

_RESET = struct.pack("ii", 1, 0)


class KeptAnswer(NamedTuple):
    """The finished answer of the application; `length` is that of its Content-Length."""

    status: str
    headers: list[tuple[str, str]]
    length: int | None
    body: bytes


def send(task: Any, answer: KeptAnswer, fault: str | None) -> None:
    """Write an answer through the task of its request, with a fault if there is one."""
    task.complete = True
    task.status, task.response_headers, task.content_length, _ = answer
    _SENDERS[fault](task, answer)


def reset_on_close(wire: socket.socket) -> None:
    """Make the system reset the connection when it is closed, and discard unsent bytes."""
    with suppress(OSError):
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)


def _send_whole(task: Any, answer: KeptAnswer) -> None:
    if task.content_length is None and task.has_body:
        _announce(task, len(answer.body))
    task.write(answer.body)
    if task.has_body and task.content_length != task.content_bytes_written:
        task.set_close_on_finish()


def _send_half(task: Any, answer: KeptAnswer) -> None:
    """Write the head and about half of the body; an empty body is announced as one byte."""
    if task.has_body:
        _announce(task, len(answer.body) or 1)
    task.write(answer.body[: len(answer.body) // 2] if task.has_body else b"")
    _close_without_more(task, lingers=True)


def _send_nothing(task: Any, _: KeptAnswer) -> None:
    _close_without_more(task, lingers=True)


def _reset(task: Any, _: KeptAnswer) -> None:
    reset_on_close(task.channel.wire)
    _close_without_more(task, lingers=False)


def _announce(task: Any, length: int) -> None:
    """Set the Content-Length."""
    others = [one for one in task.response_headers if one[0].lower() != "content-length"]
    task.response_headers = [*others, ("Content-Length", str(length))]
    task.content_length = length


def _close_without_more(task: Any, *, lingers: bool) -> None:
    """End the answer here, and close the connection when earlier answers are sent."""
    task.wrote_header = task.close_on_finish = True
    # NOTE: without this, unread bytes of the client would turn the close into a reset.
    task.channel.lingers = lingers


_SENDERS: dict[str | None, Callable[[Any, KeptAnswer], None]] = {
    None: _send_whole,
    "cut": _send_half,
    "empty": _send_nothing,
    "reset": _reset,
}

FAULTS = frozenset(kind for kind in _SENDERS if kind)
UNANSWERED = frozenset({"empty", "reset"})
"""The faults after which the client has no status."""
