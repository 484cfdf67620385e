"""The handshakes of providers: request and answer, and what strangers may send instead."""

import hmac
import json
from urllib.parse import quote, quote_plus

import msgspec
import pytest
from bambleweeny.core.bins import challenges
from bambleweeny.core.bins.challenges import Challenge, ChallengeName, answer_of, check_challenge
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.refusals import Refused
from msgspec import UNSET, UnsetType


class Document(msgspec.Struct):
    challenge: ChallengeName | Challenge | UnsetType = UNSET


read = msgspec.json.Decoder(Document).decode

META = Challenge(provider="meta", secret="meatyhamhock")
ZOOM = Challenge(provider="zoom", secret="secret")
# The secret and the token are those of X's published sample.
TWITTER = Challenge(provider="twitter", secret="z3ZX4v7mAAUGykl3EcmkqbartmuW8VFOOzCloLx9Q45P0hLrFu")
CRC = "9b4507b3-9040-4669-9ca3-6b94edb50553"
NAMES = ["meta", "slack", "dropbox", "zoom", "microsoft", "twitter", "trello"]
GRAPH = "Validation: Testing client application reachability for subscription Request-Id: 522a8e7e-096a-494c"


def get(challenge, query, method="GET", **fields):
    return answer_of(challenge, Call(method, "/", query, **fields))


def post(challenge, body, query="", method="POST"):
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return answer_of(
        challenge, Call(method, "/", query, {"content-type": "application/json"}, sent)
    )


def meta(challenge="1158201444", token="meatyhamhock", mode="subscribe"):
    return f"hub.mode={mode}&hub.challenge={challenge}&hub.verify_token={token}"


def slack(challenge):
    return {"token": "Jhj5dZrVaK7ZwHHjRyZWjbDl", "challenge": challenge, "type": "url_verification"}


def zoom(token):
    return {
        "payload": {"plainToken": token},
        "event_ts": 1654503849680,
        "event": "endpoint.url_validation",
    }


def test_meta_gets_its_challenge_if_the_verify_token_is_right():
    assert get(META, meta()) == (200, "text/plain", b"1158201444")
    other = Challenge(provider="meta", secret="gr\u00fc\u00df & co")
    assert get(other, meta(token=quote_plus("gr\u00fc\u00df & co"))) == (
        200,
        "text/plain",
        b"1158201444",
    )


@pytest.mark.parametrize(
    "token",
    [
        "meatyhamhocl",
        "",
        "meatyhamhock%20",
        "%FF",
        "gr%C3%BC",
        "x" * 5000,
        "meatyhamhock&hub.verify_token=meatyhamhock",
    ],
)
def test_meta_gets_403_if_the_verify_token_is_wrong(token):
    assert get(META, meta(token=token)) == (403, "text/plain", b"The verify token is wrong.")


def test_meta_gets_403_without_a_verify_token():
    assert get(META, "hub.mode=subscribe&hub.challenge=1").status == 403


def test_slack_gets_its_challenge():
    sent = slack("3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P")
    answer = (200, "text/plain", sent["challenge"].encode())
    assert post("slack", sent) == answer
    assert post(Challenge(provider="slack"), sent) == answer
    assert post("slack", json.dumps(sent, indent=8).encode()) == answer


def test_dropbox_gets_its_challenge():
    assert get("dropbox", "challenge=abc123") == (200, "text/plain", b"abc123")
    assert get("dropbox", "challenge=a%2Bb+c") == (200, "text/plain", b"a+b c")


def test_zoom_gets_its_token_plain_and_signed():
    status, content_type, body = post(ZOOM, zoom("qgg8vlvZRS6UYooatFL8Aw"))
    assert (status, content_type) == (200, "application/json")
    assert json.loads(body) == {
        "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
        "encryptedToken": "72cef096bfd47c0b8664df30d07721641e4abd7e885ba432204260db477a9a3e",
    }


def test_microsoft_gets_its_token_decoded():
    for query in (quote(GRAPH), quote_plus(GRAPH)):
        assert post("microsoft", b"", f"validationToken={query}") == (
            200,
            "text/plain",
            GRAPH.encode(),
        )
    assert post("microsoft", b"", "validationToken=%3Cscript%3E") == (
        200,
        "text/plain",
        b"<script>",
    )


def test_x_gets_its_token_signed():
    status, content_type, body = get(TWITTER, f"crc_token={CRC}&nonce=x")
    assert (status, content_type) == (200, "application/json")
    assert json.loads(body) == {
        "response_token": "sha256=Cytd4Sq+NvEcV3MMrXxWJGJx5A+y/lXzzU2Maartkx8="
    }


def test_trello_needs_no_answer_of_its_own():
    for method in ("HEAD", "GET", "POST"):
        assert get("trello", "", method) is None


@pytest.mark.parametrize(
    ("challenge", "method", "query", "body"),
    [
        (META, "POST", meta(), b""),
        (META, "HEAD", meta(), b""),
        (META, "GET", meta(mode="unsubscribe"), b""),
        (META, "GET", "hub.challenge=1&hub.verify_token=meatyhamhock", b""),
        (META, "GET", "hub.mode=subscribe&hub.verify_token=meatyhamhock", b""),
        (META, "GET", "", b""),
        (META, "GET", meta() + "&hub.challenge=2", b""),
        (META, "GET", meta() + "&hub.mode=subscribe", b""),
        ("slack", "GET", "", json.dumps(slack("a")).encode()),
        ("slack", "PUT", "", json.dumps(slack("a")).encode()),
        ("slack", "POST", "challenge=a&type=url_verification", b""),
        ("slack", "POST", "", json.dumps({"type": "event_callback", "challenge": "a"}).encode()),
        ("slack", "POST", "", json.dumps({"type": ["url_verification"], "challenge": "a"}).encode()),
        ("slack", "POST", "", json.dumps({"challenge": "a"}).encode()),
        ("slack", "POST", "", json.dumps({"type": "url_verification"}).encode()),
        ("dropbox", "POST", "challenge=a", b""),
        ("dropbox", "HEAD", "challenge=a", b""),
        ("dropbox", "GET", "challenge=a&challenge=b", b""),
        ("dropbox", "GET", "Challenge=a", b""),
        (ZOOM, "GET", "", json.dumps(zoom("a")).encode()),
        (ZOOM, "POST", "", json.dumps(zoom("a") | {"event": "meeting.started"}).encode()),
        (ZOOM, "POST", "", json.dumps(zoom("a") | {"payload": "a"}).encode()),
        (ZOOM, "POST", "", json.dumps({"event": "endpoint.url_validation"}).encode()),
        ("microsoft", "GET", "validationToken=a", b""),
        ("microsoft", "POST", "", b'{"value":[]}'),
        ("microsoft", "POST", "validationToken=a&validationToken=b", b""),
        (TWITTER, "POST", "crc_token=a", b""),
        (TWITTER, "GET", "crc_token=a&crc_token=a", b""),
        (TWITTER, "GET", "", b""),
        # A document with them is refused; no answer is made without a secret.
        ("meta", "GET", meta(token=""), b""),
        ("zoom", "POST", "", json.dumps(zoom("a")).encode()),
        ("twitter", "GET", "crc_token=a", b""),
    ],
)  # fmt: skip
def test_any_other_request_is_an_ordinary_one(challenge, method, query, body):
    assert answer_of(challenge, Call(method, "/", query, {}, body)) is None


BAD_TEXTS = [
    "",
    "\n",
    "a\r\nX: y",
    "a\tb",
    "\x00",
    "\x7f",
    "\u00e9",
    "\u2028",
    "\u202e",
    "x" * 1025,
]


@pytest.mark.parametrize("text", BAD_TEXTS)
def test_a_long_or_unprintable_challenge_gets_no_answer(text):
    query = quote(text)
    assert get(META, meta(query)) is None
    assert get("dropbox", f"challenge={query}") is None
    assert post("microsoft", b"", f"validationToken={query}") is None
    assert get(TWITTER, f"crc_token={query}") is None
    assert post("slack", slack(text)) is None
    assert post(ZOOM, zoom(text)) is None


def test_the_longest_challenge_gets_an_answer():
    text = "x" * 1024
    for answer in (
        get(META, meta(text)),
        get("dropbox", f"challenge={text}"),
        post("microsoft", b"", f"validationToken={text}"),
        post("slack", slack(text)),
    ):
        assert answer == (200, "text/plain", text.encode())
    assert json.loads(post(ZOOM, zoom(text)).body)["plainToken"] == text
    assert get(TWITTER, f"crc_token={text}").status == 200


@pytest.mark.parametrize(
    "forged",
    [
        '{"tweet_create_events":[]}',
        "v0:1654503849:{}",
        "a b",
        "a:b",
        "[]",
        '"a"',
        "1,2",
        "a&b",
        "<a>",
    ],
)
def test_no_event_can_be_signed_by_a_challenge(forged):
    assert get(TWITTER, f"crc_token={quote(forged)}") is None
    assert post(ZOOM, zoom(forged)) is None


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"url_verification"', b"\xff", b"[" * 5000, b'{"a":' * 1000, b'{"type":"url_verification","challenge":1}',
     b'{"type":"url_verification","challenge":null}', b'{"type":"url_verification","challenge":{"a":"b"}}', b'{"type":"url_verification","challenge":"\\ud800"}',
     b'{"type":"url_verification","challenge":"\\u0000"}', b'{"type":"\\ud800","challenge":"a"}', b'{"event":"endpoint.url_validation","payload":[]}',
     b'{"event":"endpoint.url_validation","payload":{"plainToken":5}}', b'{"event":"endpoint.url_validation","payload":{"plainToken":"\\"}}'],
)  # fmt: skip
def test_odd_bodies_are_ordinary_requests(body):
    for challenge in ("slack", ZOOM, "microsoft", "trello"):
        assert post(challenge, body) is None


def test_odd_queries_are_ordinary_requests():
    for query in (
        "&" * 5000,
        "challenge",
        "challenge=",
        "%",
        "challenge=%zz%",
        "=",
        "a=b&" * 2000 + "challenge=a",
        "hub.mode=subscribe&hub.challenge",
    ):
        for challenge in (META, "dropbox", TWITTER):
            found = get(challenge, query)
            assert found is None or found.body == b"%zz%"


def test_a_long_body_is_an_event_and_is_not_read(monkeypatch):
    sent = json.dumps(slack("a")).encode()
    assert post("slack", sent + b" " * ((8 << 10) - len(sent))) is not None
    call = Call("POST", "/", "", {}, sent + b" " * ((8 << 10) - len(sent) + 1))
    monkeypatch.setattr(Call, "json", property(lambda _: pytest.fail("read")))
    assert answer_of("slack", call) is None


def test_the_verify_token_is_compared_in_constant_time(replace_in):
    compared = []
    replace_in(challenges, hmac, compare_digest=lambda *pair: compared.append(pair))
    get(META, meta(token="a"))
    assert compared == [(b"a", b"meatyhamhock")]


@pytest.mark.parametrize("name", NAMES)
def test_the_document_has_a_secret_if_the_provider_needs_one(name):
    with_secret = json.dumps({"challenge": {"provider": name, "secret": "s"}})
    without = json.dumps({"challenge": {"provider": name}})
    plain = read(json.dumps({"challenge": name})).challenge
    assert plain == name
    if name in ("meta", "zoom", "twitter"):
        assert read(with_secret).challenge == Challenge(provider=name, secret="s")
        check_challenge(read(with_secret).challenge)
        needs = f"The challenge of '{name}' needs a secret"
        with pytest.raises(msgspec.ValidationError, match=needs) as refused:
            read(without)
        assert refused.value.__cause__.code == "invalid_bin"
        with pytest.raises(Refused, match=needs) as refused:
            check_challenge(plain)
        assert refused.value.code == "invalid_bin"
    else:
        check_challenge(plain)
        check_challenge(read(without).challenge)
        with pytest.raises(msgspec.ValidationError, match="takes no 'secret'") as refused:
            read(with_secret)
        assert refused.value.__cause__.code == "invalid_bin"


def test_a_secret_has_bounds():
    for secret in ("s", "x" * 1024):
        assert Challenge(provider="meta", secret=secret).secret == secret
    for secret in ("", "x" * 1025, "\u20ac" * 342):
        with pytest.raises(Refused, match="1 to 1,024 bytes"):
            Challenge(provider="meta", secret=secret)


@pytest.mark.parametrize(
    "challenge",
    [
        "aol",
        "",
        1,
        [],
        {},
        {"provider": "aol"},
        {"provider": "slack", "token": "x"},
        {"secret": "s"},
        {"provider": "meta", "secret": 1},
        None,
    ],
)
def test_another_challenge_is_refused(challenge):
    with pytest.raises(msgspec.ValidationError):
        read(json.dumps({"challenge": challenge}))


def test_it_is_written_as_it_was_read_and_its_text_hides_the_secret():
    assert read(b"{}").challenge is UNSET
    assert msgspec.json.encode(META) == b'{"provider":"meta","secret":"meatyhamhock"}'
    assert msgspec.json.encode(Challenge(provider="slack")) == b'{"provider":"slack"}'
    assert repr(META) == "Challenge(provider='meta')"
