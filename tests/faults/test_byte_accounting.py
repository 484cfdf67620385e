"""The bytes that users use are exact after kills, and no crowd of writers passes a limit."""

import pytest
from byte_accounting import account_for_bytes, fill_up_to_a_limit


@pytest.mark.timeout(180)
def test_the_count_is_exact_after_random_calls_and_kills(tmp_path):
    verdict = account_for_bytes(tmp_path, operations=2000, kills=2)
    assert verdict.is_exact, verdict
    assert verdict.kills == 2
    assert verdict.answers[200] > 1000


@pytest.mark.timeout(180)
def test_a_crowd_of_writers_never_passes_the_limit(tmp_path):
    seen = fill_up_to_a_limit(tmp_path, writers=50)
    assert max(seen) <= 1_000_000
    assert seen[-1] > 990_000
