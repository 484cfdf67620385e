"""Every row of the table is right."""

import pytest
from found.rows import Place
from found.table import ROWS


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("found"))
    yield place
    place.close()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.number}-{row.check.__name__}")
def test_row(row, place):
    assert row.check(place)
