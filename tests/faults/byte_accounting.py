"""The bytes that users use: exact after random calls and kills of the engine, never over a limit.

By hand: `PYTHONPATH=tests python -m faults.byte_accounting`, with `--operations` and `--kills`.
"""

import argparse
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
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.user_records import UserRecords
from bambleweeny.core.usage.byte_counts import recount, used_bytes
from bambleweeny.errors import StoreUnavailable
from bambleweeny.store import Store, open_store
from servers import Http, Server, children_of, running, until

_WORKERS = 4
_PATIENCE = 30
_NAMES = [f"n{number}" for number in range(8)]
_BODIES = [b"", b"x", b"some text", bytes(300), bytes(5000)]


@dataclass
class Verdict:
    """What a user uses by the server's count, by the data, and by the lines of an export."""

    used: int
    counted: int
    exported: int
    answers: Counter[int]
    kills: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether all three are the same."""
        return self.used == self.counted == self.exported


def account_for_bytes(place: Path, *, operations: int = 10_000, kills: int = 5) -> Verdict:
    """Do random calls while the embedded engine is killed, and count what is left."""
    with _serving(place) as (server, store):
        answers: Counter[int] = Counter()
        token, share = server.token(password="x"), operations // _WORKERS
        workers = [
            threading.Thread(target=_work, args=(server.url, token, share, seed, answers))
            for seed in range(_WORKERS)
        ]
        for worker in workers:
            worker.start()
        killed = 0
        while killed < kills:
            wanted = (killed + 1) * operations // (kills + 1)
            while answers.total() < wanted and any(worker.is_alive() for worker in workers):
                time.sleep(0.01)
            _kill_engine(server)
            killed += 1
        for worker in workers:
            worker.join()
        admin = Caller("0", "", "")
        # NOTE: a key that expired between two of the counts would be in the first one alone.
        until(lambda: _persistently(lambda: _keys_that_expire(store, admin)) == 0)
        used = _persistently(lambda: used_bytes(store, admin))
        with Http(server.url, token) as http:
            exported = _bytes_of_export(http.get("/export").content)
        pushes = sum(
            store.read(
                *(("ZCARD", store.schema.tenant("0").idempotent + end) for end in ("", "_old"))
            )
        )
        return Verdict(used, recount(store, admin), exported + 64 * pushes, answers, killed)


def fill_up_to_a_limit(place: Path, *, writers: int = 50, limit: int = 1_000_000) -> list[int]:
    """Write with many clients until all are refused; return what was used meanwhile."""
    with _serving(place) as (server, store):
        admin, token, seen = Caller("0", "", ""), server.token(password="x"), []
        UserRecords(store).change("0", ["max_bytes", limit], has_password=False, digest="")
        threads = [
            threading.Thread(target=_fill, args=(server.url, token, number))
            for number in range(writers)
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            seen.append(used_bytes(store, admin))
            time.sleep(0.01)
        seen.append(used_bytes(store, admin))
        assert seen[-1] == recount(store, admin)
        return seen


def _fill(url: str, token: str, number: int) -> None:
    with Http(url, token) as http:
        for turn in range(10_000):
            key = http.put(f"/keys/k{number}:{turn}", data=bytes(2000))
            item = http.post(f"/lists/q{number}", data=bytes(2000))
            assert {key.status_code, item.status_code} <= {200, 507}, (key.text, item.text)
            if key.status_code == item.status_code == 507:
                assert key.json()["code"] == item.json()["code"] == "max_bytes_exceeded"
                return
    raise AssertionError("the limit was never reached")


def _work(url: str, token: str, count: int, seed: int, answers: Counter[int]) -> None:
    chance = random.Random(seed)
    with Http(url, token) as http:
        for _ in range(count):
            while (status := _status_of(http, *_some_call(chance))) in (0, 503):
                answers[status] += 1
                time.sleep(0.01)
            answers[status] += 1


def _status_of(http: Http, method: str, path: str, body: bytes, headers: dict[str, str]) -> int:
    """Make a call; return 0 if there is no answer."""
    try:
        return http.request(method, path, data=body, headers=headers).status_code
    except requests.RequestException:
        return 0


def _some_call(chance: random.Random) -> tuple[str, str, bytes, dict[str, str]]:
    name, body = chance.choice(_NAMES), chance.choice(_BODIES)
    once = {"Idempotency-Key": f"o{chance.randrange(50)}"}
    batch = [
        ["set", name, "batch"], ["push", "q", "batch"], ["publish", "t", "batch"], ["pop", name],
        ["incr", chance.choice(["counter", "n1"])], ["del", chance.choice(_NAMES)],
    ]  # fmt: skip
    calls: list[tuple[str, str, bytes, dict[str, str]]] = [
        ("PUT", f"/keys/{name}", body, {}),
        ("PUT", f"/keys/{name}", body, {}),
        ("PUT", f"/keys/{name}?ttl=1", body, {}),
        ("DELETE", f"/keys/{name}", b"", {}),
        ("POST", "/incr/counter", b"", {}),
        ("POST", f"/lists/{name}", body, {}),
        ("POST", f"/lists/{name}", body, {}),
        ("POST", f"/lists/{name}?delay=1", body, {}),
        ("POST", f"/lists/{name}", body, once),
        ("GET", f"/lists/{name}", b"", {}),
        ("POST", f"/lists/{name}/lease?for=1s", b"", {}),
        ("DELETE", f"/lists/{name}", b"", {}),
        ("POST", "/topics/t", body, {}),
        ("DELETE", "/topics/t", b"", {}),
        ("POST", "/batch?atomic=1", json.dumps(batch).encode(), {}),
        ("POST", "/batch", json.dumps(batch).encode(), {}),
    ]
    return chance.choice(calls)


def _bytes_of_export(text: bytes) -> int:
    total, names = 0, set()
    for line in text.splitlines():
        [(kind, row)] = json.loads(line).items()
        value = row.get("value", "")
        size = len(value.encode()) if isinstance(value, str) else _decoded(value["base64"])
        if kind == "key":
            total += len(row["name"]) + size + 64
        else:
            names.add((kind, row["list" if kind == "item" else "topic"]))
            total += size + len(row.get("type") or "") + 64
    return total + sum(len(name) + 64 for _, name in names)


def _decoded(text: str) -> int:
    return len(text) * 3 // 4 - text.count("=")


def _keys_that_expire(store: Store, owner: Caller) -> int:
    """Remove what has expired; return how many keys will."""
    used_bytes(store, owner)
    [number] = store.read(("ZCARD", store.schema.tenant(owner.id).key_expiries))
    return int(number)


def _persistently(act: Callable[[], int]) -> int:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return act()
        except StoreUnavailable:
            assert time.monotonic() < deadline
            time.sleep(0.05)


@contextmanager
def _serving(place: Path) -> Iterator[tuple[Server, Store]]:
    data = place / "data"
    with (
        running(
            "serve", "--data-dir", str(data), "--workers", "2", "--log-level", "warning",
            BAMBLEWEENY_ADMIN_PASSWORD="x",
        ) as server,
        closing(open_store(f"unix://{data / 'run' / 'engine.sock'}")) as store,
    ):  # fmt: skip
        yield server, store


def _kill_engine(server: Server) -> None:
    for child in children_of(server.process.pid):
        if Path(f"/proc/{child}/comm").read_text() == "redis-server\n":
            os.kill(child, signal.SIGKILL)


def main() -> None:
    """Account for the bytes of random calls, then fill up to a limit, and print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--writers", type=int, default=50)
    args = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="b9y"))
    try:
        verdict = account_for_bytes(place / "one", operations=args.operations, kills=args.kills)
        print(verdict)
        assert verdict.is_exact
        seen = fill_up_to_a_limit(place / "two", writers=args.writers, limit=5_000_000)
        print(f"{args.writers} writers: at most {max(seen):,} of 5,000,000 bytes")
        assert max(seen) <= 5_000_000
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
