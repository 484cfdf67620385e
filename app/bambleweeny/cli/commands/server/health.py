"""`bambleweeny health`: ask a server whether it is well, as a container's health check does."""

import sys

from bambleweeny.cli.escapes import to_people, visible
from bambleweeny.names import parse_server_url

_SECONDS = 5.0


def check_health(url: str) -> int:
    """Give 0 where a URL answers 200, 1 where not, 2 where it is none.

    Without a path it is `/healthz`'s.
    """
    from http.client import HTTPException  # noqa: PLC0415
    from urllib.error import HTTPError, URLError  # noqa: PLC0415  these cost what a start does
    from urllib.parse import urlsplit  # noqa: PLC0415
    from urllib.request import ProxyHandler, build_opener  # noqa: PLC0415

    address, mark, query = url.partition("?")
    try:
        address = parse_server_url(address)
    except ValueError as ex:
        to_people(f"bambleweeny: URL: {ex}.")
        return 2
    asked = f"{address}{'' if urlsplit(address).path else '/healthz'}{mark}{query}"
    try:
        # NOTE: a proxy of the environment is meant for other places.
        with build_opener(ProxyHandler({})).open(asked, timeout=_SECONDS) as answer:
            text = answer.read(1000).decode(errors="replace").rstrip("\n")
            print(visible(text) if sys.stdout.isatty() else text)
    except HTTPError as ex:
        with ex:
            return _tell(asked, f"{ex.code} {ex.read(1000).decode(errors='replace').rstrip()}")
    except (URLError, OSError, HTTPException, ValueError) as ex:
        return _no_answer(url, ex)
    return 0


def _no_answer(url: str, ex: Exception) -> int:
    """Say why there is no answer, in the system's words where it has some."""
    cause = getattr(ex, "reason", ex)
    reason = getattr(cause, "strerror", None) or str(cause)
    advice = " Try http:// in its place." if "WRONG_VERSION_NUMBER" in reason else ""
    to_people(f"bambleweeny: There is no answer from {url}: {reason}.{advice}")
    return 1


def _tell(url: str, reason: str) -> int:
    to_people(f"bambleweeny: {url} is not well: {reason}")
    return 1
