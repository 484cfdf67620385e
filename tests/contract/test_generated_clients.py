"""Clients that openapi-generator makes from a server's document do what people do first."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from servers import Http

HERE = Path(__file__).parent
SDK = HERE.parent.parent / "packaging" / "sdk.sh"


def key_of(sandbox, name):
    """Return the bytes of a key, and their content type."""
    with Http(sandbox.url, sandbox.token()) as http:
        answer = http.get(f"/keys/{name}")
        return answer.content, answer.headers["Content-Type"]


def test_python(run, java, sandbox, tmp_path):
    run(SDK, "python", tmp_path, f"{sandbox.url}/openapi.json")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    assert run(sys.executable, HERE / "use_sdk.py", sandbox.url, env=environment) == "done\n"
    assert key_of(sandbox, "python") == (b"\x00\xff", "application/octet-stream")


@pytest.mark.timeout(300)
def test_typescript(run, java, node_tool, sandbox, tmp_path):
    run(SDK, "typescript", tmp_path, f"{sandbox.url}/openapi.json")
    shutil.copy(HERE / "use_sdk.ts", tmp_path / "src")
    run(node_tool("tsc"), "--project", tmp_path, "--target", "es2022")
    assert run("node", tmp_path / "dist" / "use_sdk.js", sandbox.url) == "done\n"
    assert key_of(sandbox, "typescript") == (b"\x00\xff", "application/octet-stream")


def test_without_the_generator_it_says_how_to_install_it(run, tmp_path):
    (tmp_path / "packaging").mkdir()
    script = shutil.copy(SDK, tmp_path / "packaging")
    with pytest.raises(AssertionError, match=r"sdk\.sh: openapi-generator is needed; .*build\.sh"):
        run(script, "python", tmp_path, "openapi.json")


@pytest.mark.parametrize("arguments", [(), ("cobol", "x", "y")])
def test_a_language_that_is_not_known_is_named(run, arguments):
    with pytest.raises(AssertionError, match=r"python.*typescript|usage"):
        run(SDK, *arguments)
