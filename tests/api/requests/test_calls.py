"""Requests as calls: their headers are read when a rule asks for them, without our tokens."""

import time

import falcon
import pytest
from bambleweeny.api.requests.calls import RequestHeaders, read_call
from bambleweeny.core.mocks.journal import encoded, entry_of
from bambleweeny.core.mocks.scope import Scope
from bambleweeny.core.mocks.templates import text_template
from falcon.testing import create_environ

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


OURS = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
NAMED = "b9y_7_k3x9q2_" + "9fJsecre" * 6
THEIRS = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIyIn0.eA"


def is_ours(token):
    return token in (OURS, NAMED, "opaque")


def call_of(url="/", headers=(), method="GET", body=b""):
    """Return the call of a request to a route; `url` is below it."""
    env = create_environ(method=method, headers=headers, body=body, remote_addr="::1")
    env["REQUEST_URI"] = f"/routes/x{url}"
    call, here = read_call(falcon.Request(env), 2, is_ours)
    assert here == "/routes/x"
    return call


def encoded_all(text, form):
    return "".join(f"%{ord(character):{form}}" for character in text)


@pytest.mark.parametrize("token", [OURS, NAMED])
@pytest.mark.parametrize(
    "make",
    [
        lambda t: ("/", {"authorization": f"Bearer {t}"}),
        lambda t: ("/", {"authorization": f"bearer:{t}"}),
        lambda t: ("/", {"authorization": f"Token {t}"}),
        lambda t: (f"/?a=1&token={t}&b=2",),
        lambda t: (f"/?%74oken={t}",),
        lambda t: ("/?token=" + encoded_all(t, "02X"),),
        lambda t: ("/?other=" + encoded_all(t, "02x"),),
        lambda t: (f"/?{t}",),
        lambda t: (f"/x/{t}/y",),
        lambda t: ("/", {"referer": f"http://h/console?token={t}"}),
        lambda t: ("/", {"referer": "http://h/?token=" + t.replace("e", "%65")}),
        lambda t: ("/", {"cookie": f"a={t}"}),
        lambda t: ("/", {"x-any": f"a {t}, {t}"}),
    ],
)
def test_a_token_of_ours_is_never_seen(make, token):
    call = call_of(*make(token))
    seen = (
        encoded(entry_of(call)).decode()
        + text_template("!@[$url]!@[$header.authorization]!@[$cookie.a]", "text")
        .render(Scope(call))
        .decode()
    )
    assert token not in seen
    assert "[token]" in seen
    for name, values in call.query_values.items():
        assert token not in name and not any(token in value for value in values)


def test_an_opaque_token_is_found_where_tokens_are_sent():
    call = call_of("/?token=opaque&x=opaque", {"authorization": "Bearer opaque", "x": "opaque"})
    assert call.query == "token=[token]&x=opaque"
    assert call.headers["authorization"] == "Bearer [token]"
    assert call.headers["x"] == "opaque"


def test_what_is_not_ours_stays_as_it_is():
    headers = {"authorization": f"Bearer {THEIRS}", "referer": f"http://h/?token={THEIRS}&%41=1"}
    call = call_of(f"/{THEIRS}?token={THEIRS}&q=%20", headers, "POST", b"x")
    assert (call.method, call.body) == ("POST", b"x")
    assert (call.path, call.query) == (f"/{THEIRS}", f"token={THEIRS}&q=%20")
    assert headers.items() <= dict(call.headers).items()


def test_the_rest_of_a_call_stays():
    before = time.time()
    call = call_of(f"/a?token={OURS}", {"x": "y"}, "POST", f"body {OURS}".encode())
    assert (call.method, call.path, call.query) == ("POST", "/a", "token=[token]")
    assert (call.headers["x"], call.body, call.ip) == ("y", b"body [token]", "::1")
    assert before <= call.time <= time.time()
