"""Imports of many routes and bins."""

import json

import pytest
from bambleweeny.core.transfer.export_records import OwnBin
from bambleweeny.core.transfer.public_imports import PublicImport


class Watched(dict):
    """A dictionary that counts how often it is walked."""

    walks = 0

    def items(self):
        self.walks += 1
        return super().items()


def bin_of(name, target):
    return OwnBin(document=json.dumps({"name": name, "list": target}))


@pytest.mark.parametrize("do", ["plan", "put"])
def test_only_a_replaced_one_costs_a_walk_over_the_others(services, uli, do, monkeypatch):
    inboxes = services.inboxes
    done = PublicImport(uli, inboxes.bins, inboxes.documents, skips=False)
    known = Watched()
    monkeypatch.setattr(PublicImport, "_known", known)
    monkeypatch.setattr(PublicImport, "_named", {})
    for number in range(20):
        getattr(done, do)(bin_of(f"b{number}", "q"))
    assert (len(known), known.walks) == (20, 0)
    getattr(done, do)(bin_of("b7", "other"))
    assert (len(known), known.walks) == (20, 1)
    assert bin_of("b7", "q") not in known
