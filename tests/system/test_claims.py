"""Files and directories that processes hold, and what dead ones leave."""

import os
import signal
import subprocess
import sys
import tempfile

import pytest
from bambleweeny.system.claims import claim_directory, claim_file, is_claimed, remove_dead

CLAIM = "import sys; from bambleweeny.system.claims import claim_directory; print(claim_directory('x-').path, flush=True); sys.stdin.read()"


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_what_a_living_process_holds_stays(place):
    mine, other = claim_directory("x-"), claim_file(place / "x-file", "word")
    remove_dead(place, "x-*")
    assert is_claimed(mine.path)
    assert is_claimed(other.path)
    assert other.path.read_text() == "word"
    assert mine.path.stat().st_mode & 0o777 == 0o700
    assert other.path.stat().st_mode & 0o777 == 0o600
    mine.remove()
    other.remove()
    assert list(place.iterdir()) == []
    assert not is_claimed(mine.path)


def test_what_a_killed_process_held_is_removed(place):
    process = subprocess.Popen(
        [sys.executable, "-c", CLAIM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(place)},
    )  # fmt: skip
    with process:
        assert process.stdout.readline().startswith(str(place))
        [left] = place.iterdir()
        (left / "file").write_text("x" * 1000)
        remove_dead(place, "x-*")
        assert left.exists()
        process.send_signal(signal.SIGKILL)
    remove_dead(place, "y-*")
    assert left.exists()
    remove_dead(place, "x-*")
    assert not left.exists()


def test_a_process_that_was_forked_may_let_go_alone(place):
    claim = claim_directory("x-")
    if not (child := os.fork()):
        claim.forget()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert is_claimed(claim.path)
    claim.remove()


def test_links_and_what_others_own_stay(place):
    real = place / "real"
    real.mkdir()
    (place / "x-link").symlink_to(real)
    (place / "x-foreign").mkdir()
    if os.geteuid() == 0:
        os.chown(place / "x-foreign", 12345, 12345)
    else:
        (place / "x-foreign").rmdir()
    before = sorted(place.iterdir())
    remove_dead(place, "x-*")
    assert sorted(place.iterdir()) == before


def test_what_is_still_in_use_is_waited_for_and_left(place):
    for name in ("x-a", "x-b"):
        (place / name).mkdir()
    asked = []

    def is_in_use(path):
        asked.append(path.name)
        return path.name == "x-b" or len(asked) < 3

    remove_dead(place, "x-*", is_in_use)
    assert [path.name for path in place.iterdir()] == ["x-b"]


def test_a_new_claim_takes_the_place_of_what_is_there(place):
    first = claim_file(place / "x", "one")
    second = claim_file(place / "x", "two")
    assert (place / "x").read_text() == "two"
    first.forget()
    assert is_claimed(second.path)
    second.remove()
