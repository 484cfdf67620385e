"""Query parameters that take one of a few words, a number or a duration."""

from collections.abc import Callable, Sequence

import falcon

from bambleweeny.errors import InvalidRequest
from bambleweeny.names import parse_duration

_MOST_DIGITS = 9


def read_choice(req: falcon.Request, name: str, words: Sequence[str]) -> str | None:
    """Give a parameter's word, or None without the parameter; else InvalidRequest."""
    word = req.get_param(name)
    if word is not None and word not in words:
        raise InvalidRequest(f"The parameter '{name}' takes {' or '.join(filter(None, words))}.")
    return word


def read_flag(req: falcon.Request, name: str) -> bool:
    """Tell whether a parameter is 1; without it, or with 0, it is not."""
    return read_choice(req, name, ("0", "1")) == "1"


def read_switch(req: falcon.Request, name: str) -> bool:
    """Report whether a parameter is there alone, as in `?raw`, or is 1; 0 is as if it were not."""
    return read_choice(req, name, ("", "0", "1")) in ("", "1")


def read_number(req: falcon.Request, name: str, default: int) -> int:
    """Give a parameter's whole number, or the default without it; else InvalidRequest."""
    text = req.get_param(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
        raise InvalidRequest(f"The parameter '{name}' takes a whole number.")
    return int(text)


def read_up_to(req: falcon.Request, name: str, most: int) -> int | None:
    """Give a parameter's whole number from 1 to `most`, or None without it."""
    if not req.has_param(name):
        return None
    number = read_number(req, name, 0)
    if not 1 <= number <= most:
        raise InvalidRequest(f"The parameter '{name}' takes 1 to {most}.")
    return number


def refuse_beside(req: falcon.Request, what: str, names: Sequence[str]) -> None:
    """Raise InvalidRequest if a parameter is given that has no meaning beside something else."""
    for name in names:
        if req.has_param(name):
            raise InvalidRequest(f"The parameter '{name}' does not go with {what}.")


def read_duration(req: falcon.Request, name: str) -> int | None:
    """Give a parameter's seconds, or None without it; else InvalidRequest."""
    return read_by(req, name, parse_duration)


def read_by(req: falcon.Request, name: str, parse: Callable[[str], int]) -> int | None:
    """Give what `parse` reads, or None without the parameter; its ValueError is InvalidRequest."""
    text = req.get_param(name)
    if text is None:
        return None
    try:
        return parse(text)
    except ValueError as ex:
        raise InvalidRequest(f"The parameter '{name}' is invalid: {ex}.") from ex
