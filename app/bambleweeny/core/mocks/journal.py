"""The form of a recorded request: in a route's journal and in a bin that keeps requests."""

from datetime import UTC, datetime

import msgspec
from msgspec import UNSET, UnsetType

from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.values import Base64, bytes_of, value_of


class Entry(msgspec.Struct, omit_defaults=True):
    """One request as JSON has it; `path` and `query` are as they were sent.

    `rule` and `status` are in journals of routes alone, `verified` in bins.
    `cut` is the length of a body of which only the beginning is kept.
    """

    time: str
    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = {}
    ip: str = ""
    verified: bool | UnsetType = UNSET
    body: str | Base64 = ""
    cut: int | UnsetType = UNSET
    rule: str | UnsetType = UNSET
    status: int | UnsetType = UNSET


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Entry).decode


def entry_of(call: Call, most_body: int | None = None, kept: bytes | None = None) -> Entry:
    """Record a call, with the first `most_body` bytes of its body, or all of them, or `kept`."""
    if kept is None:
        kept = call.body if most_body is None else call.body[:most_body]
    entry = Entry(
        time_text(call.time), call.method, call.path, call.query, dict(call.headers), call.ip
    )
    entry.body = value_of(kept)
    if len(kept) < len(call.body):
        entry.cut = len(call.body)
    return entry


def encoded(entry: Entry) -> bytes:
    """Write an entry as JSON."""
    return _encode(entry)


def decoded(record: bytes) -> Entry | None:
    """Read an entry, or return None if the record is none."""
    try:
        return _decode(record)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def call_of(entry: Entry) -> Call:
    """Make the call again that an entry records."""
    return Call(
        entry.method, entry.path, entry.query, entry.headers, bytes_of(entry.body),
        time=_seconds(entry.time), ip=entry.ip,
    )  # fmt: skip


def time_text(seconds: float) -> str:
    """Write a time as ISO 8601 in UTC, with milliseconds."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _seconds(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return 0.0
