"""Timestamps: ISO 8601 over HTTP, milliseconds since 1970 (UTC) inside the program."""

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

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
