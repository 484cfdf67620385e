"""The headers of all public answers, from routes and bins.

A tenant can publish any bytes under the origin of the console, so a browser has to run them in
a sandbox and must not guess their content type.
"""

import falcon

_SAFE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Accept-Ranges, B9Y-Routes, Content-Range, ETag, RateLimit, RateLimit-Policy, "
        "Retry-After, X-Request-ID"
    ),
    "Content-Security-Policy": "sandbox allow-scripts allow-forms",
}
"""The gate adds X-Content-Type-Options."""
_PREFLIGHT = {"Access-Control-Allow-Methods": "*", "Access-Control-Allow-Headers": "*"}


def make_public(req: falcon.Request, resp: falcon.Response) -> None:
    """Let a page of any origin read the answer, and sandbox the answer."""
    is_preflight = req.method == "OPTIONS" and req.get_header("Access-Control-Request-Method")
    resp.set_headers(public_headers(bool(is_preflight)))


def public_headers(is_preflight: bool) -> dict[str, str]:
    """Return the headers of public answers; a preflight allows all methods and headers."""
    return _SAFE | _PREFLIGHT if is_preflight else _SAFE
