"""The places for hashes: bounded, and shared fairly between addresses."""

import threading
import time

import pytest
from bambleweeny.core.auth.hashing_places import HashingPlaces
from bambleweeny.errors import Busy
from servers import until

FLOOD, GOOD = "127.0.0.2", "127.0.0.1"


class Hash(threading.Thread):
    """A hash that runs once it has a place, until it may end; `name` is in the order of starts."""

    def __init__(self, floor, name, origin, *, is_known):
        super().__init__(name=name)
        self.floor, self.origin, self.is_known = floor, origin, is_known
        self.has_begun, self.may_end, self.is_busy = threading.Event(), threading.Event(), False

    def run(self):
        try:
            with self.floor.places.hashing(self.origin, is_known=self.is_known):
                self.floor.order.append(self.name)
                self.has_begun.set()
                self.may_end.wait(10)
        except Busy:
            self.is_busy = True


class Floor:
    """Places, the hashes that came, and the names of those that began, in order."""

    def __init__(self, places):
        self.places, self.order, self.hashes = places, [], {}

    def come(self, name, origin, *, is_known=False):
        """Have a hash come, and wait until it runs, waits or is refused."""
        before = list(self.places._waiting)
        one = self.hashes[name] = Hash(self, name, origin, is_known=is_known)
        one.start()
        until(
            lambda: (
                one.has_begun.is_set()
                or one.is_busy
                or any(other not in before for other in list(self.places._waiting))
            )
        )
        return one

    def end(self, name):
        """Let a hash end, and whatever it was that waited for its place begin."""
        self.hashes[name].may_end.set()
        self.hashes[name].join()

    def busy(self):
        return [name for name, one in self.hashes.items() if one.is_busy]


@pytest.fixture
def floor():
    made = Floor(HashingPlaces(at_once=2, queue=4, queue_of_one=2, timeout=10))
    yield made
    for one in made.hashes.values():
        one.may_end.set()
    for one in made.hashes.values():
        one.join()
    assert not made.places._waiting
    assert not made.places._last_turn
    assert not +made.places._running


def test_one_address_never_has_all_places_nor_all_of_the_queue(floor):
    for name in ("a", "b", "c"):
        floor.come(name, FLOOD)
    assert floor.order == ["a"]
    assert floor.come("d", FLOOD).is_busy
    floor.come("good", GOOD)
    assert floor.order == ["a", "good"]


def test_a_place_goes_to_the_address_that_had_one_least_recently(floor):
    for name, origin in (("a", "1"), ("b", "2"), ("a2", "1"), ("a3", "1"), ("b2", "2"), ("c", "3")):
        floor.come(name, origin)
    assert floor.order == ["a", "b"]
    for ends, begins in (("b", "c"), ("a", "a2"), ("c", "b2"), ("a2", "a3")):
        floor.end(ends)
        until(lambda begins=begins: begins in floor.order)
    assert floor.order == ["a", "b", "c", "a2", "b2", "a3"]


def test_a_known_client_goes_first(floor):
    for name, origin in (("a", "1"), ("b", "2"), ("c", "3")):
        floor.come(name, origin)
    floor.come("good", GOOD, is_known=True)
    floor.end("a")
    until(lambda: len(floor.order) == 3)
    assert floor.order[-1] == "good"


def test_a_full_queue_refuses_the_newest_of_the_address_with_most(floor):
    for name, origin in (("a", "1"), ("b", "2"), ("a2", "1"), ("a3", "1"), ("b2", "2"), ("c", "3")):
        floor.come(name, origin)
    floor.come("good", GOOD)
    until(lambda: floor.busy() == ["a3"])


def test_a_full_queue_refuses_an_address_that_had_a_place_for_one_that_had_none(floor):
    for name in ("a", "b", "a2", "b2", "c", "d"):
        floor.come(name, name[0])
    floor.come("e", "e")
    until(lambda: floor.busy() == ["b2"])
    floor.come("f", "f")
    until(lambda: floor.busy() == ["a2", "b2"])
    assert floor.come("g", "g").is_busy


def test_a_known_client_is_not_refused_because_of_unknown_ones(floor):
    for number in range(6):
        floor.come(f"bad{number}", f"10.0.0.{number}")
    assert floor.come("more", "10.0.0.9").is_busy
    for number in range(4):
        floor.come(f"good{number}", f"127.0.0.{number}", is_known=True)
    until(lambda: len(floor.busy()) == 5)
    assert not [name for name in floor.busy() if name.startswith("good")]
    assert floor.come("one too many", GOOD, is_known=True).is_busy


def test_a_known_client_is_not_refused_because_of_unknown_ones_at_its_address(floor):
    for name in ("a", "b", "c"):
        floor.come(name, GOOD)
    floor.come("good", GOOD, is_known=True)
    until(lambda: floor.busy() == ["c"])
    floor.end("a")
    until(lambda: floor.order == ["a", "good"])


def test_a_single_place_is_for_everybody():
    floor = Floor(HashingPlaces(at_once=1, queue=1, queue_of_one=1, timeout=10))
    floor.come("a", FLOOD)
    floor.come("good", GOOD)
    floor.end("a")
    until(lambda: floor.order == ["a", "good"])
    floor.end("good")


def test_a_long_wait_is_busy():
    places = HashingPlaces(at_once=1, queue=1, queue_of_one=1, timeout=0.01)
    with places.hashing(FLOOD), pytest.raises(Busy), places.hashing(GOOD):
        pass
    assert not places._waiting
    with places.hashing(GOOD):
        assert list(places._last_turn) == [GOOD]


def test_a_place_that_becomes_free_as_the_wait_ends_is_used():
    places = HashingPlaces(at_once=1, queue=1, queue_of_one=1, timeout=10)
    floor = Floor(places)
    floor.come("a", FLOOD)
    floor.come("b", GOOD)
    [waiter] = places._waiting
    floor.end("a")
    assert places._stop_waiting(waiter)
    floor.end("b")


def test_of_many_at_once_no_more_run_than_there_are_places():
    places = HashingPlaces(at_once=2, queue=100, queue_of_one=100, timeout=10)
    running, most, lock = 0, 0, threading.Lock()

    def hash_once(origin):
        nonlocal running, most
        with places.hashing(origin):
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.001)
            with lock:
                running -= 1

    threads = [threading.Thread(target=hash_once, args=(str(n % 5),)) for n in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2
    assert not places._last_turn
