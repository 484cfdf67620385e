"""The JavaScript client for browsers and Node, which any page may load, and its types."""

from functools import cache

import falcon

from bambleweeny.api.answers.cached_files import REVALIDATED, CachedFile
from bambleweeny.resources import resources


class JavaScript:
    """/bambleweeny.js, /bambleweeny-sandboxes.js and their .d.ts; public"""

    def __init__(self, name: str) -> None:
        self._name = name

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the module or its types, or 304 if the client has this version."""
        resp.set_header("Access-Control-Allow-Origin", "*")
        _file(self._name).answer(req, resp, REVALIDATED)


@cache
def _file(name: str) -> CachedFile:
    content_type = "text/javascript" if name.endswith(".js") else "application/typescript"
    data = (resources() / "client" / name).read_bytes()
    return CachedFile(data, f"{content_type}; charset=utf-8")
