"""Timestamps: ISO 8601 over HTTP, milliseconds since 1970 (UTC) inside the program; `?since=`."""

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from bambleweeny.core.topics import BEGINNING, NOW, id_before, is_message_id
from bambleweeny.errors import InvalidRequest
from bambleweeny.names import parse_duration

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(milliseconds: int) -> str:
    """Return a time as ISO 8601 in UTC, with milliseconds."""
    at = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03}Z"


def milliseconds_of(text: str) -> int:
    """Parse a time in ISO 8601, or a duration before now; else ValueError or OverflowError."""
    with suppress(ValueError):
        return int(time.time() * 1000) - parse_duration(text) * 1000
    # NOTE: a + that the client did not percent-encode arrives as a space.
    at = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return (at - _EPOCH) // timedelta(milliseconds=1)


def since_of(text: str | None, default: str = NOW) -> str:
    """Return the id after which `?since=` reads; `default` without it, else InvalidRequest."""
    if text is None:
        return default
    if text == "all":
        return BEGINNING
    if is_message_id(text):
        return text
    try:
        return id_before(milliseconds_of(text))
    except (ValueError, OverflowError) as ex:
        raise InvalidRequest(
            "The parameter 'since' takes an id, a time, a duration or all.",
            hint="Write 1763832000000-0, 2026-11-22T17:00:00Z, 10m or all.",
        ) from ex
