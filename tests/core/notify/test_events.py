"""Which names are followed."""

import pytest
from bambleweeny.core.notify.events import Names
from bambleweeny.errors import InvalidRequest


def test_names_are_whole_or_beginnings():
    names = Names(["foo", "app:*"])
    assert [name in names for name in ("foo", "foo:1", "app:", "app:x", "ap")] == [
        True, False, True, True, False,
    ]  # fmt: skip
    assert "any" in Names(["*"])
    assert "any" not in Names([])


@pytest.mark.parametrize("pattern", ["", "a*b", "**", "a b", "*a", "x" * 256])
def test_what_is_no_name_is_refused(pattern):
    with pytest.raises(InvalidRequest):
        Names(["good", pattern])
