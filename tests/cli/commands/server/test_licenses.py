"""`bambleweeny licenses`: what it names, and that each text stands once."""

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, PathDistribution
from pathlib import Path

import pytest
from bambleweeny import __version__
from bambleweeny.cli import main
from bambleweeny.cli.commands.server import licenses
from bambleweeny.cli.commands.server.licenses import (
    Notice,
    notice_of,
    notices_of_engine,
    render,
    required_distributions,
)
from bambleweeny.cli.version import engine_version

ROOT = Path(__file__).parents[4]
MIT = Notice("a", "1", "MIT", ("Do what\nyou like.\n",))


def printed(capfdbinary) -> str:
    assert main(["licenses"]) == 0
    return capfdbinary.readouterr().out.decode()


def test_all_that_is_required_is_named_and_ours_is_first(capfdbinary):
    text = printed(capfdbinary)
    contents = text.partition("\n\n")[0].splitlines()
    assert re.fullmatch(rf"bambleweeny {re.escape(__version__)} +MIT", contents[0])
    lock = (ROOT / "packaging" / "requirements.lock").read_text("utf-8")
    needed = re.findall(r"^([a-z0-9-]+)==(\S+) \\$", lock, re.MULTILINE)
    assert len(needed) > 15
    named = {(line.split()[0].lower().replace("_", "-"), line.split()[1]) for line in contents}
    assert set(needed) - named == set()
    assert "no licence named" not in text


def test_the_engine_and_its_parts_are_named_with_their_texts(capfdbinary):
    text = printed(capfdbinary)
    contents = text.partition("\n\n")[0].splitlines()
    named = {line.rsplit("  ", 1)[0].strip(): line.rsplit("  ", 1)[1] for line in contents}
    assert named[f"Redis {engine_version()}"] == "BSD-3-Clause"
    assert named["Lua 5.1.5"] == "MIT"
    for said in (
        "Redistributions of source code must retain the above copyright notice",
        "Copyright (C) 1994-2012 Lua.org, PUC-Rio.",
    ):
        assert said in text
    for notice in notices_of_engine():
        assert any(len(one) > 200 for one in notice.texts), notice.title
        assert f"\n{notice.title} ({notice.license})\n" in text


def test_no_test_tool_is_among_them():
    names = {one.metadata["Name"].lower() for one in required_distributions()}
    assert not names & {"pytest", "ruff", "pyinstaller", "cyclonedx-python-lib"}


def test_every_required_package_brings_a_text():
    for one in required_distributions():
        notice = notice_of(one)
        assert any(len(text) > 200 for text in notice.texts), notice.title
        assert re.fullmatch(r"[A-Za-z0-9.-]+( (AND|OR|WITH) [A-Za-z0-9.-]+)*", notice.license)


def test_equal_texts_stand_once_below_all_that_they_are_for():
    other = Notice("b", "2", "MIT", ("Do   what you like.",))
    assert render([MIT, other]) == (
        "a 1  MIT\nb 2  MIT\n\n\na 1 (MIT)\nb 2 (MIT)\n=========\n\nDo what\nyou like.\n"
    )


def test_a_component_can_have_no_version_and_many_texts():
    text = render([Notice("c", "", "MIT AND 0BSD", ("One.", "Two."))])
    assert text.startswith("c  MIT AND 0BSD\n")
    assert text.count("c (MIT AND 0BSD)\n") == 2


@pytest.mark.parametrize(
    ("fields", "text", "license_"),
    [
        ("License-Expression: MIT-0", "", "MIT-0"),
        ("Classifier: License :: OSI Approved :: Zope Public License", "", "ZPL-2.1"),
        ("License: MIT", "", "MIT"),
        (
            "Classifier: License :: OSI Approved :: BSD License",
            "Neither the name of",
            "BSD-3-Clause",
        ),
        ("Classifier: License :: OSI Approved :: BSD License", "Redistribution", "BSD-2-Clause"),
        ("Summary: x", "", "no licence named"),
    ],
)
def test_new_and_old_fields_tell_the_licence(tmp_path, fields, text, license_):
    folder = tmp_path / "x-1.dist-info"
    (folder / "licenses").mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.4\nName: x\nVersion: 1\n{fields}\n")
    (folder / "licenses" / "LICENSE").write_text(text)
    (folder / "RECORD").write_text("x-1.dist-info/licenses/LICENSE,,\nx/license.py,,\n")
    notice = notice_of(PathDistribution(folder))
    assert (notice.license, notice.texts) == (license_, (text,))


def test_a_build_prints_what_was_written_into_it(tmp_path, monkeypatch, capfdbinary):
    (tmp_path / "licenses.txt").write_text("Ingy döt Net\n", "utf-8")
    monkeypatch.setattr(licenses, "PACKAGE", tmp_path)
    assert printed(capfdbinary) == "Ingy döt Net\n"


def test_a_reader_that_leaves_early_sees_no_trace():
    done = subprocess.run(
        f"{sys.executable} -m bambleweeny licenses | head -1",
        shell=True, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("bambleweeny ")
    assert done.stderr == ""


def test_a_missing_package_is_a_sentence(monkeypatch, capsys):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(licenses, "distribution", missing)
    assert main(["licenses"]) == 1
    assert capsys.readouterr().err == (
        "bambleweeny: bambleweeny is not installed, so its licence is unknown.\n"
    )
