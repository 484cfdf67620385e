"""Looking whether those who wait are still wanted."""

import threading
import time

import pytest
from bambleweeny.core.notify.disconnects import Disconnects
from bambleweeny.store.client.pubsub import Waiter


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr("bambleweeny.core.notify.disconnects._LOOK_SECONDS", 0.01)


def test_who_is_wanted_no_more_is_woken_and_the_others_are_not():
    disconnects, gone, left = Disconnects(), threading.Event(), (Waiter(), Waiter())
    with (
        disconnects.over(left[0], lambda: not gone.is_set()),
        disconnects.over(left[1], lambda: True),
    ):
        assert not left[0].wait(0.05)
        gone.set()
        assert left[0].wait(20)
        assert not left[1].is_awake


def test_one_thread_looks_for_all_and_ends_with_the_last():
    before, disconnects = set(threading.enumerate()), Disconnects()
    with disconnects.over(Waiter(), lambda: True), disconnects.over(Waiter(), lambda: True):
        [thread] = set(threading.enumerate()) - before
    thread.join(20)
    assert not thread.is_alive()


def test_it_looks_again_after_everybody_had_left():
    disconnects = Disconnects()
    for _ in range(2):
        waiter = Waiter()
        with disconnects.over(waiter, lambda: False):
            assert waiter.wait(20)
        while disconnects._runs:
            time.sleep(0.005)
