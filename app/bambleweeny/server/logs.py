"""The log: lines of text or of JSON on stderr."""

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
_OF_A_REQUEST = ("method", "path", "status", "ms", "user", "request_id", "address", "code")
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
        line |= {name: seen[name] for name in _OF_A_REQUEST if seen.get(name) is not None}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


def _message(record: logging.LogRecord) -> str:
    """Return a message on one line, and at most 8 kB of it."""
    text = record.getMessage()
    shown = _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text[:_LONGEST_MESSAGE])
    return f"{shown}..." if len(text) > _LONGEST_MESSAGE else shown


@lru_cache(maxsize=2)
def _local_time(second: int) -> str:
    """Return a time as RFC 3339 has it, with a place for milliseconds."""
    zone = time.strftime("%z", time.localtime(second))
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(second))
    return f"{moment}.%03d{zone[:3]}:{zone[3:5]}"


@lru_cache(maxsize=2)
def _world_time(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


class _Stderr(logging.Handler):
    """Writes lines, those of requests together with what comes next or at a `flush`."""

    def __init__(self) -> None:
        super().__init__()
        # NOTE: where nobody reads what is written, a write takes for ever; then the oldest go.
        self._held: deque[bytes] = deque(maxlen=_MOST_HELD)
        self.holds_requests = False

    def handle(self, record: logging.LogRecord) -> bool:
        line = self.format(record) + "\n"
        self._held.append(line.encode("utf-8", "backslashreplace"))
        if not (self.holds_requests and "ms" in vars(record)):
            self.flush()
        return True

    def flush(self) -> None:
        """Write what is held, as many lines at a time as a pipe takes whole.

        So those of several workers do not mix.
        """
        together = b""
        with suppress(IndexError):  # another thread may take what is there, too
            while self._held:
                line = self._held.popleft()
                if len(together) + len(line) > select.PIPE_BUF:
                    _write(together)
                    together = b""
                together += line
        _write(together)


_stderr = _Stderr()


def set_up_logs(form: str, level: str) -> None:
    """Send everything from `level` on to stderr in this form."""
    _stderr.setFormatter(_Json() if form == "json" else _Text())
    logging.basicConfig(level=level.upper(), handlers=[_stderr], force=True)
    # NOTE: Waitress warns at every queued request; under load that is the bottleneck.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def hold_requests() -> Callable[[], None]:
    """Hold the lines of requests from now on; give what writes those that are held."""
    _stderr.holds_requests = True
    return _stderr.flush


def _write(lines: bytes) -> None:
    # NOTE: nobody's request fails because nobody reads the log.
    with suppress(OSError):
        if lines:
            os.write(sys.stderr.fileno(), lines)
