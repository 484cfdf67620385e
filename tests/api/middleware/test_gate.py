"""Hosts, origins, the front door and the documents."""

import logging
import re
from pathlib import Path

import bambleweeny
import pytest
import yaml


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8080",
        "127.0.0.1:1",
        "127.1.2.3",
        "[::1]:8080",
        "a.localhost",
        "b9y.example:80",
        "b9y.example.",
        "localhost.:80",
    ],
)
def test_loopback_names_and_allowed_hosts_are_answered(http, host):
    assert http.get("/", headers={"Host": host}).ok


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "x@localhost.example",
    ],
)
def test_other_hosts_are_421(http, host):
    for path in ("/", "/keys", "/nope"):
        answer = http.get(path, headers={"Host": host})
        assert (answer.status_code, answer.json()["code"]) == (421, "wrong_host")


def test_pages_of_friends_may_call(as_uli):
    origin = {"Origin": "http://localhost:5173"}
    answer = as_uli.get("/keys", headers=origin)
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:5173"
    assert "Origin" in answer.headers["Vary"]
    asked = as_uli.options("/keys/a", headers={**origin, "Access-Control-Request-Method": "PUT"})
    assert "PUT" in asked.headers["Access-Control-Allow-Methods"]
    unknown = as_uli.options("/nope", headers={**origin, "Access-Control-Request-Method": "PUT"})
    assert unknown.status_code == 204
    assert as_uli.get("/nope", headers=origin).headers["Access-Control-Allow-Origin"]
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]


def test_a_friend_gets_no_less_from_what_is_public(as_uli, http):
    as_uli.put("/keys/k", data=b"x")
    path = as_uli.post("/routes", json={"key": "k", "content_type": "a/b"}).json()["path"]
    origin = {"Origin": "http://localhost:1", "Access-Control-Request-Method": "PUT"}
    asked = http.options(path, headers=origin)
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert asked.headers["Access-Control-Allow-Methods"] == "*"


@pytest.mark.parametrize("path", ["/bins/refused", "/routes/verify", "/routes/reset/"])
def test_what_needs_a_token_below_routes_and_bins_is_not_public(http, path):
    answer = http.patch(path)
    assert answer.status_code == 405
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_pages_of_friends_may_read_the_headers_of_the_document(as_uli):
    text = Path(bambleweeny.__path__[0], "openapi.yaml").read_text("utf-8")
    named = set(re.findall(r"\bB9Y-[A-Za-z-]+(?=: )", text))
    answer = as_uli.get("/keys", headers={"Origin": "http://localhost:5173"})
    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert len(named) > 5
    assert named <= set(exposed)


def test_a_line_of_the_log_cannot_be_forged(http, caplog):
    with caplog.at_level(logging.INFO):
        http.get("/x%0A2026-01-01%20INFO%20DELETE%20/users/7%1b")
    [record] = [record for record in caplog.records if record.name == "bambleweeny.access"]
    assert record.getMessage() == "GET /x%0A2026-01-01%20INFO%20DELETE%20/users/7%1B 404"


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example", "http://localhost.evil.example", "http://localhost:1/x", "null",
        "http://localhost:80@evil.example", "http://localhost:@evil.example",
        "http://localhost:80?x", "http://localhost:80#x", "http://localhost:80\\x",
    ],
)  # fmt: skip
def test_pages_of_others_may_not(as_uli, origin):
    headers = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
    assert "Access-Control-Allow-Origin" not in as_uli.get("/keys", headers=headers).headers
    assert "Access-Control-Allow-Origin" not in as_uli.options("/keys/a", headers=headers).headers


def test_the_front_door(http):
    answer = http.get("/")
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert body["version"] == bambleweeny.__version__
    assert body["version"].startswith(body["release"] + ".")
    assert len(body["instance"]) == 8
    browser = http.get("/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (browser.status_code, browser.headers["Location"]) == (302, "console")
    assert http.get("/", headers={"Accept": "image/png"}).ok


def test_the_document_is_served_as_it_is_written(http):
    text = (bambleweeny.__path__[0] + "/openapi.yaml",)
    with open(*text) as file:
        written = yaml.safe_load(file)
    assert http.get("/swagger").json() == http.get("/openapi.json").json() == written


def test_a_browser_at_the_path_of_the_original_sees_the_reference(http):
    browser = http.get("/swagger", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (browser.status_code, browser.headers["Location"]) == (302, "docs/api")
    assert "Accept" in browser.headers["Vary"]
    assert http.get("/openapi.json", headers={"Accept": "text/html"}).json()["openapi"]


def test_no_url_of_the_document_has_a_root(http):
    document = http.get("/openapi.json").json()
    assert [server["url"] for server in document["servers"]] == ["."]
    assert (
        document["components"]["securitySchemes"]["password"]["flows"]["password"]["tokenUrl"]
        == "auth/token"
    )


def test_a_token_never_reaches_the_log(http, services, admin, caplog):
    token = services.tokens.issue(admin)
    with caplog.at_level(logging.DEBUG):
        http.get(f"/keys/a?token={token}")
        http.get("/keys/a", headers={"Authorization": f"Bearer {token}"})
        http.get(f"/nope?token={token}")
    ours = [str(vars(record)) for record in caplog.records if record.name.startswith("bambl")]
    assert any("/keys/a" in record for record in ours)
    assert not any(token in record for record in ours)
