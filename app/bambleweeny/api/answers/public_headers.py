"""What every public answer carries.

A tenant can publish any bytes under the origin of the console: a browser runs
them in a sandbox and takes their content type at its word.
"""

import falcon

_SAFE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Accept-Ranges, B9Y-Routes, Content-Range, ETag, Retry-After, X-Request-ID"
    ),
    "Content-Security-Policy": "sandbox allow-scripts allow-forms",
}
"""The gate adds that a browser has to take the content type at its word."""
_PREFLIGHT = {"Access-Control-Allow-Methods": "*", "Access-Control-Allow-Headers": "*"}
_PATHS = ("/routes/", "/bins/")


def make_public(req: falcon.Request, resp: falcon.Response) -> None:
    """Let any page read the answer, and let it do no harm."""
    is_preflight = req.method == "OPTIONS" and req.get_header("Access-Control-Request-Method")
    resp.set_headers(public_headers(bool(is_preflight)))


def public_headers(is_preflight: bool) -> dict[str, str]:
    """Return the headers of every public answer; those of a preflight allow everything."""
    return _SAFE | _PREFLIGHT if is_preflight else _SAFE


def is_public(path: str) -> bool:
    """Tell whether a path is that of a route or a bin."""
    return path.startswith(_PATHS)
