"""How words are read: options anywhere, `--`, and what is meant by those that nobody knows."""

import json
import subprocess
from pathlib import Path

import pytest
from bambleweeny.cli.command_table import COMMANDS, verb_of
from bambleweeny.cli.suggestions import did_you_mean

ROOT = Path(__file__).parents[2]


@pytest.mark.usefixtures("logged_in")
class TestEnd:
    """`--` ends the options."""

    def test_names_and_values_may_begin_with_a_dash(self, typed):
        typed("set", "--", "-w:a", "-b")
        assert typed("get", "--", "-w:a") == "-b"
        assert typed("get", "--json", "--", "-w:a") == '{"key": "-w:a", "value": "-b"}\n'
        typed("set", "--", "--w", "--json")
        assert typed("get", "--", "--w") == "--json"
        typed("set", "--", "--", "dashes")
        assert typed("get", "--", "--") == "dashes"
        typed("set", "--ttl", "1h", "--", "-w:a", "--")
        assert typed("--", "get", "--", "-w:a") == "--"
        typed("set", "-w:a", "--", "x", status=2)
        typed("del", "--", "-w:a", "--w", "--")
        typed("get", "--", "-w:a", status=1)

    def test_a_dash_is_still_standard_input(self, typed):
        typed("set", "--", "-w:i", "-", given=b"piped")
        assert typed("get", "--", "-w:i") == "piped"

    def test_lists_topics_and_users_too(self, typed):
        typed("push", "--", "-w:l", "-x")
        assert typed("pop", "--", "-w:l") == "-x"
        typed("publish", "--", "-w:t", "-y")
        assert typed("follow", "--since", "all", "--max", "1", "--", "-w:t") == "-y\n"
        typed("topics", "del", "--", "-w:t")
        typed("users", "add", "--quota", "1", "--", "-w-user", "-secret")
        assert "\t-w-user\t1\t" in typed("users", "get", "--", "-w-user")
        typed("users", "del", "--", "-w-user")

    def test_sub_takes_it_for_the_list_and_for_the_command(self, typed, capfdbinary):
        for words in (["-w:s"], ["w:s"]):
            typed("push", "--", *words, "x")
        assert typed("sub", "--idle", "0", "--", "-w:s", "--", "cat") == "x"
        assert typed("sub", "w:s", "--idle", "0", "--", "sh", "-c", 'cat; echo "$@"', "--", "a", "--", "-b") == "xa -- -b\n"  # fmt: skip
        typed("sub", "--idle", "0", "--", "w:s", status=2)
        typed("sub", "--idle", "0", "--", "w:s", "cat", status=2)

    def test_the_shell_has_it_too(self, typed):
        lines = (
            b"set -- -w:sh -x\nget -- -w:sh\nroute -- -w:sh\nkeys -- ^-w:sh\nget --json -- -w:sh\n"
        )
        out = typed("shell", given=lines).splitlines()
        assert (out[0], out[2]) == ("-x", "-w:sh")
        assert "/routes/" in out[1]
        assert json.loads(out[3])["value"] == "-x"

    def test_a_verb_behind_it_is_a_name(self, typed):
        typed("policy", "set", "set", "--paused")
        assert "paused\ttrue" in typed("policy", "--", "set")
        typed("policy", "del", "set")

    def test_a_number_below_zero_needs_none(self, typed):
        typed("set", "w:n", "-5")
        assert typed("incr", "w:n", "--by", "-2") == "-7\n"
        typed("set", "w:n", "-1.5")
        assert typed("get", "w:n") == "-1.5"


@pytest.mark.usefixtures("alone")
class TestOptionsBefore:
    """Options may stand before the command and its verb."""

    def test_those_of_the_connection(self, typed, sandbox):
        login = ("--url", sandbox.url, "--user=admin", "--password", "changeme")
        typed(*login, "set", "w:b", "x")
        assert json.loads(typed("--json", *login, "get", "w:b"))["value"] == "x"
        typed("users", *login, "add", "w-before", "secret")
        assert "w-before" in typed("users", *login)
        typed(*login[:2], "users", *login[2:], "del", "w-before")

    def test_those_of_one_command(self, typed):
        assert "--max-body" in typed("--help", "serve")
        typed("--data-dir", "/there/is/none", "backup", "x", status=1)
        assert "There are no data in /there/is/none" in typed.err
        typed("--wait", "set", "get", "w:c", status=2)
        assert "'set' is not a duration" in typed.err

    def test_an_option_may_have_a_value_that_is_a_command(self, typed, sandbox):
        typed("--user", "get", "get", "foo", "--url", sandbox.url, "--password", "x", status=1)
        assert "(wrong_login)" in typed.err
        login = ("--url", sandbox.url, "--password", "changeme")
        assert typed("lists", "--prefix", "del", *login) == ""

    def test_alone_they_are_not_enough(self, typed):
        typed("--url", "http://127.0.0.1:1", status=2)
        assert "There is no command after the options." in typed.err


MISTYPED = [
    (["serv"], "'serve'"),
    (["sevre"], "'serve'"),
    (["ls"], "'keys' or 'lists'"),
    (["comp"], "'completion'"),
    (["gte", "foo"], "'get'"),
    (["delete", "foo"], "'del'"),
    (["HELP"], "'help'"),
    (["route", "ad", "x"], "'bambleweeny route add'"),
    (["users", "rm", "x"], "'bambleweeny users del'"),
    (["policy", "gett", "x"], "'bambleweeny policy get'"),
    (["help", "serv"], "'serve'"),
    (["help", "users", "ad"], "'users add'"),
    (["serve", "--listn", "x"], "'--listen'"),
    (["serve", "--listen=x", "--max-bdy=1"], "'--max-body'"),
    (["--listn", "x", "serve"], "'--listen'"),
    (["get", "foo", "--ulr", "x"], "'--url'"),
    (["get", "--jsn"], "'--json'"),
    (["--Url", "x", "get", "foo"], "'--url'"),
    (["users", "creat", "x"], "'bambleweeny users add'"),
    (["lists", "remov", "x"], "'bambleweeny lists del'"),
    (["quota"], "'users set'"),
    (["help", "redrive"], "'items move'"),
    (["-v"], "'--version'"),
    (["-h", "serv"], "'serve'"),
    (["--json", "--url", "http://x", "ls"], "'keys' or 'lists'"),
    (["users", "add", "--qouta", "1", "x", "y"], "'--quota'"),
]


@pytest.mark.parametrize(
    ("words", "meant"), MISTYPED, ids=[" ".join(words) for words, _ in MISTYPED]
)
def test_what_was_meant_is_named(words, meant, typed):
    assert typed(*words, status=2) == ""
    assert f"Did you mean {meant}?" in typed.err
    assert typed.err.count("\n") <= 3


@pytest.mark.parametrize(
    "words", [["users", "frob"], ["users", "frob", "x"], ["help", "users", "frob"]]
)
def test_where_nothing_comes_near_the_verbs_are_named(words, typed):
    typed(*words, status=2)
    assert (
        "'frob'. The verbs are 'list', 'add', 'invite', 'reset', 'get', 'set' and 'del'."
        in typed.err
    )
    typed("policy", "frob", "x", status=2)
    assert "'x' is one word too many. The verbs are 'get', 'set' and 'del'." in typed.err
    typed("sub", "jobs", "wc", "-c", status=2)
    typed("sub", "jobs", "wc", status=2)
    assert "'wc' is one word too many. Write the command after --, as in '-- wc'." in typed.err
    typed("help", "get", "frob", status=2)
    assert typed.err == "bambleweeny: 'get' has no verb 'frob'.\n"


def test_an_option_is_no_name_where_there_is_none(typed):
    typed("serve", "--quux", status=2)
    said = "The command 'serve' has no option '--quux'. Its options: bambleweeny serve --help\n"
    assert typed.err.endswith(said)
    typed("get", "-frob", status=2)
    assert "If it is the KEY, write it after --, as in '-- -frob'." in typed.err
    typed("set", "k", "--frob", status=2)
    assert "If it is the VALUE, write it after --, as in '-- --frob'." in typed.err
    typed("get", "k", "--frob", status=2)
    assert "The command 'get' has no option '--frob'. Its options: bambleweeny get" in typed.err


def test_an_option_of_another_command_names_the_way_that_works(typed):
    typed("health", "--url", "http://x", status=2)
    assert "'health' has no option '--url'. Write the URL without --url.\n" in typed.err
    typed("get", "k", "--data-dir", "x", status=2)
    assert "To ask the server on DIR, give its --url, or set BAMBLEWEENY_DATA_DIR." in typed.err
    typed("users", "add", "a", "b", "--data-dir=x", status=2)
    assert "The command 'users add' has no option '--data-dir'. To ask" in typed.err


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("gte foo", "Did you mean 'get'?"),
        ("users ad x", "Did you mean 'users add'?"),
        ("get foo --jsn", "Did you mean '--json'?"),
        ("set foo --tll 1h", "Did you mean '--ttl'?"),
        ("lease jobs --count 3", "Did you mean '--max'?"),
        ("lease jobs -n 3", "Did you mean '--max'?"),
        ("keys --max 3", "Did you mean '--limit'?"),
        ("help ketys", "Did you mean 'keys'?"),
        ("exti", "Did you mean 'exit'?"),
        ("serve", "Leave with exit, and type: bambleweeny serve"),
        ("bambleweeny gte foo", "Did you mean 'get'?"),
    ],
)
@pytest.mark.usefixtures("logged_in")
def test_the_shell_names_it_too(line, meant, typed):
    typed("shell", given=f"{line}\n".encode(), status=1)
    assert meant in typed.err


@pytest.mark.usefixtures("logged_in")
def test_the_shell_takes_a_command_with_the_name_of_the_program(typed):
    out = typed("shell", given=b"bambleweeny set w:p x\nb9y get w:p\nversion\nhelp version\n")
    assert out.startswith("x\nbambleweeny 1.")
    assert out.endswith("Print the version of this program.\n")


def test_what_resembles_nothing_has_no_suggestion():
    assert did_you_mean("frobnicate", COMMANDS) == ""
    assert did_you_mean("x", []) == ""


def test_every_command_is_found_with_a_letter_too_few():
    for name in COMMANDS:
        if len(name) > 3:
            assert repr(name) in did_you_mean(name[:-1], COMMANDS), name


def test_a_bare_call_says_the_first_three_things_to_do(typed):
    assert typed(status=2) == ""
    for words in ("sandbox", "set foo bar", "get foo", "help"):
        assert f"bambleweeny {words}" in typed.err


def test_help_says_what_it_is_asked(typed):
    overview = typed("help")
    assert overview == typed("--help") == typed("-h")
    assert all(f"\n  {name} " in overview for name in COMMANDS)
    for name in COMMANDS:
        assert typed("help", name) == typed(name, "--help")
        for verb in verb_of(name).verbs:
            assert typed("help", name, verb) == typed(name, verb, "--help")
    typed("help", "get", "set", status=2)
    assert typed("--url", "http://x", "--json", "help", "get") == typed("-h", "get")
    assert typed("--url", "http://x", "-h", "help") == typed("help", "help")


def test_version_is_a_command_too(typed):
    line = typed("version")
    assert line.startswith("bambleweeny 1.")
    assert line == typed("--version") == typed("--version", "serve")
    assert line == typed("--user", "uli", "--json", "version")


@pytest.mark.usefixtures("logged_in")
def test_they_are_completed(typed):
    def completed(line):
        return typed("completion", "candidates", "--", line).split()

    assert completed("he") == ["health", "help"]
    assert completed("vers") == ["version"]
    assert completed("help us") == ["usage", "users"]
    assert completed("help users a") == ["add"]
    assert completed("help nonsense ") == []
    assert completed("--ur") == ["--url"]
    assert completed("--profile x ge") == ["get"]
    typed("set", "--", "-w:done", "x")
    assert completed("get -- -w:d") == ["-w:done"]


@pytest.mark.parametrize(
    ("word", "advice"),
    [
        ("runn", "did you mean run?"),
        ("tset", "did you mean test?"),
        ("sandbox", "did you mean run sandbox?"),
        ("frob", ""),
    ],
)
def test_the_task_runner_names_the_wrong_word(word, advice):
    done = subprocess.run([ROOT / "build.sh", word], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    first = done.stderr.splitlines()[0]
    assert first.startswith(f"build.sh: there is no verb '{word}'")
    assert first.endswith(advice or f"'{word}'")
    assert "usage: ./build.sh VERB" in done.stderr


def test_the_options_of_an_address_that_other_servers_have(typed):
    for command in (("mock", "a.json"), ("serve",), ("sandbox",)):
        for words in (("--port", "3000"), ("--port=3000",), ("--host", "x"), ("-p", "80")):
            typed(*command, *words, status=2)
            assert "Did you mean '--listen 127.0.0.1:3000'?" in typed.err
    typed("get", "a", "--port", "3000", status=2)
    assert "--listen" not in typed.err
