"""The front door, and what the admin may know and do about the engine."""

import falcon

from bambleweeny import __version__
from bambleweeny.api.answers.body import answer_done, answer_json
from bambleweeny.api.requests.authentication import admin_only
from bambleweeny.api.requests.scheduling import unhurried
from bambleweeny.core.services import Services


class Home:
    """/"""

    def __init__(self, services: Services) -> None:
        self._answer = {
            "msg": "This is bambleweeny",
            "release": ".".join(__version__.split(".")[:2]),
            "version": __version__,
            "instance": services.instance.id,
            "docs": "/docs",
        }

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Say who this is; a browser is sent to the documentation."""
        resp.set_header("Vary", "Accept")
        if req.client_prefers(("application/json", "text/html")) == "text/html":
            resp.status = 302
            resp.set_header("Location", "docs")
        else:
            answer_json(resp, self._answer)


class Info:
    """/info"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(admin_only)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Show the engine's state."""
        answer_json(resp, self.services.status.info())


class Save:
    """/save"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(admin_only)
    @falcon.before(unhurried)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Put everything on disk."""
        self.services.status.save()
        _answer_saved(resp)

    @falcon.before(admin_only)
    def on_head(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer as GET would, and put nothing on disk."""
        _answer_saved(resp)


def _answer_saved(resp: falcon.Response) -> None:
    resp.set_header("Cache-Control", "no-store")
    answer_done(resp)
