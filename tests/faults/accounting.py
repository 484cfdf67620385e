"""Exactly-once accounting: producers, consumers that vanish, and an engine that is killed.

By hand, on each kind of engine: `python -m accounting --items 200000`, with tests and tests/faults
in PYTHONPATH. With `--reshard` nothing is killed, and the slots of a Cluster move (`resharding`).
"""

import argparse
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
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil
from engines import Cluster, RedisServer, Sentinels
from resharding import account_for_resharding
from servers import Http, Server, running
from workers import Account, Consumer, Producer, items_of

KINDS = ("embedded", "external", "sentinel", "cluster")
_MOST_ATTEMPTS = 5


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
            rows = items_of(http, "jobs")
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
    elif kind == "sentinel":
        engine = Sentinels(place, "--appendfsync", "always")
        more = ["--redis-url", engine.url, "--replicas", "1"]
        kill_outside = engine.fail_over
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
    parser.add_argument("--reshard", action="store_true")
    parser.add_argument("--writes", type=int, default=50_000, help="of keys, with --reshard")
    args = parser.parse_args()
    if args.reshard:
        _in_a_folder(lambda place: account_for_resharding(place, args.items, args.writes))
        return
    for kind in args.kind or KINDS:
        _in_a_folder(
            lambda place, kind=kind: account_for(  # type: ignore[misc]
                kind, place, items=args.items, workers=args.workers, kills=args.kills
            )
        )


def _in_a_folder(account: Callable[[Path], Any]) -> None:
    """Account for what happens in a folder that goes away, and print the verdict's table."""
    place = Path(tempfile.mkdtemp(prefix="b9y"))
    try:
        cells = asdict(account(place))
    finally:
        shutil.rmtree(place, ignore_errors=True)
    texts = [c if isinstance(c, str) else f"{c:,.1f}".removesuffix(".0") for c in cells.values()]
    print("| " + " | ".join(cells).replace("_", " ") + " |")
    print("| --- " + "| ---: " * (len(cells) - 1) + "|")
    print("| " + " | ".join(texts) + " |", flush=True)


if __name__ == "__main__":
    main()
