"""The lines of a seed: those of an export, with times that may count from the creation."""

import io
from typing import IO, Any

import msgspec

from bambleweeny.core.json_members import refuse_doubled
from bambleweeny.core.texts import BOM
from bambleweeny.core.transfer.line_forms import plain_line
from bambleweeny.errors import InvalidRequest
from bambleweeny.names import parse_duration, parse_ttl

_LONGEST_DELAY = 7 * 86400
"""In seconds, as that of a push."""


def absolute(lines: IO[bytes], now_ms: int) -> IO[bytes]:
    """Return the lines of a seed with times since 1970 in place of those that count from now.

    A key and an item may have a `ttl`, an item a `delay`: seconds, or texts such as 30s. Other
    lines stay as they are, also those that are not valid. Raises InvalidRequest with the line.
    """
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(_absolute(line, now_ms))
        except InvalidRequest as ex:
            ex.info, ex.index = f"Line {number}: {ex.info}", number - 1
            raise
    return io.BytesIO(b"".join(found))


def _absolute(line: bytes, now_ms: int) -> bytes:
    if b'"ttl"' not in line and b'"delay"' not in line:
        return line
    try:
        read = msgspec.json.decode(plain_line(line.removeprefix(BOM)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return line
    if not isinstance(read, dict) or not _replace_times(read, now_ms):
        return line
    refuse_doubled(line)
    return msgspec.json.encode(read) + b"\n"


def _replace_times(read: dict[str, Any], now_ms: int) -> bool:
    """Replace the times of one line; return whether it has any."""
    key, item = read.get("key"), read.get("item")
    has_any = False
    if isinstance(key, dict) and "ttl" in key:
        _refuse_both(key, "ttl", "ends")
        key["ends"] = now_ms + _seconds(key.pop("ttl"), "ttl") * 1000
        has_any = True
    if isinstance(item, dict) and "delay" in item:
        _refuse_both(item, "delay", "at")
        item["at"] = now_ms + _seconds(item.pop("delay"), "delay") * 1000
        item.setdefault("state", "delayed")
        has_any = True
    if isinstance(item, dict) and "ttl" in item:
        _refuse_both(item, "ttl", "expires")
        item["expires"] = now_ms + _seconds(item.pop("ttl"), "ttl") * 1000
        has_any = True
    return has_any


def _refuse_both(fields: dict[str, Any], relative: str, fixed: str) -> None:
    if fixed in fields:
        raise InvalidRequest(f"It has '{relative}' and '{fixed}'; give one of them.")


def _seconds(given: Any, name: str) -> int:
    if isinstance(given, bool) or not isinstance(given, int | str):
        raise InvalidRequest(f"The '{name}' takes seconds, or a text such as 30s or 5m.")
    try:
        seconds = parse_duration(str(given)) if name == "delay" else parse_ttl(str(given))
    except ValueError as ex:
        raise InvalidRequest(f"The '{name}' is invalid: {ex}.") from ex
    if name == "delay" and not 1 <= seconds <= _LONGEST_DELAY:
        raise InvalidRequest("A 'delay' is 1s to 7d.")
    return seconds
