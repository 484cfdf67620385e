"""A clock of the tests."""

import pytest


class Clock:
    """A time in s that a test sets."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()
