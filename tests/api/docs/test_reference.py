"""The document that the reference shows: the contract, in the order in which a reader needs it."""

import json
import re
import shlex

import pytest
from bambleweeny.api.docs.contract import document
from bambleweeny.api.docs.reference_document import reference_document

WHOLE = json.loads(document())
SHOWN = json.loads(reference_document())
METHODS = {"get", "put", "post", "patch", "delete", "head", "options"}
OPERATIONS = {
    (path, method): operation
    for path, item in SHOWN["paths"].items()
    for method, operation in item.items()
    if method in METHODS
}


def sample_of(operation):
    return re.match(r"```sh\n(curl .*?)\n```\n", operation["description"], re.S)[1]


def test_every_path_is_there_and_twins_are_folded():
    assert set(SHOWN["paths"]) == set(WHOLE["paths"])
    assert not [method for _, method in OPERATIONS if method == "head"]
    for path in ("/routes/{public_id}", "/routes/{public_id}/{rest}"):
        assert [method for other, method in OPERATIONS if other == path] == ["get"]
        assert (
            "The same with PUT, POST, PATCH, DELETE, HEAD, OPTIONS."
            in OPERATIONS[path, "get"]["description"]
        )
    for path in ("/bins/{public_id}", "/bins/{public_id}/{rest}"):
        assert "The same with DELETE, HEAD." in OPERATIONS[path, "get"]["description"]
    assert "post" in SHOWN["paths"]["/auth/token"]
    assert [method for other, method in OPERATIONS if other == "/incr/{name}"] == ["post"]
    assert "The same with GET." in OPERATIONS["/incr/{name}", "post"]["description"]


def test_one_login_is_left():
    assert list(SHOWN["components"]["securitySchemes"]) == ["bearer"]
    for operation in OPERATIONS.values():
        assert operation.get("security", [{"bearer": []}]) in ([], [{"bearer": []}])


@pytest.mark.parametrize("key", OPERATIONS, ids=lambda key: f"{key[1]} {key[0]}")
def test_what_is_required_comes_first_and_the_rest_is_empty(key):
    parameters = OPERATIONS[key].get("parameters", [])
    required = [bool(one.get("required")) for one in parameters]
    assert required == sorted(required, reverse=True)
    assert not [one["name"] for one in parameters if "example" in one and not one.get("required")]


@pytest.mark.parametrize("key", OPERATIONS, ids=lambda key: f"{key[1]} {key[0]}")
def test_every_call_begins_with_a_command(key):
    method = key[1]
    words = shlex.split(sample_of(OPERATIONS[key]))
    url = next(word for word in words if word.startswith("$U"))
    assert "{" not in url
    assert ("$AUTH" in words) == (OPERATIONS[key].get("security") != [])
    if method not in ("get", "post"):
        assert words[1:3] == ["-X", method.upper()]


def test_samples_are_what_one_would_type():
    samples = {key: sample_of(operation) for key, operation in OPERATIONS.items()}
    assert samples["/keys/{name}", "put"] == 'curl -X PUT "$U/keys/foo" -H "$AUTH" -d bar'
    assert samples["/lists/{name}/pop", "post"] == 'curl -X POST "$U/lists/foo/pop" -H "$AUTH"'
    assert samples["/routes", "post"].endswith("""-d '{"key":"foo","content_type":"text/plain"}'""")
    assert (
        samples["/keys", "delete"] == 'curl -X DELETE "$U/keys?prefix=PREFIX&confirm=1" -H "$AUTH"'
    )
    assert "application/merge-patch+json" in samples["/keys/{name}", "patch"]
    assert samples["/healthz", "get"] == 'curl "$U/healthz"'


def test_text_comes_first_where_any_bytes_are_taken():
    bodies = SHOWN["components"]["requestBodies"].values()
    assert [next(iter(body["content"])) for body in bodies if "text/plain" in body["content"]]
    for body in bodies:
        types = list(body["content"])
        assert "text/plain" not in types[1:], types
    assert set(SHOWN["components"]["requestBodies"]) == set(WHOLE["components"]["requestBodies"])


def test_the_contract_itself_stays(http):
    assert http.get("/openapi.json").json() == WHOLE
    assert set(WHOLE["components"]["securitySchemes"]) >= {"password", "bearer"}


@pytest.mark.parametrize("path", ["/config/admin", "/auth/password"])
def test_a_click_changes_no_password(as_admin, path):
    """The server refuses the example of a call that sets a password."""
    content = OPERATIONS[path, "put"]["requestBody"]["content"]
    example = content["application/json"]["example"]
    assert example["password"] == ""
    answer = as_admin.put(path, json=example)
    assert (answer.status_code, answer.json()["code"]) == (400, "weak_password")
