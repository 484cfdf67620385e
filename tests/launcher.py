"""The launcher of the binary, around a program that prints where it runs."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools import need, need_header

PACKAGING = Path(__file__).parent.parent / "packaging"
PROGRAM = r"""
#include <stdio.h>
#include <unistd.h>
int main(void) {
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    return length < 0 || printf("%.*s\n", (int)length, path) < 0;
}
"""


@dataclass(frozen=True)
class Launcher:
    """A launcher that was built."""

    file: Path

    def run(self, temporary: Path) -> str:
        """Run it with a temporary directory; return the path of the program that it became."""
        done = subprocess.run(
            [self.file], env={**os.environ, "TMPDIR": str(temporary)},
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout.strip()


def make_launcher(place: Path) -> Launcher:
    """Build `packaging/launcher.c` as `packaging/binary.sh` does, around a small program."""
    [gcc] = need("gcc")
    need_header("zstd.h")
    tree, payload, file = place / "tree", place / "payload", place / "bambleweeny"
    loader = _loader(gcc, place)
    (tree / "_internal").mkdir(parents=True)
    (tree / "_internal" / loader.name).symlink_to(loader)
    # NOTE: the launcher writes the path of the unpacked loader in the place of this one.
    roomy = "/" * 1000 + str(loader)
    _compile(gcc, PROGRAM, tree / "bambleweeny", f"-Wl,--dynamic-linker={roomy}")
    subprocess.run([sys.executable, PACKAGING / "pack.py", tree, payload], check=True)
    subprocess.run(
        [gcc, "-Os", "-Wall", "-Wextra", "-Werror", '-DBUILD="0123456789ab"',
         f'-DPAYLOAD="{payload}"', "-o", file, PACKAGING / "launcher.c", PACKAGING / "payload.S",
         "-lzstd"],
        check=True,
    )  # fmt: skip
    return Launcher(file)


def _compile(gcc: str, program: str, file: Path, *options: str) -> None:
    command = [gcc, "-x", "c", "-", "-o", file, *options]
    subprocess.run(command, input=program, text=True, check=True)


def _loader(gcc: str, place: Path) -> Path:
    """Return the system's loader of programs: what a program that gcc makes names."""
    _compile(gcc, PROGRAM, place / "plain")
    program = (place / "plain").read_bytes()
    begin = program.index(b"/lib")
    return Path(program[begin : program.index(b"\0", begin)].decode())
