"""The codes of what is refused."""

import re
from pathlib import Path

import bambleweeny
import pytest
from bambleweeny.core.mocks.refusals import Refused, located, refusal
from bambleweeny.errors import CATALOGUE, IdTaken, NoRule

MOCKS = Path(bambleweeny.__file__).parent / "core" / "mocks"


def test_every_code_that_is_used_is_in_the_catalogue():
    text = "".join(path.read_text("utf-8") for path in MOCKS.rglob("*.py"))
    used = set(re.findall(r'(?:Refused|refusal)\(\s*"([a-z_]+)"', text))
    assert len(used) > 25
    assert used <= CATALOGUE.keys()


def test_a_refusal_is_the_error_of_its_code():
    error = refusal("no_rule", "It broke.", "Mend it.")
    assert isinstance(error, NoRule)
    assert (error.info, error.hint) == ("It broke.", "Mend it.")
    assert refusal("id_taken").hint == IdTaken.hint


def test_places_are_put_together():
    def inner():
        raise Refused("invalid_path", "It is none")

    with pytest.raises(Refused, match=r"^It is none - at `\$\.rules\[3\]\.path`$") as refused:
        located(".rules[3]", lambda: located(".path", inner))
    assert refused.value.code == "invalid_path"
