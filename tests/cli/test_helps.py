"""What every --help has in common: it fits a terminal, and names all that it shows."""

import re

import pytest
from bambleweeny.cli.command_table import COMMANDS, verb_of
from bambleweeny.cli.commands.shell.help import OWN, overview

HELPS = [
    words
    for name in COMMANDS
    for words in ([name], *([name, verb] for verb in verb_of(name).verbs))
]
COLUMNS = 80
OPTION = re.compile(r"(?<!\S)--[a-z][a-z-]*")


@pytest.fixture(autouse=True)
def terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", str(COLUMNS))


@pytest.fixture(params=HELPS, ids=" ".join)
def words(request):
    return request.param


def test_a_help_fits_a_terminal(words, typed):
    assert [line for line in typed(*words, "--help").splitlines() if len(line) > COLUMNS] == []


def test_the_overviews_fit_one(typed):
    typed(status=2)
    for text in (typed.err, typed("help"), overview()):
        assert [line for line in text.splitlines() if len(line) > COLUMNS] == []


def test_a_help_lists_the_options_of_its_examples(words, typed):
    before, _, examples = typed(*words, "--help").partition("examples:\n")
    for line in examples.splitlines():
        _, is_ours, ours = line.split(" -- ")[0].rpartition(f"bambleweeny {words[0]} ")
        if not is_ours:
            continue
        assert {*OPTION.findall(ours)} <= {*OPTION.findall(before)}, line


def test_a_usage_names_each_argument_differently(words, typed):
    usage = typed(*words, "--help").splitlines()[0]
    names = re.findall(r"\b[A-Z]+\b", usage)
    assert len(names) == len({*names})
    assert ("[VERB]" in usage) == bool(len(words) == 1 and verb_of(words[0]).verbs)


@pytest.mark.usefixtures("logged_in")
def test_the_shell_names_verbs_and_their_options_too(typed):
    for name in OWN:
        text = typed("shell", given=f"help {name}\n".encode())
        for sub, verb in verb_of(name).verbs.items():
            flags = {names[-1] for names, _ in verb.arguments if names[-1].startswith("-")}
            assert f"  {name} {sub} " in text
            assert flags <= {*OPTION.findall(text)}
            assert f"'help {name} VERB'" in text


def test_a_default_is_what_holds(typed):
    assert "set at every start [BAMBLEWEENY_ADMIN_PASSWORD; default: changeme]" in " ".join(
        typed("sandbox", "--help").split()
    )
    assert "set at every start [BAMBLEWEENY_ADMIN_PASSWORD; default: the first start creates" in (
        " ".join(typed("serve", "--help").split())
    )


@pytest.mark.usefixtures("logged_in")
def test_without_since_a_topic_is_read_from_where_its_help_says(typed):
    text = " ".join(typed("topics", "read", "--help").split())
    assert "the default is all, or with --wait the messages from now on" in text
    typed("publish", "helps", "one")
    assert typed("topics", "read", "helps") == "one\n"
    assert typed("topics", "read", "helps", "--wait", "1s") == ""
    typed("topics", "del", "helps")


@pytest.mark.usefixtures("logged_in")
def test_both_lists_of_a_move_are_completed(typed):
    for name in ("helps-from", "helps-to"):
        typed("push", name, "x")
    for line in ("items move helps-f", "items move helps-from helps-t"):
        found = typed("completion", "candidates", "--", line).split()
        assert found == [f"helps-{'to' if line.endswith('t') else 'from'}"]
