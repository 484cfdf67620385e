"""Requests as calls: their headers are read when a rule asks for them."""

from bambleweeny.api.requests.calls import RequestHeaders

ENV = {
    "HTTP_X_A": "1", "HTTP_AUTHORIZATION": "Bearer ours", "HTTP_EMPTY": "", "CONTENT_TYPE": "a/b",
    "CONTENT_LENGTH": "", "wsgi.input": None, "PATH_INFO": "/",
}  # fmt: skip
HEADERS = RequestHeaders(ENV, lambda token: token == "ours")


def test_headers_are_all_that_were_sent_without_tokens():
    everything = {"x-a": "1", "authorization": "Bearer [token]", "empty": "", "content-type": "a/b"}
    assert dict(HEADERS) == everything
    assert len(HEADERS) == 4
    for name, value in everything.items():
        assert HEADERS[name] == HEADERS.get(name) == value


def test_what_is_no_header_is_missing():
    for name in ("x_a", "x-b", "content-length", "path-info", "wsgi.input"):
        assert name not in HEADERS
        assert HEADERS.get(name, "none") == "none"
