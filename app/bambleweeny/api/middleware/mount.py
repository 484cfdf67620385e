"""Middleware that moves the API below a base path; without the option it is not installed."""

from typing import Any

import falcon

from bambleweeny.api.middleware.errors import render_error
from bambleweeny.api.requests.base_path import AT_ROOT, REQUESTED_PATH, BasePath
from bambleweeny.errors import FrontNotFound, NotFound, OutsideBasePath


class Mount:
    """Middleware that rewrites each path, so that the rest sees an API at the root."""

    def __init__(self, base_path: BasePath) -> None:
        self._base_path = base_path

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Rewrite the path. Raises OutsideBasePath if nothing answers there."""
        requested = req.path
        req.env[REQUESTED_PATH] = requested
        if not self._base_path.move(req.env):
            raise OutsideBasePath(hint=f"Every path of the API begins with {self._base_path.base}.")
        if req.env["SCRIPT_NAME"] != self._base_path.base:
            req.env[AT_ROOT] = self._base_path.base
        # NOTE: Falcon has removed a slash at the end, so "/" is what "" would be below a route.
        req.path = self._base_path.inner_path("" if requested == "/" else requested) or "/"

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, resource: Any, req_succeeded: bool
    ) -> None:
        """Name the option in the error if there is no route of `--front`.

        Sets the path back, so that the log has it as the client sent it.
        """
        is_error = resp.context.get("error_code") == NotFound.code
        if is_error and AT_ROOT in req.env and not resp.context.get("has_document"):
            front = self._base_path.front
            error = FrontNotFound(f"There is nothing to read at the route {front} of --front.")
            render_error(req, resp, error)
        req.path = req.env[REQUESTED_PATH]
