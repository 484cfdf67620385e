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


def make_public(req: falcon.Request, resp: falcon.Response) -> None:
    """Let any page read the answer, and let it do no harm."""
    resp.set_headers(_SAFE)
    if req.method == "OPTIONS" and req.get_header("Access-Control-Request-Method"):
        resp.set_header("Access-Control-Allow-Methods", "*")
        resp.set_header("Access-Control-Allow-Headers", "*")
