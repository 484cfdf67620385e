"""The append-only file, whole, cut off and damaged."""

import time
from contextlib import closing
from pathlib import Path

import hiredis
import pytest
from bambleweeny.store import open_store
from bambleweeny.store.engine.append_only_file import Damaged, check_append_only_file
from bambleweeny.store.engine.embedded import EmbeddedEngine, EngineFailed

COMMANDS = [("SELECT", "0"), *(("SET", f"k{number}", "x" * number) for number in range(200))]
WHOLE = b"".join(hiredis.pack_command(command) for command in COMMANDS)
LAST = len(hiredis.pack_command(COMMANDS[-1]))


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "appendonly.aof"


def start(place: Path) -> EmbeddedEngine:
    engine = EmbeddedEngine(place, max_memory=16 << 20)
    try:
        engine.start()
        engine.wait_until_ready()
    except EngineFailed:
        engine.stop()
        raise
    return engine


def test_a_whole_file_is_whole(file):
    assert check_append_only_file(file) == 0
    file.write_bytes(WHOLE)
    assert check_append_only_file(file) == 0


@pytest.mark.parametrize("missing", range(1, LAST, 7))
def test_a_command_that_was_cut_off_is_counted(file, missing):
    file.write_bytes(WHOLE[:-missing])
    assert check_append_only_file(file) == LAST - missing


@pytest.mark.parametrize(
    "bad", [b"*9", b"$9", b"+OK\r\n", b"\x00\x00", b"*1\r\n$1\r\nx\r\n*0\r\n*2"]
)
@pytest.mark.parametrize("place", [0, 100, 5000])
def test_damage_before_the_end_is_told_and_the_file_stays(file, bad, place):
    at = WHOLE.index(b"*3", place) if place else 0
    damaged = WHOLE[:at] + bad + WHOLE[at + len(bad) :]
    file.write_bytes(damaged)
    with pytest.raises(Damaged, match=r"is damaged at byte \d+ and was left as it is"):
        check_append_only_file(file)
    assert file.read_bytes() == damaged


def test_a_length_that_swallows_the_rest_is_damage(file):
    file.write_bytes(WHOLE.replace(b"$5\r\n", b"$99999\r\n", 1))
    with pytest.raises(Damaged):
        check_append_only_file(file)


def test_the_engine_repairs_what_was_cut_off_and_says_so(file, caplog):
    file.write_bytes(WHOLE[:-30])
    engine = start(file.parent)
    assert "the last write was cut off and never answered" in caplog.text
    with closing(open_store(engine.url)) as store:
        assert store.read(("DBSIZE",)) == [199]
    engine.stop()
    assert check_append_only_file(file) == 0


def test_the_engine_does_not_start_on_damage(file):
    damaged = WHOLE.replace(b"$5\r\n", b"$99999\r\n", 1)
    file.write_bytes(damaged)
    with pytest.raises(EngineFailed, match=r"appendonly.aof is damaged at byte \d+ .* backup"):
        start(file.parent)
    assert file.read_bytes() == damaged


def test_what_the_engine_rewrites_can_be_checked(file):
    engine = start(file.parent)
    with closing(open_store(engine.url)) as store:
        store.write(
            *(("RPUSH", "l", b"\xff%d" % number) for number in range(500)), ("HSET", "h", "a", "b")
        )
        store.write(("BGREWRITEAOF",))
        while b"aof_rewrite_in_progress:1" in store.read(("INFO", "persistence"))[0]:
            time.sleep(0.01)
        assert check_append_only_file(file) == 0
        assert not file.read_bytes().startswith(b"REDIS")
    engine.stop()
