"""The log: lines of text or JSON on stderr."""

import json
import logging
import os
import re
import select
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache

_MOST_HELD = 10_000
_REQUEST_FIELDS = ("method", "path", "status", "ms", "user", "request_id", "address", "code")
_AUDIT_FIELDS = ("action", "outcome", "user_id", "token", "target")
_FIELDS = (*_REQUEST_FIELDS, *_AUDIT_FIELDS)
_LONGEST_MESSAGE = 8192
_CONTROL = re.compile(r"[^ -~\xa1-\U0010ffff]|[\u2028\u2029\ud800-\udfff]")


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = _local_time(int(record.created)) % record.msecs
        seen = vars(record)
        if "ms" not in seen:
            trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
            return f"{at} {record.levelname} {_message(record)}{trace}"
        code = f" {seen['code']}" if seen["code"] else ""
        who = f"{seen['user'] or '-'} {seen['request_id']} {seen.get('address') or '-'}"
        return f"{at} {record.levelname} {record.msg} {seen['ms']}ms {who}{code}"


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        seen = vars(record)
        line = {
            "time": f"{_world_time(int(record.created))}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "message": record.getMessage() if "ms" in seen else _message(record),
        }
        line |= {name: seen[name] for name in _FIELDS if seen.get(name) is not None}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


def _message(record: logging.LogRecord) -> str:
    """Return the message on one line, truncated to 8192 characters."""
    text = record.getMessage()
    shown = _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text[:_LONGEST_MESSAGE])
    return f"{shown}..." if len(text) > _LONGEST_MESSAGE else shown


@lru_cache(maxsize=2)
def _local_time(second: int) -> str:
    """Return an RFC 3339 time with a placeholder for the milliseconds."""
    zone = time.strftime("%z", time.localtime(second))
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(second))
    return f"{moment}.%03d{zone[:3]}:{zone[3:5]}"


@lru_cache(maxsize=2)
def _world_time(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


class _Stderr(logging.Handler):
    """Writes log lines. The lines of requests are buffered until another line or `flush`."""

    def __init__(self) -> None:
        super().__init__()
        # NOTE: if no process reads stderr, a write blocks forever; the oldest lines are dropped.
        self._buffer: deque[bytes] = deque(maxlen=_MOST_HELD)
        self.buffers_requests = False

    def handle(self, record: logging.LogRecord) -> bool:
        line = self.format(record) + "\n"
        self._buffer.append(line.encode("utf-8", "backslashreplace"))
        if not (self.buffers_requests and "ms" in vars(record)):
            self.flush()
        return True

    def flush(self) -> None:
        """Write the buffered lines in pieces of at most PIPE_BUF bytes.

        A pipe takes a piece of that size whole, so the lines of several workers do not mix.
        """
        if not self._buffer:
            return
        piece = b""
        with suppress(IndexError):  # another thread may flush as well
            while self._buffer:
                line = self._buffer.popleft()
                if len(piece) + len(line) > select.PIPE_BUF:
                    _write(piece)
                    piece = b""
                piece += line
        _write(piece)


_stderr = _Stderr()


def set_up_logs(form: str, level: str) -> None:
    """Send records of `level` and above to stderr, as `text` or `json`."""
    _stderr.setFormatter(_Json() if form == "json" else _Text())
    logging.basicConfig(level=level.upper(), handlers=[_stderr], force=True)
    # NOTE: Waitress logs a warning for each queued request, the bottleneck under load.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def hold_requests() -> Callable[[], None]:
    """Buffer the lines of requests from now on; return the function that flushes them."""
    _stderr.buffers_requests = True
    return _stderr.flush


def _write(lines: bytes) -> None:
    if not lines:
        return
    # NOTE: a request must not fail because the log cannot be written.
    with suppress(OSError):
        os.write(sys.stderr.fileno(), lines)
