"""The notes of the servers that a user runs."""

import fcntl

import pytest
from bambleweeny.system.server_registry import RunningServer, note_server, running_servers

SERVER = RunningServer("sandbox", "http://127.0.0.1:1", "/data", "changeme")


@pytest.fixture
def registry(tmp_path):
    return tmp_path / "deep" / "registry"


def test_a_server_is_listed_until_its_note_is_gone(registry):
    assert running_servers(registry) == []
    note = note_server(registry, SERVER)
    assert registry.stat().st_mode & 0o777 == 0o700
    assert note.path.stat().st_mode & 0o777 == 0o600
    assert running_servers(registry) == [SERVER]
    note.remove()
    assert running_servers(registry) == []


def test_a_note_that_nobody_holds_is_not_believed_and_goes_with_the_next(registry):
    note = note_server(registry, SERVER)
    note.forget()
    assert running_servers(registry) == []
    assert note.path.exists()
    other = note_server(registry, SERVER)
    assert list(registry.iterdir()) == [other.path]
    other.remove()


def test_a_note_of_another_machine_or_version_is_not_believed(registry):
    far = note_server(registry, RunningServer("serve", "http://x", "/", host="elsewhere"))
    assert running_servers(registry) == []
    far.path.write_text('{"url": 1, "new": 2}')
    assert running_servers(registry) == []
    far.path.write_text("{")
    assert running_servers(registry) == []
    far.remove()


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_a_directory_that_others_reach_is_not_used(registry, mode):
    note = note_server(registry, SERVER)
    registry.chmod(mode)
    assert running_servers(registry) == []
    assert note_server(registry, SERVER) is None
    note.remove()


def test_a_link_or_a_file_in_its_place_is_not_used(registry, tmp_path):
    registry.parent.mkdir()
    registry.symlink_to(tmp_path)
    assert note_server(registry, SERVER) is None
    assert running_servers(registry) == []
    registry.unlink()
    registry.touch()
    assert note_server(registry, SERVER) is None


def test_many_readers_take_no_note_away(registry):
    note = note_server(registry, SERVER)
    with note.path.open() as reader:
        with pytest.raises(BlockingIOError):
            fcntl.flock(reader, fcntl.LOCK_SH | fcntl.LOCK_NB)
        assert running_servers(registry) == running_servers(registry) == [SERVER]
    note.remove()
