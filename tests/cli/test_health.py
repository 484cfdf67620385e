"""`bambleweeny health`."""

import pytest
from bambleweeny.cli import main


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch):
    """A proxy in the environment, which is not for this."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")


def test_a_server_that_is_well_exits_with_0(session_url, capsys):
    assert main(["health", session_url]) == 0
    assert capsys.readouterr().out == '{"info":"ok"}\n'
    assert main(["health", f"{session_url}/readyz"]) == 0
    assert capsys.readouterr().out == '{"info":"ready"}\n'


def test_the_address_is_that_of_the_server(session_url, monkeypatch, capsys):
    port = session_url.rpartition(":")[2]
    for address in (f"127.0.0.1:{port}", f"0.0.0.0:{port}"):
        assert main(["health", "--listen", address]) == 0
        monkeypatch.setenv("BAMBLEWEENY_LISTEN", address)
        assert main(["health"]) == 0
    monkeypatch.setenv("BAMBLEWEENY_LISTEN", "nonsense")
    assert main(["health"]) == 2
    assert capsys.readouterr().err.startswith("bambleweeny: BAMBLEWEENY_LISTEN: ")


def test_one_that_is_not_well_exits_with_1(session_url, capsys):
    assert main(["health", "http://127.0.0.1:1"]) == 1
    assert "Connection refused" in capsys.readouterr().err
    assert main(["health", f"{session_url}/nope"]) == 1
    assert "is not well: 404" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["file:///etc/passwd", "localhost:8080"])
def test_what_is_no_url_exits_with_2(url, capsys):
    assert main(["health", url]) == 2
    assert "is not an http:// or https:// URL" in capsys.readouterr().err
