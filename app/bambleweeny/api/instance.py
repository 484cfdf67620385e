"""The root path, and calls of the admin on the engine: state and save."""

import falcon

from bambleweeny import __version__
from bambleweeny.api.answers.body import answer_done, answer_json
from bambleweeny.api.answers.pages import redirect
from bambleweeny.api.requests.authentication import admin_only
from bambleweeny.api.requests.concurrency import may_block
from bambleweeny.api.requests.scopes import needs
from bambleweeny.core.services import Services


class Home:
    """/"""

    def __init__(self, services: Services, *, console: bool) -> None:
        self._pages = ("console", "docs") if console else ("docs",)
        self._answer = {
            "msg": "This is bambleweeny",
            "release": ".".join(__version__.split(".")[:2]),
            "version": __version__,
            "instance": services.instance.id,
        }

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the server's name and version; redirect a browser to its first page."""
        resp.set_header("Vary", "Accept")
        if req.client_prefers(("application/json", "text/html")) == "text/html":
            # NOTE: a relative link replaces the last segment of a path without a slash at its end.
            last = "" if req.env["PATH_INFO"] else f"{req.root_path.rpartition('/')[2]}/"
            redirect(resp, f"{last}{self._pages[0]}")
        else:
            pages = {page: f"{req.root_path}/{page}" for page in self._pages}
            answer_json(resp, {**self._answer, **pages})


class Info:
    """/info"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(admin_only, needed=needs("server", "read"))
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the state of the server and of its engine."""
        state = self.services.state.shown(req.env["bambleweeny.max_body"])
        answer_json(resp, {**state, **self.services.status.info()})


class Save:
    """/save"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(admin_only, needed=needs("server", "write"))
    @falcon.before(may_block)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Save: answer when all acknowledged writes are on disk."""
        self.services.status.save()
        _answer_saved(resp)

    @falcon.before(admin_only, needed=needs("server", "write"))
    def on_head(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer like GET, but save nothing."""
        _answer_saved(resp)


def _answer_saved(resp: falcon.Response) -> None:
    resp.set_header("Cache-Control", "no-store")
    answer_done(resp)
