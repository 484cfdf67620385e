"""The base path of the API, and the route that answers all paths outside of it."""

import re
from typing import Any

REQUESTED_PATH = "bambleweeny.requested_path"
"""The variable of the environment with the path that the client sent, if it was rewritten."""
AT_ROOT = "bambleweeny.at_root"
"""The variable of the environment with the base path, if the front answers, at the root."""
_AUTHORITY = re.compile(r"http://[^/?]*", re.IGNORECASE)


class BasePath:
    """A base path such as `/_b9y`, and the route at the root, by its id or name, if there is one.

    The front gets every path outside of the base path: `/orders/7` is `/routes/FRONT/orders/7`.
    """

    def __init__(self, base: str, front: str | None = None) -> None:
        self.base = base
        self.front = front
        self._below = f"{base}/"
        self._segments = base.count("/") + 1
        self._route = f"/routes/{front}" if front else None

    def inner_path(self, path: str) -> str | None:
        """Return the path as the API knows it; None if nothing answers outside of the base path.

        It is "" for the base path itself. `*`, the target of OPTIONS, stays as it is.
        """
        if path.startswith(self._below) or path == self.base:
            return path[len(self.base) :]
        if path == "*":
            return path
        return None if self._route is None else self._route + path

    def move(self, environ: dict[str, Any]) -> bool:
        """Rewrite a request as if the API were at the root; False if nothing answers its path.

        SCRIPT_NAME becomes the base path (PEP 3333), except for the front. The path in
        REQUEST_URI stays encoded as the client has sent it.
        """
        path = environ["PATH_INFO"]
        inner = self.inner_path(path)
        if inner is None:
            return False
        if inner == path:
            return True
        environ["PATH_INFO"] = inner
        target: str = environ["REQUEST_URI"]
        if not target.startswith("/"):
            target = _path_of_url(target)
        if path.startswith(self._below) or path == self.base:
            environ["SCRIPT_NAME"] = self.base
            environ["REQUEST_URI"] = self._without_base(target)
        else:
            environ["REQUEST_URI"] = f"{self._route}{target}"
        return True

    def _without_base(self, target: str) -> str:
        if target.startswith(self._below):
            return target[len(self.base) :]
        # NOTE: a client may have encoded characters of the base path, so count its segments.
        path, mark, query = target.partition("?")
        return f"/{''.join(path.split('/', self._segments)[self._segments :])}{mark}{query}"


def _path_of_url(url: str) -> str:
    target = _AUTHORITY.sub("", url, count=1)
    return target if target.startswith("/") else f"/{target}"
