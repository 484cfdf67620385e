"""Tokens of this server in requests to mocks, however they are written."""

import json
import time
from base64 import b64encode

import pytest
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.journal import encoded, entry_of
from bambleweeny.core.mocks.redaction import redacted_body, redacted_header, redacted_url


def redacted(call, is_ours):
    """Return a call as the server reads it."""
    path, query = redacted_url(call.path, call.query, is_ours)
    headers = {name: redacted_header(name, text, is_ours) for name, text in call.headers.items()}
    return Call(call.method, path, query, headers, redacted_body(call.body, is_ours))


SIGNED = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0." + "s" * 43
NAMED = "b9y_7_k3x9q2_" + "s" * 48


def escaped(text, how="%{:02x}"):
    return "".join(how.format(ord(c)) for c in text)


@pytest.mark.parametrize("token", [SIGNED, NAMED])
@pytest.mark.parametrize(
    "make",
    [
        lambda t: Call("POST", "/", body=json.dumps({"token": t}).encode()),
        lambda t: Call("POST", "/", body=json.dumps({"token": json.dumps(t)}).encode()),
        lambda t: Call("POST", "/", body=json.dumps([t]).replace(".", "\\u002E").encode()),
        lambda t: Call("POST", "/", body=escaped(t, "\\u00{:02x}").encode()),
        lambda t: Call("POST", "/", body=b"\xff" + t.encode() + b"\xff"),
        lambda t: Call("POST", "/", body=f"a=1&token={t}&b={t.replace('.', '%2E')}".encode()),
        lambda t: Call("POST", "/", body=escaped(t).encode()),
        lambda t: Call("GET", "/", "", {"x-t": f"{t}-x"}),
        lambda t: Call("GET", "/", "", {"x-t": f"x_eyJ{t}abc.d.e.f"}),
        lambda t: Call("GET", "/", "", {"x-t": f"a.b.{t}.{t}{t}"}),
        lambda t: Call("GET", "/", "", {"cookie": f"a={t.replace('.', '%2e')}; b={escaped(t)}"}),
        lambda t: Call("GET", f"/a/{t.replace('.', '%2E')}/b"),
        lambda t: Call("GET", f"/{escaped(t)}"),
        lambda t: Call("GET", "/", f"x={t.replace('.', '%252E')}"),
        lambda t: Call("GET", "/", f"x={t.replace('.', '%25252E')}y"),
        lambda t: Call("GET", "/", f"{t.replace('.', '%2E')}=x"),
        lambda t: Call("GET", "/", "", {"authorization": "Basic " + b64encode(f"me:{t}".encode()).decode()}),
        lambda t: Call("GET", "/", "", {"authorization": "basic " + b64encode(f"{t}:".encode()).decode().rstrip("=")}),
    ],
)  # fmt: skip
def test_a_token_is_found_however_it_is_written(make, token):
    made = make(token)
    call = redacted(made, lambda text: text == token)
    assert call is not made
    shown = encoded(entry_of(call)).decode()
    assert "[token]" in shown or "W3Rva2Vu" in shown or b"[token]" in call.body
    assert "s" * 40 not in shown
    for text in (*call.segments, call.query, *call.headers.values(), call.body.decode("latin-1")):
        assert "s" * 40 not in text
    assert call.json.whole is not None or not made.body.startswith((b"{", b"["))


def test_what_is_around_a_token_stays():
    def is_ours(text):
        return text == SIGNED

    body = f"a=%41+b&t={SIGNED}&c=%C3%A9%2F.%5C".encode()
    assert (
        redacted(Call("POST", "/", body=body), is_ours).body == b"a=%41+b&t=[token]&c=%C3%A9%2F.%5C"
    )
    path = f"/%2F/{SIGNED}.x/eyJ.eyJ.a%2E"
    assert redacted(Call("GET", path), is_ours).path == "/%2F/[token].x/eyJ.eyJ.a%2E"
    for body in (b"%41" * 1000, b"\\u0041\xff" * 1000, b"eyJ" * 1000, b"b9y_" + b"a" * 99):
        assert redacted(Call("POST", "/", body=body), is_ours).body is body or body


@pytest.mark.parametrize(
    "piece", ["eyJ", "eyJ.", "eyJ.eyJ.a", "eyJ.eyJ.a.", "eyJ.eyJ.a ", "%25", "%2525", "\\u0025", "b9y_", "b9y_ ", ".", "a.", "eyJa" * 30 + "."]
)  # fmt: skip
def test_a_hostile_body_costs_little(piece):
    asked = []

    def is_ours(text):
        asked.append(len(text))
        return False

    body = (piece * (1_000_000 // len(piece)) + "eyJ").encode()
    began = time.process_time()
    redacted(Call("POST", "/", body=body), is_ours)
    assert time.process_time() - began < 3
    assert len(asked) <= 100
    assert sum(asked) < 2_000_000
