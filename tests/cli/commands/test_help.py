"""`bambleweeny help`: commands, and the guide in a terminal and in a pipe."""

import re
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
from bambleweeny.cli import main
from bambleweeny.cli.candidates import Candidates
from bambleweeny.cli.command_table import COMMANDS
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
    text = capsys.readouterr().out
    for name, page in contents().items():
        topic = f"--guide {name}" if name in COMMANDS else name
        assert re.search(rf"^  {topic} +{re.escape(page.title)}$", text, re.M)
    for name, command in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(command.help)}$", text, re.M)


@pytest.mark.parametrize("name", contents())
def test_a_pipe_gets_the_markdown_of_a_page(capsys, name):
    assert main(["help", "--guide", name]) == 0
    assert capsys.readouterr().out == contents()[name].text
    if name not in COMMANDS:
        for topic in (name, f"{name}.md"):
            assert main(["help", topic]) == 0
            assert capsys.readouterr().out == contents()[name].text


@pytest.mark.parametrize("name", contents())
def test_a_terminal_gets_a_page_whose_code_can_be_pasted(name):
    text = STYLES.sub("", at_terminal("help", "--guide", name))
    page = contents()[name]
    assert text.startswith(page.text.partition("\n")[0].removeprefix("# "))
    for block in re.findall(r"^```[^\n]*\n(.*?)^```$", page.text, re.M | re.S):
        for line in block.splitlines():
            assert f"\n  {line.rstrip()}" in text or "\t" in line, line
    outside = re.sub(r"^```.*?^```$|^\|.*?$", "", page.text, flags=re.M | re.S)
    for word in re.findall(r"`([^` ]+)`", outside):
        assert word in re.sub(r"\s+", "", text), word


def test_a_terminal_gets_the_words_of_a_picture():
    text = at_terminal("help", "--guide", "console", columns=200)
    shown = re.findall(r"!\[([^]]+)\]", contents()["console"].text)
    assert shown
    for words in shown:
        assert f"[{words}]" in " ".join(STYLES.sub("", text).split())


def test_a_narrow_terminal_wraps_what_is_not_code():
    text = STYLES.sub("", at_terminal("help", "limits", columns=40))
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 40


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_described_as_its_own_help_does(capsys, name):
    assert main(["help", name]) == 0
    text = capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([name, "--help"])
    assert text == capsys.readouterr().out


def test_a_command_that_has_the_name_of_a_page_says_so():
    assert {"backup", "keys"} <= {*COMMANDS} & {*contents()}
    text = at_terminal("help", "backup")
    assert text.startswith("usage: bambleweeny backup")
    assert text.endswith("The guide has a page of this name: bambleweeny help --guide backup\n")
    assert "--guide" not in at_terminal("help", "get")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["quues"], "There is no command and no page 'quues'. Did you mean 'queues'?"),
        (["webhook"], "There is no command and no page 'webhook'. Did you mean 'webhooks'?"),
        (["wiremock"], "Did you mean 'coming-from' or 'mock-apis' or 'mock'?"),
        (["json-server"], "Did you mean 'coming-from' or 'mock-apis' or 'mock'?"),
        (["mockoon"], "Did you mean 'coming-from' or 'mock-apis' or 'mock'?"),
        (["mocks"], "Did you mean 'mock-apis' or 'mock'?"),
        (["--guide", "wiremock"], "Did you mean 'coming-from' or 'mock-apis'?"),
        (["upstash"], "The guide has it in 'coming-from'"),
        (["--guide", "nginx"], "'install'"),
        (["sevre"], "There is no command and no page 'sevre'. Did you mean 'serve'?"),
        (["--guide", "quues"], "The guide has no page 'quues'. Did you mean 'queues'?"),
        (["--guide", "serve"], "The guide has no page 'serve'."),
        (["--guide", "queues", "x"], "'x' is one word too many after the page 'queues'."),
        (["queues", "x"], "'x' is one word too many after the page 'queues'."),
        (["--guide", "keys", "x"], "'x' is one word too many after the page 'keys'."),
        (["--guide"], "--guide needs the name of a page."),
    ],
)
def test_an_unknown_page_gets_a_suggestion(capsys, words, sentence):
    assert main(["help", *words]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert sentence in printed.err


def test_a_word_like_no_other_gets_none(capsys):
    assert main(["help", "zzz"]) == 2
    printed = capsys.readouterr().err
    assert "Did you mean" not in printed
    assert "The guide has" not in printed


def test_pages_complete():
    candidates = Candidates(None, ["quit"], COMMANDS)
    assert candidates.of(["help"], "qu") == ["queues", "quickstart", "quit"]
    assert candidates.of(["help", "--guide"], "qu") == ["queues", "quickstart"]


def test_a_pipe_needs_neither_rich_nor_the_parser_of_markdown():
    script = (
        "import sys; from bambleweeny.cli import main; main(['help', 'queues']); "
        "print([m for m in ('rich', 'markdown_it', 'falcon') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stderr == "[]\n"
