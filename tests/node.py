"""Scripts in Node that import the JavaScript client as a server gives it."""

import json
import queue
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import requests
from tools import need

PRELUDE = """
import assert from "node:assert/strict";
import { BambleweenyError, Client, Value } from "./bambleweeny.mjs";
const [url] = process.argv.slice(2);
const login = { username: "admin", password: "changeme" };
const client = new Client(url, login);
const say = (...words) => console.log(JSON.stringify(words));
const failed = (promise, code, status) =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof BambleweenyError);
    assert.deepEqual([error.code, error.status], [code, status]);
    return true;
  });
"""


class Node:
    """Runs scripts in a directory that has a copy of the module."""

    def __init__(self, place: Path, url: str) -> None:
        [executable] = need("node")
        self._executable, self._place, self._url = executable, place, url
        for name in ("bambleweeny", "bambleweeny-sandboxes"):
            module = requests.get(f"{url}/{name}.js", timeout=10)
            (place / f"{name}.mjs").write_bytes(module.content)
        self.module = place / "bambleweeny.mjs"

    def __call__(self, script: str, url: str | None = None) -> str:
        """Run a script to its end and return what it prints."""
        done = subprocess.run(
            self._command(script, url), cwd=self._place, capture_output=True, text=True, timeout=60, check=False
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def running(self, script: str, url: str | None = None) -> Iterator["Said"]:
        """Run a script beside the test, which reads what it says; it is killed in the end."""
        process = subprocess.Popen(
            self._command(script, url), cwd=self._place, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        said = Said(process, process.stdout)
        try:
            yield said
        finally:
            process.kill()
            process.wait()
            said.thread.join()

    def _command(self, script: str, url: str | None) -> list[str]:
        (self._place / "script.mjs").write_text(PRELUDE + script, "utf-8")
        return [self._executable, "script.mjs", url or self._url]


class Said:
    """The lines of JSON that a script says while it runs."""

    def __init__(self, process: subprocess.Popen[str], stdout: IO[str]) -> None:
        self._lines: queue.Queue[str] = queue.Queue()
        self._process = process
        self.thread = threading.Thread(target=self._read, args=(stdout,))
        self.thread.start()

    def next(self, timeout: float = 20) -> Any:
        """Return what it says next."""
        return json.loads(self._lines.get(timeout=timeout))

    def until(self, word: str, timeout: float = 20) -> list[Any]:
        """Return what it says up to the first that begins with a word, that one included."""
        said = [self.next(timeout)]
        while said[-1][0] != word:
            said.append(self.next(timeout))
        return said

    def exit_status(self) -> int:
        """Wait for its end."""
        return self._process.wait(timeout=20)

    def _read(self, stdout: IO[str]) -> None:
        with stdout:
            for line in stdout:
                self._lines.put(line)
