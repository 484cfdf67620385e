"""Probes, numbers, and the id of a request."""

import logging
import re

import pytest
from bambleweeny.api import create_app
from bambleweeny.core.auth.passwords import Passwords
from bambleweeny.core.instance.instance import Instance
from bambleweeny.core.services import make_services
from bambleweeny.core.topics import Bounds
from bambleweeny.store import open_store
from falcon.testing import TestClient
from prometheus_client.parser import text_string_to_metric_families
from servers import over_the_wire

TOKEN = "b9y_1_k3x9q2_" + "x" * 48


def numbers(http) -> dict:
    """Give every sample by its name and its labels."""
    answer = http.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, *dict(sorted(sample.labels.items())).values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def requests_in(samples, *labels) -> float:
    return samples.get(("bambleweeny_requests_total", *labels), 0)


@pytest.fixture
def away():
    """The application over an engine that is away."""
    services = make_services(
        open_store("unix:///nowhere/engine.sock"),
        Instance("0", b"x" * 32),
        passwords=Passwords(memory_kib=8, time_cost=1),
        token_lifetime=1,
        max_list_items=1,
        max_list_bytes=1,
        topic_bounds=Bounds(10, 60, 1000),
        max_waits=1,
        append_only_file=None,
    )
    return TestClient(create_app(services, allowed_hosts=[]))


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/healthz/"])
def test_probes_are_answered_on_any_host_and_to_anyone(http, path):
    for host in ("10.1.2.3:8080", "evil.example", "localhost"):
        assert http.get(path, headers={"Host": host}).ok


def test_a_server_that_is_well_says_so(http, raw):
    assert http.get("/healthz").json() == {"info": "ok"}
    assert http.get("/readyz").json() == {"info": "ready"}
    assert raw.exists("b9y:probe") == 0


def test_a_server_without_its_engine_is_alive_and_not_ready(away):
    assert away.simulate_get("/healthz").status_code == 200
    for path in ("/readyz?reads", "/readyz"):
        answer = away.simulate_get(path)
        assert (answer.status_code, answer.json["code"]) == (503, "store_unavailable")
    text = away.simulate_get("/metrics").text
    assert "bambleweeny_engine_up 0.0\n" in text
    assert "bambleweeny_engine_keys" not in text
    assert 'route="/readyz",status="503"} 2.0\n' in text


def test_a_full_engine_is_ready_for_reads_alone(http, raw):
    limit = raw.config_get("maxmemory")["maxmemory"]
    raw.config_set("maxmemory", 1)
    try:
        assert http.get("/readyz?reads").json() == {"info": "ready"}
        answer = http.get("/readyz")
    finally:
        raw.config_set("maxmemory", limit)
    assert (answer.status_code, answer.json()["code"]) == (507, "store_full")
    assert http.get("/readyz").ok


def test_an_engine_that_only_reads_is_not_ready(http, raw):
    raw.replicaof("127.0.0.1", 1)
    try:
        answer = http.get("/readyz")
    finally:
        raw.replicaof("NO", "ONE")
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")


def test_requests_are_counted_by_route_method_and_status(http, as_uli):
    before = numbers(http)
    for name in "abc":
        as_uli.put(f"/keys/{name}", data=b"x")
        as_uli.get(f"/keys/{name}")
    as_uli.get("/keys/missing")
    http.get("/keys/a")
    http.get("/nope/at/all")
    http.request("BREW", "/keys")
    after = numbers(http)
    for labels, count in {
        ("PUT", "/keys/{name}", "200"): 3,
        ("GET", "/keys/{name}", "200"): 3,
        ("GET", "/keys/{name}", "404"): 1,
        ("GET", "/keys/{name}", "401"): 1,
        ("GET", "", "404"): 1,
        ("other", "/keys", "400"): 1,
        ("GET", "/metrics", "200"): 1,
    }.items():
        assert requests_in(after, *labels) - requests_in(before, *labels) == count, labels
    name = "bambleweeny_request_seconds"
    for sample in (f"{name}_count", "/keys/{name}"), (f"{name}_bucket", "+Inf", "/keys/{name}"):
        assert after[sample] - before.get(sample, 0) == 8
    assert after[f"{name}_sum", "/keys/{name}"] > before.get((f"{name}_sum", "/keys/{name}"), 0)


def test_routes_are_named_as_in_the_document(http):
    http.get("/routes/00000000-0000-4000-8000-000000000000/a/b")
    assert requests_in(numbers(http), "GET", "/routes/{public_id}/{rest}", "404") >= 1


def test_what_a_quota_refuses_is_counted(http, services, uli, as_uli):
    before = numbers(http)["bambleweeny_quota_rejections_total", "count"]
    services.users.change(uli.id, quota=1)
    as_uli.put("/keys/a", data=b"x")
    assert as_uli.put("/keys/b", data=b"x").status_code == 400
    assert as_uli.get("/incr/c").status_code == 400
    assert numbers(http)["bambleweeny_quota_rejections_total", "count"] - before == 2


def test_the_engine_is_described(http, raw):
    samples = numbers(http)
    assert samples["bambleweeny_engine_up",] == 1
    assert samples["bambleweeny_engine_keys",] == raw.dbsize()
    assert samples["bambleweeny_engine_memory_bytes",] > 100_000
    assert samples["bambleweeny_engine_clients",] >= 1
    assert samples["bambleweeny_waits",] == 0


@pytest.mark.parametrize(
    "case",
    [
        (b"POST /keys/a HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n", 413, "POST"),
        (b"GET / HTTP/1.1\r\nX-Large: " + b"x" * 65_510 + b"\r\n", 431, "other"),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n", 501, "GET"),
        (b"GET\r\n", 400, "other"),
    ],
    ids=lambda case: str(case[1]),
)
def test_what_never_reaches_the_application_is_counted_logged_and_has_an_id(
    session_url, http, caplog, case
):
    data, status, method = case
    before = requests_in(numbers(http), method, "", str(status))
    with caplog.at_level(logging.INFO):
        answer = over_the_wire(session_url, data + b"X-Request-ID: mine\r\n\r\n")
    assert answer.startswith(b"HTTP/1.%d %d " % (answer[7] - 48, status))
    [given] = re.findall(rb"X-Request-Id: (\S+)\r\n", answer)
    assert re.fullmatch(rb"mine|[0-9a-f]{16}", given)
    assert requests_in(numbers(http), method, "", str(status)) - before == 1
    [record] = [r for r in caplog.records if r.name == "bambleweeny.access" and r.status == status]
    assert record.request_id == given.decode()


@pytest.mark.parametrize("given", ["a", "Trace-1.2_3", "x" * 64, "b9y_run-7", "eyJ"])
def test_the_id_of_a_request_is_taken(http, given, caplog):
    with caplog.at_level(logging.INFO):
        for path in ("/", "/keys", "/nope", "/healthz"):
            answer = http.get(path, headers={"X-Request-ID": given})
            assert answer.headers["X-Request-ID"] == given
    records = [record for record in caplog.records if record.name == "bambleweeny.access"]
    assert [record.request_id for record in records] == [given] * 4


@pytest.mark.parametrize(
    "given", [None, "", "x" * 65, "a b", "a\tb", "ä", "a;b", TOKEN, TOKEN[:60]]
)
def test_an_id_is_made_where_there_is_none(http, given):
    headers = {} if given is None else {"X-Request-ID": given.encode("latin-1")}
    made = [http.get("/", headers=headers).headers["X-Request-ID"] for _ in range(2)]
    assert all(re.fullmatch("[0-9a-f]{16}", one) for one in made)
    assert made[0] != made[1]


def test_every_answer_has_an_id(http, as_uli):
    as_uli.put("/keys/k", data=b"x")
    path = as_uli.post("/routes", json={"key": "k", "content_type": "a/b"}).json()["path"]
    answers = [
        as_uli.get("/lists/none"),
        http.get(path),
        http.options("/keys", headers={"Origin": "http://localhost:1"}),
        http.get("/", headers={"Host": "evil.example"}),
        http.request("WEBSOCKET", "/"),
        http.patch("/keys"),
    ]
    assert all(answer.headers["X-Request-ID"] for answer in answers)
    assert {answer.status_code for answer in answers} >= {204, 200, 421, 405, 400}


def test_a_token_in_a_path_never_reaches_the_log(http, services, admin, caplog):
    token = services.tokens.issue(admin)
    with caplog.at_level(logging.INFO):
        http.get(f"/keys/{token}")
        http.get(f"/auth/token/{token}/x")
    paths = [record.path for record in caplog.records if record.name == "bambleweeny.access"]
    assert paths == ["/keys/[token]", "/auth/token/[token]/x"]


def test_a_request_that_cannot_be_read_is_answered_and_logged(session_url, caplog):
    request = b"GET http://[::1/x HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with caplog.at_level(logging.INFO):
        assert b" 400 " in over_the_wire(session_url, request)
    [record] = [record for record in caplog.records if record.name == "bambleweeny.access"]
    assert (record.method, record.path, record.status) == ("GET", "-", 400)


def test_outcomes_of_logins_tokens_and_quotas_are_counted(http, as_admin, as_uli):
    def counted():
        samples = numbers(http)
        names = (
            "logins_total",
            "unauthorized_total",
            "rate_limited_total",
            "quota_rejections_total",
        )
        return {
            key: value for key, value in samples.items() if key[0][len("bambleweeny_") :] in names
        }

    before = counted()
    assert ("bambleweeny_quota_rejections_total", "bytes") in before
    assert ("bambleweeny_logins_total", "limited") in before
    http.post("/auth/token", json={"username": "uli", "password": "secret"})
    http.post("/auth/token", json={"username": "uli", "password": "wrong"})
    form = {"grant_type": "password", "username": "uli", "password": "wrong"}
    http.post("/auth/token", data=form)
    http.get("/keys")
    http.get("/keys?token=none")
    as_admin.put("/users/1", json={"quota": 1})
    as_uli.put("/keys/a", data=b"x")
    as_uli.put("/keys/b", data=b"x")
    path = as_uli.post("/bins", json={"list": "q", "rate": "1/h"})
    assert path.status_code == 400
    as_admin.put("/users/1", json={"quota": 0})
    path = as_uli.post("/bins", json={"list": "q", "rate": "1/h"}).json()["path"]
    for _ in range(3):
        http.post(path, data=b"x")
    risen = {key: value - before[key] for key, value in counted().items() if value > before[key]}
    assert risen == {
        ("bambleweeny_logins_total", "ok"): 1,
        ("bambleweeny_logins_total", "wrong"): 2,
        ("bambleweeny_unauthorized_total",): 2,
        ("bambleweeny_quota_rejections_total", "count"): 2,
        ("bambleweeny_rate_limited_total",): 2,
    }
