"""The error catalogue."""

import re

import pytest
from bambleweeny.errors import CATALOGUE, BambleweenyError


@pytest.mark.parametrize("kind", CATALOGUE.values())
def test_every_error_has_a_code_a_status_and_a_sentence(kind):
    assert re.fullmatch("[a-z_]+", kind.code)
    assert 400 <= kind.status < 600
    assert re.fullmatch(r"[A-Z].*\.", kind.info)
    assert kind.__doc__


def test_codes_are_not_used_twice():
    leaves = [BambleweenyError]
    for kind in leaves:
        leaves.extend(kind.__subclasses__())
    assert len(leaves) == len(CATALOGUE)


def test_the_drawn_tree_is_the_tree():
    text = __import__("bambleweeny.errors", fromlist=["errors"]).__doc__
    drawn = dict(re.findall(r"^ +([A-Z]\w+) +(\d{3}) ", text, re.MULTILINE))
    assert drawn == {
        kind.__name__: str(kind.status)
        for kind in CATALOGUE.values()
        if kind is not BambleweenyError
    }


def test_an_error_can_say_more():
    error = BambleweenyError("It broke.", hint="Mend it.")
    assert (str(error), error.info, error.hint) == ("It broke.", "It broke.", "Mend it.")
