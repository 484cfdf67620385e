"""Upgrade and downgrade: what the start does with data of another version's layout."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from bambleweeny.store import schema
from bambleweeny.store.engine.embedded import EmbeddedEngine
from engines import LOCAL, RedisServer
from servers import Http, running

ADMIN = ("--admin-password", "changeme")


@pytest.fixture(params=["data directory", "URL"])
def place(request, tmp_path) -> Iterator[tuple[str, ...]]:
    """The options of a place for data: a directory of its own, or somebody else's Redis."""
    directory = ("--data-dir", str(tmp_path / "data"))
    if request.param == "data directory":
        yield directory
        return
    engine = RedisServer(tmp_path)
    yield ("--redis-url", f"redis://{LOCAL}:{engine.port}", *directory)
    engine.stop()


def typed(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bambleweeny", *arguments],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def noted(place: tuple[str, ...], layout: int | None = None) -> bytes | None:
    """Give the layout that the data have, after noting another one where it is given."""

    def ask(url: str) -> bytes | None:
        with redis.Redis.from_url(url) as raw:
            if layout is not None:
                raw.hset("b9y:instance", "schema", layout)
            return raw.hget("b9y:instance", "schema")

    return ask(place[1]) if place[0] == "--redis-url" else with_engine_of(Path(place[1]), ask)


def with_engine_of(directory: Path, act: Callable[[str], bytes | None]) -> bytes | None:
    engine = EmbeddedEngine(directory, max_memory=64 << 20)
    engine.start()
    try:
        engine.wait_until_ready()
        return act(engine.url)
    finally:
        engine.stop()


def fill(place: tuple[str, ...]) -> None:
    with running("serve", *place, *ADMIN) as server, Http(server.url, server.token()) as http:
        assert http.put("/keys/foo", data=b"bar").ok


def value(place: tuple[str, ...]) -> bytes:
    with running("serve", *place, *ADMIN) as server, Http(server.url, server.token()) as http:
        return http.get("/keys/foo").content


@pytest.mark.parametrize("command", ["serve", "backup"])
def test_data_of_a_newer_layout_are_refused_with_a_sentence_and_stay(place, command, tmp_path):
    fill(place)
    assert noted(place, schema.VERSION + 1) == b"%d" % (schema.VERSION + 1)
    rest = ("--listen", "127.0.0.1:0") if command == "serve" else (str(tmp_path / "file"),)
    done = typed(command, *place, *rest)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"bambleweeny: The data has layout {schema.VERSION + 1} and this version reads up to layout "
        f"{schema.VERSION}; use a newer Bambleweeny, or restore a backup that was made before the "
        "upgrade into an empty data directory or Redis.\n"
    )
    assert not (tmp_path / "file").exists()
    noted(place, schema.VERSION)
    assert value(place) == b"bar"


def test_data_of_an_older_layout_are_taken_over(place):
    fill(place)
    noted(place, schema.VERSION - 1)
    assert value(place) == b"bar"
    assert noted(place) == b"%d" % schema.VERSION


def test_a_backup_of_before_is_the_way_back(place, tmp_path):
    fill(place)
    before = str(tmp_path / "before.ndjson")
    assert typed("backup", *place, before).returncode == 0
    noted(place, schema.VERSION + 1)
    back = ("--data-dir", str(tmp_path / "back"))
    assert typed("restore", *back, before).returncode == 0
    assert value(back) == b"bar"
