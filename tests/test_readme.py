"""The README's blocks, run against a real server."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from servers import running
from tools import need

README = Path(__file__).parent.parent / "README.md"
MARK = "---8<---"
CHANGING = [
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>"),
    (r'"instance":"[0-9a-f]{8}"', '"instance":"<id>"'),
    (r"\b\d{13}-\d+\b", "<message id>"),
    (r'"time":"[^"]*"', '"time":"<time>"'),
    (r"\b1[78]\d{14}\b", "<item>"),
    (r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "<moment>"),
    (r"expires in \d+ seconds", "expires in <n> seconds"),
]


def blocks(language: str) -> list[str]:
    """Give the README's blocks in a language."""
    pattern = rf"^```{language}\n(.*?)^```"
    return re.findall(pattern, README.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def steps() -> list[tuple[str, str]]:
    """Give the commands of all blocks and what the README says that they print."""
    pairs = []
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            pairs.append((command, output.strip()))
    return pairs


def outputs(commands: list[str], url: str, home: Path) -> list[str]:
    """Type the commands into one shell and give what each prints."""
    script = "".join(f"{command} 2>&1; echo; echo '{MARK}'\n" for command in commands)
    script = script.replace("localhost:8080", url.removeprefix("http://"))
    done = subprocess.run(
        ["bash", "-u"], input=script, env={"HOME": str(home), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"},
        cwd=home, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    said = done.stdout.replace(url, "http://127.0.0.1:8080")
    return [part.strip() for part in said.split(MARK)[:-1]]


def plain(text: str) -> str:
    for pattern, word in CHANGING:
        text = re.sub(pattern, word, text)
    return text


@pytest.fixture
def home(tmp_path):
    need("curl")
    with running("serve", HOME=str(tmp_path), XDG_DATA_HOME="") as server:
        yield tmp_path, server.url


def test_every_block_prints_what_it_says(home):
    place, url = home
    pairs = steps()
    assert len(pairs) > 40
    printed = outputs([command for command, _ in pairs], url, place)
    for (command, said), real in zip(pairs, printed, strict=True):
        assert plain(real) == plain(said), command


@pytest.fixture
def throw_away():
    with running("sandbox") as server:
        yield server


@pytest.fixture
def node(throw_away, tmp_path):
    """Run a program with a copy of the JavaScript client, and return what it prints."""
    [program] = need("node")
    module = requests.get(f"{throw_away.url}/bambleweeny.js", timeout=10).content
    (tmp_path / "bambleweeny.mjs").write_bytes(module)
    return lambda text: run([program, "--input-type=module", "-e", text], throw_away.url, tmp_path)


def test_every_block_of_python_does_what_it_asserts_twice(throw_away, tmp_path):
    scripts = blocks("python")
    assert scripts
    for script in scripts * 2:
        done = run(
            [sys.executable, "-c", f"password = 'changeme'\n{script}"], throw_away.url, tmp_path
        )
        assert done == ""


def test_every_block_of_javascript_logs_what_it_says_after_those_of_python(
    throw_away, tmp_path, node
):
    for script in blocks("python"):
        run([sys.executable, "-c", f"password = 'changeme'\n{script}"], throw_away.url, tmp_path)
    scripts = blocks("javascript")
    assert scripts
    for script in scripts * 2:
        said = re.findall(r"console\.log\(.*\); // (.*)$", script, re.MULTILINE)
        local = script.replace("http://localhost:8080/bambleweeny.js", "./bambleweeny.mjs")
        assert node(f"const password = 'changeme';\n{local}").splitlines() == said


def test_a_backup_is_restored_by_the_commands_that_are_shown(tmp_path):
    [script] = [block for block in blocks("sh") if "--data-dir ~/restored" in block]
    variables = {"HOME": str(tmp_path), "XDG_DATA_HOME": ""}
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    with running("serve", **variables) as server:
        data = server.said("Data")
    done = subprocess.run(
        ["bash", "-e"], input=script, env={**variables, "PATH": path}, cwd=tmp_path,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    places = re.findall(r"(?:from|to) (/\S+)\.$", done.stderr, re.MULTILINE)
    assert places == [data, str(tmp_path / "restored"), data]
    assert "1 user, 0 keys, 0 items, 0 topics, 0 messages, 0 routes and 0 bins" in done.stderr


def run(command: list[str], url: str, place: Path) -> str:
    """Run a program with `localhost:8080` replaced and give what it prints."""
    command = [part.replace("http://localhost:8080", url) for part in command]
    done = subprocess.run(
        command, cwd=place, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
