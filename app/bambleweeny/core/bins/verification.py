"""The `verify` of a bin document: how the requests to the bin are signed."""

from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from bambleweeny.core.bins.schemes import (
    Algorithm,
    Encoding,
    Scheme,
    SchemeName,
    check_scheme,
    check_secret,
    has_time,
    is_signed,
    signature_headers,
    signed_time,
)
from bambleweeny.core.mocks.refusals import Refused
from bambleweeny.errors import BambleweenyError, InvalidSignature

SECRETS = 5
TOLERANCE = 86_400
"""In seconds."""


class Verify(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The scheme and the secrets of the signatures, and what is done with other requests."""

    scheme: SchemeName
    secrets: list[str]
    tolerance: int = 300
    otherwise: Literal["reject", "keep"] = msgspec.field(name="else", default="reject")
    header: str | UnsetType = UNSET
    algorithm: Algorithm | UnsetType = UNSET
    encoding: Encoding | UnsetType = UNSET
    prefix: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Check the bounds, the fields of the scheme, and that each secret can be used."""
        if not 1 <= len(self.secrets) <= SECRETS:
            raise Refused("invalid_bin", f"'secrets' has 1 to {SECRETS} secrets")
        if not 1 <= self.tolerance <= TOLERANCE:
            raise Refused("invalid_bin", f"'tolerance' is from 1 to {TOLERANCE:,} seconds")
        own = (self.header, self.algorithm, self.encoding, self.prefix)
        if self.scheme != "hmac" and any(part is not UNSET for part in own):
            raise Refused(
                "invalid_bin",
                "Only 'hmac' takes 'header', 'algorithm', 'encoding' and 'prefix'",
            )
        try:
            check_scheme(self.signatures)
            for secret in self.secrets:
                check_secret(self.signatures, secret)
        except ValueError as ex:
            raise Refused("invalid_bin", str(ex)) from ex

    def __repr__(self) -> str:
        """Hide the secrets."""
        return f"Verify(scheme={self.scheme!r}, secrets={len(self.secrets)})"

    @property
    def signatures(self) -> Scheme:
        """The scheme with its fields."""
        return Scheme(
            self.scheme,
            "" if self.header is UNSET else self.header,
            "sha256" if self.algorithm is UNSET else self.algorithm,
            "hex" if self.encoding is UNSET else self.encoding,
            "" if self.prefix is UNSET else self.prefix,
        )

    def check(self, headers: Mapping[str, str], body: bytes, now: float) -> bool:
        """Return whether a request is signed; the names of its headers are lower-case.

        Headers and body are as they were sent, without any change.
        """
        return is_signed(self.signatures, self.secrets, self.tolerance, headers, body, now)

    def refusal(self, headers: Mapping[str, str], now: float) -> BambleweenyError:
        """Make the error of a request that is not signed; its `reason` is for the bin's owner."""
        names = " and ".join(signature_headers(self.signatures))
        time = f", within {self.tolerance} s of the server's time" if has_time(self.scheme) else ""
        hint = f"This bin takes requests signed with {names}{time}."
        error = InvalidSignature(hint=hint)
        error.reason = self._reason(headers, now)
        return error

    def _reason(self, headers: Mapping[str, str], now: float) -> str:
        missing = [n for n in signature_headers(self.signatures) if not headers.get(n.lower())]
        if missing:
            return f"The request has no header {' and no header '.join(missing)}."
        time = signed_time(self.signatures, headers)
        if time is None:
            return "A header of the signature is malformed."
        if has_time(self.scheme) and abs(now - time) > self.tolerance:
            when = f"{abs(now - time):.0f} s {'before' if time < now else 'after'}"
            return f"It was signed {when} the server's time."
        return "No secret of the bin makes its signature."
