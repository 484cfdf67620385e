"""The files of a mock: a change is seen whether they are written or replaced."""

import json
import threading

import pytest
from bambleweeny.cli.commands.server.mock.files import Files
from bambleweeny.cli.failures import CommandFailed


@pytest.fixture
def db(tmp_path):
    file = tmp_path / "db.json"
    file.write_text('{"posts": []}')
    return file


def test_a_change_is_seen_once(db):
    files = Files([str(db)])
    assert files.have_changed()
    [part] = files.read()
    assert (part.name, part.format, part.text) == (str(db), "db", b'{"posts": []}')
    assert not files.have_changed()
    db.write_text('{"posts": [{"id": 1}]}')
    assert files.have_changed()
    assert files.read()[0].text == b'{"posts": [{"id": 1}]}'
    assert not files.have_changed()


def test_a_replaced_a_removed_and_a_new_file_are_changes(db):
    files = Files([str(db)])
    files.read()
    other = db.with_suffix(".new")
    other.write_text('{"posts": 1 }')
    other.rename(db)
    assert files.have_changed()
    files.read()
    db.unlink()
    assert files.have_changed()
    with pytest.raises(CommandFailed, match=r"^Cannot read .*db\.json: No such file"):
        files.read()
    assert not files.have_changed()
    db.write_text("{}")
    assert files.have_changed()


def test_a_writer_may_take_its_time(db):
    files = Files([str(db)])
    files.read()
    text = json.dumps({"posts": [{"id": number} for number in range(6)]})
    pause = threading.Event()

    def write():
        with open(db, "w") as file:
            for char in range(0, len(text), 10):
                file.write(text[char : char + 10])
                file.flush()
                pause.wait(0.02)

    db.write_text("")
    writer = threading.Thread(target=write)
    writer.start()
    assert files.have_changed()
    read = files.read()[0].text.decode()
    writer.join()
    assert read == text


def test_a_broken_file_is_named(db):
    db.write_text("{")
    with pytest.raises(CommandFailed, match=r"db\.json: The document is not valid JSON"):
        Files([str(db)]).read()
