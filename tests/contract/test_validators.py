"""The document is valid for three validators that share no code."""

import json
import os
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent


def test_openapi_spec_validator(run, document):
    assert "OK" in run(BIN / "openapi-spec-validator", document)


def test_openapi_generator(run, java, document):
    said = run(BIN / "openapi-generator-cli", "validate", "--recommend", "--input-spec", document)
    assert "No validation issues detected." in said


@pytest.mark.timeout(300)
def test_redocly(run, node_tool, document):
    quiet = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    command = (node_tool("redocly"), "lint", "--extends=recommended", "--format=json", document)
    found = json.loads(run(*command, cwd=document.parent, env=quiet))
    assert [problem["message"] for problem in found["problems"]] == []
