"""The OpenAPI document as JSON, and Swagger UI, without requests to other hosts."""

from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from secrets import token_urlsafe

import falcon
import msgspec

from bambleweeny.errors import InternalError, NotFound

_ASSETS = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
# NOTE: relative URLs also work behind a proxy that strips a prefix of the path.
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bambleweeny API</title>
<link rel="stylesheet" href="docs/swagger-ui.css" nonce="{nonce}">
<link rel="icon" href="docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js" nonce="{nonce}"></script>
<script type="module" nonce="{nonce}">
const absolute = (url) => new URL(url, document.baseURI).href;
const spec = await (await fetch("openapi.json")).json();
for (const server of spec.servers) server.url = absolute(server.url);
for (const flow of Object.values(spec.components.securitySchemes.password.flows))
  flow.tokenUrl = absolute(flow.tokenUrl);
// A reader types text; generated clients take the first type, which is for bytes.
const value = spec.components.requestBodies.Value;
value.content = {{ "text/plain": undefined, ...value.content }};
window.ui = SwaggerUIBundle({{
  spec,
  dom_id: "#swagger-ui",
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
}});
</script>
</body>
</html>
"""
# NOTE: not 'self': tenants can publish scripts and styles under this origin.
_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
    "img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class OpenApi:
    """/openapi.json and /swagger"""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the OpenAPI document."""
        resp.content_type = "application/json"
        resp.set_header("Access-Control-Allow-Origin", "*")
        resp.data = _document()


class DocsPage:
    """/docs"""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the page of Swagger UI; a new nonce in each answer allows only its own scripts."""
        if req.env["PATH_INFO"].endswith("/"):
            resp.status = 302
            resp.set_header("Location", "../docs")
            return
        nonce = token_urlsafe(16)
        resp.content_type = "text/html; charset=utf-8"
        resp.set_headers(
            {
                "Cache-Control": "no-store",
                "Content-Security-Policy": _POLICY.format(nonce=nonce),
                "Referrer-Policy": "no-referrer",
                "X-Frame-Options": "DENY",
            }
        )
        resp.data = _PAGE.format(nonce=nonce).encode()


class DocsAsset:
    """/docs/{asset}"""

    def on_get(self, req: falcon.Request, resp: falcon.Response, asset: str) -> None:
        """Answer a file of Swagger UI."""
        if asset not in _ASSETS:
            raise NotFound()
        resp.content_type = _ASSETS[asset]
        resp.cache_control = ["max-age=3600"]
        resp.data = (_swagger_ui() / asset).read_bytes()


@cache
def _document() -> bytes:
    import yaml  # noqa: PLC0415  only the first of these requests pays for it

    text = (files("bambleweeny") / "openapi.yaml").read_text("utf-8")
    document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return msgspec.json.encode(document) + b"\n"


@cache
def _swagger_ui() -> Path:
    spec = find_spec("swagger_ui_bundle")
    for place in spec.submodule_search_locations or () if spec else ():
        return next((Path(place) / "vendor").glob("swagger-ui-*"))
    raise InternalError("The package swagger-ui-bundle is not installed.")
