"""Seeds of sandboxes with something of every kind, and sandboxes as callers."""

import io
import json

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.sandboxes.seed_lines import absolute
from bambleweeny.names import sandbox_tenant

ROUTE = {"name": "shop", "journal": "calls", "rules": [{"path": "/x", "answers": [{"text": "hi"}]}]}
BIN = {"name": "in", "list": "received"}
SEED = [
    {"key": {"name": "plain", "value": "1"}},
    {"key": {"name": "typed", "value": "{}", "content_type": "application/json"}},
    {"key": {"name": "short", "value": "x", "ttl": "60s", "content_type": "text/css"}},
    {"key": {"name": "bytes", "value": {"base64": "/wA="}}},
    {"item": {"list": "plain", "value": "one"}},
    {"item": {"list": "plain", "value": "two"}},
    {"item": {"list": "mixed", "value": "first", "attempts": 2}},
    {"item": {"list": "mixed", "value": "short", "ttl": 600}},
    {"item": {"list": "mixed", "value": "later", "delay": "1h"}},
    {"item": {"list": "mixed", "value": "dead", "state": "dead", "at": 1000, "reason": "bad"}},
    {"list": {"name": "mixed", "policy": {"max_attempts": 5}}},
    {"message": {"topic": "news", "value": "hello", "type": "text/plain"}},
    {"route": {"key": "plain", "content_type": "text/plain"}},
    {"route": {"document": json.dumps(ROUTE)}},
    {"bin": {"list": "received"}},
    {"bin": {"document": json.dumps(BIN)}},
]


def lines_of(records) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in records)


def place_of(owner: Caller, sandbox_id: str) -> Caller:
    return Caller(sandbox_tenant(owner.id, sandbox_id), f"{owner.name}~{sandbox_id}", "")


def seed() -> io.BytesIO:
    """The lines of SEED."""
    return io.BytesIO(lines_of(SEED))


def imported(now_ms: int = 1 << 41) -> io.BytesIO:
    """The lines of SEED as an import accepts them."""
    return absolute(seed(), now_ms)
