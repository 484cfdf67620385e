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
def with_token(session_url):
    """Returns a client that has the text of a token."""
    sessions = []

    def open_session(text: str) -> Http:
        sessions.append(Http(session_url, text))
        return sessions[-1].__enter__()

    yield open_session
    for session in sessions:
        session.__exit__(None, None, None)
