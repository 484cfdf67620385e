"""Errors of bin documents, and of requests to bins."""

from collections.abc import Mapping

from bambleweeny.errors.bad_requests import InvalidRequest
from bambleweeny.errors.base import BambleweenyError


class InvalidBin(InvalidRequest):
    """A field of the bin document cannot be used."""

    code, info = "invalid_bin", "A field of the bin document cannot be used."
    hint: str | None = "See /docs/webhook-reference."


# NOTE: no Unauthorized, after which clients renew their tokens.
class InvalidSignature(BambleweenyError):
    """The bin takes signed requests, and this one is not signed with its secrets."""

    code, status, info = "invalid_signature", 401, "The signature is missing or wrong."
    hint = "Sign the body as it is sent, with the bin's secret, and check the clock."
    reason = ""
    """Why it is refused; only the owner of the bin may know."""


class BinNameTaken(BambleweenyError):
    """Another bin of the user has the name."""

    code, status, info = "bin_name_taken", 409, "Another bin has this name."


class RateLimited(BambleweenyError):
    """The requests exceed a rate; `retry_after` says when the next one is accepted."""

    code, status, info = "rate_limited", 429, "Too many requests."
    limit_headers: Mapping[str, str] | None = None
    """RateLimit and RateLimit-Policy of the answer."""
