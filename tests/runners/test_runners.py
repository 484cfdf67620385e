"""The helper for sandboxes under the runners of tests that it is for."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from bambleweeny import Client
from node import Node
from npm import npm_tools
from servers import running
from tools import need

GUIDE = Path(__file__).parents[2] / "app/bambleweeny/guide/sandboxes-in-javascript.md"
CLIENT = """
import { Client } from "./bambleweeny.mjs";
const client = new Client(process.env.BAMBLEWEENY_URL, { username: "admin", password: "changeme" });
const seed = [{ key: { name: "color", value: "blue" } }];
"""
TESTS = """
for (let number = 0; number < 10; number++) {
  test(`${number} is alone`, async () => {
    const { client } = sandbox;
    equal((await client.keys.list()).length, 1);
    equal((await client.get("color")).text(), "blue");
    equal(await client.incr("calls"), 1);
    await client.set("color", String(number));
    await client.push("jobs", String(number));
    equal((await client.pop("jobs")).text(), String(number));
    equal(await client.pop("jobs"), undefined);
  });
}
"""
NODE = f"""
import {{ equal }} from "node:assert/strict";
import * as runner from "node:test";
import {{ useSandbox }} from "./bambleweeny-sandboxes.mjs";
{CLIENT}
const {{ test }} = runner;
const sandbox = useSandbox(client, runner, {{ seed, name: "node" }});
{TESTS}"""
VITEST = f"""
import * as runner from "vitest";
import {{ useSandbox }} from "./bambleweeny-sandboxes.mjs";
{CLIENT}
const {{ test, expect }} = runner;
const equal = (one, other) => expect(one).toBe(other);
const sandbox = useSandbox(client, runner, {{ seed, name: "vitest" }});
{TESTS}"""
PLAYWRIGHT = f"""
import {{ test as base, expect }} from "@playwright/test";
import {{ sandboxFixtures }} from "./bambleweeny-sandboxes.mjs";
{CLIENT}
const test = base.extend(sandboxFixtures(client, {{ seed, name: "playwright" }}));
test.describe.configure({{ mode: "parallel" }});
for (let number = 0; number < 20; number++) {{
  test(`${{number}} is alone`, async ({{ b9y, b9ySandbox }}) => {{
    expect((await b9y.keys.list()).length).toBe(1);
    expect(await b9y.incr("calls")).toBe(1);
    await b9y.set("color", String(number));
    await b9ySandbox.snapshot("mine");
    await b9ySandbox.reset();
    expect((await b9y.get("color")).text()).toBe("blue");
    await b9ySandbox.reset("mine");
    expect((await b9y.get("color")).text()).toBe(String(number));
  }});
}}
"""
FIXTURES = f"""
import {{ test as base, expect }} from "@playwright/test";
import {{ sandboxFixtures }} from "./bambleweeny-sandboxes.mjs";
{CLIENT}
const test = base.extend({{
  ...sandboxFixtures(client, {{ seed, name: "fixtures" }}),
  program: [async ({{ b9yUrl, b9yToken }}, use) => use(new Client(b9yUrl, {{ token: b9yToken }})), {{ scope: "worker" }}],
}});
async function check(inside) {{
  expect((await inside.keys.list()).length).toBe(1);
  expect((await inside.sandboxes.get("self")).snapshots).toEqual([]);
  await inside.set("color", "green");
  await inside.push("jobs", "x");
  await inside.incr("calls");
  await inside.sandboxes.snapshot("self", "mine");
}}
for (const number of [1, 2]) {{
  test(`b9y ${{number}}`, async ({{ b9y }}) => check(b9y));
  test(`b9ySandbox ${{number}}`, async ({{ b9ySandbox }}) => check(b9ySandbox.client));
  test(`program ${{number}}`, async ({{ program }}) => check(program));
  test(`token ${{number}}`, async ({{ b9yToken, b9ySandbox }}) => expect(b9ySandbox.token).toBe(b9yToken));
}}
"""


@pytest.fixture(scope="module")
def server():
    with running("sandbox", BAMBLEWEENY_LOG_LEVEL="warning") as server:
        yield server


@pytest.fixture
def suite(server, tmp_path):
    """Run a command in a folder with the modules; afterwards the server has no sandbox."""
    Node(tmp_path, server.url)
    (tmp_path / "package.json").write_text('{"type": "module"}')

    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

    def run(*command, status=0):
        done = subprocess.run(
            [str(word) for word in command], cwd=tmp_path, capture_output=True, text=True, timeout=100,
            env={**os.environ, "PATH": path, "BAMBLEWEENY_URL": server.url, "CI": "1"}, check=False,
        )  # fmt: skip
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    run.place = tmp_path
    with Client(server.url, "admin", "changeme") as client:
        yield run
        assert client.sandboxes.list() == []
        assert list(client.export()) == []


@pytest.fixture
def tools(suite) -> Path:
    """Where the commands of the runners are; tests find their packages."""
    place = npm_tools(Path(__file__).parent)
    (suite.place / "node_modules").symlink_to(place.parent)
    return place


def test_files_of_node_run_in_parallel(suite):
    [node] = need("node")
    for name in ("one", "two", "three", "four"):
        (suite.place / f"{name}.test.mjs").write_text(NODE, "utf-8")
    out = suite(node, "--test", "--test-reporter=tap")
    assert "# pass 40\n" in out
    assert "# fail 0\n" in out


def test_a_seed_that_is_refused_fails_the_tests(suite):
    [node] = need("node")
    (suite.place / "bad.test.mjs").write_text(NODE.replace("{ seed,", '{ seed: "{}",'), "utf-8")
    out = suite(node, "--test", "--test-reporter=tap", status=1)
    assert "Line 1:" in out
    assert "# pass 0\n" in out


def test_vitest(suite, tools):
    for name in ("one", "two"):
        (suite.place / f"{name}.test.mjs").write_text(VITEST, "utf-8")
    done = json.loads(suite(tools / "vitest", "run", "--reporter=json"))
    assert (done["numPassedTests"], done["numFailedTests"]) == (20, 0)


def test_playwright(suite, tools):
    (suite.place / "one.spec.mjs").write_text(PLAYWRIGHT, "utf-8")
    out = suite(tools / "playwright", "test", "--workers=4", "--reporter=line")
    assert "20 passed" in out


def test_playwright_resets_whichever_fixture_a_test_takes(suite, tools):
    (suite.place / "one.spec.mjs").write_text(FIXTURES, "utf-8")
    out = suite(tools / "playwright", "test", "--workers=1", "--reporter=line")
    assert "8 passed" in out


def test_playwright_runs_what_the_guide_shows(suite, tools):
    written = re.findall(
        r"^cat > (shop\.spec\.mjs|playwright\.config\.mjs) <<'END'\n(.*?)^END$", GUIDE.read_text("utf-8"),
        re.M | re.S,
    )  # fmt: skip
    assert [name for name, _ in written] == ["shop.spec.mjs", "playwright.config.mjs"]
    with socket.socket() as held, socket.socket() as wire:
        # NOTE: no other process gets the port while it is bound, and a server may still listen.
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        place = held.getsockname()
        for name, text in written:
            (suite.place / name).write_text(text.replace("8099", str(place[1])), "utf-8")
        assert "2 passed" in suite(tools / "playwright", "test", "--reporter=line")
        assert wire.connect_ex(place) != 0
