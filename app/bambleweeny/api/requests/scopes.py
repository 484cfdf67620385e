"""The scopes that calls need: declared beside each responder, and checked where names are known.

A responder that declares none is for sessions alone. The declared scopes are `x-scopes` of the
operation in openapi.yaml.
"""

from typing import Any, NamedTuple

import falcon

from bambleweeny.core.auth.caller import Caller, check_name
from bambleweeny.core.auth.scopes import BUNDLES, session_only
from bambleweeny.errors import NotInASandbox

_OF_SANDBOXES = {noun for noun, _ in BUNDLES["read"]} | {"sandboxes"}
"""The nouns that a sandbox has."""


class Needs(NamedTuple):
    """The scopes that a call needs, each as a noun and a verb.

    They are needed for the name in the path, if the path has `{name}`; else for all names that
    begin with `?prefix=`. With `is_checked_later` the responder checks the names; the call needs
    one of the scopes for some name at least. A `bundle` stands for its scopes, `session` for a
    login, and `any` for each token.
    """

    scopes: tuple[tuple[str, str], ...]
    is_checked_later: bool = False
    bundle: str = ""

    @property
    def _is_for_sandboxes(self) -> bool:
        """Whether the call is one that the token of a sandbox may make."""
        return bool(self.scopes) and all(noun in _OF_SANDBOXES for noun, _ in self.scopes)

    @property
    def texts(self) -> list[str]:
        """The scopes as in `x-scopes`."""
        return [self.bundle] if self.bundle else [f"{noun}:{verb}" for noun, verb in self.scopes]

    def check(self, caller: Caller, req: falcon.Request, params: dict[str, Any]) -> None:
        """Raise InsufficientScope unless a named token's scopes allow the call."""
        if caller.scopes is None or self is ANY_TOKEN:
            return
        if caller.is_in_sandbox and not self._is_for_sandboxes:
            raise NotInASandbox()
        if self is SESSION:
            raise session_only()
        if self.is_checked_later:
            caller.scopes.check_any(self.scopes)
            return
        prefix = req.get_param("prefix") if req.query_string else None
        for noun, verb in self.scopes:
            if "name" in params:
                caller.scopes.check(noun, verb, params["name"])
            else:
                caller.scopes.check_all(noun, verb, prefix or "")


def needs(noun: str, verb: str) -> Needs:
    """Declare the scope that a call needs, for its name or for all names."""
    return Needs(((noun, verb),))


def needs_some(*scopes: tuple[str, str]) -> Needs:
    """Declare scopes of which a call needs one or more, for names which the responder checks."""
    return Needs(scopes, is_checked_later=True)


def needs_bundle(verb: str) -> Needs:
    """Declare a scope that a call needs for all data: `read` or `write`."""
    return Needs(BUNDLES[verb], bundle=verb)


SESSION = Needs((), bundle="session")
"""No named token may make the call."""
ANY_TOKEN = Needs((), bundle="any")
"""Every valid token may make the call."""


def require(req: falcon.Request, noun: str, verb: str, name: str) -> None:
    """Raise InsufficientScope unless the caller may use a verb on one name."""
    check_name(req.context.caller, noun, verb, name)


def require_session(req: falcon.Request) -> None:
    """Raise InsufficientScope if the caller has a named token."""
    if req.context.caller.scopes is not None:
        raise session_only()


def require_all(req: falcon.Request, noun: str, verb: str, prefix: str = "") -> None:
    """Raise InsufficientScope unless the caller may use a verb on all names with a prefix."""
    scopes = req.context.caller.scopes
    if scopes is not None:
        scopes.check_all(noun, verb, prefix)
