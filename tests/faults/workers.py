"""Clients that record the answers they get: producers, consumers that vanish, writers of keys."""

import http.client
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from servers import Http

LEASE_SECONDS = 2
_AT_ONCE = 10


@dataclass
class Account:
    """The answers that producers and consumers got."""

    pushed: set[str] = field(default_factory=set)
    delivered: Counter[str] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)
    unsure: set[str] = field(default_factory=set)
    """Whose acknowledgement got no answer, and whose lease was gone when it was sent again."""
    vanished: int = 0
    unanswered: int = 0
    refused: int = 0
    """How many calls were answered 503."""
    longest: float = 0.0
    """For how many seconds a call was tried again."""

    def add(self, other: "Account") -> None:
        """Add another account."""
        self.pushed |= other.pushed
        self.delivered += other.delivered
        self.acknowledged += other.acknowledged
        self.unsure |= other.unsure
        self.vanished += other.vanished
        self.unanswered += other.unanswered
        self.refused += other.refused
        self.longest = max(self.longest, other.longest)


class Answer(NamedTuple):
    """An answer. `unsure` is how often it was asked for before, and may have been done."""

    status: int
    content: bytes
    unsure: int
    etag: str | None = None
    retry_after: str | None = None


class Worker(threading.Thread):
    """Somebody with an account and a connection of his own, who tries again until answered."""

    def __init__(self, port: int, token: str) -> None:
        super().__init__(daemon=True)
        self.account = Account()
        self.failed: Exception | None = None
        self._port, self._token = port, token
        self._connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        try:
            self.work()
        except Exception as ex:  # whatever it is, the account is not complete
            self.failed = ex
            raise
        finally:
            self.hang_up()

    def work(self) -> None:
        """The work itself."""
        raise NotImplementedError

    def call(self, method: str, path: str, body: str = "", **headers: str) -> Answer:
        """Send a request until it is answered, and not by 503; return the answer."""
        begun, unsure = time.monotonic(), 0
        headers = {**headers, "Authorization": f"Bearer {self._token}"}
        while (answer := self._try(method, path, body, headers)) is None or answer.status == 503:
            self.account.unanswered += 1
            if answer is None:
                unsure += 1
            else:
                self.account.refused += 1
                assert answer.retry_after, answer
                unsure += "not done" not in json.loads(answer.content)["hint"]
            time.sleep(0.02)
            self.account.longest = max(self.account.longest, time.monotonic() - begun)
        return answer._replace(unsure=unsure)

    def _try(self, method: str, path: str, body: str, headers: dict[str, str]) -> Answer | None:
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            found, content = answer.headers, answer.read()
            return Answer(answer.status, content, 0, found["ETag"], found["Retry-After"])
        except (OSError, http.client.HTTPException):
            self.hang_up()
            return None

    def done(self, method: str, path: str, body: str = "", **headers: str) -> Answer:
        """Send a request as `call` does; the answer must be 200."""
        answer = self.call(method, path, body, **headers)
        assert answer.status == 200, answer
        return answer

    def hang_up(self) -> None:
        """Leave without a word."""
        if self._connection:
            self._connection.close()
            self._connection = None


class Producer(Worker):
    """Pushes items that are known by their bodies; the same push may be sent twice."""

    def __init__(self, port: int, token: str, number: int, items: int) -> None:
        super().__init__(port, token)
        self._bodies = [f"{number}:{item}" for item in range(items)]

    def work(self) -> None:
        for body in self._bodies:
            self.done("POST", "/lists/jobs", body, **{"Idempotency-Key": body})
            self.account.pushed.add(body)


class Consumer(Worker):
    """Leases items and acknowledges them, unless it vanishes and leaves them to others.

    Some it gives back, and some it makes dead: `unwilling` says how many of each.
    """

    def __init__(
        self, port: int, token: str, go_on: threading.Event, vanishing: float, unwilling: float = 0
    ) -> None:
        super().__init__(port, token)
        self._go_on, self._vanishing, self._unwilling = go_on, vanishing, unwilling

    def work(self) -> None:
        path = f"/lists/jobs/lease?max={_AT_ONCE}&for={LEASE_SECONDS}s"
        while self._go_on.is_set():
            items = json.loads(self.done("POST", path).content)["items"]
            self.account.delivered.update(item["body"] for item in items)
            if not items:
                time.sleep(0.02)
            elif random.random() < self._vanishing:
                self.account.vanished += 1
                self.hang_up()
            else:
                self._finish(items)

    def _finish(self, items: list[dict[str, str]]) -> None:
        changes: dict[str, list[object]] = {"ack": [], "retry": [], "bury": []}
        acknowledged = []
        for item in items:
            chance = random.random()
            if chance < self._unwilling:
                changes["retry"].append({"lease": item["lease"]})
            elif chance < 2 * self._unwilling:
                changes["bury"].append({"lease": item["lease"], "reason": "unwilling"})
            else:
                changes["ack"].append(item["lease"])
                acknowledged.append(item["body"])
        answer = self.done("POST", "/lists/jobs/ack", json.dumps(changes))
        for body, outcome in zip(acknowledged, json.loads(answer.content)["ack"], strict=True):
            if "ok" in outcome:
                self.account.acknowledged[body] += 1
            elif answer.unsure:
                self.account.unsure.add(body)


class Reviver(Worker):
    """Moves what is dead, or in the list for it, back to where it is worked on."""

    def __init__(self, port: int, token: str, go_on: threading.Event) -> None:
        super().__init__(port, token)
        self._go_on = go_on
        self.moved = 0

    def work(self) -> None:
        while self._go_on.is_set():
            for name, state in (("buried", "ready"), ("jobs", "dead")):
                move = json.dumps({"to": "jobs", "state": state, "max": 50})
                moved = json.loads(self.done("POST", f"/lists/{name}/move", move).content)
                self.moved += moved["items"]
            time.sleep(0.05)


class Writer(Worker):
    """Writes keys of its own, and has a model of what each of them must be.

    It sets, on conditions too, counts and deletes. `shared` are the numbers that it got from a
    counter which all writers of its user share.
    """

    def __init__(self, port: int, token: str, number: int, writes: int, names: int = 40) -> None:
        super().__init__(port, token)
        self._names = [f"w{number}-{name}" for name in range(names)]
        self._writes = writes
        self._number = 0
        self.written = 0
        self.model: dict[str, bytes] = {}
        self.unsure: set[str] = set()
        self.wrong: list[str] = []
        self.shared: list[int] = []
        self.unsure_shared = 0

    def work(self) -> None:
        verbs = (self._set, self._set, self._set_matching, self._set_new, self._count, self._remove)
        for index in range(self._writes):
            self.written += 1
            if index % 5 == 4:
                self._count_shared()
            else:
                random.choice(verbs)(random.choice(self._names))
            if index % 10 == 0:
                self._read(random.choice(self._names))

    def _set(self, name: str) -> None:
        value = self._next()
        self._expect(name, self.call("PUT", f"/keys/{name}", value), 200, value.encode())

    def _set_matching(self, name: str) -> None:
        known = self.call("GET", f"/keys/{name}")
        value, tag = self._next(), known.etag or '"none"'
        answer = self.call("PUT", f"/keys/{name}", value, **{"If-Match": tag})
        there = name in self.model
        self._expect(name, answer, 200 if there else 412, value.encode() if there else None)

    def _set_new(self, name: str) -> None:
        value, before = self._next(), self.model.get(name)
        answer = self.call("PUT", f"/keys/{name}", value, **{"If-None-Match": "*"})
        self._expect(name, answer, 412 if before else 200, before or value.encode())

    def _count(self, name: str) -> None:
        name += "-n"
        number = b"%d" % (int(self.model.get(name, b"0")) + 1)
        answer = self.call("POST", f"/incr/{name}")
        if answer.content != number and not answer.unsure:
            self.wrong.append(f"{name} counted to {answer.content!r}, not {number!r}")
        self._expect(name, answer, 200, number)

    def _count_shared(self) -> None:
        answer = self.done("POST", "/incr/shared")
        self.shared.append(int(answer.content))
        self.unsure_shared += answer.unsure

    def _remove(self, name: str) -> None:
        answer = self.call("DELETE", f"/keys/{name}")
        self._expect(name, answer, 200 if name in self.model else 404, None)

    def _read(self, name: str) -> None:
        answer, known = self.call("GET", f"/keys/{name}"), self.model.get(name)
        if (answer.content if answer.status == 200 else None) != known:
            self.wrong.append(f"{name} is {answer.content!r}, not {known!r}")

    def _expect(self, name: str, answer: Answer, status: int, value: bytes | None) -> None:
        """Note what a key is now; where the call may have been done before, it is read."""
        if answer.unsure:
            self.unsure.add(name)
            known = self.call("GET", f"/keys/{name}")
            value = known.content if known.status == 200 else None
        elif answer.status != status:
            self.wrong.append(f"{name}: {answer} in the place of {status}")
        if value is None:
            self.model.pop(name, None)
        else:
            self.model[name] = value

    def _next(self) -> str:
        self._number += 1
        return f"{self._names[0]} {self._number}"


def items_of(http: Http, name: str) -> list[dict[str, str]]:
    """Return the items of a list, in any state."""
    rows: list[dict[str, str]] = []
    for state in ("ready", "leased", "delayed", "dead"):
        after = ""
        while after is not None:
            page = http.get(f"/lists/{name}/items?state={state}&limit=1000&after={after}").json()
            rows += page["items"]
            after = page["next"]
    return rows
