"""A sandbox beside its model, and the calls whose answers are compared with that."""

import http.client
import json
import re
import time
from collections import Counter, deque
from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from faults.sandboxes.model import Data, Span

_MARK = re.compile(rb"mark-[0-9a-f]{8}")
_MARGIN = 2.0
"""No call begins that might last until something ends, so one takes less than this, in s."""
_PAUSE = 0.05
_LATEST_CALLS = 12
_PADDING = (0, 0, 5, 40, 300, 3000)


class Difference(AssertionError):
    """The server does not do what the model does."""


class TooSlow(Exception):
    """A call took so long that the model does not know what ended meanwhile."""


class Answer(NamedTuple):
    """An answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


class Servers:
    """Connections of one thread to servers over the same engine, of which each call takes one."""

    def __init__(self, urls: Sequence[str], random: Random) -> None:
        self._addresses = [urlsplit(url).netloc for url in urls]
        self._random = random
        self._open: dict[str, http.client.HTTPConnection] = {}

    def call(
        self, method: str, path: str, body: bytes | str = b"", token: str = "", **headers: str
    ) -> Answer:
        """Make a call at any of the servers. In names of headers, `_` stands for a hyphen."""
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        address = self._random.choice(self._addresses)
        if address not in self._open:
            self._open[address] = http.client.HTTPConnection(address, timeout=60)
        connection = self._open[address]
        data = body.encode() if isinstance(body, str) else body
        connection.request(method, path, data or None, sent)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())

    def close(self) -> None:
        """Close the connections."""
        for connection in self._open.values():
            connection.close()


class World:
    """One sandbox: its token, its model, and its saved sets; `marks` are those of its values."""

    def __init__(self, servers: Servers, random: Random, owner: str, made: dict[str, Any]) -> None:
        self.servers, self.random, self.owner = servers, random, owner
        self.id, self.token = made["id"], made["token"]
        self.data = Data()
        self.sets: dict[str, Data] = {"": Data()}
        self.mark = f"mark-{random.getrandbits(32):08x}"
        self.marks = {self.mark.encode()}
        self.highest_leased = 0
        """The highest id of an item that was leased."""
        self.leases: list[tuple[str, str]] = []
        """Leases that were valid before a reset, with their lists."""
        self.calls: deque[str] = deque(maxlen=_LATEST_CALLS)
        self.span = Span(0, 0)
        self.counts: Counter[str] = Counter()
        self._values = 0

    def value(self) -> bytes:
        """Return bytes that no other value has: the mark, a number, and some padding."""
        self._values += 1
        end = self.random.choice([b"", b"", b"\xff\x00", "\u00fc\u2603".encode()])
        padding = b"." * self.random.choice(_PADDING)
        return f"{self.mark}-{self._values}".encode() + padding + end

    def text(self) -> str:
        """Return a short value that is ASCII."""
        self._values += 1
        return f"{self.mark}-{self._values}"

    def ask(
        self, method: str, path: str, body: bytes | str = b"", status: int = 200, **headers: str
    ) -> Answer:
        """Make a call with the token; raise Difference unless the answer has that status."""
        return self._ask(method, path, body, status, token=self.token, **headers)

    def stranger(
        self, method: str, path: str, body: bytes | str = b"", status: int = 200, **headers: str
    ) -> Answer:
        """Make a call without a token."""
        return self._ask(method, path, body, status, token="", **headers)

    def settle(self) -> set[str]:
        """Wait until nothing ends within the time that a call may take, and do what is due.

        Returns the lists in which something was. The server does it with the next call of a list.
        """
        touched: set[str] = set()
        while True:
            now = time.monotonic()
            touched |= self.data.pass_time(now)
            if not any(one.first - _MARGIN < now for one in self.data.spans()):
                return touched
            time.sleep(_PAUSE)

    def check(self, found: object, expected: object, what: str) -> None:
        """Raise Difference unless both are equal."""
        if found != expected:
            raise Difference(f"{what}: found {_short(found)}, expected {_short(expected)}")

    def check_time(self, found: float, expected: Span, what: str) -> None:
        """Raise Difference unless a remaining time in s is right, if rounded up or down."""
        lengths = expected.since(self.span)
        if not lengths.first - 1.01 <= found <= lengths.last + 1.01:
            raise Difference(f"{what}: {found} s are left, expected {lengths}")

    def check_marks(self, answer: Answer) -> None:
        """Raise Difference if an answer has a value of another sandbox or of the owner."""
        if foreign := set(_MARK.findall(answer.body)) - self.marks:
            raise Difference(f"LEAK: {foreign} in a sandbox of {self.marks}")

    def _ask(
        self, method: str, path: str, body: bytes | str, status: int, *, token: str, **headers: str
    ) -> Answer:
        self.calls.append(f"{method} {path} {_short(body)} {headers or ''}")
        self.counts["calls"] += 1
        begun = time.monotonic()
        answer = self.servers.call(method, path, body, token, **headers)
        self.span = Span(begun, time.monotonic())
        self.calls[-1] += f" -> {answer.status} {_short(answer.body)}"
        if any(one.first < self.span.last for one in self.data.spans()):
            raise TooSlow
        self.check_marks(answer)
        self.check(answer.status, status, f"status of {method} {path}")
        return answer


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 500 else f"{text[:400]} ... {text[-80:]}"
