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


@pytest.fixture
def bench(tmp_path):
    """Run the short bench; return its tables and what it prints."""

    def run(*words):
        need(*LOAD_TOOLS)
        file = tmp_path / "bench.json"
        done = subprocess.run(
            [sys.executable, "-m", "performance", *words, "--short", "--json", file],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(TESTS)},
            capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(file.read_text())["tables"], done.stdout

    return run


def test_the_short_bench_has_positive_numbers_for_every_call_and_start(bench):
    (calls, starts), printed = bench()
    assert {row[0] for row in calls["rows"]} >= CALLS
    assert "installed" in {row[0] for row in starts["rows"]}
    for row in [*calls["rows"], *starts["rows"]]:
        assert f"| {row[0]} " in printed
        numbers = [cell for cell in row[1:] if cell is not None]
        assert len(numbers) >= 4
        assert all(number > 0 for number in numbers), row


def test_suites_of_a_shop_fail_only_where_they_share_data(bench):
    need("node")
    [suites], _ = bench("suites", "--only", "pytest,node:test")
    assert len(suites["rows"]) == 8
    for name, seconds, failures in suites["rows"]:
        assert seconds > 0
        assert (failures > 0) is name.endswith("nothing deleted"), name
