"""Nothing in a request is ignored silently: what a call does not take is refused by name.

Each call declares what it takes beside its hook, `@falcon.before(authenticated, takes("ttl"))`.
"""

from collections.abc import Iterable, Mapping

import falcon

from bambleweeny.errors import InvalidRequest, UnknownParameter

_EVERYWHERE = ("token", "_")
"""The token of a client that cannot send headers, and the cache buster of some."""
_LONGEST_GUESSED = 64
"""In characters. A longer name is no misspelled one."""
_NO_BODY = (None, "", "0")

CONDITIONS = ("If-Match", "If-None-Match")
_ALWAYS = (*CONDITIONS, "Content-Range")
_ONCE = "Idempotency-Key"
_BINDING: dict[str, tuple[str, ...]] = {
    "PUT": _ALWAYS,
    "DELETE": _ALWAYS,
    "POST": (*_ALWAYS, _ONCE),
    "PATCH": (*_ALWAYS, _ONCE),
}
"""Headers without which a write does something else. A PUT and a DELETE can be repeated anyway."""


class Takes:
    """What a call takes: query parameters, with `userid` if the admin can act for others in it,
    headers that bind a write, and maybe a body.
    """

    __slots__ = ("acting", "body", "headers", "parameters")

    def __init__(self, names: Iterable[str], *, body: bool) -> None:
        given = frozenset(names)
        self.headers = given & {*CONDITIONS, _ONCE}
        self.parameters = given - self.headers | {*_EVERYWHERE}
        self.acting = self.parameters | {"userid"}
        self.body = body


def takes(*names: str, body: bool = False) -> Takes:
    """Declare the query parameters and headers of a call, and whether it takes a body."""
    return Takes(names, body=body)


NOTHING = takes()


def refuse_parameters(params: Mapping[str, str | list[str]], known: frozenset[str]) -> None:
    """Raise InvalidRequest if a query parameter is not known, or given more than once."""
    for name, value in params.items():
        if name not in known:
            raise _unknown(name, known)
        if type(value) is list:
            raise InvalidRequest(f"The parameter '{name}' is given more than once.")


def refuse_unbound(req: falcon.Request, taken: Takes) -> None:
    """Raise InvalidRequest if a write does not take a header that binds it, or its body."""
    env = req.env
    # NOTE: written out, since most requests have none of them.
    if (
        "HTTP_IF_MATCH" in env
        or "HTTP_IF_NONE_MATCH" in env
        or "HTTP_CONTENT_RANGE" in env
        or "HTTP_IDEMPOTENCY_KEY" in env
    ):
        _check_headers(req, taken)
    # NOTE: the body of a DELETE has no meaning, whatever the call (RFC 9110, section 9.3.5).
    if not taken.body and env["REQUEST_METHOD"] != "DELETE":
        refuse_body(req)


def refuse_body(req: falcon.Request) -> None:
    """Raise InvalidRequest if the request has a body."""
    if req.env.get("CONTENT_LENGTH") not in _NO_BODY:
        raise InvalidRequest("This call takes no body.", hint="Its options are query parameters.")


def _check_headers(req: falcon.Request, taken: Takes) -> None:
    for header in _BINDING.get(req.method, ()):
        if header not in taken.headers and req.get_header(header) is not None:
            raise InvalidRequest(
                f"This call does not take the header '{header}'.",
                hint="Without it the call would do something else than you ask for.",
            )


def _unknown(name: str, known: frozenset[str]) -> UnknownParameter:
    from difflib import get_close_matches  # noqa: PLC0415  a rare mistake need not slow the start

    words = sorted(known - {"_"})
    near = get_close_matches(name.lower(), words, 1) if len(name) <= _LONGEST_GUESSED else []
    guess = f"; the nearest known one is '{near[0]}'" if near else ""
    listed = ", ".join(f"'{word}'" for word in words)
    return UnknownParameter(
        f"The parameter '{name[:_LONGEST_GUESSED]}' is unknown to this call{guess}.",
        hint=f"The call takes {listed}.",
    )
