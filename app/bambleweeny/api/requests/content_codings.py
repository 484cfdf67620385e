"""Content codings: decompress request bodies (RFC 9110, section 8.4).

The store only holds decompressed values, items and messages.
"""

import zlib
from collections.abc import Sequence

import falcon

from bambleweeny.api.requests.concurrency import yield_leadership
from bambleweeny.errors import BodyTooLarge, InvalidRequest, UnsupportedCoding

ACCEPTED = "gzip, deflate"
"""The supported codings, as a value of Accept-Encoding (RFC 9110, section 12.5.3)."""

_WBITS = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}
_MAX_CODINGS = 4
_MAX_MEMBERS = 100
"""A gzip file can have many members (RFC 1952, section 2.2), and each costs time."""
_DEFAULT_MAX_BODY = 1 << 20


def is_coded(req: falcon.Request) -> bool:
    """Return whether the request has a Content-Encoding."""
    return "HTTP_CONTENT_ENCODING" in req.env


def decoded(req: falcon.Request, data: bytes) -> bytes:
    """Return the decompressed body.

    Raises UnsupportedCoding, BodyTooLarge if the result exceeds the body limit, and
    InvalidRequest if the bytes are not valid in their coding. Needs a Content-Encoding.
    """
    codings = _codings_of(req)
    if not data or not codings:
        return data
    yield_leadership(req)
    max_bytes = req.env.get("bambleweeny.max_body", _DEFAULT_MAX_BODY)
    for coding in reversed(codings):
        try:
            data = _decompressed(data, coding, max_bytes)
        except zlib.error as ex:
            raise _invalid_coding(coding) from ex
    return data


def _codings_of(req: falcon.Request) -> Sequence[str]:
    words = [word.strip().lower() for word in req.env["HTTP_CONTENT_ENCODING"].split(",")]
    codings = [word for word in words if word not in ("", "identity")]
    if len(codings) > _MAX_CODINGS or not _WBITS.keys() >= set(codings):
        raise UnsupportedCoding()
    return codings


def _decompressed(data: bytes, coding: str, max_bytes: int) -> bytes:
    parts: list[bytes] = []
    room = max_bytes
    for _ in range(_MAX_MEMBERS):
        decompressor = zlib.decompressobj(_WBITS[coding])
        parts.append(decompressor.decompress(data, room + 1))
        room -= len(parts[-1])
        if room < 0:
            raise BodyTooLarge()
        data = decompressor.unused_data
        if not decompressor.eof or (data and coding == "deflate"):
            break
        if not data:
            return b"".join(parts)
    raise _invalid_coding(coding)


def _invalid_coding(coding: str) -> InvalidRequest:
    return InvalidRequest(
        f"The body is not complete and valid {coding}, as its Content-Encoding says."
    )
