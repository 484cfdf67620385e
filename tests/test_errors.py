"""The error catalogue."""

import re

import pytest
from bambleweeny.errors import CATALOGUE, BambleweenyError, NoAnswer, StaleToken


def tree(kind):
    return [kind, *(leaf for child in kind.__subclasses__() for leaf in tree(child))]


@pytest.mark.parametrize("kind", CATALOGUE.values())
def test_every_error_has_a_code_a_status_and_a_sentence(kind):
    assert re.fullmatch("[a-z_]+", kind.code)
    assert 400 <= kind.status < 600
    assert re.fullmatch(r"[A-Z].*\.", kind.info)
    assert kind.__doc__


def test_codes_are_not_used_twice():
    unanswered = tree(NoAnswer)
    kinds = [kind for kind in tree(BambleweenyError) if kind is not StaleToken]
    assert len(kinds) == len(CATALOGUE) + len(unanswered)
    assert len({*CATALOGUE, *(kind.code for kind in unanswered)}) == len(kinds)


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


def test_what_was_not_answered_is_in_the_drawn_tree_and_not_in_the_catalogue():
    text = __import__("bambleweeny.errors", fromlist=["errors"]).__doc__
    for kind in tree(NoAnswer):
        assert re.search(rf"^ +{kind.__name__}  ", text, re.MULTILINE)
        assert kind.status == 0
        assert kind.code not in CATALOGUE
