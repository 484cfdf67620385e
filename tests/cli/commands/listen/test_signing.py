"""`--resign`: the receiver has another secret than the sender."""

import time
from pathlib import Path

import pytest
from bambleweeny.core.bins.schemes import SCHEMES, Scheme, is_signed, sign
from receivers import kept

OLD, NEW = "b2xk", "bmV3"


@pytest.fixture
def in_tmp_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


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


def test_a_request_without_a_known_signature_stays_as_it_is(client, hooks, receiver, typed):
    client.push(hooks, kept("x"))
    client.push(
        hooks,
        kept(
            "x", headers={"webhook-signature": "v1,x", "webhook-id": "1", "webhook-timestamp": "1"}
        ),
    )
    out = typed("listen", hooks, "--to", receiver.url, "--resign", "not base64", "--idle", "0")
    why = [line.partition(" ms, not signed: ")[2] for line in out.splitlines()]
    assert why == [
        "it has no signature of a known scheme; give --scheme",
        "the secret cannot be used with 'standard'",
    ]
    assert receiver.received[1].header("webhook-signature") == "v1,x"


def test_a_forged_request_gets_no_signature(client, hooks, receiver, typed):
    headers = {"x-hub-signature-256": "sha256=forged"}
    for verified in (False, True):
        client.push(hooks, kept("x", headers=headers, verified=verified))
    words = ["--resign", NEW, "--scheme", "github", "--idle", "0"]
    out = typed("listen", hooks, "--to", receiver.url, *words)
    assert out.splitlines()[0].endswith(" ms, not signed: the bin could not verify it")
    forged, real = receiver.received
    assert forged.header("x-hub-signature-256") == "sha256=forged"
    assert is_signed(Scheme("github"), [NEW], 1, lower(dict(real.headers)), b"x", 0.0)


def test_a_secret_that_cannot_be_used(client, hooks, typed):
    for words in (["--scheme", "standard"], ["--scheme", "hmac"], ["--scheme", "hmac:Host"]):
        typed("listen", hooks, "--to", "http://x", "--resign", "not base64", *words, status=2)
        assert typed.err.startswith("bambleweeny: --resign and --scheme cannot be used: ")


@pytest.mark.usefixtures("in_tmp_path")
@pytest.mark.parametrize("word", ["github:s3:cret", "github:@secret", "github:-", "-"])
def test_a_scheme_before_the_secret(client, hooks, receiver, typed, word):
    Path("secret").write_text("s3:cret\n")
    client.push(hooks, kept("x", headers={} if ":" in word else {"x-hub-signature-256": "x"}))
    words = ["--resign", word, "--idle", "0"]
    typed("listen", hooks, "--to", receiver.url, *words, given=b"s3:cret\n")
    [got] = receiver.received
    assert is_signed(Scheme("github"), ["s3:cret"], 1, lower(dict(got.headers)), b"x", 0.0)


def test_a_secret_that_is_no_scheme_may_have_a_colon(client, hooks, receiver, typed, tmp_path):
    (tmp_path / "secret").write_text("github:x")
    for word, secret in (("a:b", "a:b"), (f"@{tmp_path}/secret", "github:x")):
        client.push(hooks, kept("x", headers={"x-hub-signature-256": "x"}))
        typed("listen", hooks, "--to", receiver.url, "--resign", word, "--idle", "0")
        headers = lower(dict(receiver.received[-1].headers))
        assert is_signed(Scheme("github"), [secret], 1, headers, b"x", 0.0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["github:x", "--scheme", "github"], "Give the scheme in --resign or in --scheme"),
        (["hmac:x"], "The scheme 'hmac' needs more: give --scheme hmac:HEADER"),
        (["stripe"], "--resign stripe has no secret; write stripe:@FILE."),
        (["stripe:"], "The secret after 'stripe:' is empty."),
        (["standard:not base64"], "--resign and --scheme cannot be used: "),
    ],
    ids=lambda words: words[0] if isinstance(words, list) else "",
)
def test_a_scheme_and_a_secret_that_do_not_fit(hooks, typed, words, said):
    typed("listen", hooks, "--to", "http://x", "--resign", *words, status=2)
    assert typed.err.startswith(f"bambleweeny: {said}")
