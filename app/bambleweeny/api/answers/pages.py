"""What pages for browsers share: redirects to the page's own path, and the tags with a nonce."""

from urllib.parse import quote

import falcon

_STYLE = '<link rel="stylesheet" nonce="{nonce}" href="{url}">'
_SCRIPT = '<script defer nonce="{nonce}" src="{url}"></script>'
_MODULE = '<script type="module" nonce="{nonce}" src="{url}"></script>'
_ICON = '<link rel="icon" href="{url}">'


def tag_of(url: str, nonce: str, *, is_module: bool = False) -> str:
    """Return the tag of a style sheet, a script or an icon, by the end of its URL."""
    script = _MODULE if is_module else _SCRIPT
    tags = {"css": _STYLE, "js": script, "svg": _ICON}
    return tags[url.rpartition(".")[2]].format(nonce=nonce, url=url)


def redirect(resp: falcon.Response, location: str, status: int = 302) -> None:
    """Answer a redirect. A relative location is right for any prefix that a proxy strips."""
    resp.status = status
    resp.set_header("Location", location)


def is_redirected(req: falcon.Request, resp: falcon.Response) -> bool:
    """Redirect from a path with a slash at its end, where a page's relative links would fail."""
    path = req.env.get("PATH_INFO", "")
    if not path.endswith("/"):
        return False
    # NOTE: WSGI decodes the path as Latin-1, and a header may not contain all that a path can.
    last = quote(path.rstrip("/").rpartition("/")[2].encode("latin-1"))
    query = f"?{req.query_string}" if req.query_string else ""
    redirect(resp, f"../{last}{query}")
    return True
