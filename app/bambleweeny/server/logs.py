"""The log: lines of text or of JSON on stderr."""

import json
import logging
import os
import select
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache

_MOST_HELD = 10_000
_OF_A_REQUEST = ("method", "path", "status", "ms", "user", "request_id", "code")


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return f"{_local_time(int(record.created))},{int(record.msecs):03d}"

    def format(self, record: logging.LogRecord) -> str:
        seen = vars(record)
        if "ms" not in seen:
            return super().format(record)
        at, code = self.formatTime(record), f" {seen['code']}" if seen["code"] else ""
        who = f"{seen['ms']}ms {seen['user'] or '-'} {seen['request_id']}{code}"
        return f"{at} {record.levelname} {record.msg} {who}"


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": f"{_world_time(int(record.created))}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        seen = vars(record)
        line |= {name: seen[name] for name in _OF_A_REQUEST if seen.get(name) is not None}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


@lru_cache(maxsize=2)
def _local_time(second: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(second))


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
