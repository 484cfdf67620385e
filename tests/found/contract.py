"""Kind F: the API document."""

import json
import os
import subprocess
import sys
from pathlib import Path

from found.rows import Place, row
from tools import need

TESTS = Path(__file__).parent.parent


@row(
    "F1",
    "`openapi-spec-validator` on /openapi.json (tests/contract has two more)",
    before="invalid: a comma made a key `for a browser`; `nullable` without `type`",
    right="valid for three validators",
)
def validity(place: Place) -> str:
    path = place.directory / "openapi.json"
    path.write_bytes(place.admin.get("/openapi.json").content)
    for node in _nodes(json.loads(path.read_bytes())):
        assert None not in node.values(), node
        assert "type" in node or node.get("nullable") is not True, node
    return _run(Path(sys.executable).parent / "openapi-spec-validator", path).rpartition(": ")[2]


@row(
    "F2",
    'generated Python client: `set_key("bin", body=b"\\x00\\xff")`',
    before="refused: text/plain hides octet-stream",
    right="bytes can be sent and read by generated clients",
    tested_in="tests/contract/test_generated_clients.py",
)
def generated_client(place: Place) -> str:
    need("java")
    url, sdk = place.server.url, place.directory / "sdk"
    _run(TESTS.parent / "packaging" / "sdk.sh", "python", sdk, f"{url}/openapi.json")
    script = TESTS / "contract" / "use_sdk.py"
    return _run(sys.executable, script, url, env={**os.environ, "PYTHONPATH": str(sdk)})


def _run(*command: object, **options: object) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def _nodes(node: object) -> list[dict]:
    """Return all mappings of the document but those within examples."""
    if isinstance(node, list):
        return [one for part in node for one in _nodes(part)]
    if not isinstance(node, dict):
        return []
    parts = [part for name, part in node.items() if name not in ("example", "examples")]
    return [node, *_nodes(parts)]
