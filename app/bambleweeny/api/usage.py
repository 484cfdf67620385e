"""Usage over HTTP: what a user stores, its limits and its traffic."""

from typing import Any

import falcon

from bambleweeny.api.answers.body import answer_json
from bambleweeny.api.requests.authentication import authenticated
from bambleweeny.core.services import Services
from bambleweeny.core.usage.usage import Used


class Usage:
    """/usage"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the usage of the caller, for the admin with `?userid=` that of any user."""
        caller = req.context.caller
        resp.set_header("Cache-Control", "no-store")
        answer_json(resp, _row_of(caller.id, self.services.usage.of(caller)))


def _row_of(user_id: str, used: Used) -> dict[str, Any]:
    traffic = [{"day": day, **counts} for day, counts in used.days]
    return {"id": int(user_id), **used.counts, "limits": used.limits, "traffic": traffic}
