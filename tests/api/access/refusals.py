"""What a call answers that the scopes of its token do not allow."""

import requests


def is_refused(answer: requests.Response) -> bool:
    """Check that an answer is 403 `insufficient_scope`, and return True."""
    assert answer.status_code == 403, (answer.status_code, answer.url, answer.text[:200])
    if answer.request.method != "HEAD":
        assert answer.json()["code"] == "insufficient_scope"
    assert answer.headers["WWW-Authenticate"].startswith('Bearer error="insufficient_scope"')
    return True
