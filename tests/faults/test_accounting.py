"""Each item is acknowledged exactly once or is still there, whoever dies and whatever moves."""

import pytest
from accounting import KINDS, account_for
from resharding import account_for_resharding


@pytest.mark.timeout(180)
@pytest.mark.parametrize("kind", KINDS)
def test_every_item_is_acknowledged_once_or_still_there(tmp_path, kind):
    verdict = account_for(
        kind, tmp_path, items=2400, workers=4, kills=1 if kind in ("cluster", "sentinel") else 3
    )
    print(f"\n{verdict}")
    assert verdict.pushed == 2400
    assert verdict.is_clean, verdict
    assert verdict.kills
    assert verdict.delivered_again


@pytest.mark.timeout(180)
def test_nothing_is_lost_or_done_twice_while_slots_of_a_cluster_move(tmp_path):
    verdict = account_for_resharding(tmp_path, 1800, 1800, users=2, workers=3)
    print(f"\n{verdict}")
    assert (verdict.pushed, verdict.acknowledged, verdict.writes) == (1800, 1800, 1800)
    assert verdict.is_clean, verdict
    assert verdict.moves >= 4
    assert verdict.delivered_again
    assert verdict.revived
