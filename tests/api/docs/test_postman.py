"""The Postman collection: it has the calls of the contract, and its requests work in order."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bambleweeny.api.docs.contract import document
from bambleweeny.api.docs.postman import Collection
from bambleweeny.api.docs.postman_steps import ENDS_THE_TOKEN, REMEMBERED, STEPS, VARIABLES
from npm import npm_tools
from servers import Http, running

ROOT = Path(__file__).parents[3]
CONTRACT = json.loads(document())
METHODS = {"get", "post", "put", "patch", "delete"}
MODULES = ("bambleweeny", "bambleweeny-sandboxes")
LEFT_OUT = {"GET /events", *(f"GET /{name}.{kind}" for name in MODULES for kind in ("js", "d.ts"))}
"""What Postman does not show: a stream, and modules. Pages and twins are found by the contract."""


def items():
    """Return each request of the collection with its folder."""
    made = Collection(CONTRACT).as_json("http://localhost:8080")
    return [(folder["name"], item) for folder in made["item"] for item in folder["item"]]


def call_of(item):
    """Return method and path as the contract has them."""
    path = re.sub(r":(\w+)", r"{\1}", item["request"]["url"]["raw"].removeprefix("{{baseUrl}}"))
    return f"{item['request']['method']} {path}"


def test_every_call_is_in_the_collection_once_in_the_folder_of_its_tag():
    found = {call_of(item): folder for folder, item in items()}
    assert len(found) == len(items())
    for path, calls in CONTRACT["paths"].items():
        summaries = set()
        for method, call in calls.items():
            if method not in METHODS or f"{method.upper()} {path}" in LEFT_OUT:
                continue
            is_page = "text/html" in call["responses"].get("200", {}).get("content", {})
            is_file = path.startswith(("/docs/", "/console/"))
            if call["summary"] not in summaries and not is_page and not is_file:
                assert found[f"{method.upper()} {path}"] == call["tags"][0]
            summaries.add(call["summary"])
    assert not LEFT_OUT & found.keys()


def test_every_step_is_a_call_of_the_contract():
    calls = {f"{m.upper()} {path}" for path, item in CONTRACT["paths"].items() for m in item}
    assert STEPS.keys() <= calls


def test_every_variable_is_set_by_somebody():
    text = json.dumps(Collection(CONTRACT).as_json("http://localhost:8080"))
    used = set(re.findall(r"\{\{(\w+)\}\}", text))
    remembered = set(re.findall(r'collectionVariables\.set\(\\"(\w+)\\"', text))
    assert used == {"baseUrl", *VARIABLES} | remembered
    assert {value.strip("{}") for value in REMEMBERED.values()} <= remembered


def test_only_what_has_to_be_sent_is_sent():
    for _, item in items():
        request = item["request"]
        extra = [*request["url"]["query"], *request["header"]]
        sent = {field["key"] for field in extra if not field.get("disabled")}
        expected = {"Content-Type", "id", "prefix", "confirm", "split", "since", "state", "ttl"}
        assert sent <= expected, item["name"]


def test_public_calls_send_no_token():
    for _, item in items():
        method, path = call_of(item).split()
        security = CONTRACT["paths"][path][method.lower()].get("security")
        assert (item["request"].get("auth") == {"type": "noauth"}) == (security == [])


def test_the_base_url_is_where_the_collection_was_asked_for(sandbox):
    with Http(sandbox.url) as http:
        answer = http.get("/postman.json")
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json() == Collection(CONTRACT).as_json(sandbox.url)
        known = {"If-None-Match": answer.headers["ETag"]}
        assert http.get("/postman.json", headers=known).status_code == 304
        for host in ("other.example", "other.example:99"):
            other = http.get("/postman.json", headers={"Host": host})
            assert other.status_code == 421, host


@pytest.mark.parametrize(
    "urls", [["--help"], [""], ["not a url"], ["http://a?b=c"], ["http://a", "http://b"]]
)
def test_a_collection_of_no_server_is_refused_in_a_sentence(urls):
    script = [sys.executable, ROOT / "packaging" / "documents.py", "postman", *urls]
    done = subprocess.run(script, capture_output=True, check=False, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Give one URL of a server, such as http://localhost:8080.\n"


def test_the_collection_can_be_written_to_a_file():
    script = [sys.executable, ROOT / "packaging" / "documents.py", "postman", "http://here:1/"]
    done = subprocess.run(script, capture_output=True, check=True)
    assert json.loads(done.stdout) == Collection(CONTRACT).as_json("http://here:1")


@pytest.fixture(scope="module")
def sandbox():
    with running("sandbox", BAMBLEWEENY_ADMIN_PASSWORD="my own") as server:
        yield server


@pytest.fixture(scope="session")
def newman():
    """Return the path of Postman's command-line runner."""
    return npm_tools(ROOT / "tests" / "newman") / "newman"


def test_the_requests_work_in_order_and_again(newman, sandbox, tmp_path):
    report = tmp_path / "report.json"
    done = subprocess.run(
        [
            newman, "run", f"{sandbox.url}/postman.json", "--iteration-count", "2", "--reporters", "cli,json",
            "--env-var", "password=my own",
            "--reporter-json-export", report, "--color", "off",
        ],
        env={**os.environ, "NO_UPDATE_NOTIFIER": "1"}, capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    run = json.loads(report.read_text("utf-8"))["run"]
    stats = run["stats"]
    print(done.stdout[done.stdout.rindex("┌") :])
    assert stats["assertions"] == {"total": 2 * len(items()), "pending": 0, "failed": 0}
    assert run["failures"] == []
    codes = [execution["response"]["code"] for execution in run["executions"]]
    assert len(codes) == 2 * (len(items()) + len(ENDS_THE_TOKEN)), "some log in again"
    assert {code for code in codes if code >= 300} == set()
