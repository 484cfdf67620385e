"""The bench itself: the short one says something of every call, and of the starts."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from performance.programs import LOAD_TOOLS
from tools import need

pytestmark = pytest.mark.alone

TESTS = Path(__file__).parents[1]
CALLS = {
    "hello", "GET /keys/{name}", "PUT /keys/{name}", "POST /incr/{name}", "POST /lists/{name}",
    "GET /lists/{name}", "public route", "public route, a nested key", "public bin",
    "hello, new connections", "GET /keys/{name}, new connections", "PUT /keys/{name}, new connections",
    "its Redis alone: GET", "its Redis alone: SET",
}  # fmt: skip


def test_the_short_bench_has_positive_numbers_for_every_call_and_start(tmp_path):
    need(*LOAD_TOOLS)
    file = tmp_path / "bench.json"
    done = subprocess.run(
        [sys.executable, "-m", "performance", "--short", "--json", file],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    calls, starts = json.loads(file.read_text())["tables"]
    assert {row[0] for row in calls["rows"]} >= CALLS
    assert "installed" in {row[0] for row in starts["rows"]}
    for row in [*calls["rows"], *starts["rows"]]:
        assert f"| {row[0]} " in done.stdout
        numbers = [cell for cell in row[1:] if cell is not None]
        assert len(numbers) >= 4
        assert all(number > 0 for number in numbers), row
