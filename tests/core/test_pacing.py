"""Calls that work in several steps, and pauses between long ones."""

import threading

import pytest
from bambleweeny.core.pacing import Turns, partly_done
from bambleweeny.errors import Busy, StaleToken, Unauthorized
from servers import until


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


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def step(clock):
    """Return a function that runs a step of a user; it returns for how long the step waited."""
    turns = Turns(lambda: clock.now, clock.sleep)

    def run(user, seconds):
        with turns.of(user):
            clock.now += seconds
        return clock.slept[-1]

    run.turns = turns
    return run


def test_a_user_who_repeats_long_steps_leaves_two_thirds_of_the_time(clock, step):
    waits = [step("uli", 0.01) for _ in range(100)]
    assert waits[:7] == [0] * 7
    assert waits[50:] == [0.02] * 50
    assert [step("eva", 0.001) for _ in range(300)] == [0] * 300
    clock.now += 1.0
    assert step("uli", 0.01) == 0


def test_a_pause_has_a_bound(clock, step):
    assert [step("uli", 5.0), step("uli", 0.001), step("uli", 0.001)] == [0, 0.35, 0]


def test_a_step_that_fails_counts_and_few_users_are_remembered(clock, step):
    with pytest.raises(StaleToken), step.turns.of("uli"):
        clock.now += 0.15
        raise StaleToken()
    assert step("uli", 0.001) == 0.15
    for user in range(3000):
        step(str(user), 0.01)
    assert len(step.turns._turns) <= 1000


def test_steps_of_a_user_run_one_after_the_other_and_few_wait():
    turns, running, most, refused = Turns(), [], [], []

    def run():
        try:
            with turns.of("uli"):
                running.append(1)
                most.append(len(running))
                free.wait()
                running.pop()
        except Busy:
            refused.append(1)

    free = threading.Event()
    threads = [threading.Thread(target=run) for _ in range(40)]
    for thread in threads:
        thread.start()
    until(lambda: len(refused) == 7)
    free.set()
    for thread in threads:
        thread.join()
    assert most == [1] * 33
