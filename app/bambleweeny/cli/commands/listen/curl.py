"""A request as a curl command that can be pasted into any shell of Unix."""

import shlex
from base64 import b64encode

from bambleweeny.cli.commands.listen.outgoing import Outgoing
from bambleweeny.cli.escapes import visible

_MOST_AS_ARGUMENT = 64 << 10
"""In bytes; Linux has a bound of 128 kB for one argument."""
_GLOBS = frozenset("[]{}")
LOGIN = "TO_LOGIN"
"""The shell's variable for user:password, so that the command does not show them."""


def curl_of(outgoing: Outgoing) -> str:
    """Return a curl command that sends the request.

    Nothing in the request can end a quoted word, name a file or hide in a terminal: a body or
    header with other than visible characters is written as base64 or in octal.
    """
    url = outgoing.target.place + outgoing.url
    # NOTE: curl expands [] and {} in a URL, unless it has --globoff.
    globoff = ["--globoff"] if _GLOBS.intersection(url) else []
    words = ["curl", *globoff, *_as_is(url), *_method(outgoing)]
    if outgoing.target.login:
        words += ["-u", f'"${LOGIN}"']
    names = {name.lower() for name in outgoing.headers}
    for name, text in outgoing.headers.items():
        if not (name.lower() == "authorization" and outgoing.target.login):
            # NOTE: curl drops a header without a value, unless it ends with a semicolon.
            line = f"{name}: {text}" if text.strip() else f"{name};"
            words += ["-H", _word(line.encode("latin-1"))]
    before = ""
    if outgoing.body is not None:
        if "content-type" not in names:
            words += ["-H", "'Content-Type:'"]
        if _is_plain(outgoing.body) and len(outgoing.body) <= _MOST_AS_ARGUMENT:
            words += ["--data-raw", _word(outgoing.body)]
        else:
            before = f"printf %s '{b64encode(outgoing.body).decode()}' | base64 -d | "
            words += ["-H", "'Expect:'", "--data-binary", "@-"]
    return before + " ".join([*words, shlex.quote(url)])


def _as_is(url: str) -> list[str]:
    """Keep curl from resolving dot segments, which `listen` sends as they are."""
    path = url.partition("?")[0].lower()
    return ["--path-as-is"] if "/." in path or "%2e" in path else []


def _method(outgoing: Outgoing) -> list[str]:
    if outgoing.method == "HEAD" and outgoing.body is None:
        return ["--head"]
    return ["-X", shlex.quote(outgoing.method)]


def _is_plain(text: bytes) -> bool:
    try:
        return visible(text.decode(), keep="\n") == text.decode()
    except UnicodeDecodeError:
        return False


def _word(text: bytes) -> str:
    """Quote bytes for sh; what is not plain text is written by printf, in octal."""
    if _is_plain(text):
        return shlex.quote(text.decode())
    octal = "".join(f"\\{byte:03o}" for byte in text)
    return f"\"$(printf '{octal}')\""
