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
    asides = []
    token = {"Authorization": f"Bearer {services.tokens.issue(admin)}"}
    client = TestClient(create_app(services))
    client.simulate_request(
        method, path, headers=token, body=b"{}",
        extras={"bambleweeny.step_aside": lambda: asides.append(path)},
    )  # fmt: skip
    assert asides == [path] * is_long
