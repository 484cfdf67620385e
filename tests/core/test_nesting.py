"""Keys nested in a text: what counts as one, and the bounds."""

import re

import pytest
from bambleweeny.core.nesting import nested_text
from bambleweeny.errors import ExpansionTooLarge

MB = 1 << 20
VALUES = {b"a": b"1", b"b.c": b"22"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (b"!@[a]", b"1"),
        (b"<!@[a]!@[b.c]!@[a]>", b"<1221>"),
        (b"!@[]!@[none]|", b"|"),
        (b"!@[!@[a]]", b"!@[1]"),
        (b"!@[a", None),
        (b"!@[a b]", None),
        (b"!@[" + b"a" * 255 + b"]", b""),
        (b"!@[" + b"a" * 256 + b"]", None),
        (b"! @ [a]", None),
        (b"", None),
        (b"\xff!@[a]", None),
        ("ä!@[a]".encode(), "ä1".encode()),
        (b"x" * (300 << 10) + b"!@[a]", b"x" * (300 << 10) + b"1"),
    ],
)
def test_names_in_brackets_are_replaced(text, shown):
    found = nested_text(text)
    assert (found and found.filled(VALUES)) == shown


@pytest.mark.parametrize("at", [*range((256 << 10) - 4, (256 << 10) + 4), MB - 5])
def test_they_are_found_wherever_they_stand(at):
    found = nested_text((b"!" * at + b"!@[a]").ljust(MB, b"@"))
    assert found is not None
    assert found.names == {b"a"}


@pytest.mark.parametrize("one", [b"!@[]", b"!@[a]", b"!@[", b"!@[x y]", b"!@[!@["])
def test_they_may_occur_a_thousand_times_closed_or_not(one):
    number = 1000 // one.count(b"!@[")
    nested_text(one * number)
    with pytest.raises(ExpansionTooLarge):
        nested_text(one * number + b"!@[a]")
    assert nested_text(b"\xff" + one * (number + 1)) is None


def test_a_hundred_names_and_two_megabytes_are_the_most():
    hundred = b"".join(b"!@[n%d]" % number for number in range(100))
    assert len(nested_text(hundred).names) == 100
    with pytest.raises(ExpansionTooLarge):
        nested_text(hundred + b"!@[n100]")
    assert nested_text(b"!@[a]".ljust(2 * MB)).names == {b"a"}
    with pytest.raises(ExpansionTooLarge):
        nested_text(b"!@[a]".ljust(2 * MB + 1))
    assert nested_text(b"x" * (16 * MB)) is None


def test_values_add_up_each_time_that_they_stand_there():
    text = nested_text(b"!@[a]" * 3)
    assert len(text.filled({b"a": bytes(2 * MB // 3)})) == 2 * MB // 3 * 3
    with pytest.raises(ExpansionTooLarge):
        text.filled({b"a": bytes(2 * MB // 3 + 1)})


def test_it_finds_what_a_plain_pattern_finds():
    plain = re.compile(rb"!@\[([A-Za-z0-9_:.\-]*)\]")
    for text in (b"!@[a]!@[", b"!!@[a]]", b"!@[[a]", b"!@[a!@[b.c]", b"!@![@[a]!@[-_:.]"):
        expected = plain.sub(lambda match: VALUES.get(match[1], b""), text)
        found = nested_text(text)
        assert (found.filled(VALUES) if found else text) == expected
