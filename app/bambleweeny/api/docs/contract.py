"""The contract as JSON."""

from functools import cache

import falcon
import msgspec

from bambleweeny.api.answers.cached_files import REVALIDATED, CachedFile
from bambleweeny.resources import resources


class Contract:
    """/openapi.json"""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the OpenAPI document."""
        resp.set_header("Access-Control-Allow-Origin", "*")
        _file(req.root_path).answer(req, resp, REVALIDATED)


class Swagger:
    """/swagger, the path of the contract in the original"""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the OpenAPI document; redirect a browser to the reference."""
        if req.client_prefers(("application/json", "text/html")) == "text/html":
            resp.status = 302
            is_slashed = req.env["PATH_INFO"].endswith("/")
            resp.set_header("Location", "../docs/api" if is_slashed else "docs/api")
        else:
            resp.set_header("Access-Control-Allow-Origin", "*")
            _file(req.root_path).answer(req, resp, REVALIDATED)
        resp.append_header("Vary", "Accept")


@cache
def document() -> bytes:
    """Return the OpenAPI document as JSON."""
    import yaml  # noqa: PLC0415  only the first of these requests pays for it

    text = (resources() / "openapi.yaml").read_text("utf-8")
    loaded = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return msgspec.json.encode(loaded) + b"\n"


@cache
def _file(base: str) -> CachedFile:
    """Return the document of a server at a base path, for programs that read it from a file."""
    if not base:
        return CachedFile(document(), "application/json")
    whole = msgspec.json.decode(document())
    whole["servers"][0]["url"] = base
    return CachedFile(msgspec.json.encode(whole) + b"\n", "application/json")
