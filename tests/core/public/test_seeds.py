"""The reset of a route: its seeds, its counters and its journal."""

import pytest
from bambleweeny.errors import NotFound


def test_a_reset_of_a_route_that_is_deleted_meanwhile_leaves_nothing(
    services, uli, raw, monkeypatch
):
    documents, seeds = services.mocks.documents, services.mocks.seeds
    made = documents.create(uli, b'{"rules": [{}], "journal": "calls"}')
    monkeypatch.setattr(seeds, "plant", lambda *_, **__: documents.delete(uli, made.id))
    with pytest.raises(NotFound):
        seeds.reset(uli, made.id)
    assert [name for name in raw.scan_iter() if made.id.encode() in name] == []
