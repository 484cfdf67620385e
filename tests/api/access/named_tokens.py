"""What tests of named tokens and rates share."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import requests
from bambleweeny.core.services import Services
from servers import Http

READER = ["keys:read:app:*"]


def made(http: Http, scopes: Sequence[str] = READER, **fields: Any) -> dict[str, Any]:
    """Make a token; return the answer, with its text."""
    answer = http.post("/tokens", json={"name": "ci", "scopes": scopes, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


@contextmanager
def another_server(services: Services) -> Iterator[None]:
    """Let another process have changed a token, so that this one's cache is old."""
    known = dict(services.tokens._known)
    yield
    services.tokens._known.clear()
    services.tokens._known.update(known)


def refusal(answer: requests.Response) -> tuple[int, str]:
    """Return the status and the code of an error."""
    return answer.status_code, answer.json()["code"]


def is_refused(answer: requests.Response) -> bool:
    """Check that an answer is 403 `insufficient_scope`, and return True."""
    assert answer.status_code == 403, (answer.status_code, answer.url, answer.text[:200])
    if answer.request.method != "HEAD":
        assert answer.json()["code"] == "insufficient_scope"
    assert answer.headers["WWW-Authenticate"].startswith('Bearer error="insufficient_scope"')
    return True
