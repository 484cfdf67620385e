"""The JavaScript client for browsers and Node, which any page may load."""

from functools import cache

import falcon

from bambleweeny.api.answers.cached_files import REVALIDATED, CachedFile
from bambleweeny.resources import resources


class JavaScript:
    """/bambleweeny.js and /bambleweeny-sandboxes.js; public"""

    def __init__(self, name: str) -> None:
        self._name = name

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the module, or 304 if the client has this version."""
        resp.set_header("Access-Control-Allow-Origin", "*")
        _module(self._name).answer(req, resp, REVALIDATED)


@cache
def _module(name: str) -> CachedFile:
    module = (resources() / "client" / name).read_bytes()
    return CachedFile(module, "text/javascript; charset=utf-8")
