"""Query parameters that take one of a few words."""

from collections.abc import Sequence

import falcon

from bambleweeny.errors import InvalidRequest


def read_choice(req: falcon.Request, name: str, words: Sequence[str]) -> str | None:
    """Give a parameter's word, or None without the parameter; else InvalidRequest."""
    word = req.get_param(name)
    if word is not None and word not in words:
        raise InvalidRequest(f"The parameter '{name}' takes {' or '.join(words)}.")
    return word


def read_flag(req: falcon.Request, name: str) -> bool:
    """Tell whether a parameter is 1; without it, or with 0, it is not."""
    return read_choice(req, name, ("0", "1")) == "1"
