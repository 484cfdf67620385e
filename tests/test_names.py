"""The grammar of names, URLs, durations, sizes, media types and tags."""

import pytest
from bambleweeny import names


@pytest.mark.parametrize(
    "name", ["a", "A-Z_0.9:x", "class", "x" * 255, "...", ".a", "a.", ":.", "..a"]
)
def test_good_names_are_names(name):
    assert names.is_name(name)


@pytest.mark.parametrize("name", ["", "x" * 256, "a b", "a/b", "ä", "a\n", "a\x00", "!@[a]"])
def test_other_text_is_no_name(name):
    assert not names.is_name(name)
    assert not names.is_part_of_name(name)


@pytest.mark.parametrize("text", [".", ".."])
def test_a_direction_in_a_path_is_no_name_but_begins_some(text):
    assert not names.is_name(text)
    assert names.is_part_of_name(text)
    assert names.is_dots(text)
    assert not names.is_dots("...")


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


@pytest.mark.parametrize(
    ("text", "seconds"), [("1", 1), ("1s", 1), ("10m", 600), ("3660d", 3660 * 86400)]
)
def test_a_key_lasts_from_a_second_to_ten_years(text, seconds):
    assert names.parse_ttl(text) == seconds


@pytest.mark.parametrize("text", ["0", "0d", "3661d", "999999999d", "none", ""])
def test_a_key_lasts_neither_shorter_nor_longer(text):
    with pytest.raises(ValueError, match=f"'{text}' is not"):
        names.parse_ttl(text)


ONE, TWO = "0123456789abcdef0123456789abcdef01234567", "f" * 40


@pytest.mark.parametrize(
    ("text", "strong", "weak"),
    [
        ("*", "*", "*"), (f'"{ONE}"', ONE, ONE), (f'"{ONE}", "{TWO}"', f"{ONE} {TWO}", f"{ONE} {TWO}"),
        (f'W/"{ONE}"', "-", ONE), (f'"x",W/"{ONE}" ,\t"{TWO}"', TWO, f"{ONE} {TWO}"), ('""', "-", "-"),
        (f'"{ONE[1:]}"', "-", "-"), (f'"{ONE.upper()}"', "-", "-"), (f'"x{ONE}","é"', "-", "-"),
    ],
)  # fmt: skip
def test_tags_are_the_digests_that_a_value_can_have(text, strong, weak):
    assert names.parse_tags(text) == strong
    assert names.parse_tags(text, weak=True) == weak


@pytest.mark.parametrize(
    "text",
    [
        "",
        ONE,
        f'"{ONE}',
        f'"{ONE}" "{TWO}"',
        '"a",',
        ',"a"',
        '*,"a"',
        "**",
        'w/"a"',
        '"a b"',
        '"a\n"',
    ],
)
def test_other_text_holds_no_tag(text):
    with pytest.raises(ValueError, match="with its quotes"):
        names.parse_tags(text)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("HTTP://LocalHost/", "http://localhost"),
        ("https://a-b_c.example.", "https://a-b_c.example."),
        ("http://a/B9y/%20x//", "http://a/B9y/%20x"),
        ("http://[::1]:80/", "http://[::1]:80"),
        ("http://[0:0::A]", "http://[::a]"),
        ("http://bücher.example:1", "http://xn--bcher-kva.example:1"),
    ],
)
def test_the_url_of_a_server_has_one_form(text, url):
    assert names.parse_server_url(text) == url
    assert names.parse_server_url(url) == url


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "//a", "ftp://a", "http:/a", "http://", "http://a:65536", "http://a:",
        "http://a\n", "http://a b", "http://a/ b", "http://a/ä", "http://ä..b", "http://u@a",
        f"http://{'x' * 64}", "http://[::1", "http://[x]",
    ],
)  # fmt: skip
def test_other_text_is_no_url_of_a_server(text):
    with pytest.raises(ValueError, match=r"http://|a path$|of a host$"):
        names.parse_server_url(text)
