"""Headers and cookies of rules, and CORS."""

import pytest
from bambleweeny.core.mocks.headers import (
    check_header_name,
    cors_headers,
    is_allowed,
    is_cookie_value,
    is_header_value,
    preflight_headers,
)
from bambleweeny.core.mocks.refusals import Refused


@pytest.mark.parametrize(
    "name",
    ["Content-Security-Policy", "content-security-policy-report-only", "Strict-Transport-Security", "Clear-Site-Data",
     "Service-Worker-Allowed", "Refresh", "Alt-Svc", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "TE", "Trailer",
     "Upgrade", "Proxy-Authenticate", "Proxy-Connection", "B9Y-Routes", "b9y-anything", "Set-Cookie", "Set-Cookie2",
     "Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "X-Content-Type-Options", "NEL", "Report-To", "X-Accel-Redirect",
     "X-Sendfile", "Public-Key-Pins", "Use-As-Dictionary", "Reporting-Endpoints"],
)  # fmt: skip
def test_a_rule_may_not_set(name):
    for text in (name, name.upper(), name.lower()):
        assert not is_allowed(text)
        with pytest.raises(Refused) as refused:
            check_header_name(text)
        assert refused.value.code == "header_not_allowed"


@pytest.mark.parametrize(
    "name",
    [
        "Location",
        "ETag",
        "Cache-Control",
        "X-A",
        "Retry-After",
        "WWW-Authenticate",
        "Link",
        "Content-Disposition",
        "Vary",
        "Content-Encoding",
    ],
)
def test_a_rule_may_set(name):
    check_header_name(name)


@pytest.mark.parametrize("name", ["", "a b", "a:", "ü", "a\r\nb", "a\x00", "x" * 129, "(a)"])
def test_what_is_no_name(name):
    with pytest.raises(Refused) as refused:
        check_header_name(name)
    assert refused.value.code == "invalid_header"


def test_values_of_headers_and_cookies():
    assert all(map(is_header_value, ("", "a b\tc", 'W/"x"', "~", "x" * 8192)))
    assert not any(
        map(is_header_value, ("a\r", "a\nb", "\x00", "\x7f", "ü", "\x1b", "\u2028", "x" * 8193))
    )
    assert all(map(is_cookie_value, ("", "abc=123", "a%20b", "x" * 4096)))
    assert not any(
        map(is_cookie_value, ("a b", "a;b", "a,b", 'a"', "a\\b", "a\r\n", "ü", "x" * 4097))
    )


def test_cors():
    assert cors_headers("off", "http://a") == []
    assert dict(cors_headers("*", "http://a"))["Access-Control-Allow-Origin"] == "*"
    assert "X-Total-Count" in dict(cors_headers("*", ""))["Access-Control-Expose-Headers"]
    assert "X-Mine" in dict(cors_headers("*", "", ["X-Mine"]))["Access-Control-Expose-Headers"]
    echoed = dict(cors_headers("credentials", "http://a"))
    assert (
        echoed["Access-Control-Allow-Origin"],
        echoed["Access-Control-Allow-Credentials"],
        echoed["Vary"],
    ) == ("http://a", "true", "Origin")
    for origin in ("", "a\r\nb"):
        assert dict(cors_headers("credentials", origin))["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in dict(cors_headers("credentials", origin))


def test_a_preflight_names_what_the_page_asks_for():
    assert preflight_headers("off", "http://a", "PUT", "x-a") == []
    found = dict(preflight_headers("credentials", "http://a", "PUT", "x-a, content-type"))
    assert found["Access-Control-Allow-Origin"] == "http://a"
    assert found["Access-Control-Allow-Methods"] == "PUT"
    assert found["Access-Control-Allow-Headers"] == "x-a, content-type"
    hostile = dict(preflight_headers("*", "", "PU\r\nT", "x\r\ny"))
    assert set(hostile) == {"Access-Control-Allow-Origin", "Access-Control-Max-Age"}
