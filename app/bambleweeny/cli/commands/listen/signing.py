"""Signing a request anew, for a receiver that has another secret than the sender."""

import time
from collections.abc import Mapping
from typing import BinaryIO

from bambleweeny.cli.arguments.password_input import given_secret, secret_of
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


class CannotSign(Exception):
    """A request for which there is no signature; the message says why."""


class Signer:
    """Signs requests with a secret, by a scheme or by that of each request's headers."""

    def __init__(self, secret: str, scheme: Scheme | None) -> None:
        self._secret = secret
        self._scheme = scheme

    def signed(self, headers: Mapping[str, str], body: bytes) -> dict[str, str]:
        """Return the headers with a new signature; CannotSign if there can be none."""
        scheme = self._scheme or _scheme_of(headers)
        if scheme is None:
            raise CannotSign("it has no signature of a known scheme; give --scheme")
        wrong = replaced_headers(scheme)
        kept = {name: text for name, text in headers.items() if name.lower() not in wrong}
        try:
            return {**kept, **sign(scheme, self._secret, headers, body, time.time())}
        except ValueError as ex:
            raise CannotSign(f"the secret cannot be used with '{scheme.name}'") from ex


def signer_of(word: str | None, scheme: str | None, stdin: BinaryIO | None) -> Signer | None:
    """Return the signer of --resign and --scheme; None without them. WrongUse if they are bad."""
    if word is None:
        if scheme is not None:
            raise WrongUse("--scheme needs --resign SECRET.")
        return None
    scheme, secret = _scheme_and_secret(word, scheme, stdin)
    try:
        known = None if scheme is None else _parse_scheme(scheme)
        # NOTE: this checks the length of the secret, too, if the scheme is not yet known.
        check_secret(known or Scheme("github"), secret)
    except ValueError as ex:
        raise WrongUse(f"--resign and --scheme cannot be used: {ex}.") from ex
    return Signer(secret, known)


def _scheme_and_secret(
    word: str, scheme: str | None, stdin: BinaryIO | None
) -> tuple[str | None, str]:
    """Return the scheme, if one is given, and the secret of SECRET or SCHEME:SECRET."""
    before, colon, rest = word.partition(":")
    if before not in SCHEMES:
        return scheme, secret_of(word, stdin)
    if scheme is not None:
        raise WrongUse(
            "Give the scheme in --resign or in --scheme, not in both.",
            hint=f"--resign @FILE takes a secret that begins with '{before}'.",
        )
    if before == "hmac":
        raise WrongUse(f"The scheme 'hmac' needs more: give --scheme {_FORM_OF_HMAC}.")
    if not colon:
        raise WrongUse(f"--resign {before} has no secret; write {before}:@FILE.")
    return before, given_secret(before, rest, stdin)


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
