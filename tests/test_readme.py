"""The README's blocks, typed into a shell against a real server."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from servers import running

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
MARK = "---8<---"
CHANGING = [
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>"),
    (r'"instance":"[0-9a-f]{8}"', '"instance":"<id>"'),
    (r"expires in \d+ seconds", "expires in <n> seconds"),
]


def steps(text: str) -> list[tuple[str, str]]:
    """Give the commands of all blocks and what the README says that they print."""
    pairs = []
    for block in BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            pairs.append((command, output.strip()))
    return pairs


def outputs(commands: list[str], url: str, home: Path) -> list[str]:
    """Type the commands into one shell and give what each prints."""
    script = "".join(f"{command} 2>&1; echo; echo '{MARK}'\n" for command in commands)
    script = script.replace("localhost:8080", url.removeprefix("http://"))
    done = subprocess.run(
        ["bash", "-u"], input=script, env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
        cwd=home, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return [part.strip() for part in done.stdout.split(MARK)[:-1]]


def plain(text: str) -> str:
    for pattern, word in CHANGING:
        text = re.sub(pattern, word, text)
    return text


@pytest.fixture
def home(tmp_path):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    with running("serve", HOME=str(tmp_path), XDG_DATA_HOME="") as server:
        yield tmp_path, server.url


def test_every_block_prints_what_it_says(home):
    place, url = home
    pairs = steps(README.read_text("utf-8"))
    assert len(pairs) > 40
    printed = outputs([command for command, _ in pairs], url, place)
    for (command, said), real in zip(pairs, printed, strict=True):
        assert plain(real) == plain(said), command
