"""The log: lines of text or of JSON on stderr."""

import json
import logging
import sys
import time

_OF_A_REQUEST = ("method", "path", "status", "ms", "user", "request_id", "code")


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        seen = vars(record)
        if "ms" in seen:
            line += f" {seen['ms']}ms {seen['user'] or '-'} {seen['request_id']}"
            line += f" {seen['code']}" if seen["code"] else ""
        return line


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = {
            "time": f"{at}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        seen = vars(record)
        line |= {name: seen[name] for name in _OF_A_REQUEST if seen.get(name) is not None}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


def set_up_logs(form: str, level: str) -> None:
    """Send everything from `level` on to stderr in this form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # NOTE: Waitress warns at every queued request; under load that is the bottleneck.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
