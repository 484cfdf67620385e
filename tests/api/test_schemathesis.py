"""The document against a live server, by requests that schemathesis makes of it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from api.access import scoped_calls
from servers import running

PASSWORD_CALLS = ("setAdminPassword", "changeUser", "setOwnPassword", "logOut")
ENDLESS = ("followEvents",)
"""Their answers do not end; tests/api/test_events.py reads them."""
# NOTE: left out are `positive_data_acceptance`, since the contract answers 400 to a taken
# name, a counter on text or a quota reached, `use_after_free`, since a DELETE of a route's
# own path shows its key, as any method does, and `ensure_resource_availability`, since a
# route may be made before its key.
PUBLIC_TAGS = ("about", "operators")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,negative_data_rejection,unsupported_method,allow_header_conformance,ignored_auth"


SETTINGS = """
[generation]
allow-extra-parameters = false
max-examples = 1

[[operations]]
include-operation-id-regex = "^replace(Route|Bin)$"
phases.coverage.enabled = false

[[operations]]
include-operation-id-regex = "^(readRoute|pushToBin)(Below)?By"
phases.fuzzing.enabled = false
"""
"""Row B1 of tests/found is about query parameters that a call does not have.

The coverage phase has each boundary of each operation, so the random phase after it is short, and
has one method of those that read a route, and of those that send to a bin. The coverage phase leaves
out `replaceRoute` and `replaceBin`, which have the bodies and the options of `createRoute` and
`createBin`.
"""

REFUSED = """
[[operations]]
include-tag = ["admin", "bins", "data", "routes", "sandboxes", "tokens", "topics"]
phases.coverage.enabled = false
"""
"""A token without any scope of a call is refused before its parameters are read, so their boundaries
do not matter."""


def run(
    url: str, token: str, place: Path, *arguments: str, checks: str = CHECKS, hooks: str = "", settings: str = SETTINGS
) -> str:  # fmt: skip
    (place / "schemathesis.toml").write_text(settings)
    added = {"SCHEMATHESIS_HOOKS": hooks} if hooks else {}
    done = subprocess.run(
        [
            Path(sys.executable).parent / "schemathesis", "run", f"{url}/openapi.json",
            "--header", f"Authorization: Bearer {token}", "--checks", checks,
            "--seed", "42", "--continue-on-failure", *arguments,
        ],
        cwd=place, capture_output=True, text=True, check=False, env={**os.environ, **added},
    )  # fmt: skip
    print(done.stdout[done.stdout.find("= SUMMARY =") :])
    assert done.returncode == 0, done.stdout
    assert int(re.search(r"(\d+) generated", done.stdout)[1]) > 20
    return done.stdout


@pytest.mark.timeout(400)
def test_every_call_keeps_to_the_document(tmp_path):
    with running("sandbox", "--log-level", "warning", "--max-waits", "0") as server:
        # NOTE: without places nothing is waited for; the tests of lists and keys do.
        left_out = (*PASSWORD_CALLS, *ENDLESS)
        others = [word for name in left_out for word in ("--exclude-operation-id", name)]
        run(server.url, server.token(), tmp_path, *others)


def test_calls_that_end_the_token_keep_to_the_document(tmp_path):
    with running("sandbox", "--log-level", "warning") as server:
        these = [word for name in PASSWORD_CALLS for word in ("--include-operation-id", name)]
        checks = CHECKS.replace(",negative_data_rejection", "").replace(",ignored_auth", "")
        run(server.url, server.token(), tmp_path, *these, checks=checks)


@pytest.mark.timeout(400)
def test_no_call_outside_of_its_scopes_succeeds(tmp_path):
    with running("sandbox", "--log-level", "warning", "--max-waits", "0") as server:
        admin = {"Authorization": f"Bearer {server.token()}"}
        wanted = {"name": "test", "scopes": scoped_calls.SCOPES}
        made = requests.post(f"{server.url}/tokens", json=wanted, headers=admin, timeout=10)
        # NOTE: the public calls have no scopes.
        public = [word for tag in PUBLIC_TAGS for word in ("--exclude-tag", tag)]
        words = [*public, "--exclude-operation-id-regex", "^(readRoute|pushToBin)"]
        hooks, checks = scoped_calls.__file__, "not_a_server_error,inside_scopes"
        run(
            server.url, made.json()["token"], tmp_path, *words,
            checks=checks, hooks=hooks, settings=SETTINGS + REFUSED,
        )  # fmt: skip
        pushed = requests.get(f"{server.url}/lists/jobs/stats", headers=admin, timeout=10)
        assert pushed.json()["in"] > 0
