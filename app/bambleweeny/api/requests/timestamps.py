"""Moments as they are written and read over HTTP; within they are milliseconds since 1970."""

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from bambleweeny.names import parse_duration

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(milliseconds: int) -> str:
    """Give a moment as ISO 8601 has it, in UTC."""
    at = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03}Z"


def milliseconds_of(text: str) -> int:
    """Read a duration before now, or a moment in ISO 8601; else ValueError or OverflowError."""
    with suppress(ValueError):
        return int(time.time() * 1000) - parse_duration(text) * 1000
    # NOTE: a + that nobody has escaped arrives as a blank.
    at = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return (at - _EPOCH) // timedelta(milliseconds=1)
