"""`bambleweeny health`: check the health of a server, for example for a container."""

import sys

from bambleweeny.cli.escapes import to_people, visible
from bambleweeny.names import parse_server_url

_SECONDS = 5.0


def check_health(url: str, default_path: str = "") -> int:
    """Return 0 if a URL answers 200, 1 if it does not, 2 if it is not a valid URL.

    `default_path` is asked if the URL has no path.
    """
    from http.client import HTTPException  # noqa: PLC0415
    from urllib.error import HTTPError, URLError  # noqa: PLC0415  slow imports
    from urllib.parse import urlsplit  # noqa: PLC0415
    from urllib.request import ProxyHandler, build_opener  # noqa: PLC0415

    address, mark, query = url.partition("?")
    try:
        address = parse_server_url(address)
    except ValueError as ex:
        to_people(f"bambleweeny: URL: {ex}.")
        return 2
    asked = f"{address}{'' if urlsplit(address).path else default_path}{mark}{query}"
    try:
        # NOTE: without this, urllib would use a proxy of the environment.
        with build_opener(ProxyHandler({})).open(asked, timeout=_SECONDS) as answer:
            text = answer.read(1000).decode(errors="replace").rstrip("\n")
            print(visible(text) if sys.stdout.isatty() else text)
    except HTTPError as ex:
        with ex:
            return _report_unhealthy(
                asked, f"{ex.code} {ex.read(1000).decode(errors='replace').rstrip()}"
            )
    except (URLError, OSError, HTTPException, ValueError) as ex:
        return _no_answer(url, ex)
    return 0


def _no_answer(url: str, ex: Exception) -> int:
    """Print why there is no answer, if possible with the operating system's reason."""
    cause = getattr(ex, "reason", ex)
    reason = getattr(cause, "strerror", None) or str(cause)
    advice = " Try http:// instead." if "WRONG_VERSION_NUMBER" in reason else ""
    to_people(f"bambleweeny: There is no answer from {url}: {reason}.{advice}")
    return 1


def _report_unhealthy(url: str, reason: str) -> int:
    to_people(f"bambleweeny: {url} is not healthy: {reason}")
    return 1
