"""What a call needs before a rule changes anything: a place, and an answer that can be sent."""

from collections.abc import Callable, Sequence

from bambleweeny.core.mocks.rules import Candidate
from bambleweeny.errors import Busy

Reserve = Callable[[float, int | None], None]
"""Takes a place for an answer that is late by some seconds, and has some bytes, if known.

Raises Busy if there is no place.
"""


def check_before_changes(candidates: Sequence[Candidate], reserve: Reserve) -> None:
    """Find the answers that these candidates cannot give, before anything is written."""
    for candidate in candidates:
        if not candidate.resource:
            candidate.check()
    late = [candidate for candidate in candidates if candidate.longest_delay]
    if late:
        try:
            reserve(max(candidate.longest_delay for candidate in late), None)
        except Busy as ex:
            for candidate in late:
                candidate.refuse_delays(ex)


def reserve_nothing(seconds: float, size: int | None) -> None:
    """Take no place, where nothing is late."""
