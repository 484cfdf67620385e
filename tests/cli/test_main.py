"""The command line."""

import re

import pytest
from bambleweeny.cli import main


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nope"],
        ["serve", "--nope"],
        ["sandbox", "--data-dir", "x"],
        ["backup"],
        ["restore"],
        ["backup", "--max-body", "1", "x"],
        ["backup", "--replace", "x"],
        ["licenses", "--listen", "127.0.0.1:0"],
    ],
)
def test_what_cannot_be_understood_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "usage: bambleweeny" in capsys.readouterr().err


def test_a_bad_value_is_one_sentence_and_exits_with_2(capsys, monkeypatch):
    assert main(["serve", "--max-body", "12q"]) == 2
    error = capsys.readouterr().err
    assert error == "bambleweeny: --max-body: '12q' is not a size; write 512, 64kb, 1mb or 2gb.\n"
    monkeypatch.setenv("BAMBLEWEENY_THREADS", "many")
    assert main(["sandbox"]) == 2
    assert re.fullmatch("bambleweeny: BAMBLEWEENY_THREADS: .*\n", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("serve", "BAMBLEWEENY_MAX_BODY; default: 1mb"),
        ("sandbox", "BAMBLEWEENY_MAX_BODY; default: 1mb"),
        ("health", "BAMBLEWEENY_LISTEN; default: 127.0.0.1:8080"),
        ("backup", "BAMBLEWEENY_KEY_PREFIX; default: b9y"),
        ("restore", "BAMBLEWEENY_MAX_MEMORY; default: 256mb"),
        ("licenses", "Print the licences of all parts of the program."),
    ],
)
def test_help_ends_with_examples(command, option, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    text = capsys.readouterr().out
    assert option in " ".join(text.split())
    examples = text.partition("examples:\n")[2].splitlines()
    assert examples
    assert all(f"bambleweeny {command}" in line for line in examples)
