"""Finding the engine of a data directory."""

from bambleweeny.store.engine.embedded import EmbeddedEngine
from bambleweeny.store.engine.running import forget_engine_url, running_engine_url


def test_an_engine_is_found_while_it_runs(tmp_path):
    engine = EmbeddedEngine(tmp_path, max_memory=16 << 20)
    engine.start()
    engine.wait_until_ready()
    try:
        assert running_engine_url(tmp_path) == engine.url
        assert (tmp_path / "run" / "engine.url").stat().st_mode & 0o022 == 0
    finally:
        engine.stop()
    assert running_engine_url(tmp_path) is None
    assert list((tmp_path / "run").iterdir()) == []


def test_a_directory_that_nobody_has_used_has_none(tmp_path):
    assert running_engine_url(tmp_path) is None
    assert running_engine_url(tmp_path / "none") is None


def test_an_engine_that_left_no_word_is_found_at_its_usual_place(tmp_path):
    engine = EmbeddedEngine(tmp_path, max_memory=16 << 20)
    engine.start()
    engine.wait_until_ready()
    try:
        forget_engine_url(tmp_path)
        assert running_engine_url(tmp_path) == engine.url
    finally:
        engine.stop()


def test_what_a_killed_engine_left_is_not_believed(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "engine.url").write_text("unix:///gone\n")
    (tmp_path / "lock").touch()
    assert running_engine_url(tmp_path) is None
