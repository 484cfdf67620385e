"""`--resign`: the receiver has another secret than the sender."""

import time

import pytest
from bambleweeny.core.bins.schemes import SCHEMES, Scheme, is_signed, sign
from receivers import kept

OLD, NEW = "b2xk", "bmV3"


def scheme(name):
    return Scheme(name, "X-Sign", "sha512", "base64", "v=") if name == "hmac" else Scheme(name)


def lower(headers):
    return {name.lower(): text for name, text in headers.items()}


@pytest.mark.parametrize(
    "words",
    [
        *([name] for name in SCHEMES if name != "hmac"),
        *([name, "--scheme", name] for name in SCHEMES if name != "hmac"),
        ["hmac", "--scheme", "hmac:X-Sign:sha512:base64:v="],
    ],
    ids=" ".join,
)
def test_each_scheme_is_signed_anew(client, hooks, receiver, typed, words):
    name, *words = words
    body = b'{"a":1}'
    old = lower(sign(scheme(name), OLD, {}, body, 1.0))
    client.push(hooks, kept(body.decode(), headers={"x-other": "1", **old}))
    typed("listen", hooks, "--to", receiver.url, "--resign", NEW, *words, "--idle", "0")
    [got] = receiver.received
    headers = lower(dict(got.headers))
    assert len(got.headers) == len(headers)
    assert is_signed(scheme(name), [NEW], 60, headers, got.body, time.time())
    assert not is_signed(scheme(name), [OLD], 60, headers, got.body, time.time())
    assert headers["x-other"] == "1"


def test_a_secret_in_a_file(client, hooks, receiver, typed, tmp_path):
    (tmp_path / "secret").write_text("s3cret\n")
    client.push(hooks, kept("x", headers={"x-hub-signature-256": "sha256=x"}))
    typed("listen", hooks, "--to", receiver.url, "--resign", f"@{tmp_path}/secret", "--idle", "0")
    [got] = receiver.received
    assert is_signed(Scheme("github"), ["s3cret"], 1, lower(dict(got.headers)), b"x", 0.0)


def test_without_a_signature_the_scheme_is_needed(client, hooks, receiver, typed):
    client.push(hooks, kept("x"))
    typed("listen", hooks, "--to", receiver.url, "--resign", NEW, "--idle", "0", status=1)
    assert typed.err.startswith(
        "bambleweeny: The request has no signature of a known scheme. The item is back in"
    )
    assert "Give --scheme: github" in typed.err
    assert receiver.received == []
    assert client.lists.stats(hooks)["ready"] == 1
