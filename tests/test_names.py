"""The grammar of names, durations and sizes."""

import pytest
from bambleweeny import names


@pytest.mark.parametrize("name", ["a", "A-Z_0.9:x", "class", "x" * 255])
def test_good_names_are_names(name):
    assert names.is_name(name)


@pytest.mark.parametrize("name", ["", "x" * 256, "a b", "a/b", "ä", "a\n", "a\x00", "!@[a]"])
def test_other_text_is_no_name(name):
    assert not names.is_name(name)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("30", 30), ("30s", 30), ("5m", 300), ("2h", 7200), ("7d", 604800)],
)
def test_durations_are_seconds(text, seconds):
    assert names.parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "s", "-1", "1.5h", "1w", "1 h", "1H", "٣"])
def test_other_text_is_no_duration(text):
    with pytest.raises(ValueError, match="is not a duration; write 30"):
        names.parse_duration(text)


@pytest.mark.parametrize(
    ("text", "size"), [("512", 512), ("64kb", 65536), ("1mb", 1 << 20), ("2GB", 2 << 30)]
)
def test_sizes_are_bytes(text, size):
    assert names.parse_size(text) == size


@pytest.mark.parametrize("text", ["", "mb", "-1kb", "1.5mb", "1tb", "1 mb"])
def test_other_text_is_no_size(text):
    with pytest.raises(ValueError, match="is not a size; write 512"):
        names.parse_size(text)


@pytest.mark.parametrize(
    "text", ["text/plain", "application/json;charset=utf-8", 'a/b; c="d e"; f=g', "image/svg+xml"]
)
def test_media_types_are_media_types(text):
    assert names.is_media_type(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text",
        "text/",
        "/plain",
        "text/plain\r\nX: y",
        "text/plain; charset",
        "té/x",
        "a/" + "b" * 300,
    ],
)
def test_other_text_is_no_media_type(text):
    assert not names.is_media_type(text)
