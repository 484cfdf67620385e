"""The files of the console: its style sheets and modules, under a path with their digest."""

import re
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path

import falcon

from bambleweeny.api.answers.cached_files import IMMUTABLE, REVALIDATED, CachedFile
from bambleweeny.api.answers.pages import tag_of
from bambleweeny.errors import InternalError, NotFound
from bambleweeny.guide.site import site_file
from bambleweeny.resources import resources

PAGE = "index.html"
_ICON = "icon.svg"
_LIBRARY = "preact.js"
_MAIN = "main.js"
# NOTE: the lines stay, empty, so that a browser's message names the line of the file.
_COMMENTS = re.compile(rb"(?m)^[ \t]*//.*$")
_FOLDER = resources() / "console"
_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
}


class ConsoleFile:
    """/console/a/{version}/{path}"""

    def on_get(self, req: falcon.Request, resp: falcon.Response, version: str, path: str) -> None:
        """Answer a file of the console.

        Another version, which a page of an older server may name, gets the present file.
        """
        file = _files().get(path)
        if file is None:
            raise NotFound()
        resp.set_header("Cross-Origin-Resource-Policy", "same-origin")
        file.answer(req, resp, IMMUTABLE if version == _version() else REVALIDATED)


def page_text() -> str:
    """Return the HTML of the console's page, which is no file for browsers."""
    return (_FOLDER / PAGE).read_text("utf-8")


def tags_of(nonce: str) -> str:
    """Return the tags of the icon, all style sheets and the main module, relative to /console."""
    styles = (path for path in _files() if path.endswith(".css"))
    return "\n".join(
        tag_of(f"console/a/{_version()}/{path}", nonce, is_module=True)
        for path in (_ICON, *styles, _MAIN)
    )


@cache
def _files() -> dict[str, CachedFile]:
    """Return all files by their paths. A request never reaches the file system."""
    data = {path: _sent(path, file.read_bytes()) for path, file in _walk(_FOLDER) if path != PAGE}
    data |= {_ICON: site_file(_ICON), _LIBRARY: _library()}
    return {path: CachedFile(data[path], _type_of(path)) for path in sorted(data)}


def _sent(path: str, data: bytes) -> bytes:
    """Return what is sent of a file: a module without its lines of comments, an eighth of it."""
    return _COMMENTS.sub(b"", data) if path.endswith(".js") else data


@cache
def _version() -> str:
    """Return the digest of all files, since a module imports others by relative paths."""
    texts = (f"{path}={file.version}\n" for path, file in _files().items())
    return sha256("".join(texts).encode()).hexdigest()[:16]


def _walk(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        elif _suffix(entry.name) in (*_TYPES, _suffix(PAGE)):
            yield f"{prefix}{entry.name}", entry


def _type_of(path: str) -> str:
    return _TYPES[_suffix(path)]


def _suffix(path: str) -> str:
    return path.rpartition(".")[2]


def _library() -> bytes:
    """Return Preact and htm, one module."""
    # NOTE: an import of the package would need Datasette.
    spec = find_spec("datasette_preact")
    for place in spec.submodule_search_locations or () if spec else ():
        for file in Path(place).glob("static/preact-*.js"):
            return file.read_bytes()
    raise InternalError("The package datasette-preact is not installed.")
