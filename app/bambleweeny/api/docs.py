"""The contract as JSON."""

from functools import cache
from importlib.resources import files

import falcon
import msgspec


class OpenApi:
    """/openapi.json and /swagger"""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Give the OpenAPI document."""
        resp.content_type = "application/json"
        resp.set_header("Access-Control-Allow-Origin", "*")
        resp.data = document()


@cache
def document() -> bytes:
    """Return the OpenAPI document, as JSON."""
    import yaml  # noqa: PLC0415  only the first of these requests pays for it

    text = (files("bambleweeny") / "openapi.yaml").read_text("utf-8")
    return msgspec.json.encode(
        yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    )
