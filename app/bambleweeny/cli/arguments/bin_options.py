"""The options of `bin add`, and the document that they make."""

import os
from argparse import Namespace
from typing import Any, BinaryIO

from bambleweeny.cli.arguments.password_input import given_secret
from bambleweeny.cli.connection.target import ask_password
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.verb import argument
from bambleweeny.core.bins.schemes import SCHEMES
from bambleweeny.options import PREFIX

VERIFY_SECRET = f"{PREFIX}VERIFY_SECRET"
CHALLENGE_SECRET = f"{PREFIX}CHALLENGE_SECRET"

_HMAC = "hmac"
_SIMPLE = tuple(name for name in SCHEMES if name != _HMAC)
_WITH_COMMAS = ", ".join(_SIMPLE)

BIN_OPTIONS = (
    argument("--name", metavar="NAME", help="the name of the bin; its URL is /bins/@USER/NAME"),
    argument(
        "--keep-request",
        action="store_true",
        help="accept all methods and paths, and keep them with query and headers",
    ),
    argument(
        "--verify",
        action="append",
        metavar="SCHEME:SECRET",
        help=f"refuse requests that are not signed; {_WITH_COMMAS}; repeat it for a second secret",
    ),
    argument(
        "--challenge",
        action="append",
        metavar="PROVIDER[:SECRET]",
        help="answer the handshake of meta, slack, dropbox, zoom, microsoft, twitter or trello",
    ),
    argument(
        "--once",
        metavar="PART",
        help="store a request once by 'header NAME', 'query NAME' or 'body PATH'",
    ),
    argument("--max-body", metavar="SIZE", help="the largest body; the default is 256kb"),
    argument("--rate", metavar="RATE", help="the most requests; the default is 600/m"),
    argument("--ends", metavar="DURATION", help="how long the URL answers; the default is always"),
)
"""The options that need a document."""

SECRETS_NOTE = f"""A SECRET is a text, @FILE, or - for a line of standard input. Without one,
--verify takes {VERIFY_SECRET} or prompts, and --challenge takes
{CHALLENGE_SECRET}. Other users can see the texts of a command line."""


def document_of(args: Namespace, stdin: BinaryIO | None) -> dict[str, Any]:
    """Return the fields of a document without its list; WrongUse for a bad option."""
    names = ("name", "once", "max_body", "rate", "ends")
    document = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    if args.keep_request:
        document["keep"] = "request"
    if args.verify:
        document["verify"] = _verify_of(args.verify, stdin)
    if args.challenge:
        document["challenge"] = _challenge_of(args.challenge, stdin)
    return document


def _verify_of(words: list[str], stdin: BinaryIO | None) -> dict[str, Any]:
    schemes = {word.partition(":")[0] for word in words}
    if _HMAC in schemes:
        raise WrongUse("The scheme 'hmac' needs a document: write one for 'bin set'.")
    # NOTE: an unknown scheme may be a secret, so that the message does not show it.
    if not schemes.issubset(_SIMPLE):
        raise WrongUse(f"--verify is SCHEME:SECRET; a scheme is one of {_WITH_COMMAS}.")
    if len(schemes) > 1:
        raise WrongUse("The secrets of --verify have one scheme.")
    [scheme] = schemes
    return {"scheme": scheme, "secrets": [_secret_in(word, stdin) for word in words]}


def _secret_in(word: str, stdin: BinaryIO | None) -> str:
    scheme, colon, secret = word.partition(":")
    if colon:
        return given_secret(scheme, secret, stdin)
    known = os.environ.get(VERIFY_SECRET)
    otherwise = f"it as in {scheme}:@FILE, or in {VERIFY_SECRET}"
    return known or ask_password(f"Secret of {scheme}: ", otherwise, "secret")


def _challenge_of(words: list[str], stdin: BinaryIO | None) -> str | dict[str, str]:
    if len(words) > 1:
        raise WrongUse("A bin has one --challenge.")
    [word] = words
    provider, colon, text = word.partition(":")
    secret = given_secret(provider, text, stdin) if colon else os.environ.get(CHALLENGE_SECRET)
    return {"provider": provider, "secret": secret} if secret else provider
