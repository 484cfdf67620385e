"""Every row of the table is right."""

from pathlib import Path

import pytest
from found.rows import Place
from found.table import ROWS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("found"))
    yield place
    place.close()


TESTED_HERE = [
    pytest.param(
        row,
        id=f"{row.number}-{row.check.__name__}",
        marks=[pytest.mark.alone] if row.measures else [],
    )
    for row in ROWS
    if not row.tested_in
]


def test_few_rows_have_their_test_elsewhere():
    elsewhere = [row.tested_in for row in ROWS if row.tested_in]
    assert len(elsewhere) < 5
    assert all((ROOT / path).is_file() for path in elsewhere)


@pytest.mark.parametrize("row", TESTED_HERE)
def test_row(row, place):
    assert row.check(place)
