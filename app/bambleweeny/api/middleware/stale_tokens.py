"""Calls whose session or token has changed since this process read it: read it again, repeat.

The scripts and reads of a call refuse such a token before they do anything. Scopes and the user's
`max_value` are checked before that, so a refusal may come from what another process has changed.
"""

from collections.abc import Callable
from typing import Any

import falcon

from bambleweeny.api.middleware.errors import render_error
from bambleweeny.api.requests.authentication import bearer_token
from bambleweeny.core.auth.tokens import Tokens
from bambleweeny.errors import (
    BambleweenyError,
    BodyTooLarge,
    InsufficientScope,
    StaleToken,
    Unauthorized,
)

Responder = Callable[..., None]


FindResponder = Callable[[falcon.Request], tuple[Responder, dict[str, Any]]]
"""Returns the responder of a request, and the parameters of its path."""


class NewerTokens:
    """Error handlers that repeat a request once with the token as the engine has it now."""

    def __init__(self, tokens: Tokens, find_responder: FindResponder) -> None:
        self._tokens = tokens
        self._find_responder = find_responder

    def repeat_stale(
        self, req: falcon.Request, resp: falcon.Response, ex: StaleToken, params: dict[str, Any]
    ) -> None:
        """Repeat a request whose token the engine refused because it has changed."""
        try:
            self._tokens.refresh(bearer_token(req, resp))
        except BambleweenyError as error:
            render_error(req, resp, error)
        else:
            self._answer(req, resp, Unauthorized())

    def repeat_refused(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        ex: InsufficientScope | BodyTooLarge,
        params: dict[str, Any],
    ) -> None:
        """Repeat a request that scopes or `max_value` refused, if they have changed.

        A request that has written anything was compared with the engine, so it is not repeated.
        One round trip.
        """
        if isinstance(ex, BodyTooLarge) and not ex.is_of_user:
            render_error(req, resp, ex)
            return
        refused = req.context.get("actor") or req.context.caller
        try:
            is_newer = self._tokens.refresh(bearer_token(req, resp)).record != refused.record
        except BambleweenyError as error:
            render_error(req, resp, error)
            return
        if is_newer:
            self._answer(req, resp, ex)
        else:
            render_error(req, resp, ex)

    def _answer(
        self, req: falcon.Request, resp: falcon.Response, otherwise: BambleweenyError
    ) -> None:
        """Run the request again and render its error; render `otherwise` the second time."""
        if req.context.get("is_repeated"):
            render_error(req, resp, otherwise)
            return
        req.context.is_repeated = True
        try:
            req.env["wsgi.input"].seek(0)
            responder, path_params = self._find_responder(req)
            responder(req, resp, **path_params)
        except StaleToken:
            render_error(req, resp, Unauthorized())
        except BambleweenyError as error:
            render_error(req, resp, error)
