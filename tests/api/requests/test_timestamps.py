"""Moments as they are written and read over HTTP."""

import time

import pytest
from bambleweeny.api.requests.timestamps import milliseconds_of, moment


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1763832000123, "2025-11-22T17:20:00.123Z"),
        (1763832000999, "2025-11-22T17:20:00.999Z"),
        (99_999_999_999_999, "5138-11-16T09:46:39.999Z"),
    ],
)
def test_a_moment_is_read_as_it_was_written(milliseconds, text):
    assert moment(milliseconds) == text
    assert milliseconds_of(text) == milliseconds


def test_a_duration_is_so_long_ago():
    assert abs(milliseconds_of("10m") - (time.time() - 600) * 1000) < 60_000


def test_a_plus_that_became_a_blank_is_one():
    assert milliseconds_of("1970-01-01T01:00:00 01:00") == 0


@pytest.mark.parametrize("text", ["", "soon", "2025-13-01"])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError):
        milliseconds_of(text)
