"""The `verify` of a bin document: each field, and each bound of it."""

import json

import msgspec
import pytest
from bambleweeny.core.bins.schemes import SCHEMES, sign
from bambleweeny.core.bins.verification import Verify
from bambleweeny.core.mocks.refusals import Refused
from bambleweeny.errors import CATALOGUE, InvalidSignature, Unauthorized

read = msgspec.json.Decoder(Verify).decode


def verify(**fields):
    return read(json.dumps({"scheme": "github", "secrets": ["s"]} | fields))


def hmac(**fields):
    return verify(scheme="hmac", **{"header": "X-Sig"} | fields)


def test_the_fields_have_defaults():
    read_one = verify()
    assert (read_one.tolerance, read_one.otherwise) == (300, "reject")
    assert msgspec.json.encode(read_one) == b'{"scheme":"github","secrets":["s"]}'
    assert verify(**{"else": "keep"}).otherwise == "keep"


def test_all_fields_are_written_as_they_were_read():
    document = {
        "scheme": "hmac", "secrets": ["new", "old"], "tolerance": 60, "else": "keep", "header": "X-Sig", "algorithm": "sha512", "encoding": "base64",
        "prefix": "v=",
    }  # fmt: skip
    assert json.loads(msgspec.json.encode(read(json.dumps(document)))) == document
    assert tuple(read(json.dumps(document)).signatures) == (
        "hmac",
        "X-Sig",
        "sha512",
        "base64",
        "v=",
    )


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme_is_taken_and_checked(scheme):
    secrets = ["b2xk", "whsec_bmV3"]
    read_one = hmac(secrets=secrets) if scheme == "hmac" else verify(scheme=scheme, secrets=secrets)
    for secret in secrets:
        made = sign(read_one.signatures, secret, {}, b"body", 1000)
        headers = {name.lower(): text for name, text in made.items()}
        assert read_one.check(headers, b"body", 1000)
        assert read_one.check(headers, b"body", 1300)
        if scheme != "gitlab":
            assert not read_one.check(headers, b"bodi", 1000)
        if scheme in ("stripe", "slack", "standard"):
            assert not read_one.check(headers, b"body", 1301)
    assert not read_one.check({}, b"body", 1000)


@pytest.mark.parametrize(
    "fields",
    [{"secrets": ["s"] * 5}, {"secrets": ["x" * 1024]}, {"tolerance": 1}, {"tolerance": 86_400}, {"scheme": "standard", "secrets": ["YQ==", "whsec_YQ=="]}],
)  # fmt: skip
def test_the_bounds_themselves_are_taken(fields):
    verify(**fields)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"secrets": []}, "'secrets' has 1 to 5 secrets"),
        ({"secrets": ["s"] * 6}, "'secrets' has 1 to 5 secrets"),
        ({"secrets": [""]}, "A secret has 1 to 1,024 bytes"),
        ({"secrets": ["s", "x" * 1025]}, "A secret has 1 to 1,024 bytes"),
        ({"secrets": ["\u20ac" * 342]}, "A secret has 1 to 1,024 bytes"),
        ({"scheme": "standard", "secrets": ["YQ==", "a secret"]}, "A secret of 'standard' is base64, with or without 'whsec_'"),
        ({"scheme": "gitlab", "secrets": ["s\n"]}, "A secret of 'gitlab' is sent in a header"),
        ({"tolerance": 0}, "'tolerance' is from 1 to 86,400 seconds"),
        ({"tolerance": -1}, "'tolerance' is from 1 to 86,400 seconds"),
        ({"tolerance": 86_401}, "'tolerance' is from 1 to 86,400 seconds"),
        ({"header": "X-Sig"}, "Only 'hmac' takes"),
        ({"prefix": ""}, "Only 'hmac' takes"),
        ({"algorithm": "sha256"}, "Only 'hmac' takes"),
        ({"encoding": "hex"}, "Only 'hmac' takes"),
        ({"scheme": "hmac"}, "The scheme 'hmac' needs the name of a 'header'"),
        ({"scheme": "hmac", "header": ""}, "The scheme 'hmac' needs the name of a 'header'"),
        ({"scheme": "hmac", "header": "X Sig"}, "'X Sig' is no name of a header"),
        ({"scheme": "hmac", "header": "X_Sig"}, "'X_Sig' is no name of a header"),
        ({"scheme": "hmac", "header": "Host"}, "A signature cannot be in the header 'Host'"),
        ({"scheme": "hmac", "header": "X-Sig", "prefix": "\r\n"}, "'prefix' has up to 64 characters"),
        ({"scheme": "hmac", "header": "X-Sig", "prefix": "x" * 65}, "'prefix' has up to 64 characters"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_invalid_bin(fields, said):
    with pytest.raises(msgspec.ValidationError) as refused:
        verify(**fields)
    assert str(refused.value).startswith(said)
    assert isinstance(refused.value.__cause__, Refused)
    assert refused.value.__cause__.code == "invalid_bin"


@pytest.mark.parametrize(
    "fields",
    [{"scheme": "rot13"}, {"scheme": 1}, {"secrets": "s"}, {"secrets": [1]}, {"secrets": None}, {"tolerance": 1.5}, {"tolerance": True}, {"tolerance": "300"},
     {"else": "drop"}, {"otherwise": "keep"}, {"secret": "s"}, {"scheme": "hmac", "header": "X", "algorithm": "md5"},
     {"scheme": "hmac", "header": "X", "encoding": "base32"}],
)  # fmt: skip
def test_another_type_or_field_is_refused(fields):
    with pytest.raises(msgspec.ValidationError) as refused:
        verify(**fields)
    assert refused.value.__cause__ is None


def test_a_missing_field_is_refused():
    for document in (b"{}", b'{"scheme":"github"}', b'{"secrets":["s"]}'):
        with pytest.raises(msgspec.ValidationError):
            read(document)


def test_an_unsigned_request_gets_an_error_that_names_the_headers():
    error = verify().refusal({}, 0)
    assert (error.code, error.status, error.info) == (
        "invalid_signature",
        401,
        "The signature is missing or wrong.",
    )
    assert error.hint == "This bin takes requests signed with X-Hub-Signature-256."
    hint = verify(scheme="slack", tolerance=60).refusal({}, 0).hint
    assert "X-Slack-Request-Timestamp and X-Slack-Signature, within 60 s of" in hint
    assert "X-Sig." in hmac().refusal({}, 0).hint
    assert isinstance(error, InvalidSignature)
    assert not isinstance(error, Unauthorized)


def test_the_codes_are_those_of_the_catalogue():
    assert (CATALOGUE["invalid_bin"].status, CATALOGUE["invalid_route"].status) == (400, 400)
    assert CATALOGUE["invalid_signature"].status == 401


def test_secrets_are_not_in_the_text_of_the_struct():
    assert repr(verify(secrets=["hush", "hush"])) == "Verify(scheme='github', secrets=2)"
