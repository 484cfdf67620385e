"""What one user's logins feel of a flood of wrong logins from another address.

Run it as `PYTHONPATH=tests python -m faults.login_flood [--per-minute N] [--addresses N]`; it takes
half a minute. It prints the statuses of both, and the time of the good logins.
"""

import argparse
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

from servers import Http, running

_CLIENTS = 24
_GOOD_LOGINS = 25
_PAUSE_SECONDS = 1.0
_GOOD_ADDRESS = "127.0.0.1"


class Client:
    """A kept connection from an address of this machine."""

    def __init__(self, url: str, address: str) -> None:
        place = urlsplit(url)
        self._wire = HTTPConnection(
            place.hostname or "", place.port, timeout=60, source_address=(address, 0)
        )

    def log_in(self, name: str, password: str) -> int:
        """Log in, and return the status."""
        login = json.dumps({"username": name, "password": password})
        self._wire.request("POST", "/auth/token", login)
        answer = self._wire.getresponse()
        answer.read()
        return answer.status

    def close(self) -> None:
        self._wire.close()


@contextmanager
def flood(url: str, per_minute: int, addresses: int) -> Iterator[Counter[int]]:
    """Have clients log in wrongly until the end, every other one as `uli`; yields the statuses."""
    statuses: Counter[int] = Counter()
    is_over = threading.Event()
    pause = 60 * _CLIENTS / per_minute if per_minute else 0

    def guess(number: int) -> None:
        address = f"127.0.0.{2 + number % addresses}"
        is_over.wait(pause * number / _CLIENTS)
        name = "uli" if number % 2 else f"nobody-{number}"
        with closing(Client(url, address)) as client:
            while not is_over.is_set():
                begun = time.monotonic()
                statuses[client.log_in(name, "wrong")] += 1
                is_over.wait(max(0.0, begun + pause - time.monotonic()))

    clients = [threading.Thread(target=guess, args=(number,)) for number in range(_CLIENTS)]
    for client in clients:
        client.start()
    yield statuses
    is_over.set()
    for client in clients:
        client.join()


def good_logins(url: str) -> tuple[Counter[int], float]:
    """Log in as `uli` again and again; return the statuses, and the 99th percentile in ms."""
    statuses: Counter[int] = Counter()
    taken = []
    for _ in range(_GOOD_LOGINS):
        time.sleep(_PAUSE_SECONDS)
        with closing(Client(url, _GOOD_ADDRESS)) as client:
            begun = time.perf_counter()
            statuses[client.log_in("uli", "secret")] += 1
            taken.append(time.perf_counter() - begun)
    return statuses, sorted(taken)[len(taken) * 99 // 100] * 1000


def main() -> int:
    """Measure the good logins alone and beside the flood; fail if one of them was refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-minute", type=int, default=1000, help="0: as fast as possible")
    parser.add_argument("--addresses", type=int, default=1, help="addresses of the flood")
    chosen = parser.parse_args()
    with running("sandbox", "--workers", "1", "--log-level", "error") as server:
        with Http(server.url, server.token()) as http:
            http.post("/users", json={"username": "uli", "password": "secret"})
        with flood(server.url, chosen.per_minute, chosen.addresses) as wrong:
            time.sleep(_PAUSE_SECONDS)
            good, p99 = good_logins(server.url)
    print(f"wrong logins: {dict(sorted(wrong.items()))}")
    print(f"good logins:  {dict(sorted(good.items()))}, p99 {p99:.0f} ms")
    return 0 if good == {200: _GOOD_LOGINS} else 1


if __name__ == "__main__":
    sys.exit(main())
