"""What strangers send, at a terminal: shown as escapes, never obeyed."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
from bambleweeny.cli.escapes import visible, visible_json

COMMAND = str(Path(sys.executable).parent / "bambleweeny")
EVIL = "\x1b]0;PWNED\x07\x1b[2J\x9b31m\u202eevil\u2066\x00\x7f".encode()
RAW = ("\x1b]0", "\x07", "\x1b[2J", "\x9b", "\u202e", "\u2066", "\x00", "\x7f")
SHOWN = r"\x1b]0;PWNED\x07\x1b[2J\x9b31m\u202eevil\u2066\x00\x7f"


@pytest.fixture
def at_terminal(monkeypatch, logged_in):
    """Run a command at a wide terminal, and return all that it printed."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "400")

    def run(*words):
        child = pexpect.spawn(COMMAND, [*words], encoding="utf-8", timeout=20, dimensions=(50, 400))
        child.expect(pexpect.EOF)
        child.close()
        return child.before

    return run


@pytest.fixture
def evil_list(sandbox, typed, logged_in):
    """A list to which a stranger adds by a bin."""
    typed("push", "e:evil", "first")
    [_, bin_id] = re.search(r"(/bins/)?([0-9a-f-]{36})", typed("bin", "add", "e:evil")).groups()
    yield f"{sandbox.url}/bins/{bin_id}"
    typed("push", "e:evil", "last")
    typed("lists", "del", "e:evil")


def send(url, body=EVIL):
    subprocess.run(["curl", "-sf", url, "--data-binary", "@-"], input=body, check=True)


def without_colours(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_tables_show_controls_as_escapes(evil_list, at_terminal):
    send(evil_list)
    for words in (("items", "e:evil"), ("lease", "e:evil", "--max", "2")):
        shown = without_colours(at_terminal(*words))
        assert SHOWN in shown, words
        assert not [raw for raw in RAW if raw in shown]


def test_json_at_a_terminal_stays_json(evil_list, at_terminal):
    send(evil_list)
    shown = at_terminal("items", "e:evil", "--json")
    assert not [raw for raw in RAW if raw in shown]
    assert json.loads(shown)[1]["value"] == EVIL.decode()


def test_the_document_of_a_bin_at_a_terminal_stays_json(typed, logged_in, at_terminal):
    document = {"list": "e:evil", "name": "evil", "answer": {"text": EVIL.decode()}}
    typed("bin", "set", given=json.dumps(document).encode())
    for words in (("bin", "show", "evil"), ("bin", "show", "evil", "--json")):
        shown = at_terminal(*words)
        assert not [raw for raw in RAW if raw in shown]
        assert json.loads(shown) == document
    typed("bin", "del", "evil")


@pytest.mark.parametrize("words", [("follow", "e:news", "--since", "all", "--max", "2"),
                                   ("topics", "read", "e:news")])  # fmt: skip
def test_messages_show_controls_as_escapes(words, typed, logged_in, at_terminal):
    typed("publish", "e:news", given=EVIL + b"\nsecond line\ttab\n")
    typed("publish", "e:news", given=b"\x9b31m\xff")
    shown = at_terminal(*words)
    assert SHOWN in shown
    assert "second line\ttab\r\n" in shown or "second line   tab\r\n" in shown
    assert r"\x9b31m\xff" in shown
    assert not [raw for raw in RAW if raw in shown]
    typed("topics", "del", "e:news")


def test_the_shell_shows_them_as_escapes_too(evil_list, logged_in, monkeypatch, typed):
    monkeypatch.setenv("TERM", "xterm")
    send(evil_list)
    typed("publish", "e:json", given=b'{"a": "\\u001b[2J\\u009b\\u202e"}')
    child = pexpect.spawn(COMMAND, ["shell"], encoding="utf-8", timeout=20, dimensions=(50, 400))
    child.expect("b9y>")
    for line in ("items e:evil --json", "topics read e:json"):
        child.send(f"{line}\r")
        child.expect(r"\\u202e")
        child.expect("b9y>")
        assert not [raw for raw in ("\x1b]0;P", "\x9b", "\u202e") if raw in child.before]
    child.send("exit\r")
    child.expect(pexpect.EOF)


def test_a_value_that_is_asked_for_is_printed_as_it_is(evil_list, at_terminal, typed):
    typed("set", "e:raw", given=EVIL)
    assert "\x1b]0;PWNED\x07" in at_terminal("get", "e:raw")
    typed("pop", "e:evil")
    send(evil_list)
    assert "\x1b]0;PWNED\x07" in at_terminal("pop", "e:evil")


def test_a_pipe_gets_what_was_sent(evil_list, typed):
    send(evil_list)
    assert EVIL.decode() in typed("items", "e:evil")
    assert "\x9b31m\u202e" in typed("items", "e:evil", "--json")
    typed("publish", "e:pipe", given=EVIL)
    assert typed("topics", "read", "e:pipe") == EVIL.decode() + "\n"


def test_sentences_on_stderr_show_them_as_escapes(typed, logged_in):
    typed("ack", "e:evil", "\x1b[2J\u202e", status=1)
    assert "\x1b" not in typed.err
    typed("nonsense\x1b[2J", status=2)
    assert r"nonsense\x1b[2J" in typed.err
    typed("get", "e:a", "--none\x1b[2J", status=2)
    assert "\x1b" not in typed.err


def test_what_is_escaped():
    assert visible("äöü 日本 👩‍👧 «»") == "äöü 日本 👩‍👧 «»"
    assert visible("a\nb\tc\rd") == "a\nb\tc\\rd"
    assert visible("a\nb\tc", keep="") == r"a\nb\tc"
    assert visible("\U000e0041\u200b\ufeff\ud800") == r"\U000e0041\u200b\ufeff\ud800"
    assert json.loads(visible_json('"\x9b\U000e0041"')) == "\x9b\U000e0041"
