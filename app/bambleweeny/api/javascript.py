"""The client for browsers and Node, as a file that any page may load."""

from functools import cache
from hashlib import sha256
from importlib.resources import files

import falcon


class JavaScript:
    """/bambleweeny.js; public"""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Give the module, or 304 to who has it."""
        module, etag = _module()
        resp.set_header("Access-Control-Allow-Origin", "*")
        # NOTE: a browser asks each time whether it has changed, so that it fits the server.
        resp.set_header("Cache-Control", "no-cache")
        resp.set_header("ETag", f'"{etag}"')
        if etag in (req.if_none_match or ()):
            resp.status = 304
            return
        resp.content_type = "text/javascript; charset=utf-8"
        resp.data = module


@cache
def _module() -> tuple[bytes, str]:
    module = (files("bambleweeny") / "client" / "bambleweeny.js").read_bytes()
    return module, sha256(module).hexdigest()[:16]
