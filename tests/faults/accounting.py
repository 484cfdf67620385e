"""Exactly-once accounting: producers, consumers that vanish, and an engine that is killed.

By hand, on each kind of engine: `python -m accounting --items 200000`, with tests and tests/faults
in PYTHONPATH.
"""

import argparse
import http.client
import json
import os
import random
import shutil
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from engines import Cluster, RedisServer
from servers import Http, Server, running

KINDS = ("embedded", "external", "cluster")
_LEASE_SECONDS = 2
_MOST_ATTEMPTS = 5
_AT_ONCE = 10


@dataclass
class Account:
    """What producers and consumers were told, all of them together."""

    pushed: set[str] = field(default_factory=set)
    delivered: Counter[str] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)
    unsure: set[str] = field(default_factory=set)
    """Whose acknowledgement got no answer, and whose lease was gone when it was sent again."""
    vanished: int = 0
    unanswered: int = 0

    def add(self, other: "Account") -> None:
        """Add what another one was told."""
        self.pushed |= other.pushed
        self.delivered += other.delivered
        self.acknowledged += other.acknowledged
        self.unsure |= other.unsure
        self.vanished += other.vanished
        self.unanswered += other.unanswered


class Worker(threading.Thread):
    """Somebody with an account and a connection of his own, who tries again until answered."""

    def __init__(self, port: int, token: str) -> None:
        super().__init__(daemon=True)
        self.account = Account()
        self._port, self._token = port, token
        self._connection: http.client.HTTPConnection | None = None

    def _call(self, method: str, path: str, body: str = "", **headers: str) -> tuple[bytes, int]:
        """Give the answer, and how often it was asked for before."""
        before = 0
        headers = {**headers, "Authorization": f"Bearer {self._token}"}
        while True:
            try:
                if self._connection is None:
                    self._connection = http.client.HTTPConnection(
                        "127.0.0.1", self._port, timeout=30
                    )
                self._connection.request(method, path, body, headers)
                answer = self._connection.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException):
                self.hang_up()
            else:
                if answer.status == 200:
                    return content, before
                assert answer.status == 503, (answer.status, content)
            before += 1
            self.account.unanswered += 1
            time.sleep(0.02)

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

    def run(self) -> None:
        for body in self._bodies:
            self._call("POST", "/lists/jobs", body, **{"Idempotency-Key": body})
            self.account.pushed.add(body)
        self.hang_up()


class Consumer(Worker):
    """Leases items and acknowledges them, unless it vanishes and leaves them to others."""

    def __init__(self, port: int, token: str, go_on: threading.Event, vanishing: float) -> None:
        super().__init__(port, token)
        self._go_on, self._vanishing = go_on, vanishing

    def run(self) -> None:
        path = f"/lists/jobs/lease?max={_AT_ONCE}&for={_LEASE_SECONDS}s"
        while self._go_on.is_set():
            items = json.loads(self._call("POST", path)[0])["items"]
            self.account.delivered.update(item["body"] for item in items)
            if not items:
                time.sleep(0.02)
            elif random.random() < self._vanishing:
                self.account.vanished += 1
                self.hang_up()
            else:
                self._acknowledge(items)
        self.hang_up()

    def _acknowledge(self, items: list[dict[str, str]]) -> None:
        changes = json.dumps({"ack": [item["lease"] for item in items]})
        content, before = self._call("POST", "/lists/jobs/ack", changes)
        for item, outcome in zip(items, json.loads(content)["ack"], strict=True):
            if "ok" in outcome:
                self.account.acknowledged[item["body"]] += 1
            elif before:
                self.account.unsure.add(item["body"])


@dataclass
class Verdict:
    """What became of the items."""

    kind: str
    pushed: int
    acknowledged: int
    twice: int
    unsure: int
    left: int
    dead: int
    lost: int
    delivered_again: int
    vanished: int
    kills: int
    unanswered: int
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Tell whether each item was acknowledged exactly once or is still there."""
        return not self.lost and not self.twice


def judge(kind: str, account: Account, left: Counter[str], dead: int) -> Verdict:
    """Hold what was pushed against what was acknowledged and what is left."""
    done = set(account.acknowledged)
    known = done | set(left) | account.unsure
    doubled = sum(count - 1 for count in (account.acknowledged + left).values())
    return Verdict(
        kind=kind,
        pushed=len(account.pushed),
        acknowledged=len(done),
        twice=doubled,
        unsure=len(account.unsure - done - set(left)),
        left=left.total(),
        dead=dead,
        lost=len(account.pushed - known),
        delivered_again=sum(count > 1 for count in account.delivered.values()),
        vanished=account.vanished,
        kills=0,
        unanswered=account.unanswered,
        seconds=0.0,
    )


def account_for(
    kind: str, place: Path, *, items: int, workers: int = 8, vanishing: float = 0.02, kills: int = 5
) -> Verdict:
    """Push, lease and acknowledge on an engine of a kind that is killed meanwhile."""
    begun, killed = time.monotonic(), 0
    with _serving(kind, place) as (server, kill):
        port, token = int(server.url.rpartition(":")[2]), server.token(password="x")
        with Http(server.url, token) as http:
            http.put("/lists/jobs/policy", json={"max_attempts": _MOST_ATTEMPTS})
            go_on = threading.Event()
            go_on.set()
            share = items // workers
            producers = [Producer(port, token, number, share) for number in range(workers)]
            consumers = [Consumer(port, token, go_on, vanishing) for _ in range(workers)]
            for worker in (*producers, *consumers):
                worker.start()
            while killed < kills and any(producer.is_alive() for producer in producers):
                time.sleep(random.uniform(0.3, 1.0) if items < 20_000 else random.uniform(3, 8))
                kill()
                killed += 1
            for producer in producers:
                producer.join()
            _drain(http)
            go_on.clear()
            for consumer in consumers:
                consumer.join()
            account = Account()
            for worker in (*producers, *consumers):
                account.add(worker.account)
            rows = [row for state in ("ready", "leased", "dead") for row in _items(http, state)]
            dead = sum(row["state"] == "dead" for row in rows)
            verdict = judge(kind, account, Counter(row["body"] for row in rows), dead)
    verdict.kills, verdict.seconds = killed, time.monotonic() - begun
    return verdict


def _drain(http: Http) -> None:
    while True:
        answer = http.get("/lists/jobs/stats")
        if answer.status_code == 200:
            stats = answer.json()
            if not stats["ready"] and not stats["leased"]:
                return
        time.sleep(0.05)


def _items(http: Http, state: str) -> Iterator[dict[str, str]]:
    after = ""
    while after is not None:
        page = http.get(f"/lists/jobs/items?state={state}&limit=1000&after={after}").json()
        yield from page["items"]
        after = page["next"]


@contextmanager
def _serving(kind: str, place: Path) -> Iterator[tuple[Server, Callable[[], None]]]:
    """Give a server over an engine of a kind, and what kills that engine."""
    more, engine, kill_outside = [], None, None
    if kind == "external":
        engine = RedisServer(place, "--appendfsync", "always")
        more = ["--redis-url", f"redis://127.0.0.1:{engine.port}"]

        def kill_outside() -> None:
            engine.kill()
            engine.again()
    elif kind == "cluster":
        engine = Cluster(place, "--appendfsync", "always")
        more = ["--redis-url", engine.url, "--replicas", "1"]

        def kill_outside() -> None:
            master = engine.master_of("b9y:{0}:user")
            master.kill()
            time.sleep(3)  # so that a replica takes its place
            master.again()

    try:
        with running(
            "serve", "--data-dir", str(place / "data"), "--workers", "2", "--log-level", "warning", *more,
            BAMBLEWEENY_ADMIN_PASSWORD="x",
        ) as server:  # fmt: skip
            yield server, kill_outside or (lambda: _kill_embedded(server.process.pid))
    finally:
        if engine:
            engine.stop()


def _kill_embedded(pid: int) -> None:
    for child in psutil.Process(pid).children():
        if child.name() == "redis-server":
            os.kill(child.pid, signal.SIGKILL)


def main() -> None:
    """Account for items on each kind of engine, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=200_000)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--kind", choices=KINDS, action="append")
    args = parser.parse_args()
    names = list(Verdict.__dataclass_fields__)
    print("| " + " | ".join(names).replace("_", " ") + " |")
    print("| --- " + "| ---: " * (len(names) - 1) + "|", flush=True)
    for kind in args.kind or KINDS:
        place = Path(tempfile.mkdtemp(prefix="b9y"))
        try:
            verdict = account_for(
                kind, place, items=args.items, workers=args.workers, kills=args.kills
            )
        finally:
            shutil.rmtree(place, ignore_errors=True)
        cells = [getattr(verdict, name) for name in names]
        print("| " + " | ".join(f"{c:,.0f}" if c != kind else c for c in cells) + " |", flush=True)


if __name__ == "__main__":
    main()
