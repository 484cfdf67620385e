"""What the tests of access share."""

import pytest
from servers import Http


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
