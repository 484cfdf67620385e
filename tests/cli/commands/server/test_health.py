"""`bambleweeny health`."""

import socket
import threading

import pytest
from bambleweeny.cli import main
from servers import running


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
    assert "is not healthy: 404" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["file:///etc/passwd", "localhost:8080"])
def test_what_is_no_url_exits_with_2(url, capsys):
    assert main(["health", url]) == 2
    assert "is not an http:// or https:// URL" in capsys.readouterr().err
    for other in ("http://:80", "http://a b", "http://a:99999", "http://u:p@a", "http://a/ b?c"):
        assert main(["health", other]) == 2
        assert "of a server has a host" in capsys.readouterr().err


@pytest.mark.usefixtures("alone")
def test_the_server_that_commands_find_is_asked(monkeypatch, capsys):
    with running("sandbox") as server:
        assert main(["health"]) == 0
        assert capsys.readouterr().out == '{"info":"ok"}\n'
        monkeypatch.setenv("BAMBLEWEENY_LISTEN", "127.0.0.1:1")
        assert main(["health"]) == 1
        assert main(["health", f"{server.url}/readyz?reads"]) == 0
        assert main(["health", server.url.replace("http", "https")]) == 1
    assert capsys.readouterr().err.endswith("Try http:// instead.\n")


def test_what_speaks_no_http_is_not_well(capsys):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"

        def answer():
            with listener.accept()[0] as wire:
                wire.recv(4096)
                wire.sendall(b"-ERR\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        assert main(["health", url]) == 1
        thread.join()
    assert f"There is no answer from {url}: " in capsys.readouterr().err
