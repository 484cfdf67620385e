"""Content codings: a compressed body is decoded before anything else looks at it.

So a value, an item or a message is never stored under a label that its bytes do not fit.
"""

import zlib
from collections.abc import Sequence

import falcon

from bambleweeny.api.requests.scheduling import step_aside
from bambleweeny.errors import BodyTooLarge, InvalidRequest, UnsupportedCoding

ACCEPTED = "gzip, deflate"
"""The codings, as Accept-Encoding lists them (RFC 9110, section 12.5.3)."""

_FORMS = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}
_MOST_CODINGS = 4
_MOST_MEMBERS = 100
"""A gzip file can be several behind each other, which cost some time each."""
_USUAL_MOST = 1 << 20


def is_coded(req: falcon.Request) -> bool:
    """Tell whether the body has a coding."""
    return "HTTP_CONTENT_ENCODING" in req.env


def decoded(req: falcon.Request, data: bytes) -> bytes:
    """Return a body without its codings, which may make it no longer than a body can be.

    Raises UnsupportedCoding, BodyTooLarge, and InvalidRequest if the bytes are something else.
    """
    codings = _codings_of(req)
    if not data or not codings:
        return data
    step_aside(req)
    most = req.env.get("bambleweeny.max_body", _USUAL_MOST)
    for coding in reversed(codings):
        try:
            data = _unpacked(data, coding, most)
        except zlib.error as ex:
            raise _damaged(coding) from ex
    return data


def _codings_of(req: falcon.Request) -> Sequence[str]:
    words = [word.strip().lower() for word in req.env["HTTP_CONTENT_ENCODING"].split(",")]
    codings = [word for word in words if word not in ("", "identity")]
    if len(codings) > _MOST_CODINGS or not _FORMS.keys() >= set(codings):
        raise UnsupportedCoding()
    return codings


def _unpacked(data: bytes, coding: str, most: int) -> bytes:
    parts: list[bytes] = []
    room = most
    for _ in range(_MOST_MEMBERS):
        unpacker = zlib.decompressobj(_FORMS[coding])
        parts.append(unpacker.decompress(data, room + 1))
        room -= len(parts[-1])
        if room < 0:
            raise BodyTooLarge()
        data = unpacker.unused_data
        if not unpacker.eof or (data and coding == "deflate"):
            break
        if not data:
            return b"".join(parts)
    raise _damaged(coding)


def _damaged(coding: str) -> InvalidRequest:
    return InvalidRequest(f"The body is not whole and valid {coding}, as its coding says.")
