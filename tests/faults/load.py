"""A mixed load that keeps account of what was acknowledged."""

import http.client
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Account:
    """What clients were told; each client has its own, so that nothing needs a lock."""

    values: dict[str, bytes] = field(default_factory=dict)
    unsure: dict[str, set[bytes]] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    unsure_counts: int = 0
    pushed: set[bytes] = field(default_factory=set)
    unsure_pushes: set[bytes] = field(default_factory=set)
    popped: list[bytes] = field(default_factory=list)
    unsure_pops: int = 0
    statuses: Counter = field(default_factory=Counter)


class Client(threading.Thread):
    """Sets its own keys, counts on a shared counter, pushes to and pops from a shared list."""

    def __init__(self, number: int, port: int, token: str, go_on: threading.Event) -> None:
        super().__init__(daemon=True)
        self.number, self.port, self.token, self.go_on = number, port, token, go_on
        self.account = Account()
        self.sequence = 0
        self._connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        random.seed(self.number)
        while self.go_on.is_set():
            random.choice((self._set, self._count, self._push, self._push, self._pop))()
        self._hang_up()

    def _set(self) -> None:
        name, value = f"c{self.number}-{random.randrange(50)}", self._next()
        status, _ = self._call("PUT", f"/keys/{name}", value)
        if status == 200:
            self.account.values[name] = value
            self.account.unsure.pop(name, None)
        else:
            self.account.unsure.setdefault(name, set()).add(value)

    def _count(self) -> None:
        status, body = self._call("POST", "/incr/shared")
        if status == 200:
            self.account.numbers.append(int(body))
        else:
            self.account.unsure_counts += 1

    def _push(self) -> None:
        item = self._next()
        status, _ = self._call("POST", "/lists/shared", item)
        (self.account.pushed if status == 200 else self.account.unsure_pushes).add(item)

    def _pop(self) -> None:
        status, body = self._call("GET", "/lists/shared")
        if status == 200:
            self.account.popped.append(body)
        elif status != 204:
            self.account.unsure_pops += 1

    def _next(self) -> bytes:
        self.sequence += 1
        return b"%d:%d:" % (self.number, self.sequence) + b"x" * random.randrange(200)

    def _call(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            self._connection.request(method, path, body, {"Authorization": f"Bearer {self.token}"})
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self._hang_up()
            self.account.statuses["no answer"] += 1
            time.sleep(0.01)
            return 0, b""
        self.account.statuses[answer.status] += 1
        if answer.status == 503:
            assert json.loads(content)["code"] == "store_unavailable"
            assert answer.headers["Retry-After"]
            time.sleep(0.01)
        return answer.status, content

    def _hang_up(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None


@dataclass
class Verdict:
    """What was lost and what was given twice. An unsure pop may have taken one item."""

    acknowledged: int
    lost_values: int
    doubled_numbers: int
    lost_numbers: int
    lost_items: int
    doubled_items: int
    unsure_pops: int

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing acknowledged was lost or doubled."""
        lost = self.lost_values + self.lost_numbers + max(0, self.lost_items - self.unsure_pops)
        return lost + self.doubled_numbers + self.doubled_items == 0


def judge(accounts: list[Account], read: "Reader") -> Verdict:
    """Compare what clients were told with what the server has now; empties the list."""
    lost_values = 0
    for account in accounts:
        for name, value in account.values.items():
            lost_values += read.value(name) not in {value, *account.unsure.get(name, ())}
    numbers = Counter(number for account in accounts for number in account.numbers)
    pushed = {item for account in accounts for item in account.pushed}
    popped = [item for account in accounts for item in account.popped]
    left = read.items()
    seen = Counter(popped + left)
    return Verdict(
        acknowledged=sum(
            len(a.values) + len(a.numbers) + len(a.pushed) + len(a.popped) for a in accounts
        ),
        lost_values=lost_values,
        doubled_numbers=sum(count - 1 for count in numbers.values()),
        lost_numbers=max(0, max(numbers, default=0) - read.number()),
        lost_items=len(pushed - set(seen)),
        doubled_items=sum(count - 1 for count in seen.values()),
        unsure_pops=sum(account.unsure_pops for account in accounts),
    )


class Reader:
    """Reads back what is there, over HTTP."""

    def __init__(self, session) -> None:
        self._http = session

    def value(self, name: str) -> bytes:
        return self._http.get(f"/keys/{name}").content

    def number(self) -> int:
        return int(self._http.get("/keys/shared").text or 0)

    def items(self) -> list[bytes]:
        found = []
        while (answer := self._http.get("/lists/shared")).status_code == 200:
            found.append(answer.content)
        return found
