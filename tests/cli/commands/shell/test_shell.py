"""The shell in a pipe and at terminals."""

import json
import re
import stat
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
import requests

pytestmark = pytest.mark.usefixtures("logged_in")
PROMPT = "b9y>"
COMMAND = str(Path(sys.executable).parent / "bambleweeny")
UNUSED = re.search(
    r'UNUSED = """(.*?)"""',
    (Path(__file__).parents[4] / "packaging" / "bambleweeny.spec").read_text(),
    re.DOTALL,
)[1].split()


def piped(text, *words, status=0):
    done = subprocess.run(
        [COMMAND, "shell", *words], input=text.encode(), capture_output=True, timeout=30, check=False
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    return done.stdout.decode(), done.stderr.decode()


class Terminal:
    """The shell at a terminal; keeps what was seen."""

    def __init__(self, monkeypatch, term):
        monkeypatch.setenv("TERM", term)
        monkeypatch.setenv("PROMPT_TOOLKIT_NO_CPR", "1")
        self.child = pexpect.spawn(COMMAND, ["shell"], encoding="utf-8", timeout=30, echo=False)
        self.child.expect(PROMPT)
        self.greeting = self.child.before


def test_a_pipe_runs_a_command_a_line():
    out, err = piped(
        "# a remark\nset sh:a 'b c'\n\nget sh:a\nset sh:m 'one\ntwo'\nget sh:m\nincr sh:n\n"
    )
    assert (out, err) == ("b c\none\ntwo\n1\n", "")


def test_a_pipe_ends_at_the_first_failure_unless_told_otherwise():
    out, err = piped("get sh:none\nincr sh:k\n", status=1)
    assert (out, err) == ("", "Not found. (not_found)\n")
    out, err = piped("get sh:none\nnonsense\nincr sh:k\n", "-k", status=1)
    assert out == "1\n"
    assert (
        err
        == "Not found. (not_found)\nThere is no command 'nonsense'.\n'help' lists the commands.\n"
    )


def test_wrong_use_and_open_quotes_fail():
    assert "usage: get" in piped("get\n", status=1)[1]
    assert "quote that is not closed" in piped("set a 'b\n", status=2)[1]
    assert "There is no value" in piped("set a\n", status=1)[1]


def test_exit_leaves_a_pipe():
    for word in ("exit", "quit", "q", "EOF"):
        assert piped(f"incr sh:x:{word}\n{word}\nincr sh:x:{word}\n")[0] == "1\n"


def test_the_commands_of_the_original_have_their_names(sandbox):
    out, err = piped(
        "create_user sh-user secret\nset sh:r hi\nroute sh:r text/plain\nbin sh:b\nkeys ^sh:r\ntoken\nsave\n"
    )
    assert err == ""
    user, route, hook, *_, token = out.splitlines()
    assert user.isdigit()
    assert sandbox.token("sh-user", "secret")
    assert route.startswith(f"{sandbox.url}/routes/")
    assert requests.post(hook, data="hi", timeout=10).text == "OK"
    assert token.count(".") == 2
    assert piped("pop sh:b\n?\nhelp create_user\nhelp set\nhelp q\n")[0].startswith("hi")


def test_help_has_every_command_and_examples():
    out, _ = piped("help\n")
    for name in ("get", "set", "push", "route", "users", "create_user"):
        assert re.search(rf"^  {name}\b", out, re.MULTILINE)
    assert "set foo bar" in out
    assert "usage: set" in piped("help set\n")[0]
    assert "usage: users" in piped("help create_user\n")[0]
    piped("help nonsense\n", status=1)


@pytest.fixture
def terminal(monkeypatch):
    made = []

    def make(term="xterm"):
        made.append(Terminal(monkeypatch, term))
        return made[-1]

    yield make
    for shell in made:
        shell.child.close(force=True)


def test_a_text_of_windows_is_read(logged_in):
    assert piped("\ufeffset sh:crlf 'a b'\r\nget sh:crlf\r\n")[0] == "a b\n"


def settle(shell, line, expected):
    """Type a line and wait for what it prints."""
    shell.child.send(f"{line}\r")
    shell.child.expect(expected)
    shell.child.expect(PROMPT)


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_a_terminal_answers_each_command(terminal, term):
    shell = terminal(term)
    assert "as admin" in shell.greeting
    settle(shell, "set sh:t 'a b'", "OK")
    settle(shell, "get sh:t", "a b\r\n")
    settle(shell, "get sh:nothing", "Not found. .not_found.")
    settle(shell, "keys --long --prefix sh:t", "KEY")
    shell.child.send("exit\r")
    shell.child.expect("Bye!")
    shell.child.expect(pexpect.EOF)
    shell.child.close()
    assert shell.child.exitstatus == 0


def test_a_value_may_have_several_lines(terminal):
    shell = terminal()
    shell.child.send("set sh:lines 'one\r")
    settle(shell, "two'", "OK")
    assert piped("get sh:lines\n")[0] == "one\ntwo\n"


def test_json_is_laid_out_in_colour(terminal):
    shell = terminal("xterm-256color")
    settle(shell, """set sh:json '{"a": 1}'""", "OK")
    shell.child.send("get sh:json\r")
    shell.child.expect(r"\x1b\[[0-9;]*m\"a\"")
    plain = terminal("dumb")
    settle(plain, "get sh:json", '{\r\n  "a": 1\r\n}')


def test_tab_completes_commands_and_names(terminal):
    piped("set sh:completed x\n")
    shell = terminal()
    shell.child.send("ge\t")
    shell.child.expect("get")
    shell.child.send(" sh:compl\t")
    shell.child.expect("eted")
    settle(shell, "", "x\r\n")


def test_history_is_its_owners_and_has_no_passwords(terminal, alone):
    shell = terminal()
    settle(shell, "set sh:h remembered", "OK")
    settle(shell, "create_user sh-secret hunter2", r"\d")
    settle(shell, "users  add sh-other hunter2", r"\d")
    settle(shell, "bin add sh:h --name sh-hist --verify github:hunter2", "/bins/@")
    document = {
        "list": "sh:h",
        "name": "sh-hist",
        "challenge": {"provider": "meta", "secret": "hunter2"},
    }
    settle(shell, f"bin set '{json.dumps(document)}'", "/bins/@")
    settle(shell, "bin del sh-hist --json", "true")
    settle(shell, "get sh:h", "remembered")
    file = alone / "state" / "bambleweeny" / "history"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "remembered" in file.read_text()
    assert "hunter2" not in file.read_text()
    again = terminal()
    again.child.send("\x1b[A\r")
    again.child.expect("remembered")


def test_ctrl_c_drops_a_line_and_ctrl_d_leaves(terminal):
    shell = terminal()
    shell.child.send("set sh:never x")
    shell.child.sendcontrol("c")
    shell.child.expect(PROMPT)
    settle(shell, "get sh:never", "not_found")
    shell.child.sendcontrol("d")
    shell.child.expect("Bye!")


def test_a_login_that_is_no_good_ends_at_once(monkeypatch):
    monkeypatch.setenv("BAMBLEWEENY_TOKEN", "x.y.z")
    said, status = pexpect.run(f"{COMMAND} shell", encoding="utf-8", withexitstatus=True)
    assert "(unauthorized)" in said
    assert status == 1


WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in unused: raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
import bambleweeny.cli.commands.shell.terminal, bambleweeny.cli.commands.completion
import rich.console, rich.table, rich.progress
"""


def test_it_needs_nothing_that_a_build_leaves_out():
    code = f"unused = {UNUSED}{WITHOUT}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""
