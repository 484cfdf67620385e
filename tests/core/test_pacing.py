"""Calls that work in several steps, and pauses between long ones."""

import pytest
from bambleweeny.core.pacing import Turns, partly_done
from bambleweeny.errors import StaleToken, Unauthorized


def test_a_token_that_changes_between_two_steps_repeats_nothing():
    with pytest.raises(StaleToken), partly_done(0):
        raise StaleToken()
    with pytest.raises(Unauthorized, match="Unauthorized") as caught, partly_done(1):
        raise StaleToken()
    assert type(caught.value) is Unauthorized
    assert "a part of this call was done" in caught.value.hint


class Clock:
    """A clock that only sleeping and working move on."""

    def __init__(self):
        self.now = 100.0
        self.slept = []

    def sleep(self, seconds):
        self.slept.append(round(seconds, 6))
        self.now += seconds


def test_a_long_step_of_a_user_is_followed_by_a_pause_of_that_user():
    clock = Clock()
    turns = Turns(lambda: clock.now, clock.sleep)

    def step(user, seconds):
        with turns.of(user):
            clock.now += seconds

    step("uli", 0.01)
    step("eva", 0.001)
    step("eva", 0.001)
    assert clock.slept == []
    step("uli", 5.0)
    assert clock.slept == [0.018]
    step("uli", 0.001)
    assert clock.slept == [0.018, 0.05]
    step("uli", 0.01)
    clock.now += 0.021
    step("uli", 0.01)
    assert clock.slept == [0.018, 0.05]


def test_a_step_that_fails_counts_and_few_users_are_remembered():
    clock = Clock()
    turns = Turns(lambda: clock.now, clock.sleep)
    with pytest.raises(StaleToken), turns.of("uli"):
        clock.now += 0.01
        raise StaleToken()
    with turns.of("uli"):
        pass
    assert clock.slept == [0.02]
    for user in range(3000):
        with turns.of(str(user)):
            clock.now += 0.01
    assert len(turns._next) <= 1000
