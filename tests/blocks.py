"""The blocks of a page of Markdown, run in order as a reader would.

In a page a block of `output` is what the block before it prints: all of it, or with `...` where
something is left out. A block of `sh elsewhere` needs more than a test has here, such as root's
rights or a cluster; tests/test_guide.py names the test of each.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

MARK = "---8<---"
RUN = ("sh", "python", "javascript")
SHOWN = ("output", "json", "text", "ini", "yaml", "html")
CHANGING = [
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>"),
    (r'"instance":"[0-9a-f]{8}"', '"instance":"<id>"'),
    (r"\b\d{13}-\d+\b", "<message id>"),
    (r"\b1[78]\d{14}\b", "<item>"),
    (r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "<moment>"),
    (r"expires in \d+ seconds", "expires in <n> seconds"),
    (r"\b\d+ ms\b", "<n> ms"),
    (r'(?<="created","id":)\d+', "<user>"),
    (r'(?<="id":")\d+(?=","username")', "<user>"),
    (r"eyJ[\w-]+\.[\w-]+\.[\w-]+", "<token>"),
    (r"b9y_\d+_[a-z0-9]{6}_[A-Za-z0-9]{48}", "<named token>"),
]
"""Ids and moments, which differ from run to run. A page shows those of one run."""


class Block(NamedTuple):
    """A block: its language, whether it is run here, its text, and what it prints if it is run."""

    language: str
    elsewhere: bool
    text: str
    output: str


def blocks_of(page: Path) -> list[Block]:
    """Read the blocks of a page that are to be run, each with its output."""
    found: list[Block] = []
    for info, text in re.findall(r"^```([^\n]*)\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S):
        language, *words = info.split() or [""]
        assert language in (*RUN, *SHOWN), f"{page.name}: a block of {language!r}"
        assert words in ([], ["elsewhere"]), f"{page.name}: {info}"
        if language in RUN:
            found.append(Block(language, bool(words), text, ""))
        elif language == "output":
            assert found, f"{page.name}: an output of nothing"
            found[-1] = found[-1]._replace(output=text)
    return found


def printed_by(blocks: list[Block], url: str, home: Path) -> list[str]:
    """Run blocks in one shell and return what each prints, on stderr too."""
    address = url.removeprefix("http://")
    script = "exec 2>&1\n"
    for number, block in enumerate(blocks):
        script += f"{_command(block, number, address, home)}\necho; echo '{MARK}'\n"
    file = home / "page.bash"
    file.write_text(script.replace("localhost:8080", address), "utf-8")
    done = subprocess.run(
        ["bash", "-u", file.name],
        stdin=subprocess.DEVNULL,
        env={"HOME": str(home), "PATH": _path(home), "PYTHONUNBUFFERED": "1"},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=110,
        check=True,
    )
    assert done.stderr == ""
    said = done.stdout.replace(address, "localhost:8080").replace(str(home), "/home/you")
    return said.split(f"{MARK}\n")[:-1]


def is_as_shown(printed: str, shown: str) -> bool:
    """Compare what a block prints with what its page shows.

    Empty lines and the line end of the last line do not count.
    """
    parts = [re.escape(_plain(part)) for part in shown.split("...")]
    return re.fullmatch(".*?".join(parts), _plain(printed), re.S) is not None


def _command(block: Block, number: int, address: str, home: Path) -> str:
    if block.language == "sh":
        return block.text
    suffix = "py" if block.language == "python" else "mjs"
    file = home / f"block-{number}.{suffix}"
    file.write_text(block.text.replace("localhost:8080", address), "utf-8")
    program = "python" if block.language == "python" else "node"
    return f"{program} {file.name}"


def _path(home: Path) -> str:
    return f"{Path(sys.executable).parent}:{os.environ['PATH']}"


def _plain(text: str) -> str:
    text = re.sub(r"[ \t]*\n+", "\n", text.strip())
    for pattern, word in CHANGING:
        text = re.sub(pattern, word, text)
    return text
