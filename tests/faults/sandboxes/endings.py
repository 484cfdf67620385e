"""What ended sandboxes leave in the engine, and for how long."""

import time
from collections.abc import Sequence

from core.sandboxes.worlds import SEED, lines_of
from faults.sandboxes.places import Owner, Place
from faults.sandboxes.run import left_names
from servers import Http


def measure_ends(place: Place, *, sandboxes: int, seconds: float) -> tuple[float, set[str]]:
    """Make sandboxes with data of every kind that end after 1 s; wait until nothing is left.

    Returns the seconds from the end of the last one until then, and after `seconds` what is left.
    """
    owner = Owner(place, "ending")
    before = place.names()
    tokens = [_made(owner.http) for _ in range(sandboxes)]
    ends = time.monotonic() + 1
    assert len({name for name in place.names() - before if "~" in name}) > sandboxes
    while time.monotonic() < ends + 0.1:
        time.sleep(0.05)
    _check_refused(place, tokens)
    left = left_names(place, before, seconds)
    took = time.monotonic() - ends
    usage = owner.usage()["sandboxes"]
    assert left or usage == {"count": 0, "bytes": 0}, usage
    assert owner.differences() == []
    owner.http.close()
    return took, left


def _made(http: Http) -> str:
    answer = http.post("/sandboxes?ttl=1s", data=lines_of(SEED))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


def _check_refused(place: Place, tokens: Sequence[str]) -> None:
    for url in place.urls:
        for token in tokens:
            with Http(url, token) as http:
                assert http.get("/keys/plain").status_code == 401
