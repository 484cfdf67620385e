"""Each item is acknowledged exactly once or is still there, whoever dies."""

import pytest
from accounting import KINDS, account_for


@pytest.mark.timeout(180)
@pytest.mark.parametrize("kind", KINDS)
def test_every_item_is_acknowledged_once_or_still_there(tmp_path, kind):
    verdict = account_for(
        kind, tmp_path, items=2400, workers=4, kills=1 if kind == "cluster" else 3
    )
    print(f"\n{verdict}")
    assert verdict.pushed == 2400
    assert verdict.is_clean, verdict
    assert verdict.kills
    assert verdict.delivered_again
