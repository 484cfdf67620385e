"""The URL of an engine."""

import pytest
from bambleweeny.store.client.url import Address, EngineUrl, parse_engine_url


def single(**more):
    return EngineUrl("single", (Address(**more),))


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("redis://h", single(host="h")),
        ("valkey://h", single(host="h")),
        ("redis://h:7000/3", single(host="h", port=7000, database=3)),
        ("redis://:p%40s%2Fs@h/", single(host="h", password="p@s/s")),
        ("redis://u:@h", single(host="h", username="u", password="")),
        (
            "rediss://u:p@[::1]:1?ca=/c&cert=/d&key=/e",
            single(
                host="::1",
                port=1,
                tls=True,
                username="u",
                password="p",
                ca="/c",
                cert="/d",
                key="/e",
            ),
        ),
        (
            "redis://h?timeout=9s&connect_timeout=1m",
            single(host="h", timeout=9.0, connect_timeout=60.0),
        ),
        ("unix:///run/r%20s.sock?db=2", single(path="/run/r s.sock", database=2)),
        ("unix://u:p@/r", single(path="/r", username="u", password="p")),
        (
            "redis+sentinel://:p@a,b:1/mymaster/2?sentinel_password=q",
            EngineUrl(
                "sentinel",
                (
                    Address("a", 26379, password="p", database=2),
                    Address("b", 1, password="p", database=2),
                ),
                "mymaster",
                "q",
            ),
        ),
        (
            "valkeys+cluster://a,[::1]:7",
            EngineUrl("cluster", (Address("a", tls=True), Address("::1", 7, tls=True))),
        ),
    ],
)
def test_it_is_read(text, url):
    assert parse_engine_url(text) == url


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("http://h", "not one of"), ("h:1", "not one of"), ("redis+http://h", "not one of"),
        ("redis://", "lacks a host"), ("redis://h/x", "database 'x'"), ("redis://h:port", "port 'port'"),
        ("redis://h:99999", "port '99999'"), ("redis://a,b", "several hosts"), ("unix://", "lacks the path"),
        ("redis+sentinel://a", "lacks the master"), ("redis+cluster://a/1", "path is too long"),
        ("redis://h/1/2", "path is too long"), ("redis://:p@ss/hunter2@h", "written as %2F"), ("redis://:hunter2@h?color=red", "parameter 'color'"),
        ("redis://h?timeout=soon", "not a duration"), ("redis+sentinel://,b/m", "lacks a host"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_without_its_password(text, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        parse_engine_url(text)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://u:secret@h:1/2", "redis://h:1/2"),
        ("rediss://:secret@[::1]", "rediss://[::1]:6379/0"),
        ("unix://u:secret@/run/r.sock", "unix:///run/r.sock"),
        (
            "redis+sentinel://:secret@a,b:1/m?sentinel_password=secret",
            "redis+sentinel://a:26379,b:1/m",
        ),
        ("rediss+cluster://:secret@a", "rediss+cluster://a:6379"),
    ],
)
def test_it_shows_no_password(url, shown):
    assert str(parse_engine_url(url)) == shown
    assert "secret" not in repr(parse_engine_url(url))
