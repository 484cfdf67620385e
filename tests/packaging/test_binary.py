"""The program as one file: it needs nothing, leaves nothing, and says what it misses."""

import hashlib
import os
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from selftest import Binary
from servers import until
from tools import need

pytestmark = pytest.mark.timeout(900)
ROOT = Path(__file__).parents[2]
OLDER = "bullseye"  # Debian 11: glibc 2.31


@pytest.fixture
def program(binary_file) -> Iterator[Binary]:
    # NOTE: a short path, since the engine's socket may lie below it.
    with tempfile.TemporaryDirectory() as place:
        yield Binary(binary_file, Path(place))


def run(program, *arguments, **variables) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        program.command(*arguments),
        env=program.environment(**variables),
        capture_output=True,
        text=True,
        check=False,
    )


def as_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make such a place")


@contextmanager
def mounted(place: Path, options: str):
    as_root()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], check=False, capture_output=True
    ).returncode:
        pytest.skip("this system lets nobody mount")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def life_in(root: Path, binary_file: Path) -> None:
    """Serve, write, kill, serve and read in a file system of its own."""
    as_root()
    need("curl")
    shutil.copy(binary_file, root / "bambleweeny")

    def start() -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            ["chroot", root, "/bambleweeny", "serve", "--listen", "127.0.0.1:0"],
            env={
                "PATH": os.environ["PATH"],
                "BAMBLEWEENY_DATA_DIR": "/tmp/data",
                "BAMBLEWEENY_ADMIN_PASSWORD": "secret",
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        lines = [process.stdout.readline() for _ in range(5)]
        assert lines[0].endswith("is up.\n"), lines
        return process, lines[1].split()[1]

    def curl(*arguments: str) -> str:
        return subprocess.check_output(["curl", "-sSf", "--max-time", "20", *arguments], text=True)

    def token(url: str) -> str:
        return curl(f"{url}/auth/token?raw", "-d", '{"username":"admin","password":"secret"}')

    process, url = start()
    curl("-X", "PUT", f"{url}/keys/foo?token={token(url)}", "-d", "bar")
    process.kill()
    process.communicate()
    process, url = start()
    assert curl(f"{url}/keys/foo?token={token(url)}") == "bar"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0
    assert [left.name for left in (root / "tmp").iterdir()] == ["data"]


def test_it_runs_where_there_is_nothing_else(binary_file, tmp_path):
    as_root()
    (tmp_path / "tmp").mkdir()
    (tmp_path / "dev").mkdir()
    for name, minor in (("null", 3), ("urandom", 9)):
        os.mknod(tmp_path / "dev" / name, 0o666 | stat.S_IFCHR, os.makedev(1, minor))
    life_in(tmp_path, binary_file)


def test_it_runs_on_an_older_system(binary_file, tmp_path):
    as_root()
    need("debootstrap")
    root = tmp_path / OLDER
    subprocess.run(
        ["debootstrap", "--foreign", "--variant=minbase", OLDER, root],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    life_in(root, binary_file)


def test_its_size_is_bounded(binary_file):
    assert binary_file.stat().st_size <= 16_000_000


def test_a_killed_one_leaves_what_the_next_start_removes(program):
    server = program.start("serve")
    program.kill(server)
    assert server.is_gone()
    assert len(program.leftovers()) == 1
    until(lambda: run(program, "--version").returncode == 0 and program.leftovers() == [])


def test_a_killed_sandbox_leaves_what_the_next_start_removes(program):
    server = program.start("sandbox")
    program.kill(server)
    assert server.is_gone()
    until(lambda: run(program, "--version").returncode == 0 and program.leftovers() == [])


def test_what_another_build_left_is_removed(program):
    left = program.temporary / f"bambleweeny-{os.geteuid()}-0123456789ab"
    left.mkdir(mode=0o700)
    (left / "file").touch()
    run(program, "--version")
    assert program.leftovers() == []


def test_what_runs_is_shared_and_left_alone(program):
    server = program.start("serve")
    [folder] = program.temporary.iterdir()
    before = (folder / "bambleweeny").stat().st_ino
    with ThreadPoolExecutor(8) as pool:
        assert {
            done.returncode for done in pool.map(lambda _: run(program, "--version"), range(16))
        } == {0}
    assert (folder / "bambleweeny").stat().st_ino == before
    assert program.stop(server) == 0
    assert program.leftovers() == []


def test_many_that_start_at_once_do_not_disturb_each_other(program):
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: run(program, "--version"), range(32)))
    assert {(one.returncode, one.stderr) for one in done} == {(0, "")}
    assert program.leftovers() == []


def test_a_failing_command_leaves_nothing_and_keeps_its_status(program):
    assert run(program, "serve", "--threads", "none").returncode == 2
    assert run(program, "health", "http://127.0.0.1:1").returncode == 1
    assert program.leftovers() == []


def test_a_place_without_execution_is_named(program):
    with mounted(program.temporary, "size=80m,noexec"):
        done = run(program, "--version")
        assert (done.returncode, program.leftovers()) == (1, [])
        assert done.stderr == (
            f"bambleweeny: {program.temporary}: programs there cannot be run (noexec); set TMPDIR to another directory.\n"
        )


def test_a_full_place_is_named_and_left_clean(program):
    with mounted(program.temporary, "size=8m"):
        done = run(program, "--version")
        assert (done.returncode, program.leftovers()) == (1, [])
        assert "there is no room for the" in done.stderr
        assert str(program.temporary) in done.stderr


def test_a_missing_place_is_named(program):
    done = run(program, "--version", TMPDIR="/there/is/none")
    assert done.returncode == 1
    assert done.stderr.startswith(
        "bambleweeny: /there/is/none: the program cannot be unpacked (No such file"
    )


def make_foreign(place: Path) -> None:
    as_root()
    place.mkdir(mode=0o700)
    os.chown(place, 12345, 12345)


TAKEN = {
    "by another user": make_foreign,
    "by a link": lambda place: place.symlink_to(place.parent),
    "by a link to nothing": lambda place: place.symlink_to("nothing"),
    "by a file": lambda place: place.touch(),
    "by a folder that is open to others": lambda place: (place.mkdir(), place.chmod(0o777)),
}


@pytest.mark.parametrize("how", TAKEN)
def test_a_place_that_is_taken_is_left_for_another(program, how):
    server = program.start("serve")
    [name] = program.leftovers()
    program.stop(server)
    taken = program.temporary / name
    TAKEN[how](taken)
    server = program.start("serve")
    [other] = [left for left in program.leftovers() if left != name]
    assert other.startswith(f"{name}-")
    assert stat.S_IMODE((program.temporary / other).stat().st_mode) == 0o700
    assert program.stop(server) == 0
    assert program.leftovers() == [name]
    server = program.start("serve")
    program.kill(server)
    assert server.is_gone()
    assert len(program.leftovers()) == 2
    until(lambda: run(program, "--version").returncode == 0 and program.leftovers() == [name])
    assert not taken.is_dir() or list(taken.iterdir()) == [] or taken.is_symlink()


def test_two_builds_of_a_commit_are_the_same(binary_file, second_build):
    for name in ("bambleweeny", "bambleweeny.cdx.json"):
        assert digest(second_build / "dist" / name) == digest(ROOT / "dist" / name), name


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
