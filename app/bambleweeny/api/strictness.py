"""Nothing in a request is ignored silently: what a call does not take is refused by name."""

from collections.abc import Mapping, Sequence

import falcon

from bambleweeny.errors import InvalidRequest, UnknownParameter

BODY = "Content-Length"
"""Declares that a call takes a body."""

_EVERYWHERE = ("token", "_")
"""The token of a client that cannot send headers, and the cache buster of some."""
_LONGEST_GUESSED = 64
"""In characters. A longer name is no misspelled one."""
_NO_BODY = (None, "", "0")

_CONDITIONS = (
    ("HTTP_IF_MATCH", "If-Match"),
    ("HTTP_IF_NONE_MATCH", "If-None-Match"),
    ("HTTP_CONTENT_RANGE", "Content-Range"),
)
_ONCE = (("HTTP_IDEMPOTENCY_KEY", "Idempotency-Key"),)
_BINDING: dict[str, tuple[tuple[str, str], ...]] = {
    "PUT": _CONDITIONS,
    "DELETE": _CONDITIONS,
    "POST": _CONDITIONS + _ONCE,
    "PATCH": _CONDITIONS + _ONCE,
}
"""Headers without which a write does something else. A PUT and a DELETE can be repeated anyway."""
_WITH_BODY = ("POST", "PUT", "PATCH")
"""A body of other methods has no meaning (RFC 9110, section 9.3), whatever the call."""


def refuse_unknown(req: falcon.Request, taken: Sequence[str]) -> None:
    """Raise InvalidRequest if the call does not take a parameter, a body or a binding header.

    `taken` are the names of the call's query parameters and headers, BODY among them.
    """
    env = req.env
    if req.query_string:
        _check_parameters(req.params, taken)
    method = env["REQUEST_METHOD"]
    for variable, header in _BINDING.get(method, ()):
        if variable in env and header not in taken:
            raise InvalidRequest(
                f"This call does not take the header '{header}'.",
                hint="Without it the call would do something else than you ask for.",
            )
    if method in _WITH_BODY and BODY not in taken:
        refuse_body(req)


def refuse_body(req: falcon.Request) -> None:
    """Raise InvalidRequest if the request has a body."""
    if req.env.get("CONTENT_LENGTH") not in _NO_BODY:
        raise InvalidRequest("This call takes no body.", hint="Its options are query parameters.")


def _check_parameters(params: Mapping[str, str | list[str]], taken: Sequence[str]) -> None:
    for name, value in params.items():
        if (name not in taken or not name.islower()) and name not in _EVERYWHERE:
            raise _unknown(name, taken)
        if isinstance(value, list):
            raise InvalidRequest(f"The parameter '{name}' is given more than once.")


def _unknown(name: str, taken: Sequence[str]) -> UnknownParameter:
    from difflib import get_close_matches  # noqa: PLC0415  a rare mistake need not slow the start

    known = [word for word in (*taken, "token") if word.islower()]
    near = get_close_matches(name.lower(), known, 1) if len(name) <= _LONGEST_GUESSED else []
    guess = f"; the nearest known one is '{near[0]}'" if near else ""
    listed = ", ".join(f"'{word}'" for word in sorted(known))
    return UnknownParameter(
        f"The parameter '{name[:_LONGEST_GUESSED]}' is unknown to this call{guess}.",
        hint=f"The call takes {listed}.",
    )
