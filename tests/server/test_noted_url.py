"""The word that `serve` leaves of where it answers."""

import signal
import stat

import pytest
from bambleweeny.system.data_directory import SERVER, is_in_use, noted_url
from servers import running, start


def test_a_server_leaves_its_url_while_it_runs(tmp_path):
    with running("serve", "--data-dir", str(tmp_path)) as server:
        assert noted_url(tmp_path, SERVER) == server.url
        assert stat.S_IMODE((tmp_path / "run" / SERVER).stat().st_mode) == 0o600
        assert is_in_use(tmp_path)
    assert noted_url(tmp_path, SERVER) is None
    assert not is_in_use(tmp_path)


def test_a_server_on_every_address_leaves_a_url_of_this_machine(tmp_path):
    with running("serve", "--data-dir", str(tmp_path), listen="0.0.0.0:0"):
        assert (noted_url(tmp_path, SERVER) or "").startswith("http://127.0.0.1:")


def test_a_second_server_takes_nothing_away(tmp_path):
    with running("serve", "--data-dir", str(tmp_path)) as server:
        with pytest.raises(AssertionError, match="Another server uses"):
            start("serve", "--data-dir", str(tmp_path))
        assert noted_url(tmp_path, SERVER) == server.url


def test_the_word_of_a_killed_server_is_replaced(tmp_path):
    killed = start("serve", "--data-dir", str(tmp_path))
    killed.stop(signal.SIGKILL)
    assert noted_url(tmp_path, SERVER) == killed.url
    with running("serve", "--data-dir", str(tmp_path)) as server:
        assert noted_url(tmp_path, SERVER) == server.url != killed.url
