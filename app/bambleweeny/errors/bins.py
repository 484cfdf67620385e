"""Errors of bins and of their documents."""

from bambleweeny.errors.base import BambleweenyError


class BinNameTaken(BambleweenyError):
    """Another bin of the user has the name."""

    code, status, info = "bin_name_taken", 409, "Another bin has this name."


class RateLimited(BambleweenyError):
    """The requests exceed a rate; `retry_after` says when the next one is accepted."""

    code, status, info = "rate_limited", 429, "Too many requests."
