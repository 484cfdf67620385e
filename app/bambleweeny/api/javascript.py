"""The JavaScript client for browsers and Node, which any page may load."""

from functools import cache
from hashlib import sha256
from importlib.resources import files

import falcon


class JavaScript:
    """/bambleweeny.js; public"""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the module, or 304 if the client has this version."""
        module, etag = _module()
        resp.set_header("Access-Control-Allow-Origin", "*")
        # NOTE: a browser revalidates each time, so that client and server have the same version.
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
