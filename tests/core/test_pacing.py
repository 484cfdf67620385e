"""Errors of calls that work in several steps."""

import pytest
from bambleweeny.core.pacing import partly_done
from bambleweeny.errors import StaleToken, Unauthorized


def test_a_token_that_changes_between_two_steps_repeats_nothing():
    with pytest.raises(StaleToken), partly_done(0):
        raise StaleToken()
    with pytest.raises(Unauthorized, match="Unauthorized") as caught, partly_done(1):
        raise StaleToken()
    assert type(caught.value) is Unauthorized
    assert "a part of this call was done" in caught.value.hint
