"""What a browser may do with an answer: run nothing of it, and never show a token's URL as a page."""

from importlib.resources import files

import pytest
import yaml

DOCUMENT = yaml.safe_load((files("bambleweeny") / "openapi.yaml").read_text("utf-8"))
CALLS = [
    (method.upper(), path.replace("{user_id}", "7"))
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "parameters" and operation.get("security", True)
]
PAGES = [
    "document", "embed", "fencedframe", "frame", "iframe", "object",
    "serviceworker", "sharedworker", "worker",
]  # fmt: skip
INERT = "sandbox; default-src 'none'"


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_no_answer_to_a_user_runs_scripts(method, path, as_admin, http):
    for client in (as_admin, http):
        with client.request(method, path, data=b"x", stream=True) as answer:
            assert answer.headers["Content-Security-Policy"] == INERT
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("given", ["text/html", "image/svg+xml", "application/pdf", ""])
def test_no_value_runs_scripts_whatever_its_type(as_uli, given):
    as_uli.put("/keys/k", data=b"<script>1</script>" * 100, headers={"Content-Type": given})
    answers = [
        as_uli.get("/keys/k"),
        as_uli.head("/keys/k"),
        as_uli.get("/keys/k", headers={"Range": "bytes=0-9"}),
        as_uli.get("/keys/k", headers={"If-None-Match": "*"}),
        as_uli.get("/keys/k?touch=1h"),
        as_uli.put("/keys/k?return=old", data=b"x", headers={"Content-Type": given}),
        as_uli.delete("/keys/k?return=old"),
        as_uli.get("/keys/k"),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 206, 304, 200, 200, 200, 404]
    assert {answer.headers["Content-Security-Policy"] for answer in answers} == {INERT}


def test_streams_run_no_scripts_either(as_uli):
    for path in ("/topics/t", "/events", "/export"):
        with as_uli.get(path, headers={"Accept": "text/event-stream"}, stream=True) as answer:
            assert answer.status_code == 200
            assert answer.headers["Content-Security-Policy"] == INERT


@pytest.mark.parametrize("path", ["/keys/k", "/keys", "/export", "/topics/t", "/auth/test"])
@pytest.mark.parametrize(
    "fetch",
    [
        *({"Sec-Fetch-Dest": page} for page in PAGES),
        {"Sec-Fetch-Dest": "Document"},
        {"Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "navigate"},
    ],
    ids=str,
)
def test_a_token_in_the_url_of_a_page_is_refused(http, as_uli, path, fetch):
    for token in (as_uli.token, "wrong"):
        answer = http.get(f"{path}?token={token}", headers=fetch)
        assert (answer.status_code, answer.json()["code"]) == (403, "token_in_page_url")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    as_uli.put("/keys/k", data=b"v")
    assert as_uli.get(path, headers={**fetch, "Accept": "*/*"}).status_code == 200


@pytest.mark.parametrize(
    "fetch",
    [{}, {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}]
    + [{"Sec-Fetch-Dest": dest, "Sec-Fetch-Mode": "no-cors"} for dest in ("image", "audio", "video", "font")],
    ids=str,
)  # fmt: skip
def test_a_token_in_the_url_is_for_everything_else(http, as_uli, fetch):
    as_uli.put("/keys/k", data=b"v")
    answer = http.get(f"/keys/k?token={as_uli.token}", headers=fetch)
    assert (answer.status_code, answer.text) == (200, "v")


def test_what_a_token_in_the_url_got_is_kept_by_no_cache_of_others(http, as_uli):
    token = as_uli.token
    as_uli.put("/keys/k", data=b"v")
    for path, control in [
        (f"/keys/k?token={token}", "private"),
        (f"/keys/nothing?token={token}", "private"),
        ("/keys/k?token=wrong", "private"),
        (f"/users?token={token}", "private"),
        (f"/auth/test?token={token}", "private"),
        (f"/keys/k?touch=1h&token={token}", "no-store"),
        (f"/incr/n?token={token}", "no-store"),
        (f"/lists/q?token={token}", "no-store"),
        (f"/topics/t?token={token}", "no-store"),
    ]:
        answer = http.get(path)
        assert answer.headers["Cache-Control"] == control, path
        assert answer.headers["Referrer-Policy"] == "no-referrer", path
    plain = as_uli.get("/keys/k")
    assert not {"Cache-Control", "Referrer-Policy"} & plain.headers.keys()
