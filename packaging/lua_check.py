"""Checks the Lua scripts with luacheck, as the engine gets them: each with its includes.

A finding names file and line of the source. One that not every script with that line has is none:
a function of a library may be unused in one script, and hide a lazy one in another. What a script
lacks, a syntax or a name, is always reported.
"""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from bambleweeny.store import scripts
from bambleweeny.store.scripts import Script

_CONFIG = Path(__file__).with_name(".luacheckrc")
_FINDING = re.compile(r"(.+):(\d+):\d+: \(([EW]\d+)\) (.*)").fullmatch
_ALWAYS = ("E", "W11")
_LINE_LENGTH = 100


def all_scripts() -> list[Script]:
    """Return every script of the program."""
    return [script for script in vars(scripts).values() if isinstance(script, Script)]


def findings(checked: list[Script]) -> list[str]:
    """Return what luacheck finds in scripts, with file and line of the source.

    Raises FileNotFoundError if there is no luacheck.
    """
    names = {f"{number}.lua": script for number, script in enumerate(checked)}
    with TemporaryDirectory() as directory:
        for name, script in names.items():
            (Path(directory) / name).write_text(script.text, "utf-8")
        command = ["luacheck", "--config", str(_CONFIG), "--no-cache", "--codes"]
        options = ["--formatter", "plain", *names]
        ran = subprocess.run(
            [*command, *options], cwd=directory, capture_output=True, text=True, check=False
        )
    if ran.returncode > 2 or ran.stderr:
        raise RuntimeError(ran.stderr or ran.stdout)
    found: Counter[tuple[str, str, str]] = Counter()
    for line in ran.stdout.splitlines():
        finding = _FINDING(line)
        assert finding, line
        script, code = names[finding[1]], finding[3]
        found[script.location_of(int(finding[2])), code, _with_places(finding[4], script)] += 1
    lines = Counter(
        f"{line.file}.lua:{line.number}" for script in checked for line in {*script.lines}
    )
    return sorted(
        f"{place}: {message} ({code})"
        for (place, code, message), count in found.items()
        if code.startswith(_ALWAYS) or (count == lines[place] and not place.endswith(":0"))
    )


def _with_places(message: str, script: Script) -> str:
    """Return a message with file and line of the source where it names a line of the script."""
    return re.sub(r"line (\d+)", lambda number: script.location_of(int(number[1])), message)


def long_lines(folder: Path) -> list[str]:
    """Return the lines of sources that are too long."""
    return [
        f"{path.relative_to(folder)}:{number}: the line has more than {_LINE_LENGTH} characters"
        for path in sorted(folder.rglob("*.lua"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > _LINE_LENGTH
    ]


def main() -> int:
    """Print all findings; return 1 if there are any, or with CI=true if there is no luacheck."""
    if not shutil.which("luacheck"):
        print("lua_check: luacheck is needed; on Debian: apt install lua-check", file=sys.stderr)
        return int(os.environ.get("CI") == "true")
    found = [*findings(all_scripts()), *long_lines(Path(scripts.__file__).parent)]
    print(*found, sep="\n", end="\n" * bool(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
