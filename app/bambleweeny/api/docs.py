"""The contract as JSON, and Swagger UI over it, without any other host."""

from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import falcon
import msgspec

from bambleweeny.errors import InternalError, NotFound

_ASSETS = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
    "start.js": "text/javascript",
}
_START = b"""window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
"""
_PAGE = b"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bambleweeny API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"


class OpenApi:
    """/openapi.json and /swagger"""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Give the OpenAPI document."""
        resp.content_type = "application/json"
        resp.set_header("Access-Control-Allow-Origin", "*")
        resp.data = document()


class DocsPage:
    """/docs"""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Show the contract in a browser."""
        resp.content_type = "text/html; charset=utf-8"
        resp.set_header("Content-Security-Policy", _POLICY)
        resp.set_header("X-Content-Type-Options", "nosniff")
        resp.data = _PAGE


class DocsAsset:
    """/docs/{asset}"""

    def on_get(self, req: falcon.Request, resp: falcon.Response, asset: str) -> None:
        """Give a file of the page."""
        if asset not in _ASSETS:
            raise NotFound()
        resp.content_type = _ASSETS[asset]
        resp.cache_control = ["max-age=3600"]
        resp.data = _START if asset == "start.js" else (_swagger_ui() / asset).read_bytes()


@cache
def document() -> bytes:
    """Return the OpenAPI document, as JSON."""
    import yaml  # noqa: PLC0415  only the first of these requests pays for it

    text = (files("bambleweeny") / "openapi.yaml").read_text("utf-8")
    return msgspec.json.encode(
        yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    )


@cache
def _swagger_ui() -> Path:
    spec = find_spec("swagger_ui_bundle")
    for place in spec.submodule_search_locations or () if spec else ():
        return next((Path(place) / "vendor").glob("swagger-ui-*"))
    raise InternalError("The package swagger-ui-bundle is not installed.")
