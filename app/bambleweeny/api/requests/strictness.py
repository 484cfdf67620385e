"""Strict requests: refuse parameters, headers and bodies that a call does not accept.

Each responder declares what it accepts: `@falcon.before(authenticated, takes("ttl"))`.
"""

from collections.abc import Iterable, Mapping

import falcon

from bambleweeny.errors import InvalidRequest, UnknownParameter

_FOR_ALL_CALLS = ("token", "_")
"""Parameters of all calls: the token, and the cache buster that some clients add."""
_MAX_GUESSED = 64
"""In characters. A longer name is not compared with the known ones."""
_NO_BODY = (None, "", "0")

CONDITIONS = ("If-Match", "If-None-Match")
_ALWAYS = (*CONDITIONS, "Content-Range")
_IDEMPOTENCY_KEY = "Idempotency-Key"
_WRITE_HEADERS: dict[str, tuple[str, ...]] = {
    "PUT": _ALWAYS,
    "DELETE": _ALWAYS,
    "POST": (*_ALWAYS, _IDEMPOTENCY_KEY),
    "PATCH": (*_ALWAYS, _IDEMPOTENCY_KEY),
}
"""Headers that change what a write does; a call must support or refuse them.

PUT and DELETE may have an Idempotency-Key: they are idempotent anyway.
"""


class Takes:
    """What a call accepts: query parameters, headers that change a write, and maybe a body.

    `with_userid` are the parameters if the call also accepts `?userid=`, with which the admin acts
    as another user.
    """

    __slots__ = ("body", "headers", "parameters", "with_userid")

    def __init__(self, names: Iterable[str], *, body: bool) -> None:
        given = frozenset(names)
        self.headers = given & {*CONDITIONS, _IDEMPOTENCY_KEY}
        self.parameters = given - self.headers | {*_FOR_ALL_CALLS}
        self.with_userid = self.parameters | {"userid"}
        self.body = body


def takes(*names: str, body: bool = False) -> Takes:
    """Declare the query parameters and headers of a call, and whether it accepts a body."""
    return Takes(names, body=body)


NOTHING = takes()


def refuse_parameters(params: Mapping[str, str | list[str]], known: frozenset[str]) -> None:
    """Raise UnknownParameter, or InvalidRequest if a parameter occurs more than once."""
    for name, value in params.items():
        if name not in known:
            raise _unknown(name, known)
        if type(value) is list:
            raise InvalidRequest(f"The parameter '{name}' is given more than once.")


def refuse_unsupported(req: falcon.Request, accepted: Takes) -> None:
    """Raise InvalidRequest if a write does not accept one of its headers, or its body."""
    env = req.env
    # NOTE: not a loop: this is faster, and most requests have none of them.
    if (
        "HTTP_IF_MATCH" in env
        or "HTTP_IF_NONE_MATCH" in env
        or "HTTP_CONTENT_RANGE" in env
        or "HTTP_IDEMPOTENCY_KEY" in env
    ):
        _check_headers(req, accepted)
    # NOTE: the body of a DELETE has no meaning (RFC 9110, section 9.3.5), so ignore it.
    if not accepted.body and env["REQUEST_METHOD"] != "DELETE":
        refuse_body(req)


def has_body(req: falcon.Request) -> bool:
    """Return whether the request has a body that is not empty."""
    return req.env.get("CONTENT_LENGTH") not in _NO_BODY


def refuse_body(req: falcon.Request) -> None:
    """Raise InvalidRequest if the request has a body."""
    if has_body(req):
        raise InvalidRequest("This call accepts no body.", hint="Its options are query parameters.")


def _check_headers(req: falcon.Request, accepted: Takes) -> None:
    for header in _WRITE_HEADERS.get(req.method, ()):
        if header not in accepted.headers and req.get_header(header) is not None:
            raise InvalidRequest(
                f"This call does not accept the header '{header}'.",
                hint="If the call ignored the header, it would not do what you ask for.",
            )


def _unknown(name: str, known: frozenset[str]) -> UnknownParameter:
    from difflib import get_close_matches  # noqa: PLC0415  a rare mistake need not slow the start

    words = sorted(known - {"_"})
    near = get_close_matches(name.lower(), words, 1) if len(name) <= _MAX_GUESSED else []
    guess = f"; the nearest known one is '{near[0]}'" if near else ""
    listed = ", ".join(f"'{word}'" for word in words)
    return UnknownParameter(
        f"The parameter '{name[:_MAX_GUESSED]}' is unknown to this call{guess}.",
        hint=f"The call takes {listed}.",
    )
