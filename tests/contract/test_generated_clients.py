"""Clients that openapi-generator makes from a server's document do what people do first."""

import os
import shutil
import sys
from pathlib import Path

import openapi_generator_cli
import pytest
from servers import Http
from tools import need, need_library

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SDK = ROOT / "packaging" / "sdk.sh"
GO = Path("/usr/share/gocode")
"""Where Debian's packages for Go are."""
ANNOTATIONS = "/usr/share/java/jakarta-annotation-api.jar"


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


@pytest.mark.timeout(300)
def test_go(run, java, sandbox, tmp_path):
    need("go")
    need_library(
        *(str(GO / "src" / name) for name in ("golang.org/x/oauth2", "gopkg.in/validator.v2"))
    )
    package = tmp_path / "src" / "bambleweeny"
    run(ROOT / "build.sh", "sdk", "go", package)
    assert '"http://localhost:8080"' in (package / "configuration.go").read_text()
    (tmp_path / "src" / "use").mkdir()
    shutil.copy(HERE / "use_sdk.go", tmp_path / "src" / "use")
    # NOTE: GOPATH instead of modules, since no test may need Go's module proxy.
    environment = {
        **os.environ, "GO111MODULE": "off", "GOPATH": f"{tmp_path}:{GO}", "GOCACHE": str(ROOT / "build" / "go"),
    }  # fmt: skip
    run("go", "build", "-o", tmp_path / "use_sdk", "use", env=environment)
    assert run(tmp_path / "use_sdk", sandbox.url) == "done\n"
    assert key_of(sandbox, "go") == (b"\x00\xff", "application/octet-stream")


@pytest.mark.timeout(300)
def test_java(run, java, sandbox, tmp_path):
    need("javac")
    need_library(ANNOTATIONS)
    run(SDK, "java", tmp_path, f"{sandbox.url}/openapi.json")
    # NOTE: the generator brings Jackson, so that no test needs a Maven repository.
    jackson = Path(openapi_generator_cli.__file__).parent / "openapi-generator.jar"
    classes = ("-cp", f"{tmp_path / 'classes'}:{jackson}:{ANNOTATIONS}")
    sources = [HERE / "UseSdk.java", *(tmp_path / "src" / "main").rglob("*.java")]
    run("javac", "-nowarn", "-proc:none", "-d", tmp_path / "classes", *classes, *sources)
    assert run("java", *classes, "UseSdk", sandbox.url) == "done\n"
    assert key_of(sandbox, "java") == (b"\x00\xff", "application/octet-stream")


def test_without_the_generator_it_says_how_to_install_it(run, tmp_path):
    (tmp_path / "packaging").mkdir()
    script = shutil.copy(SDK, tmp_path / "packaging")
    with pytest.raises(AssertionError, match=r"sdk\.sh: openapi-generator is needed; .*build\.sh"):
        run(script, "python", tmp_path, "openapi.json")


@pytest.mark.parametrize("arguments", [(), ("cobol", "x", "y")])
def test_a_language_that_is_not_known_is_named(run, arguments):
    with pytest.raises(AssertionError, match=r"python typescript go java|usage"):
        run(SDK, *arguments)
