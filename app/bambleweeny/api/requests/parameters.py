"""Query parameters: words, flags, numbers and durations."""

from collections.abc import Callable, Sequence

import falcon

from bambleweeny.errors import InvalidRequest
from bambleweeny.names import parse_duration

_MAX_DIGITS = 9


def read_choice(req: falcon.Request, name: str, words: Sequence[str]) -> str | None:
    """Return a parameter, None without it; InvalidRequest unless it is one of `words`."""
    word = req.get_param(name)
    if word is not None and word not in words:
        raise InvalidRequest(f"The parameter '{name}' takes {' or '.join(filter(None, words))}.")
    return word


def read_flag(req: falcon.Request, name: str) -> bool:
    """Return True for 1, False for 0 or without the parameter; else InvalidRequest."""
    return read_choice(req, name, ("0", "1")) == "1"


def read_switch(req: falcon.Request, name: str) -> bool:
    """Return True for `?raw` and `?raw=1`, False for 0 or without it; else InvalidRequest."""
    return read_choice(req, name, ("", "0", "1")) in ("", "1")


def read_number(req: falcon.Request, name: str, default: int) -> int:
    """Return a parameter's whole number, the default without it; else InvalidRequest."""
    text = req.get_param(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > _MAX_DIGITS:
        raise InvalidRequest(f"The parameter '{name}' takes a whole number.")
    return int(text)


def read_up_to(req: falcon.Request, name: str, maximum: int) -> int | None:
    """Return a parameter's number from 1 to `maximum`, None without it; else InvalidRequest."""
    if not req.has_param(name):
        return None
    number = read_number(req, name, 0)
    if not 1 <= number <= maximum:
        raise InvalidRequest(f"The parameter '{name}' takes 1 to {maximum}.")
    return number


def refuse_beside(req: falcon.Request, what: str, names: Sequence[str]) -> None:
    """Raise InvalidRequest if the request has any of `names`, which conflict with `what`."""
    for name in names:
        if req.has_param(name):
            raise InvalidRequest(f"The parameter '{name}' cannot be combined with {what}.")


def read_duration(req: falcon.Request, name: str) -> int | None:
    """Return a duration parameter in seconds, None without it; else InvalidRequest."""
    return read_by(req, name, parse_duration)


def read_by(req: falcon.Request, name: str, parse: Callable[[str], int]) -> int | None:
    """Return a parameter as `parse` reads it, None without it; ValueError is InvalidRequest."""
    text = req.get_param(name)
    if text is None:
        return None
    try:
        return parse(text)
    except ValueError as ex:
        raise InvalidRequest(f"The parameter '{name}' is invalid: {ex}.") from ex
