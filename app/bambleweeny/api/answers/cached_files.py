"""Static files and pages of the server: compressed once, with an ETag; pages have a nonce."""

import gzip
import re
import secrets
import struct
import zlib
from collections.abc import Callable
from functools import cached_property
from hashlib import sha256

import falcon

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATED = "no-cache"
"""A browser revalidates each time, so that the file fits the server."""
_NEVER_STORED = "no-store"
"""A nonce is for one answer. A program that keeps a page may still revalidate it by its ETag."""
# NOTE: not 'self' for scripts and styles: tenants can publish some under this origin.
PAGE_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
    "img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_WEIGHT = re.compile(r"\s*(?:q=(?:1(?:\.0{0,3})?|0\.(?!0*\s*$)\d{1,3})\s*)?", re.ASCII)
"""A weight that is not 0; an invalid one counts as 0."""
_GZIP_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"


class CachedFile:
    """A file with its content type. `version` is a digest of its bytes."""

    def __init__(self, data: bytes, content_type: str) -> None:
        self.data = data
        self.content_type = content_type
        self.version = sha256(data).hexdigest()[:16]

    @cached_property
    def compressed(self) -> bytes:
        """The gzip data, which are the same in every worker."""
        return gzip.compress(self.data, mtime=0)

    def answer(self, req: falcon.Request, resp: falcon.Response, cache_control: str) -> None:
        """Answer the file, or 304 if the client has it."""
        zipped = takes_gzip(req)
        resp.set_header("Cache-Control", cache_control)
        resp.append_header("Vary", "Accept-Encoding")
        resp.set_header("ETag", f'"{self.version}{".gz" if zipped else ""}"')
        if _is_known(req, self.version, f"{self.version}.gz"):
            resp.status = 304
            return
        resp.content_type = self.content_type
        if zipped:
            resp.set_header("Content-Encoding", "gzip")
        resp.data = self.compressed if zipped else self.data


class NoncePage:
    """HTML with one place for the tags that carry a nonce; the rest is compressed once.

    `tags` makes these tags for a nonce, and `policy` is the Content-Security-Policy, with
    `{nonce}` in place of each nonce.
    """

    def __init__(
        self, html: str, place: str, tags: Callable[[str], str], policy: str = PAGE_POLICY
    ) -> None:
        before, _, after = html.partition(place)
        self._before, self._after = before.encode(), after.encode()
        self._tags = tags
        self._policy = policy
        self.version = sha256(self._before + tags("").encode() + self._after).hexdigest()[:16]

    def answer(self, req: falcon.Request, resp: falcon.Response, status: int = 200) -> None:
        """Answer the page with a new nonce, or 304 if the client has it."""
        nonce = secrets.token_urlsafe(16)
        middle = self._tags(nonce)
        resp.set_header("Cache-Control", _NEVER_STORED)
        resp.append_header("Vary", "Accept-Encoding")
        resp.set_header("Referrer-Policy", "no-referrer")
        resp.set_header("X-Frame-Options", "DENY")
        resp.set_header("Cross-Origin-Opener-Policy", "same-origin")
        resp.set_header("Cross-Origin-Resource-Policy", "same-origin")
        if status == 200:
            # NOTE: a weak tag, since the nonce differs.
            resp.set_header("ETag", f'W/"{self.version}"')
            if _is_known(req, self.version):
                # NOTE: no policy, so that the client keeps the one of its page.
                resp.status = 304
                return
        resp.status = status
        resp.content_type = "text/html; charset=utf-8"
        resp.set_header("Content-Security-Policy", self._policy.format(nonce=nonce))
        if takes_gzip(req):
            resp.set_header("Content-Encoding", "gzip")
            resp.data = self._compressed(middle.encode())
        else:
            resp.data = self._before + middle.encode() + self._after

    def _compressed(self, middle: bytes) -> bytes:
        """Return gzip data: two compressed parts with an uncompressed part between them."""
        before, after = self._parts
        stored = struct.pack("<BHH", 0, len(middle), len(middle) ^ 0xFFFF) + middle
        checksum = zlib.crc32(self._after, zlib.crc32(middle, zlib.crc32(self._before)))
        size = len(self._before) + len(middle) + len(self._after)
        return _GZIP_HEADER + before + stored + after + struct.pack("<II", checksum, size)

    @cached_property
    def _parts(self) -> tuple[bytes, bytes]:
        first = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
        last = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
        return (
            first.compress(self._before) + first.flush(zlib.Z_FULL_FLUSH),
            last.compress(self._after) + last.flush(),
        )


def takes_gzip(req: falcon.Request) -> bool:
    """Check whether the client accepts gzip, by RFC 9110 section 12.5.3."""
    accepted: dict[str, bool] = {}
    for coding in (req.get_header("Accept-Encoding") or "").lower().split(","):
        name, _, weight = coding.partition(";")
        accepted[name.strip()] = _WEIGHT.fullmatch(weight) is not None
    return accepted.get("gzip", accepted.get("*", False))


def _is_known(req: falcon.Request, *versions: str) -> bool:
    return any(etag in versions or etag == "*" for etag in req.if_none_match or ())
