"""No event is lost or changed, whatever the receiver does and however `listen` ends."""

import pytest
from listening import account_for_listening


@pytest.mark.timeout(120)
@pytest.mark.parametrize("is_in_order", [False, True], ids=["default", "in order"])
def test_each_event_arrives_as_it_was_sent(is_in_order):
    faults, restarts = (1, 0) if is_in_order else (3, 1)
    verdict = account_for_listening(
        60, kills=1, faults=faults, restarts=restarts, is_in_order=is_in_order
    )
    print(f"\n{verdict}")
    assert verdict.is_clean, verdict
    assert verdict.distinct == 60
    assert (verdict.kills, verdict.faults) == (1, faults)
    assert verdict.restarts == restarts
