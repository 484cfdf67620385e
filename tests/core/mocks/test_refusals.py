"""The codes of what is refused."""

import re
from pathlib import Path

import bambleweeny
import pytest
from bambleweeny.core.mocks.refusals import CODES, Refused, located, refusal
from bambleweeny.errors import CATALOGUE, BambleweenyError, InvalidRequest

MOCKS = Path(bambleweeny.__file__).parent / "core" / "mocks"


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_status_and_a_sentence(code):
    status, sentence = CODES[code]
    assert re.fullmatch("[a-z_]+", code)
    assert 400 <= status < 600
    assert re.fullmatch(r"[A-Z].*\.", sentence)
    error = refusal(code, "It broke.", "Mend it.")
    assert (error.code, error.status, error.info, error.hint) == (
        code,
        status,
        "It broke.",
        "Mend it.",
    )
    assert isinstance(error, InvalidRequest if status == 400 else BambleweenyError)
    assert code not in CATALOGUE or CATALOGUE[code].status == status


def test_every_code_that_is_used_is_listed_and_the_other_way_round():
    text = "".join(path.read_text("utf-8") for path in MOCKS.rglob("*.py"))
    used = set(re.findall(r'(?:Refused|refusal)\(\s*"([a-z_]+)"', text))
    assert used == set(CODES)


def test_places_are_put_together():
    def inner():
        raise Refused("invalid_path", "It is none")

    with pytest.raises(Refused, match=r"^It is none - at `\$\.rules\[3\]\.path`$") as refused:
        located(".rules[3]", lambda: located(".path", inner))
    assert refused.value.code == "invalid_path"
