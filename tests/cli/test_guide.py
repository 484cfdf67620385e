"""`bambleweeny help`: the guide in a terminal and in a pipe."""

import re
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
from bambleweeny.cli import main
from bambleweeny.cli.candidates import Candidates
from bambleweeny.cli.commands import COMMANDS
from bambleweeny.guide.pages import contents

COMMAND = str(Path(sys.executable).parent / "bambleweeny")
STYLES = re.compile(r"\x1b\[[0-9;]*m")


def at_terminal(*words, columns=100):
    child = pexpect.spawn(COMMAND, [*words], encoding="utf-8", timeout=20, dimensions=(50, columns), env={"TERM": "xterm", "PATH": "/usr/bin:/bin"})  # fmt: skip
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.before
    return child.before.replace("\r\n", "\n")


def test_help_lists_every_page_and_every_command(capsys):
    assert main(["help"]) == 0
    told = capsys.readouterr().out
    for name, page in contents().items():
        assert re.search(rf"^  {name} +{re.escape(page.summary)}$", told, re.M)
    for name, command in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(command.help)}$", told, re.M)


@pytest.mark.parametrize("name", contents())
def test_a_pipe_gets_the_markdown_of_a_page(capsys, name):
    assert main(["help", name]) == 0
    assert capsys.readouterr().out == contents()[name].text


@pytest.mark.parametrize("name", contents())
def test_a_terminal_gets_a_page_whose_code_can_be_pasted(name):
    told = STYLES.sub("", at_terminal("help", name))
    page = contents()[name]
    assert told.startswith(page.text.partition("\n")[0].removeprefix("# "))
    for block in re.findall(r"^```[^\n]*\n(.*?)^```$", page.text, re.M | re.S):
        for line in block.splitlines():
            assert f"\n  {line.rstrip()}" in told or "\t" in line, line
    outside = re.sub(r"^```.*?^```$|^\|.*?$", "", page.text, flags=re.M | re.S)
    for word in re.findall(r"`([^` ]+)`", outside):
        assert word in re.sub(r"\s+", "", told), word


def test_a_narrow_terminal_wraps_what_is_not_code():
    told = STYLES.sub("", at_terminal("help", "limits", columns=40))
    assert max(len(line.rstrip()) for line in told.splitlines()) <= 40


def test_a_command_is_described_as_its_own_help_does(capsys):
    assert main(["help", "set"]) == 0
    told = capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["set", "--help"])
    assert told == capsys.readouterr().out


def test_a_page_that_has_the_name_of_a_command_says_so():
    assert "bambleweeny backup --help" in at_terminal("help", "backup")
    assert "--help" not in at_terminal("help", "recipes").splitlines()[-1]


@pytest.mark.parametrize(
    ("word", "meant"), [("quues", "queues"), ("webhook", "webhooks"), ("sets", "set")]
)
def test_an_unknown_page_is_guessed(capsys, word, meant):
    assert main(["help", word]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert f"there is no topic '{word}'. Did you mean '{meant}'?" in told.err


def test_a_word_like_none_is_not_guessed(capsys):
    assert main(["help", "zzz"]) == 2
    assert "Did you mean" not in capsys.readouterr().err


def test_pages_complete():
    assert Candidates(None, [], COMMANDS).of(["help"], "que") == ["queues"]


def test_a_pipe_needs_neither_rich_nor_the_parser_of_markdown():
    script = (
        "import sys; from bambleweeny.cli import main; main(['help', 'queues']); "
        "print([m for m in ('rich', 'markdown_it', 'falcon') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stderr == "[]\n"
