"""Looking whether those who wait are still wanted."""

import threading
import time

import pytest
from bambleweeny.core.lookout import Lookout
from bambleweeny.store.announcements import Waiter


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr("bambleweeny.core.lookout._LOOK_SECONDS", 0.01)


def test_who_is_wanted_no_more_is_woken_and_the_others_are_not():
    lookout, gone, left = Lookout(), threading.Event(), (Waiter(), Waiter())
    with lookout.over(left[0], lambda: not gone.is_set()), lookout.over(left[1], lambda: True):
        assert not left[0].wait(0.05)
        gone.set()
        assert left[0].wait(5)
        assert not left[1].is_awake


def test_one_thread_looks_for_all_and_ends_with_the_last():
    before, lookout = set(threading.enumerate()), Lookout()
    with lookout.over(Waiter(), lambda: True), lookout.over(Waiter(), lambda: True):
        [thread] = set(threading.enumerate()) - before
    thread.join(5)
    assert not thread.is_alive()


def test_it_looks_again_after_everybody_had_left():
    lookout = Lookout()
    for _ in range(2):
        waiter = Waiter()
        with lookout.over(waiter, lambda: False):
            assert waiter.wait(5)
        while lookout._runs:
            time.sleep(0.005)
