"""`console`: the URL of the console with a code, and the browser that opens it."""

import json
import re

import pytest
from bambleweeny import Client
from bambleweeny.errors import InvalidCode
from servers import running

URL = r"{}/console#code=(b9y_code_0_[0-9a-f]{{40}})"


def code_in(text, url):
    found = re.fullmatch(URL.format(re.escape(url)), text.strip())
    assert found, text
    return found[1]


@pytest.fixture
def opened(alone, monkeypatch):
    """A function that returns what a browser was asked to open."""
    program, file = alone / "browser", alone / "opened"
    program.write_text(f'#!/bin/sh\necho "$1" > "{file}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(program))
    return lambda: file.read_text() if file.exists() else ""


@pytest.mark.usefixtures("logged_in")
def test_the_url_logs_in_once(typed, sandbox, opened):
    code = code_in(typed("console", "--print"), sandbox.url)
    assert (typed.err, opened()) == ("", "")
    with Client(sandbox.url) as client:
        client.tokens.use_code(code)
        assert client.tokens.test()["user"] == "admin"
        with pytest.raises(InvalidCode):
            client.tokens.use_code(code)


@pytest.mark.usefixtures("logged_in")
def test_the_browser_opens_the_url_that_is_printed(typed, opened, sandbox):
    printed = typed("console")
    assert opened() == printed
    assert typed.err == ""
    assert code_in(json.loads(typed("console", "--json"))["url"], sandbox.url)


@pytest.mark.usefixtures("logged_in")
@pytest.mark.parametrize("program", ["/no/such/browser", "false"])
def test_without_a_browser_the_url_is_printed_with_a_warning(typed, sandbox, monkeypatch, program):
    monkeypatch.setenv("BROWSER", program)
    code_in(typed("console"), sandbox.url)
    assert "No browser was found: open this URL in one within a minute." in typed.err


@pytest.mark.usefixtures("logged_in")
def test_a_machine_without_windows_has_no_browser(typed, monkeypatch):
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    typed("console")
    assert "No browser was found" in typed.err


def test_a_password_makes_a_session_of_full_length(typed, sandbox, monkeypatch):
    monkeypatch.setenv("BAMBLEWEENY_URL", sandbox.url)
    code = code_in(
        typed("console", "--print", "--user", "admin", "--password", "changeme"), sandbox.url
    )
    with Client(sandbox.url) as client:
        client.tokens.use_code(code)
        assert re.search(r"in (29\d\d|3000) seconds", client.tokens.test()["info"])


@pytest.mark.usefixtures("logged_in")
def test_a_named_token_opens_no_console(typed, monkeypatch):
    made = json.loads(typed("token", "add", "ann", "--scope", "read", "--json"))
    monkeypatch.setenv("BAMBLEWEENY_TOKEN", made["token"])
    typed("console", "--print", status=1)
    assert "(insufficient_scope)" in typed.err


def test_a_server_without_a_console_is_named(typed):
    with running("sandbox", "--console", "off") as server:
        typed("console", "--url", server.url, status=1)
    assert typed.err == "bambleweeny: The server has no console: it runs with --console off.\n"
