"""A flood of strangers that make sandboxes without a login, fill them, and make more.

By hand: `PYTHONPATH=tests:tests/faults python -m faults.sandboxes.flood --seconds 30`.
"""

import argparse
import random
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from faults.sandboxes.model import line_of_key
from faults.sandboxes.places import Owner, Place, serving
from servers import Http

_STRANGERS = 12
_WAITS = 4
_LOOK_SECONDS = 0.05
_INSIDE = "{open}~"
MB = 1 << 20
_TOO_MANY_NAMES = "".join(line_of_key(f"n{n}", b"x") for n in range(1100))


@dataclass
class Flood:
    """What was answered, the most that was there at any time, and what another user felt."""

    most: int
    """How many sandboxes strangers may have."""
    statuses: Counter[str] = field(default_factory=Counter)
    most_sandboxes: int = 0
    most_growth: int = 0
    most_keys: int = 0
    """Keys of the engine that are in no sandbox, above those before."""
    left: int = 0
    """Keys of sandboxes after the flood, when all have been deleted."""
    seconds: list[float] = field(default_factory=list)
    failed: int = 0

    def __str__(self) -> str:
        waits = sorted(self.seconds)
        return (
            f"at most {self.most_sandboxes} of {self.most} sandboxes, {self.most_growth / MB:.1f} MB "
            f"and {self.most_keys:,} other keys more in the engine; {self.left} keys left; "
            f"{len(waits):,} calls of another user, {self.failed} failed, median "
            f"{waits[len(waits) // 2] * 1e3:.1f} ms, p99 {waits[len(waits) * 99 // 100] * 1e3:.1f} ms, "
            f"most {waits[-1] * 1e3:.1f} ms; answers {dict(self.statuses.most_common())}"
        )


def options(most: int) -> list[str]:
    """Return the options of a server that can be flooded from any address."""
    return ["--open-sandboxes", str(most), "--trusted-proxies", "127.0.0.0/8"]


def flood(place: Place, most: int, seconds: float, share: float = 0.3) -> Flood:
    """Let strangers from ever new addresses do what they may, and more, beside a user.

    They fill a share of the sandboxes, and delete the others at once to make more. It goes on
    until they have made more than there may be at a time.
    """
    found, is_over, owner = Flood(most), threading.Event(), Owner(place, "beside")
    before, bytes_before = place.names(), _bytes_of(place)
    threads = [
        threading.Thread(target=_Stranger(place, n, share, found, is_over).run)
        for n in range(_STRANGERS)
    ]
    threads.append(threading.Thread(target=_use, args=(owner.http, found, is_over)))
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    while time.monotonic() < end or found.statuses["POST 201"] <= most:
        others = {name for name in place.names() - before if _INSIDE not in name}
        found.most_sandboxes = max(found.most_sandboxes, _number_of(place))
        found.most_keys = max(found.most_keys, len(others))
        found.most_growth = max(found.most_growth, _bytes_of(place) - bytes_before)
        time.sleep(_LOOK_SECONDS)
    is_over.set()
    for thread in threads:
        thread.join()
    found.left = sum(_INSIDE in name for name in place.names())
    return found


def _number_of(place: Place) -> int:
    return sum(one.zcard("b9y:{open}:sandboxes") for one in place.clients)


def _bytes_of(place: Place) -> int:
    return sum(int(one.info("memory")["used_memory"]) for one in place.clients)


def _use(http: Http, found: Flood, is_over: threading.Event) -> None:
    with http:
        while not is_over.is_set():
            for method, data in (("PUT", b"mine"), ("GET", None)):
                begun = time.perf_counter()
                answer = http.request(method, "/keys/mine", data=data)
                found.seconds.append(time.perf_counter() - begun)
                found.failed += answer.status_code != 200
            is_over.wait(0.01)


class _Stranger:
    """Makes a sandbox from an address that nobody has used, fills it, and deletes it."""

    def __init__(
        self, place: Place, number: int, share: float, found: Flood, is_over: threading.Event
    ) -> None:
        self._url, self._share = place.urls[number % len(place.urls)], share
        self._found, self._is_over, self._random = found, is_over, random.Random(number)

    def run(self) -> None:
        while not self._is_over.is_set():
            address = ".".join(str(self._random.randrange(1, 255)) for _ in range(4))
            token = self._create(address)
            if not token:
                self._is_over.wait(0.02)
                continue
            with Http(self._url, token) as http:
                if self._random.random() < self._share:
                    try:
                        self._fill(http)
                    except requests.RequestException:
                        self._found.statuses["no answer"] += 1
                while http.delete("/sandboxes/self").status_code == 429:
                    time.sleep(0.05)

    def _create(self, address: str) -> str:
        with Http(self._url) as http:
            answer = http.post("/sandboxes?raw", headers={"X-Forwarded-For": address})
        self._note("POST", answer)
        return answer.text if answer.status_code == 201 else ""

    def _fill(self, http: Http) -> None:
        self._note("import", http.post("/import", data=_TOO_MANY_NAMES))
        for number in range(6):
            self._note("PUT", http.put(f"/keys/n{number}", data=bytes(MB // 4)))
            self._note("snapshot", http.put(f"/sandboxes/self/snapshots/s{number}"))
        with suppress(OSError):
            self._note("PUT of 2 MB", http.put("/keys/large", data=bytes(2 * MB)))
        self._note("POST /routes", http.post("/routes", json={"key": "n1", "content_type": "a/b"}))
        waits = [self._wait(http.token) for _ in range(_WAITS)]
        for _ in range(150):
            self._note("GET", http.get("/keys/n1?path=a"))
        for one in waits:
            one.close()

    def _wait(self, token: str) -> socket.socket:
        place = urlsplit(self._url)
        wire = socket.create_connection((place.hostname, place.port), timeout=10)
        head = f"GET /lists/q?wait=30 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}"
        wire.sendall(f"{head}\r\n\r\n".encode())
        return wire

    def _note(self, call: str, answer: requests.Response) -> None:
        self._found.statuses[f"{call} {answer.status_code}"] += 1


def main(argv: Sequence[str] | None = None) -> int:
    """Flood a server and print what was there."""
    parser = argparse.ArgumentParser(prog="faults.sandboxes.flood", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--most", type=int, default=10, help="--open-sandboxes of the server")
    parser.add_argument("--share", type=float, default=0.3, help="of sandboxes that are filled")
    args = parser.parse_args(argv)
    with serving("embedded", 1, *options(args.most)) as place:
        print(flood(place, args.most, args.seconds, args.share))
    return 0


if __name__ == "__main__":
    sys.exit(main())
