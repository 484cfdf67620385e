"""The URL of an engine."""

import pytest
from bambleweeny.store.url import EngineUrl, parse_engine_url


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("redis://h", EngineUrl(host="h")),
        ("redis://h:7000/3", EngineUrl(host="h", port=7000, database=3)),
        ("redis://:p%40ss@h/", EngineUrl(host="h", password="p@ss")),
        ("rediss://u:p@[::1]:1", EngineUrl("::1", 1, tls=True, username="u", password="p")),
        ("unix:///run/r.sock?db=2", EngineUrl(path="/run/r.sock", database=2)),
    ],
)
def test_it_is_read(text, place):
    assert parse_engine_url(text) == place


@pytest.mark.parametrize("text", ["http://h", "redis://", "redis://h/x", "redis://h:port"])
def test_what_cannot_be_read_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        parse_engine_url(text)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://u:secret@h:1/2", "redis://h:1/2"),
        ("rediss://:secret@[::1]", "rediss://[::1]:6379/0"),
        ("unix://u:secret@/run/r.sock", "unix:///run/r.sock"),
    ],
)
def test_it_shows_no_password(url, shown):
    assert str(parse_engine_url(url)) == shown
    assert "secret" not in repr(parse_engine_url(url))
