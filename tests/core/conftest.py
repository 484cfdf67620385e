"""What tests of the core share."""

import pytest
from bambleweeny.store.scripts import Script


class Clock:
    """A time in s that a test sets."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def meanwhile(store, monkeypatch):
    """A function that arranges what others do just before the engine gets a command.

    The command is the next one with a script, or with a text as its verb or one of its arguments.
    """
    exchange = store._exchange
    arranged = []

    def one_by_one(commands):
        replies = []
        for command in commands:
            for one in [one for one in arranged if one[0] & set(command[:3])]:
                arranged.remove(one)
                one[1]()
            replies += exchange([command])
        return replies

    def arrange(mark: Script | str, act):
        arranged.append(({mark} if isinstance(mark, str) else {mark.sha, mark.text}, act))

    monkeypatch.setattr(store, "_exchange", one_by_one)
    yield arrange
    assert not arranged
