"""Run every row on this code and print the table: `PYTHONPATH=tests python -m found [ROW ...]`."""

import sys
import tempfile
from pathlib import Path

import pytest
from found.rows import Place, Row
from found.table import ROWS


def main(wanted: list[str]) -> int:
    """Print one line a row; the exit status is the number of rows that are not right."""
    print("| # | do this | before | now | right |\n|---|---|---|---|---|", flush=True)
    wrong = 0
    with tempfile.TemporaryDirectory() as directory:
        place = Place(Path(directory))
        try:
            for row in ROWS:
                if not wanted or row.number in wanted:
                    wrong += _print(row, place)
        finally:
            place.close()
    print(f"\n{wrong} rows are not right.", file=sys.stderr)
    return min(wrong, 100)


def _print(row: Row, place: Place) -> bool:
    try:
        now, wrong = row.check(place), False
    except pytest.skip.Exception as ex:
        now, wrong = f"not tried: {ex}", False
    except AssertionError as ex:
        now, wrong = f"**not right**: {ex}", True
    cells = (row.number, row.do, row.before, now, row.right)
    print(
        "|",
        " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells),
        "|",
        flush=True,
    )
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
