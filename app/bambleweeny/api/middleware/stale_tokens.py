"""Calls whose session or token has changed since this process read it: read it again, repeat.

The scripts and reads of a call refuse such a token before they do anything. A value over the user's
`max_value` is refused without the engine, so that here too the token is read again.
"""

from collections.abc import Callable
from typing import Any

import falcon

from bambleweeny.api.middleware.errors import render_error
from bambleweeny.api.requests.authentication import bearer_token
from bambleweeny.core.auth.tokens import Tokens
from bambleweeny.errors import BambleweenyError, BodyTooLarge, StaleToken, Unauthorized

Responder = Callable[..., None]


def repeat_with_newer_token(
    tokens: Tokens, find_responder: Callable[[falcon.Request], tuple[Responder, dict[str, Any]]]
) -> Callable[..., None]:
    """Return an error handler for StaleToken and BodyTooLarge; it repeats a request once."""

    def handle(
        req: falcon.Request,
        resp: falcon.Response,
        ex: StaleToken | BodyTooLarge,
        params: dict[str, Any],
    ) -> None:
        try:
            is_known = isinstance(ex, BodyTooLarge) and not ex.is_of_user
            if is_known or req.context.get("is_repeated"):
                raise ex
            req.context.is_repeated = True
            tokens.refresh(bearer_token(req, resp))
            req.env["wsgi.input"].seek(0)
            responder, path_params = find_responder(req)
            responder(req, resp, **path_params)
        except StaleToken:
            render_error(req, resp, Unauthorized())
        except BambleweenyError as error:
            render_error(req, resp, error)

    return handle
