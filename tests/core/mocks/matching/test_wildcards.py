"""Texts with wildcards."""

import re
import time

import pytest
from bambleweeny.core.mocks.limits import TEXT_CHARACTERS, WILDCARDS
from bambleweeny.core.mocks.matching.wildcards import wildcard
from bambleweeny.core.mocks.refusals import Refused
from hypothesis import given, settings
from hypothesis import strategies as st

PROPERTY = settings(database=None, deadline=None, derandomize=True, max_examples=200)


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        ("", [""], ["a"]),
        ("*", ["", "a", "a\nb"], []),
        ("a", ["a"], ["", "b", "aa", "A"]),
        ("a*", ["a", "ab"], ["", "ba"]),
        ("*a", ["a", "ba"], ["ab"]),
        ("a*a", ["aa", "aba"], ["a", "ab"]),
        ("*json*", ["application/json", "json"], ["jso n"]),
        ("a*b*c", ["abc", "a-b-c", "abcbc"], ["acb", "ab"]),
        ("ab*ba", ["abba", "abxba"], ["aba"]),
        ("**", ["", "x"], []),
        ("a.c", ["a.c"], ["abc"]),
        ("[a-z]*", ["[a-z]x"], ["abc"]),
        ("a?", ["a?"], ["ab"]),
    ],
)
def test_a_star_is_any_text(pattern, fits, does_not):
    matches = wildcard(pattern)
    assert [text for text in fits if not matches(text)] == []
    assert [text for text in does_not if matches(text)] == []


@PROPERTY
@given(
    st.lists(st.text("ab", max_size=3), min_size=1, max_size=WILDCARDS + 1),
    st.text("ab", max_size=12),
)
def test_it_is_what_a_regular_expression_would_say(pieces, text):
    expected = re.fullmatch(".*".join(map(re.escape, pieces)), text, re.DOTALL) is not None
    assert wildcard("*".join(pieces))(text) is expected


def test_more_than_four_wildcards_are_refused():
    wildcard("a*b*c*d*e")
    with pytest.raises(Refused, match="up to 4 wildcards") as refused:
        wildcard("a*b*c*d*e*f")
    assert refused.value.code == "too_many_wildcards"


@pytest.mark.parametrize(
    "pattern",
    [
        "*a*a*a*b",
        "*" + "a" * 2000 + "b*",
        "*ab*ab*ab*c",
        "a*" * 4 + "b",
        "*" + "a" * 4000 + "b" + "*a*" + "b",
    ],
)
def test_no_text_takes_long(pattern):
    matches = wildcard(pattern)
    texts = [
        "a" * TEXT_CHARACTERS,
        "ab" * (TEXT_CHARACTERS // 2 - 1) + "a",
        "a" * 4000 + "c" + "a" * 4000,
    ]
    started = time.process_time()
    for _ in range(10):
        assert not any(map(matches, texts))
    assert time.process_time() - started < 1


def test_of_a_long_text_the_first_8_kb_are_compared():
    long = "a" * TEXT_CHARACTERS + "b"
    assert wildcard("*")(long)
    assert wildcard("a*")(long)
    assert wildcard("*aaa*")(long)
    assert not wildcard("*b")(long)
    assert not wildcard("*b*")(long)
    assert not wildcard("a" * TEXT_CHARACTERS)(long)
    assert wildcard("*b*")(long[1:])
