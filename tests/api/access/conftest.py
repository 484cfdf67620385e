"""Named tokens for the tests of access."""

import pytest
from servers import Http


@pytest.fixture
def with_scopes(session_url, as_uli):
    """A function that returns a client with a new named token of uli."""
    opened = []

    def open_client(*scopes: str, maker: Http = as_uli) -> Http:
        answer = maker.post("/tokens", json={"name": "test", "scopes": list(scopes)})
        assert answer.status_code == 201, answer.text
        client = Http(session_url, answer.json()["token"])
        client.token_id = answer.json()["id"]
        opened.append(client)
        return client

    yield open_client
    for client in opened:
        client.close()


@pytest.fixture
def is_refused():
    """A function that checks that an answer is 403 `insufficient_scope`."""

    def check(answer) -> bool:
        assert answer.status_code == 403, (answer.status_code, answer.url, answer.text[:200])
        if answer.request.method != "HEAD":
            assert answer.json()["code"] == "insufficient_scope"
        assert answer.headers["WWW-Authenticate"].startswith('Bearer error="insufficient_scope"')
        return True

    return check
