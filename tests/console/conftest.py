"""The pure modules of the console, where Node imports them as modules."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tools import need

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PARTS = ROOT / "app" / "bambleweeny" / "console" / "parts"
SNIPPETS = """
import { createInterface } from "node:readline";
import { pathOf, request } from "./app/bambleweeny/console/parts/request.js";
import { snippetsOf } from "./app/bambleweeny/console/parts/snippets.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { url, method, segments, base64, ...options } = JSON.parse(line);
  if (base64 !== undefined) options.body = Uint8Array.from(Buffer.from(base64, "base64"));
  const call = request(method, segments, options);
  console.log(JSON.stringify({ path: pathOf(call), headers: call.headers, snippets: snippetsOf(call, url) }));
}
"""


@pytest.fixture(scope="session")
def modules(tmp_path_factory) -> Path:
    """A copy of the parts and of their tests, in a package of modules as Node 18 wants it."""
    place = tmp_path_factory.mktemp("console")
    parts = place / PARTS.relative_to(ROOT)
    shutil.copytree(PARTS, parts)
    tests = place / HERE.relative_to(ROOT)
    tests.mkdir(parents=True)
    for path in HERE.glob("*.mjs"):
        shutil.copy(path, tests)
    (place / "package.json").write_text('{"type": "module"}', "utf-8")
    return place


@pytest.fixture(scope="session")
def node(modules):
    """Ask Node for the snippets of a request; gives its path, headers and snippets."""
    [executable] = need("node")
    script = modules / "snippets.mjs"
    script.write_text(SNIPPETS, "utf-8")
    with subprocess.Popen(
        [executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def ask(**fields):
            process.stdin.write(json.dumps(fields) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield ask
        process.stdin.close()
