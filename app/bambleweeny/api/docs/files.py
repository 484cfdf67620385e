"""The files of /docs: style sheets, scripts, and Swagger UI, under names that say their version."""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import falcon

from bambleweeny.api.answers.cached_files import IMMUTABLE, REVALIDATED, CachedFile
from bambleweeny.api.answers.pages import tag_of
from bambleweeny.api.docs.reference_document import reference_document
from bambleweeny.errors import InternalError, NotFound
from bambleweeny.guide.site import site_file

_PICTURES = ("home", "key", "list", "inbox", "route")
"""Of the console; `./build.sh screenshots` makes them."""
_TYPES = {
    **{f"console-{name}.webp": "image/webp" for name in _PICTURES},
    "guide.js": "text/javascript",
    "icon.svg": "image/svg+xml",
    "reference.css": "text/css",
    "reference.js": "text/javascript",
    "reference.json": "application/json",
    "style.css": "text/css",
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
}
FORMER_FILES = {
    "swagger-ui.css": "swagger-ui.css",
    "swagger-ui-bundle.js": "swagger-ui-bundle.js",
    "favicon-32x32.png": "icon.svg",
}
"""Former files at /docs/NAME, and the files that replace them."""


class GuideFile:
    """/docs/files/{version}/{name}"""

    def on_get(self, req: falcon.Request, resp: falcon.Response, version: str, name: str) -> None:
        """Answer a file of the pages.

        Another version, which a page of an older server may name, gets the present file.
        """
        if name not in _TYPES:
            raise NotFound()
        file = _file(name)
        file.answer(req, resp, IMMUTABLE if version == file.version else REVALIDATED)


def url_of(name: str) -> str:
    """Return the URL of a file, relative to a page below /docs."""
    return f"files/{_file(name).version}/{name}"


def tags_of(names: Sequence[str], prefix: str, nonce: str) -> str:
    """Return the tags of style sheets, scripts and the icon."""
    return "\n".join(tag_of(prefix + url_of(name), nonce) for name in names)


@cache
def _file(name: str) -> CachedFile:
    if name == "reference.json":
        data = reference_document()
    elif name.startswith("swagger-ui"):
        data = (_swagger_ui() / name).read_bytes()
    else:
        data = site_file(name)
    content_type = _TYPES[name]
    is_text = content_type != "image/webp"
    return CachedFile(data, f"{content_type}; charset=utf-8" if is_text else content_type)


@cache
def _swagger_ui() -> Path:
    # NOTE: an import of the package would need Flask.
    spec = find_spec("flask_swagger_ui")
    for place in spec.submodule_search_locations or () if spec else ():
        return Path(place) / "dist"
    raise InternalError("The package flask-swagger-ui is not installed.")
