"""What stands on the responders."""

import pytest
from bambleweeny.api import create_app
from falcon.testing import TestClient


@pytest.mark.parametrize(
    ("method", "path", "is_long"),
    [
        ("POST", "/auth/token", True),
        ("GET", "/keys", True),
        ("GET", "/lists", True),
        ("GET", "/lists/q?wait=0", True),
        ("POST", "/batch", True),
        ("PUT", "/auth/password", True),
        ("GET", "/save", True),
        ("GET", "/keys/a", False),
        ("PUT", "/keys/a", False),
        ("POST", "/incr/n", False),
        ("POST", "/lists/q", False),
        ("GET", "/lists/q", False),
    ],
)
def test_what_may_take_long_lets_others_be_answered_meanwhile(
    services, admin, method, path, is_long
):
    yielded = []
    token = {"Authorization": f"Bearer {services.tokens.issue(admin)}"}
    client = TestClient(create_app(services))
    client.simulate_request(
        method, path, headers=token, body=b"{}",
        extras={"bambleweeny.yield_leadership": lambda: yielded.append(path)},
    )  # fmt: skip
    assert yielded == [path] * is_long


def test_a_request_that_may_block_fails_loudly_under_a_server_without_leadership(services, admin):
    token = {"Authorization": f"Bearer {services.tokens.issue(admin)}"}
    client = TestClient(create_app(services))
    answer = client.simulate_get("/keys", headers=token)
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert client.simulate_get("/keys/a", headers=token).status_code == 404
