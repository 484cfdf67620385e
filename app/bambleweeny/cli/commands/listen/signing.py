"""Signing a request anew, for a receiver that has another secret than the sender."""

import time
from collections.abc import Mapping
from pathlib import Path

from bambleweeny.cli.failures import WrongUse
from bambleweeny.core.bins.schemes import (
    SCHEMES,
    Scheme,
    check_scheme,
    check_secret,
    replaced_headers,
    sign,
    signature_headers,
)

NAMES = tuple(name for name in SCHEMES if name != "hmac")
_FORM_OF_HMAC = "hmac:HEADER[:ALGORITHM[:ENCODING[:PREFIX]]]"


class Signer:
    """Signs requests with a secret, by a scheme or by that of each request's headers."""

    def __init__(self, secret: str, scheme: Scheme | None) -> None:
        self._secret = secret
        self._scheme = scheme

    def signed(self, headers: Mapping[str, str], body: bytes) -> dict[str, str] | None:
        """Return the headers with a new signature, or None if there can be none.

        NOTE: no error, since anyone can send a request without a signature to a bin.
        """
        scheme = self._scheme or _scheme_of(headers)
        if scheme is None:
            return None
        wrong = replaced_headers(scheme)
        kept = {name: text for name, text in headers.items() if name.lower() not in wrong}
        try:
            return {**kept, **sign(scheme, self._secret, headers, body, time.time())}
        except ValueError:
            return None


def signer_of(secret: str | None, scheme: str | None) -> Signer | None:
    """Return the signer of --resign and --scheme; None without them. WrongUse if they are bad."""
    if secret is None:
        if scheme is not None:
            raise WrongUse("--scheme needs --resign SECRET.")
        return None
    if secret.startswith("@@"):
        secret = secret[1:]
    elif secret.startswith("@"):
        secret = Path(secret[1:]).expanduser().read_text("utf-8").rstrip("\r\n")
    try:
        known = None if scheme is None else _parse_scheme(scheme)
        # NOTE: this checks the length of the secret, too, if the scheme is not yet known.
        check_secret(known or Scheme("github"), secret)
    except ValueError as ex:
        raise WrongUse(f"--resign and --scheme cannot be used: {ex}.") from ex
    return Signer(secret, known)


def _parse_scheme(text: str) -> Scheme:
    name, *others = text.split(":", 4)
    if name == "hmac" and not others:
        raise ValueError(f"write {_FORM_OF_HMAC}")
    scheme = Scheme(name, *others)  # type: ignore[arg-type]
    check_scheme(scheme)
    return scheme


def _scheme_of(headers: Mapping[str, str]) -> Scheme | None:
    names = {name.lower() for name in headers}
    schemes = (Scheme(name) for name in NAMES)  # type: ignore[arg-type]
    for scheme in schemes:
        if names.issuperset(header.lower() for header in signature_headers(scheme)):
            return scheme
    return None
