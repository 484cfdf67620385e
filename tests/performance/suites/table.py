"""What isolation costs the tests of a shop: sandboxes beside a clean-up, nothing, and servers."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from shutil import copy
from statistics import median
from typing import NamedTuple

from bambleweeny import Client
from node import Node
from npm import npm_tools
from performance.programs import ADMIN_PASSWORD, CORES, CannotMeasure, Served, on, serving
from performance.report import Cell, Table
from tools import need

_TESTS, _PRODUCTS = 40, ("book", "cup", "lamp", "pen")
_HERE, _PACKAGES = Path(__file__).parent, Path(__file__).parents[2] / "runners"
_RUNNERS = ("pytest", "node:test", "playwright")
_PAY = {"path": "/pay/*", "answers": [{"json": {"paid": True}}]}
_PAYMENT = {"name": "payment", "journal": "calls", "rules": [_PAY]}
_SEED = [
    *({"key": {"name": f"stock:{product}", "value": "5"}} for product in _PRODUCTS),
    {"item": {"list": "orders", "value": "seeded"}},
    {"route": {"document": json.dumps(_PAYMENT)}},
    {"bin": {"list": "hooks"}},
]
_WORLDS = {
    "cleaned": "the user's data deleted before each test",
    "shared": "nothing deleted",
    "sandbox": "a sandbox, reset before each test",
    "server": "a server for each test",
}
_WAYS = (("cleaned", 1), ("shared", 4), ("sandbox", 1), ("sandbox", 4))
"""A world, and the number of processes."""
_OUTCOME = re.compile(r"(\d+) (passed|failed|error)|# (pass|fail) (\d+)")


class _Suite(NamedTuple):
    """Tests under a runner; `command` takes the number of its processes."""

    runner: str
    command: Callable[[int], Sequence[object]]
    ways: Sequence[tuple[str, int]] = _WAYS


def table(place: Path, *, rounds: int, only: Sequence[str], is_short: bool) -> Table:
    """Run the suites of all or `only` these runners in each way, in turn, on all cores.

    They share one server, which runs before. A short table leaves out the servers for each test.
    """
    if not {*only} <= {*_RUNNERS}:
        raise CannotMeasure(f"The runners are {', '.join(_RUNNERS)}.")
    with serving(place, "--log-level", "warning", cores=CORES) as server:
        ways = [
            (suite, world, number)
            for suite in _suites(place, server, only or _RUNNERS)
            for world, number in suite.ways
            if not (is_short and world == "server")
        ]
        runs: list[list[tuple[float, int]]] = [[] for _ in ways]
        for _ in range(rounds):
            for way, taken in zip(ways, runs, strict=True):
                taken.append(_run(place, server, *way))
    rows = [_row(*way, taken) for way, taken in zip(ways, runs, strict=True)]
    return Table(f"{_TESTS} tests of a shop", ["tests", "seconds", "failures, at most"], rows)


def _suites(place: Path, server: Served, runners: Sequence[str]) -> Iterator[_Suite]:
    """Write the files of suites, and return how each is run."""
    (place / "seed.ndjson").write_text("".join(json.dumps(line) + "\n" for line in _SEED))
    if "pytest" in runners:
        yield _of_pytest(place)
    if {"node:test", "playwright"} & {*runners}:
        Node(place, server.url)
        copy(_HERE / "shop.mjs", place)
    if "node:test" in runners:
        yield _of_node(place)
    if "playwright" in runners:
        yield _of_playwright(place)


def _of_pytest(place: Path) -> _Suite:
    copy(_HERE / "shop.py", place / "test_shop.py")
    copy(_HERE / "worlds.py", place / "conftest.py")
    command = (
        sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider", "-p", "xdist.plugin",
        "-p", "bambleweeny.client.pytest_plugin", "--b9y-seed", "seed.ndjson", "test_shop.py",
    )  # fmt: skip
    ways = (*_WAYS, ("server", 1), ("server", 4))
    return _Suite("pytest", lambda number: (*command, "-n", number if number > 1 else 0), ways)


def _of_node(place: Path) -> _Suite:
    [node] = need("node")
    files = [f"{product}.test.mjs" for product in _PRODUCTS]
    for name in files:
        copy(_HERE / "shop.test.mjs", place / name)
    command = (node, "--test", "--test-reporter=tap")
    return _Suite("node:test", lambda number: (*command, f"--test-concurrency={number}", *files))


def _of_playwright(place: Path) -> _Suite:
    tools = npm_tools(_PACKAGES)
    (place / "node_modules").symlink_to(tools.parent)
    (place / "package.json").write_text('{"type": "module"}')
    copy(_HERE / "shop.spec.mjs", place)
    # NOTE: without the name Playwright would also load the files of node:test.
    command = (tools / "playwright", "test", "--reporter=line", "shop.spec.mjs")
    return _Suite("playwright", lambda number: (*command, f"--workers={number}"))


def _run(place: Path, server: Served, suite: _Suite, world: str, number: int) -> tuple[float, int]:
    """Run the tests once; return the seconds and the number of those that fail."""
    with Client(server.url, "admin", ADMIN_PASSWORD) as owner:
        owner.import_((place / "seed.ndjson").read_bytes().splitlines(), "replace")
        token = owner.tokens.create()
    environment = {
        **os.environ, "BAMBLEWEENY_URL": server.url, "BAMBLEWEENY_TOKEN": token, "SHOP_WORLD": world,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "CI": "1",
    }  # fmt: skip
    begun = time.perf_counter()
    done = subprocess.run(
        on(CORES, *suite.command(number)), cwd=place, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    seconds = time.perf_counter() - begun
    counts = {"passed": 0, "failed": 0}
    for in_words, outcome, tap, in_tap in _OUTCOME.findall(done.stdout):
        has_passed = outcome == "passed" or tap == "pass"
        counts["passed" if has_passed else "failed"] += int(in_words or in_tap)
    if sum(counts.values()) != _TESTS or not counts["passed"]:
        raise CannotMeasure(f"{suite.runner} did not run the tests: {done.stdout[-500:]}{done.stderr[-500:]}")  # fmt: skip
    return seconds, counts["failed"]


def _row(suite: _Suite, world: str, number: int, runs: Sequence[tuple[float, int]]) -> list[Cell]:
    processes = f"{number} processes" if number > 1 else "one after the other"
    name = f"{suite.runner}, {processes}, {_WORLDS[world]}"
    return [name, median(seconds for seconds, _ in runs), max(failed for _, failed in runs)]
