"""The grammar of headers and cookies, what a rule may not set, and CORS."""

import re
from collections.abc import Iterable
from typing import Literal

from bambleweeny.core.mocks.refusals import Refused, refusal

Cors = Literal["*", "credentials", "off"]

_BANNED = frozenset(
    (
        # They protect all pages of this origin, or change how it is reached.
        "content-security-policy", "content-security-policy-report-only",
        "x-content-type-options", "strict-transport-security", "public-key-pins",
        "public-key-pins-report-only", "expect-ct", "clear-site-data", "service-worker-allowed",
        "refresh", "alt-svc", "nel", "report-to", "reporting-endpoints", "use-as-dictionary",
        "speculation-rules", "origin-agent-cluster", "set-login", "sourcemap",
        # Lengths and hop-by-hop headers.
        "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer",
        "upgrade",
        # The server sets them in each answer.
        "date", "x-request-id",
        # What a proxy in front would act on.
        "x-sendfile", "x-lighttpd-send-file", "surrogate-control",
        # Cookies are set by `cookies`.
        "set-cookie", "set-cookie2",
    )
)  # fmt: skip
_BANNED_PREFIXES = ("b9y-", "access-control-", "proxy-", "x-accel-")

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}").fullmatch
_VALUE = re.compile(r"[\t\x20-\x7e]*").fullmatch
_COOKIE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*").fullmatch

_EXPOSED = (
    "Accept-Ranges, B9Y-Routes, Content-Range, ETag, Link, Location, Preference-Applied, "
    "Retry-After, X-Request-ID, X-Total-Count"
)


_FOR_ALL = ("Access-Control-Allow-Origin", "*")


def is_allowed(name: str) -> bool:
    """Whether a rule may set a header."""
    lower = name.lower()
    return lower not in _BANNED and not lower.startswith(_BANNED_PREFIXES)


def check_header_name(name: str) -> None:
    """Raise Refused unless a rule may set a header of this name."""
    if not _NAME(name):
        raise Refused("invalid_header", f"'{name[:64]}' is no name of a header")
    if not is_allowed(name):
        hint = {"set-cookie": ": use 'cookies'"}.get(name.lower(), "")
        hint = ": use 'cors'" if name.lower().startswith("access-control-") else hint
        raise Refused("header_not_allowed", f"A rule may not set the header '{name}'{hint}")


def is_header_value(text: str) -> bool:
    """Return whether a text can be a header's value: visible ASCII, blanks and tabs, up to 8 kB."""
    return len(text) <= 8192 and _VALUE(text) is not None


def is_cookie_name(text: str) -> bool:
    """Return whether a text can name a cookie."""
    return _NAME(text) is not None


def is_cookie_value(text: str) -> bool:
    """Return whether a text can be a cookie's value: no blanks, quotes, commas or semicolons."""
    return len(text) <= 4096 and _COOKIE(text) is not None


def cors_headers(cors: Cors, origin: str, shown: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Return the CORS headers of an answer; `shown` are its other headers that pages may read.

    `credentials` echoes the caller's Origin, and answers as `*` without one.
    """
    if cors == "off":
        return []
    exposed = ("Access-Control-Expose-Headers", ", ".join([_EXPOSED, *shown]))
    if cors == "*" or not origin or not is_header_value(origin):
        return [_FOR_ALL, exposed]
    return [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
        ("Vary", "Origin"),
        exposed,
    ]


def preflight_headers(cors: Cors, origin: str, method: str, wanted: str) -> list[tuple[str, str]]:
    """Return the CORS headers of a preflight: what the page asks for is allowed.

    They are named, since `*` does not count for a request with credentials.
    """
    if cors == "off":
        return []
    found = cors_headers(cors, origin)[:-1]
    if _NAME(method):
        found.append(("Access-Control-Allow-Methods", method))
    if wanted and is_header_value(wanted):
        found.append(("Access-Control-Allow-Headers", wanted))
    return [*found, ("Access-Control-Max-Age", "600")]


_IN_ANSWERS = {
    "header": (is_header_value, "A header has visible ASCII alone; |url writes any text so."),
    "cookie": (
        is_cookie_value,
        "A cookie has no blanks, quotes, commas and semicolons; |url writes any text so.",
    ),
}


def text_for(place: Literal["header", "cookie"], name: str, data: bytes) -> str:
    """Return what a rule puts into a header or a cookie, or raise `unusable_answer`."""
    is_fit, hint = _IN_ANSWERS[place]
    text = data.decode("utf-8", "replace")
    if not is_fit(text):
        info = f"The request brought what cannot stand in the {place} '{name}'."
        raise refusal("unusable_answer", info, hint)
    return text
