"""`pip install .`: the client and the command line, in an environment with nothing else."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import pexpect
import pytest
from bambleweeny.cli.command_table import COMMANDS
from bambleweeny.cli.server_extra import INSTALL
from servers import Server, running

ROOT = Path(__file__).parents[2]
AS_ON_WINDOWS = Path(__file__).parent / "as_on_windows.py"
PACKAGES = {
    "bambleweeny", "markdown-it-py", "mdurl", "prompt-toolkit", "pygments", "rich", "urllib3", "wcwidth",
}  # fmt: skip
ANYWHERE = ("--platform", "any", "--implementation", "py", "--abi", "none")
"""Takes only files that hold no machine code."""
NOT_COMPILED = ("--only-binary", ":all:")
NEEDS_THE_SERVER = [
    ["serve"], ["sandbox"], ["backup", "file"], ["restore", "file"], ["import-original", "--from", "redis://x"],
]  # fmt: skip


class Installation:
    """A virtual environment; its commands find only its own programs, so no compiler."""

    def __init__(self, place: Path) -> None:
        self.bin = place / "venv" / "bin"
        self.home = place
        self.wheel = place
        self.source = place / "source"
        self.source.mkdir()
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, self.source)
        app, ignored = Path("app", "bambleweeny"), shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / app, self.source / app, ignore=ignored)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", place / "venv"], check=True)

    def run(
        self, program: str, *words: object, status: int = 0, given: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment to its end."""
        done = subprocess.run(
            [self.bin / program, *map(str, words)],
            env={"HOME": str(self.home), "PATH": str(self.bin), **variables},
            cwd=self.home, input=given, capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
        assert done.returncode == status, done.stderr
        return done

    def pip(self, *words: object) -> str:
        """Run pip for the environment."""
        # NOTE: a pip that is configured by variables or a file at home has to find them here, too.
        known = {
            name: text for name, text in os.environ.items() if name.startswith(("PIP_", "HOME"))
        }
        at = ("-m", "pip", "--python", self.bin / "python", "--disable-pip-version-check")
        return self.run(sys.executable, *at, *words, **known).stdout


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> Installation:
    """What `pip install .` makes on a machine without a compiler."""
    made = Installation(tmp_path_factory.mktemp("alone"))
    here = ("-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--quiet")
    made.run(sys.executable, *here, "--wheel-dir", made.home, made.source)
    [made.wheel] = made.home.glob("*.whl")
    made.pip("install", *NOT_COMPILED, made.wheel)
    return made


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running("sandbox") as server:
        yield server


@pytest.fixture
def login(server) -> dict[str, str]:
    return {"BAMBLEWEENY_URL": server.url, "BAMBLEWEENY_PASSWORD": "changeme"}


def test_few_packages_are_installed(alone):
    listed = alone.pip("list", "--format=freeze")
    names = {line.partition("==")[0].lower().replace("_", "-") for line in listed.splitlines()}
    assert names == PACKAGES


def test_each_of_them_has_a_file_for_any_system(alone, tmp_path):
    at = (*NOT_COMPILED, *ANYWHERE, "--python-version", "3.13", "--dest", tmp_path)
    alone.pip("download", *at, alone.wheel)
    names = {path.name.partition("-")[0].replace("_", "-") for path in tmp_path.iterdir()}
    assert names == PACKAGES
    assert all(path.name.endswith("-none-any.whl") for path in tmp_path.iterdir())


def test_the_wheel_holds_every_file_of_the_package(alone):
    with zipfile.ZipFile(alone.wheel) as archive:
        held = set(archive.namelist())
    app = alone.source / "app"
    files = (path for path in (app / "bambleweeny").rglob("*") if path.is_file())
    assert {str(path.relative_to(app)) for path in files} <= held


def test_pytest_finds_the_plug_in(alone):
    [found] = distributions(
        path=[str(next(alone.bin.parent.glob("lib/*/site-packages")))], name="bambleweeny"
    )
    [entry] = found.entry_points.select(group="pytest11")
    assert (entry.name, entry.value) == ("bambleweeny", "bambleweeny.client.pytest_plugin")


@pytest.fixture(params=["on Linux", "as on Windows"])
def typed(request, alone, login):
    """Type a command; gives what it printed, on either stream."""
    command = ["bambleweeny"] if request.param == "on Linux" else ["python", AS_ON_WINDOWS]

    def run(*words: str, given: str = "", status: int = 0) -> str:
        done = alone.run(*command, *words, given=given, status=status, **login)
        return done.stdout + done.stderr

    return run


def test_the_command_line_drives_a_server(typed, alone, login):
    assert typed("set", "foo", "bar") == ""
    assert typed("get", "foo") == "bar"
    assert json.loads(typed("keys", "--json")) == [{"key": "foo"}]
    assert [typed("incr", "n"), typed("incr", "n")] == ["1\n", "2\n"]
    typed("push", "jobs", "one")
    typed("push", "jobs", "two")
    assert typed("pop", "jobs") == "one"
    python = str(alone.bin / "python")
    assert typed("sub", "jobs", "--once", "--", python, "-c", "print(input())") == "two\n"
    assert typed("route", "add", "foo").startswith(f"{login['BAMBLEWEENY_URL']}/routes/")
    typed("export", "all.ndjson")
    assert "2 keys" in typed("import", "all.ndjson", "--mode", "replace")
    assert typed("shell", given="get foo\nget n\n") == "bar\n2\n"
    typed("login", login["BAMBLEWEENY_URL"])
    typed("logout")
    assert "ok" in typed("health", login["BAMBLEWEENY_URL"])
    assert "rich" in typed("licenses")
    assert "client alone)" in typed("--version")
    assert "complete" in typed("completion", "bash")
    typed("del", "foo", "n")


def test_a_terminal_gets_a_table_and_a_prompt(alone, login):
    environment = {"HOME": str(alone.home), "PATH": str(alone.bin), "TERM": "xterm", **login}
    program = str(alone.bin / "bambleweeny")
    with pexpect.spawn(program, ["users"], env=environment, encoding="utf-8", timeout=20) as table:
        table.expect("USERNAME")
        table.expect(pexpect.EOF)
    with pexpect.spawn(program, ["shell"], env=environment, encoding="utf-8", timeout=20) as shell:
        shell.expect("b9y>")
        shell.sendline("exit")
        shell.expect(pexpect.EOF)


def test_the_client_drives_a_server(alone, server):
    program = f"""
from bambleweeny import Client
from bambleweeny.errors import NotFound
with Client({server.url!r}, "admin", "changeme") as client:
    client.set("bytes", b"\\x00\\xff")
    assert client.get("bytes") == b"\\x00\\xff"
    client.push("letters", "dear uli")
    assert client.pop("letters", wait=1) == b"dear uli"
    with client.batch() as batch:
        seen = batch.incr("seen", 5)
    assert seen.value == 5
    try:
        client.get("nothing")
    except NotFound as error:
        print(error.code)
"""
    assert alone.run("python", "-W", "error", "-c", program).stdout == "not_found\n"


def test_every_module_of_both_is_imported_without_what_only_unix_has(alone):
    assert int(alone.run("python", "-W", "error", AS_ON_WINDOWS).stdout) > 50


@pytest.mark.parametrize("words", NEEDS_THE_SERVER, ids=" ".join)
def test_what_needs_the_server_says_in_a_sentence_what_to_install(alone, words):
    done = alone.run("bambleweeny", *words, status=1)
    assert done.stdout == ""
    assert done.stderr.startswith("bambleweeny: This command needs the server, which is not")
    assert done.stderr.endswith(f"; in a clone: {INSTALL}\n")
    assert done.stderr.count("\n") == 1


def test_every_command_is_in_the_overview_and_has_its_own_help(alone):
    overview = alone.run("bambleweeny", "--help").stdout
    program = f"""
from bambleweeny.cli import main
for name in {list(COMMANDS)}:
    try:
        main([name, "--help"])
    except SystemExit as ex:
        assert ex.code == 0, name
"""
    pages = alone.run("python", "-c", program).stdout
    for name in COMMANDS:
        assert f"\n  {name} " in overview
        assert f"usage: bambleweeny {name} " in pages
