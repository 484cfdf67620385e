"""Contracts of others as mock routes: each operation is called once, and schemathesis checks its answer."""

import json
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from npm import npm_tools
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from servers import Http

TOOLS = Path(__file__).parents[1] / "mock_clients"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance]  # fmt: skip

NO_SUCCESS = "No success is described"
SEVERAL_TYPES = "Of several content types application/json is answered"
SEVERAL_SCHEMAS = "Of several schemas the first one is the example"
OTHER_TYPE = "An example is left out, as its schema has another type"


class Contract(NamedTuple):
    """A document, its operations, those for which it describes errors alone, and what is guessed."""

    name: str
    operations: int
    without_success: frozenset[str] = frozenset()
    guessed: frozenset[str] = frozenset()


PETS = frozenset(
    (
        "PUT /pet", "POST /pet", "POST /pet/{petId}", "DELETE /pet/{petId}",
        "DELETE /store/order/{orderId}", "PUT /user/{username}", "DELETE /user/{username}",
    )
)  # fmt: skip
PASSWORDS = frozenset(("POST /auth/password/request", "POST /auth/password/reset"))
CONTRACTS = [
    Contract("@readme/oas-examples/3.0/json/petstore.json", 20, PETS, frozenset((NO_SUCCESS, SEVERAL_TYPES))),
    Contract("@readme/oas-examples/3.1/json/petstore.json", 20, PETS, frozenset((NO_SUCCESS, SEVERAL_TYPES))),
    Contract("@readme/oas-examples/3.0/json/star-trek.json", 120),
    Contract("@directus/specs/dist/openapi.json", 136, PASSWORDS, frozenset((NO_SUCCESS, SEVERAL_TYPES, SEVERAL_SCHEMAS, OTHER_TYPE))),
]  # fmt: skip


@pytest.fixture(scope="module")
def documents() -> Path:
    return npm_tools(TOOLS).parent


@pytest.fixture(scope="module")
def as_owner(sandbox):
    with Http(sandbox.url, sandbox.token()) as http:
        yield http


@pytest.mark.parametrize("contract", CONTRACTS, ids=[contract.name for contract in CONTRACTS])
def test_each_operation_answers_as_its_contract_says(documents, as_owner, contract):
    document = json.loads((documents / contract.name).read_text())
    made = as_owner.post("/routes?from=openapi", data=json.dumps(document)).json()
    assert made["rules"] == contract.operations
    assert {note.partition(":")[0] for note in made["notes"]} == contract.guessed
    servers = document.get("servers") or [{"url": ""}]
    base = as_owner.url + made["path"] + urlsplit(servers[0]["url"]).path.rstrip("/")
    called = {}
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = found.ok()
        case = example_of(operation)
        answer = case.call(base_url=base)
        called[operation.label] = answer.status_code
        if operation.label in contract.without_success:
            assert (answer.status_code, answer.content) == (200, b""), operation.label
        else:
            case.validate_response(answer, checks=CHECKS)
            assert 200 <= answer.status_code < 400, (operation.label, answer.text)
    assert len(called) == contract.operations
    as_owner.delete(f"/routes?id={made['path'].rpartition('/')[2]}")


def example_of(operation):
    """Return one valid request of an operation, always the same."""
    found = []

    @settings(
        max_examples=1, phases=[Phase.generate], database=None, deadline=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def keep(case):
        found.append(case)

    keep()
    return found[0]
