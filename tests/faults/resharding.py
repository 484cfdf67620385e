"""Accounting while the slots of a Cluster move from node to node the whole time.

Several users push, lease, acknowledge, bury and move items, and write keys on conditions, while
the slot of each goes round the masters. Every item is acknowledged once or still there, and every
key has the value that its only writer expects.
"""

import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from moving import Masters, Mover
from servers import Http, Server, running
from workers import Account, Consumer, Producer, Reviver, Worker, Writer, items_of

_POLICY = {"max_attempts": 5, "dead_letter": "buried"}
_LISTS = ("jobs", "buried")


@dataclass
class Verdict:
    """The sums of all users."""

    pushed: int
    acknowledged: int
    writes: int
    lost: int
    doubled: int
    unsure: int
    delivered_again: int
    revived: int
    moves: int
    refused: int
    longest_refusal: float
    longest_move: float
    seconds: float
    wrong: str

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, doubled, or other than its writer expects."""
        return not (self.lost or self.doubled or self.unsure or self.wrong)


class Tenant:
    """A user with its workers."""

    def __init__(self, server: Server, name: str, items: int, writes: int, workers: int) -> None:
        port = int(server.url.rpartition(":")[2])
        self.token = server.token(name, "another")
        self.url = server.url
        self._go_on = threading.Event()
        self._go_on.set()
        share, shared = range(workers), (port, self.token)
        self.producers = [Producer(*shared, n, items // workers) for n in share]
        self.writers = [Writer(*shared, n, writes // workers) for n in share]
        self.consumers = [Consumer(*shared, self._go_on, 0.02, unwilling=0.02) for _ in share]
        self.reviver = Reviver(*shared, self._go_on)

    @property
    def workers(self) -> list[Worker]:
        """All its workers."""
        return [*self.producers, *self.writers, *self.consumers, self.reviver]

    def begin(self) -> None:
        """Start them, once the list has its policy."""
        with Http(self.url, self.token) as http:
            assert http.put("/lists/jobs/policy", json=_POLICY).status_code == 200
        for worker in self.workers:
            worker.start()

    def end(self) -> None:
        """Wait until all work is done, and stop them."""
        for worker in (*self.producers, *self.writers):
            worker.join()
        with Http(self.url, self.token) as http:
            while any(not _is_empty(http, name) for name in _LISTS):
                time.sleep(0.05)
                assert all(worker.is_alive() for worker in (*self.consumers, self.reviver))
        self._go_on.clear()
        for worker in self.workers:
            worker.join()
            assert worker.failed is None, worker.failed


def _is_empty(http: Http, name: str) -> bool:
    answer = http.get(f"/lists/{name}/stats")
    stats = answer.json()
    return answer.status_code == 200 and not any(
        stats[state] for state in ("ready", "leased", "delayed", "dead")
    )


def account_for_resharding(
    place: Path, items: int, writes: int, *, users: int = 3, workers: int = 3
) -> Verdict:
    """Push items and write keys on a Cluster whose slots move; return the sums."""
    begun, masters = time.monotonic(), Masters(place, count=3)
    names = [f"user{number}" for number in range(users)]
    try:
        with running(
            "serve", "--data-dir", str(place / "data"), "--workers", "2", "--redis-url", masters.url,
            "--log-level", "warning", BAMBLEWEENY_ADMIN_PASSWORD="x",
        ) as server:  # fmt: skip
            with Http(server.url, server.token(password="x")) as admin:
                for name in names:
                    made = admin.post("/users", json={"username": name, "password": "another"})
                    assert made.status_code == 200, made.text
            tenants = [
                Tenant(server, name, items // users, writes // users, workers) for name in names
            ]
            mover = Mover(masters, [f"b9y:{{{n + 1}}}:user" for n in range(users)], step=0.01)
            mover.start()
            for tenant in tenants:
                tenant.begin()
            for tenant in tenants:
                tenant.end()
            mover.stop()
            verdict = _judge(tenants)
        assert "Traceback" not in server.log, server.log
    finally:
        masters.stop()
    verdict.moves, verdict.longest_move = mover.moves, mover.longest
    verdict.seconds = time.monotonic() - begun
    return verdict


def _judge(tenants: list[Tenant]) -> Verdict:
    verdict = Verdict(*[0] * 10, *[0.0] * 3, "")
    for tenant in tenants:
        account = Account()
        for worker in tenant.workers:
            account.add(worker.account)
        with Http(tenant.url, tenant.token) as http:
            left = Counter(row["body"] for name in _LISTS for row in items_of(http, name))
            _judge_keys(verdict, tenant, http)
        verdict.pushed += len(account.pushed)
        verdict.acknowledged += len(account.acknowledged)
        verdict.lost += len(account.pushed - set(account.acknowledged) - set(left))
        verdict.doubled += sum(count - 1 for count in (account.acknowledged + left).values())
        verdict.unsure += len(account.unsure)
        verdict.delivered_again += sum(count > 1 for count in account.delivered.values())
        verdict.revived += tenant.reviver.moved
        verdict.refused += account.refused
        verdict.longest_refusal = max(verdict.longest_refusal, account.longest)
    return verdict


def _judge_keys(verdict: Verdict, tenant: Tenant, http: Http) -> None:
    """Hold each key against what its writer knows, and the index against the keys."""
    model: dict[str, bytes] = {}
    numbers: list[int] = []
    for writer in tenant.writers:
        model |= writer.model
        numbers += writer.shared
        verdict.writes += writer.written
        verdict.unsure += len(writer.unsure) + writer.unsure_shared
        verdict.wrong += "; ".join(writer.wrong)
    numbers.sort()
    model["shared"] = b"%d" % len(numbers)
    verdict.doubled += len(numbers) - len(set(numbers))
    verdict.lost += numbers[-1] != len(numbers)
    for name, value in model.items():
        verdict.lost += http.get(f"/keys/{name}").content != value
    listed = {row["key"] for row in http.get("/keys?limit=1000").json()["keys"]}
    if listed != set(model):
        verdict.wrong += f"the index differs in {listed ^ set(model)}"
