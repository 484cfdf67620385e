"""Numbers in shared memory."""

import os
import threading

import pytest
from bambleweeny.core.instance.metrics import Metrics
from bambleweeny.core.instance.shared_counters import SharedCounters


def in_a_child(work) -> None:
    """Run in a forked process, as a worker does."""
    pid = os.fork()
    if not pid:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(pid, 0)[1] == 0


def test_what_processes_count_is_added_up():
    counters = SharedCounters(3)
    for number in range(3):
        in_a_child(
            lambda n=number: Metrics(counters.part(n)).count_request("GET", "/a", 200, 0.002)
        )
    counted = Metrics(counters.part(0)).counted()
    assert counted.requests == {("GET", "/a", "200"): 3}
    assert counted.seconds["/a"][:4] == [pytest.approx(0.006), 0, 3, 0]


def test_one_that_is_started_again_goes_on_and_its_waits_are_over():
    counters = SharedCounters(2)
    metrics = Metrics(counters.part(0))
    metrics.count_request("GET", "/a", 200, 0.1)
    metrics.change_waits(+3)
    assert metrics.counted().waits == 3
    again = Metrics(counters.part(0))
    again.count_request("GET", "/b", 200, 0.1)
    again.count_request("GET", "/a", 200, 0.1)
    counted = Metrics(counters.part(1)).counted()
    assert counted.requests == {("GET", "/a", "200"): 2, ("GET", "/b", "200"): 1}
    assert counted.waits == 0


def test_threads_lose_nothing():
    metrics = Metrics(SharedCounters().part(0))

    def count():
        for _ in range(5000):
            metrics.count_request("GET", "/a", 200, 0.1)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counted = metrics.counted()
    assert counted.requests["GET", "/a", "200"] == 40_000
    assert sum(counted.seconds["/a"][1:]) == 40_000


def test_the_memory_has_a_bound():
    part = SharedCounters().part(0)
    rows = {part.row(16, "seconds", f"/{number}") for number in range(5000)}
    assert len(rows) < 1100
    last = part.row(16, "seconds", "one more")
    part.numbers[last] += 1
    assert part.row(16, "seconds", "/0") == 0
    assert not any(any(row) for row in part.counters.sums().values())
    assert len(part.counters.sums()) == len(rows) - 1


def test_names_have_a_bound_too():
    part = SharedCounters().part(0)
    for number in range(5000):
        part.row(1, "x" * 100 + str(number))
    assert 1000 < len(part.counters.sums()) < 5000


def test_unknown_methods_are_one():
    metrics = Metrics(SharedCounters().part(0))
    for method in ("BREW", "X\ty", "get", ""):
        metrics.count_request(method, "", 400, 0.1)
    assert metrics.counted().requests == {("other", "", "400"): 4}
