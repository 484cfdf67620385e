"""Kind H: the command line."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pexpect
from found.rows import Place, row
from servers import Server, running

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-m", "bambleweeny")
CHANGED = "The password of admin is changed. "
ASKING = (
    "get x", "set x y", "del x", "keys", "incr x", "push x y", "pop x", "publish x y",
    "users", "route add x", "token test", "password z", "health",
)  # fmt: skip
MISTYPED = {
    "serv": "'serve'",
    "ls": "'keys' or 'lists'",
    "gte x": "'get'",
    "route ad x": "'bambleweeny route add'",
    "users ls": "'bambleweeny users list'",
    "help serv": "'serve'",
    "keys --tokn x": "'--token'",
    "--ulr x keys": "'--url'",
}
"""What is typed, and what was meant."""
SHOWN_IN_SHELL = re.compile(r"^ {12}(\S.*)$", re.MULTILINE)
SHOWN = re.compile(r"^  bambleweeny (.*)$", re.MULTILINE)
ID_OF_LEASE = "1795387415584138.1"
"""What an example has in the place of a real one."""


class Home:
    """The home of a user who runs this program for the first time, and types commands."""

    def __init__(self, place: Place, name: str) -> None:
        self.path = place.directory / name
        self.path.mkdir()
        names = [name for name in os.environ if name.startswith(("BAMBLEWEENY_", "XDG_"))]
        self.variables = {**dict.fromkeys(names, ""), "HOME": str(self.path)}

    def typed(self, line: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Type a command, and give it something on standard input."""
        return subprocess.run(
            [*PROGRAM, *shlex.split(line)], input=given, env={**os.environ, **self.variables},
            cwd=self.path, capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip

    def does(self, line: str, given: str = "") -> str:
        """Type a command that has to go well; return what it prints."""
        done = self.typed(line, given)
        assert done.returncode == 0, f"{line}: {done.stderr}"
        return done.stdout

    def fails(self, line: str, status: int = 1) -> str:
        """Type a command that has to fail; return what it says."""
        done = self.typed(line)
        assert (done.returncode, done.stdout) == (status, ""), f"{line}: {done}"
        return done.stderr


def at_terminal(home: Home, line: str) -> pexpect.spawn:
    """Type a command at a terminal."""
    return pexpect.spawn(
        PROGRAM[0], [*PROGRAM[1:], *shlex.split(line)], cwd=home.path, timeout=20,
        env={**os.environ, **home.variables, "TERM": "xterm"}, encoding="utf-8",
    )  # fmt: skip


def port_of(server: Server) -> str:
    return server.url.rpartition(":")[2]


@row(
    "H1",
    "`sandbox` runs; `bambleweeny set foo bar` in another terminal",
    before="'No server is known'",
    right="a running sandbox is found as a running `serve` is",
)
def a_sandbox_is_found(place: Place) -> str:
    home = Home(place, "h1")
    with running("sandbox", **home.variables) as server:
        home.does("set foo bar")
        assert home.does("get foo") == "bar"
        assert home.does(f"get foo --url http://localhost:{port_of(server)}") == "bar"
        assert home.does("token test").startswith("admin (id 0).")
    assert "No server is known. Looked for --url" in home.fails("get foo")
    return "set and get find it; without one it is said where it was looked"


@row(
    "H1",
    "`login` to a sandbox, start it again on its port, `get foo`",
    before="'Unauthorized'",
    right="the kept token is renewed, or the message says what to do",
)
def a_login_after_a_restart(place: Place) -> str:
    home = Home(place, "h1-again")
    with running("sandbox", **home.variables) as server:
        home.does(f"login {server.url}", given="changeme\n")
        home.does("users add ann secret")
        home.does(f"login {server.url} --user ann --profile ann", given="secret\n")
        port = port_of(server)
    with running("sandbox", listen=f"127.0.0.1:{port}", **home.variables) as server:
        home.does("set foo bar --profile default")
        said = home.fails("get foo --profile ann")
    login = f"'bambleweeny login {server.url} --user ann --profile ann'"
    assert login in said, said
    return f"the admin's is renewed; of a user that is gone it says: run {login}"


@row(
    "H2",
    "`serv`, `ls`, `route ad`, `keys --tokn`",
    before="39 names, no suggestion",
    right="'did you mean serve?'",
)
def what_is_mistyped(place: Place) -> str:
    home = Home(place, "h2")
    for line, meant in MISTYPED.items():
        said = home.fails(line, status=2)
        assert f"Did you mean {meant}?" in said, f"{line}: {said}"
        assert said.count("\n") <= 3, f"{line}: {said}"
    return home.fails("serv", status=2).splitlines()[1]


@row(
    "H2",
    "`help`, `version`, bare `bambleweeny`, `--url` before the command",
    before="usage errors; no help",
    right="help; options before the command work",
)
def help_and_options_in_front(place: Place) -> str:
    home = Home(place, "h2-help")
    assert home.does("help") == home.does("--help")
    assert home.does("help users add") == home.does("users add --help")
    assert home.does("version") == home.does("--version")
    bare = home.fails("", status=2)
    assert "bambleweeny sandbox" in bare, bare
    assert "bambleweeny help" in bare, bare
    login = f"--url {place.server.url} --password changeme"
    home.does(f"{login} set h2 x")
    assert json.loads(home.does(f"--json {login} get h2"))["value"] == "x"
    assert "no command" in home.fails(login, status=2)
    return f"each works; bare: {bare.splitlines()[-1]}"


@row(
    "H2",
    "`./build.sh runn`",
    before="the usage, no word of `runn`",
    right="the word is named",
)
def a_mistyped_verb_of_the_task_runner(place: Place) -> str:
    done = subprocess.run(
        [ROOT / "build.sh", "runn"], capture_output=True, text=True, timeout=30, check=False
    )
    said = done.stderr.splitlines()[0]
    assert (done.returncode, done.stdout) == (2, ""), done
    assert said == "build.sh: there is no verb 'runn'; did you mean run?", said
    return said


@row(
    "H3",
    "`bambleweeny password -` on the server's machine",
    before="the next command says wrong_login; `admin-password` still holds the old one",
    right="the file is rewritten or removed, and the message says what to do",
)
def a_password_that_is_changed(place: Place) -> str:
    home = Home(place, "h3")
    with running("serve", **home.variables) as server:
        file = Path(server.said("Data")) / "admin-password"
        assert file.stat().st_mode & 0o777 == 0o600
        said = home.typed("password -", "my own\n").stderr.strip()
        assert not file.exists()
        [login] = re.findall("'bambleweeny (login .*)'", said)
        assert f"'bambleweeny login {server.url}'" in home.fails("get foo")
        home.does(login, "my own\n")
        home.does("set foo bar")
        assert "is renewed" in home.typed("password -", "another\n").stderr
        assert home.does("get foo") == "bar"
    return f"the file is gone; {said.replace(server.url, 'URL')}"


@row(
    "H4",
    "`get x --url http://127.0.0.1:21099` (nothing there)",
    before="'Unauthorized'",
    right="'no answer from ...'",
)
def nothing_answers(place: Place) -> str:
    home = Home(place, "h4")
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        for line in ASKING:
            said = home.fails(f"{line} --url {url}" if line != "health" else f"health {url}")
            assert f"There is no answer from {url}: " in said, f"{line}: {said}"
            assert "nauthorized" not in said, f"{line}: {said}"
    return f"{len(ASKING)} commands say: There is no answer from http://127.0.0.1:..."


@row(
    "H5",
    "every example of the shell's `help`, typed into the shell",
    before="one has `&&`, and fails",
    right="every example in help runs where it is shown",
)
def examples_of_the_shell(place: Place) -> str:
    home = Home(place, "h5")
    with running("sandbox", **home.variables):
        shown = SHOWN_IN_SHELL.findall(home.does("shell", "help\n"))
        home.does("set foo bar")
        home.does("policy set jobs --lease 60")
        home.does("push jobs --lines", "one\ntwo\nthree\nfour\n")
        [leased] = json.loads(home.does("lease jobs --json"))
        piped = [line.replace(ID_OF_LEASE, leased["lease"]) for line in shown if line != "password"]
        home.does("shell", "\n".join(piped))
        shell = at_terminal(home, "shell")
        shell.expect("b9y>")
        shell.send("password\r")
        for question in ("New password: ", "Repeat the password: "):
            shell.expect(question)
            shell.sendline("changeme")
        shell.expect(CHANGED)
        shell.close(force=True)
    assert len(piped) == len(shown) - 1 > 20, shown
    return f"{len(shown)} examples run"


@row(
    "H5",
    "every example of `bambleweeny`, and of `bambleweeny help`",
    before="not tried",
    right="every example in help runs where it is shown",
)
def examples_of_the_overview(place: Place) -> str:
    home = Home(place, "h5-overview")
    bare = (line.split("   ")[0] for line in SHOWN.findall(home.fails("", status=2)))
    shown = list(dict.fromkeys([*bare, *SHOWN.findall(home.does("help"))]))
    starts = [line for line in shown if line in ("serve", "sandbox")]
    for line in starts:
        with running(line, **home.variables):
            for other in shown:
                if other not in starts:
                    home.does(other)
    assert len(starts) == 2, shown
    return ", ".join(shown)


@row(
    "H6",
    "`users` prints quota 0",
    before="reads as nothing allowed",
    right="'unlimited' at a terminal",
)
def a_quota_of_zero(place: Place) -> str:
    home = Home(place, "h6")
    with running("sandbox", **home.variables):
        home.does("users add ann secret --quota 5")
        table = at_terminal(home, "users").read()
        assert re.search(r"\badmin +unlimited\b", table), table
        assert re.search(r"\bann +5\b", table), table
        assert home.does("users").splitlines()[0] == "0\tadmin\t0\tadmin\t"
        assert [user["quota"] for user in json.loads(home.does("users --json"))] == [0, 5]
    return " ".join(table.splitlines()[1].split())
