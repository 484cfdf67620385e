"""The JavaScript client for browsers and Node, which any page may load."""

from functools import cache
from importlib.resources import files

import falcon

from bambleweeny.api.answers.cached_files import REVALIDATED, CachedFile


class JavaScript:
    """/bambleweeny.js; public"""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the module, or 304 if the client has this version."""
        resp.set_header("Access-Control-Allow-Origin", "*")
        _module().answer(req, resp, REVALIDATED)


@cache
def _module() -> CachedFile:
    module = (files("bambleweeny") / "client" / "bambleweeny.js").read_bytes()
    return CachedFile(module, "text/javascript; charset=utf-8")
