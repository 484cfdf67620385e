"""The watch over a small disk, with the real engine on it."""

import os
import subprocess
from contextlib import closing

import pytest
from bambleweeny.errors import StoreFull
from bambleweeny.store import open_store
from bambleweeny.store.engine import disk_reserve as watch
from bambleweeny.store.engine.disk_reserve import DiskReserve
from bambleweeny.store.engine.embedded import EmbeddedEngine

DISK = 16 << 20
MEMORY = 64 << 20


@pytest.fixture
def disk(tmp_path):
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a tmpfs cannot be mounted")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


@pytest.fixture
def engine(disk):
    engine = EmbeddedEngine(disk, max_memory=MEMORY)
    engine.start()
    engine.wait_until_ready()
    yield engine
    engine.stop()


@pytest.fixture
def store(engine):
    with closing(open_store(engine.url)) as store:
        yield store


@pytest.fixture
def disk_reserve(engine):
    return DiskReserve(engine, max_memory=MEMORY)


def fill(store, disk_reserve, name="k{}"):
    for number in range(1000):
        try:
            store.write(("SET", name.format(number), b"x" * 100_000))
        except StoreFull:
            return number
        disk_reserve.keep()
    raise AssertionError("it never got full")


def test_blocks_past_the_end_of_the_file_belong_to_it(engine, store, disk_reserve):
    store.write(("SET", "a", "1"))
    size = engine.append_only_file.stat().st_size
    disk_reserve.keep()
    state = engine.append_only_file.stat()
    assert state.st_size == size
    assert state.st_blocks * 512 >= size + DISK // 8


def test_a_disk_that_gets_full_refuses_what_grows_and_nothing_else(store, disk_reserve):
    assert fill(store, disk_reserve) > 50
    assert store.read(("STRLEN", "k0")) == [100_000]
    assert store.write(("DEL", "k0")) == [1]


def test_it_looks_more_often_where_little_is_left(disk, engine, disk_reserve):
    assert disk_reserve.keep() == 0.01
    with open(disk / "else", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, DISK * 2 // 3)
    assert disk_reserve.keep() == 0.1


def test_it_looks_seldom_where_there_is_plenty(tmp_path, monkeypatch):
    monkeypatch.setattr(watch, "_FAR", 1 << 20)
    monkeypatch.setattr(watch, "_MAX_RESERVE", 64 << 10)
    engine = EmbeddedEngine(tmp_path, max_memory=MEMORY)
    engine.start()
    engine.wait_until_ready()
    assert DiskReserve(engine, max_memory=MEMORY).keep() == 0.25
    engine.stop()


def test_what_is_deleted_makes_room(store, disk_reserve):
    keys = fill(store, disk_reserve)
    store.write(*(("DEL", f"k{number}") for number in range(keys)))
    for _ in range(1000):
        disk_reserve.keep()
        [limit] = store.read(("CONFIG", "GET", "maxmemory"))
        if limit[1] == b"%d" % MEMORY:
            break
        store.read(("DEBUG", "SLEEP", "0.01"))
    assert fill(store, disk_reserve) > 50


def test_values_that_replace_each_other_never_fill_the_disk(store, disk_reserve, monkeypatch):
    monkeypatch.setattr(watch, "_REWRITE_SECONDS", 0.0)
    for _ in range(400):
        store.write(("SET", "same", b"x" * 100_000))
        disk_reserve.keep()
        while b"aof_rewrite_in_progress:1" in store.read(("INFO", "persistence"))[0]:
            disk_reserve.keep()


def test_the_spare_file_goes_when_nothing_else_is_left(disk, disk_reserve):
    disk_reserve.keep()
    assert (disk / "spare").stat().st_size == DISK // 8
    with open(disk / "else", "wb") as file:
        for size in (1 << 20, 4096):
            while os.statvfs(disk).f_bavail * 4096 >= size:
                os.posix_fallocate(file.fileno(), file.seek(0, 2), size)
    disk_reserve.keep()
    assert (disk / "spare").exists()
    os.truncate(disk / "appendonly.aof", 0)
    with open(disk / "else", "ab") as file:
        while os.statvfs(disk).f_bavail:
            os.posix_fallocate(file.fileno(), file.seek(0, 2), 4096)
    disk_reserve.keep()
    assert not (disk / "spare").exists()


def test_without_a_file_or_an_engine_it_waits(disk):
    engine = EmbeddedEngine(disk, max_memory=MEMORY)
    disk_reserve = DiskReserve(engine, max_memory=MEMORY)
    assert disk_reserve.keep() == 0.1
    engine.start()
    engine.wait_until_ready()
    disk_reserve.keep()
    pid = engine.pid
    os.kill(pid, 9)
    engine.reap(os.waitpid(pid, 0)[1])
    assert disk_reserve.keep() > 0
    engine.stop()
