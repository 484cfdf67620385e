"""Answers that the server may give again to the same request, without the application."""

from typing import Any

import falcon

from bambleweeny.api.requests.base_path import REQUESTED_PATH
from bambleweeny.core.public.freshness import Freshness


def begin_draft(req: falcon.Request) -> Any:
    """Return a draft of the answer if the server wants to repeat it, else None.

    Call this before any data are read. The server wants the answers of requests that come often,
    but not of those with a login, since that expires.
    """
    connection = req.env.get("bambleweeny.connection")
    if connection is None or "HTTP_AUTHORIZATION" in req.env:
        return None
    return connection.begin_draft()


def keep_draft(
    draft: Any, req: falcon.Request, resp: falcon.Response, freshness: Freshness, owner: str
) -> None:
    """Let the server repeat the answer while the owner's data stay as they are.

    Call this at the end, if the answer depends on the request and those data alone. One round
    trip.
    """
    is_planned = "bambleweeny.plan" in req.env
    if not is_planned and len(resp.data or b"") <= draft.most_bytes:
        path = req.env.get(REQUESTED_PATH, req.path)
        draft.keep(freshness.since(draft.snapshot, owner), req.uri_template or "", path, owner)
