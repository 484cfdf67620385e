"""What `--version` says, from a checkout, from a build and from neither."""

import re
import subprocess
import sys

import pytest
from bambleweeny import __version__
from bambleweeny.cli import main, version
from bambleweeny.cli.version import Build, build_of, commit_of, engine_version, note_build


def git(place, *words):
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", "-C", place, *identity, *words], check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / "file").write_text("one")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-qm", "Begin")
    return tmp_path


def test_the_line_names_version_commit_python_and_engine(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    python = ".".join(map(str, sys.version_info[:3]))
    assert re.fullmatch(
        rf"bambleweeny {re.escape(__version__)} "
        rf"\(commit (unknown|[0-9a-f]{{7,}}\+?), CPython {python}, Redis 6\.2\.\d+\)\n",
        capsys.readouterr().out,
    )


def test_a_checkout_names_its_commit_and_whether_files_differ(checkout):
    clean = commit_of(checkout)
    assert re.fullmatch("[0-9a-f]{7}", clean)
    (checkout / "file").write_text("two")
    assert commit_of(checkout) == f"{clean}+"


def test_a_tag_does_not_stand_for_the_commit(checkout):
    git(checkout, "tag", "-a", "v9", "-m", "nine")
    assert re.fullmatch("[0-9a-f]{7}", commit_of(checkout))


def test_a_folder_inside_somebody_elses_checkout_has_no_commit(checkout):
    inside = checkout / "lib"
    inside.mkdir()
    assert commit_of(inside) == "unknown"


def test_a_checkout_without_git_has_no_commit(checkout, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert commit_of(checkout) == "unknown"


def test_a_build_says_what_was_noted(tmp_path, monkeypatch, capsys):
    note_build(tmp_path, Build("0badcab", "6.2.99"))
    assert build_of(tmp_path) == Build("0badcab", "6.2.99")
    monkeypatch.setattr(version, "PACKAGE", tmp_path)
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    said = capsys.readouterr().out
    assert "commit 0badcab," in said
    assert said.endswith("Redis 6.2.99)\n")


def test_an_engine_that_cannot_run_has_no_version(tmp_path):
    assert engine_version(tmp_path / "none") == "unknown"


def test_neither_the_version_of_a_build_nor_help_imports_the_server(tmp_path):
    note_build(tmp_path, Build("0badcab", "6.2.99"))
    program = f"""
import pathlib, sys
from bambleweeny.cli import main, version
version.PACKAGE = pathlib.Path({str(tmp_path)!r})
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print([name for name in ("falcon", "waitress", "hiredis", "bambleweeny.store", "importlib.metadata") if name in sys.modules])
"""
    for option in ("--version", "--help"):
        done = subprocess.run(
            [sys.executable, "-c", program, option], capture_output=True, text=True, check=True
        )
        assert done.stdout.endswith("\n[]\n")
        assert done.stdout.startswith(("bambleweeny ", "usage: "))
