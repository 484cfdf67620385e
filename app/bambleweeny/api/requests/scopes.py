"""The scopes that calls need: declared beside each responder, and checked where names are known.

A responder that declares none is for sessions alone.
"""

from typing import Any, NamedTuple

import falcon

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.scopes import session_only


class Needs(NamedTuple):
    """The scope `noun:verb` that a call needs.

    It is needed for the name in the path, if the path has `{name}`; else for all names that begin
    with `?prefix=`. With `is_checked_later` the responder checks the names; the call needs the
    scope for some name at least.
    """

    noun: str
    verb: str
    is_checked_later: bool = False

    def check(self, caller: Caller, req: falcon.Request, params: dict[str, Any]) -> None:
        """Raise InsufficientScope unless a named token's scopes allow the call."""
        if caller.scopes is None or self is ANY_TOKEN:
            return
        if not self.noun:
            raise session_only()
        if self.is_checked_later:
            caller.scopes.check_any(self.noun, self.verb)
        elif "name" in params:
            caller.scopes.check(self.noun, self.verb, params["name"])
        else:
            prefix = req.get_param("prefix") if req.query_string else None
            caller.scopes.check_all(self.noun, self.verb, prefix or "")


def needs(noun: str, verb: str) -> Needs:
    """Declare the scope that a call needs, for its name or for all names."""
    return Needs(noun, verb)


def needs_some(noun: str, verb: str) -> Needs:
    """Declare a scope that a call needs for names which the responder checks."""
    return Needs(noun, verb, is_checked_later=True)


SESSION = Needs("", "")
"""No named token may make the call."""
ANY_TOKEN = Needs("", "any")
"""Every valid token may make the call."""


def require(req: falcon.Request, noun: str, verb: str, name: str) -> None:
    """Raise InsufficientScope unless the caller may use a verb on one name."""
    scopes = req.context.caller.scopes
    if scopes is not None:
        scopes.check(noun, verb, name)


def require_all(req: falcon.Request, noun: str, verb: str, prefix: str = "") -> None:
    """Raise InsufficientScope unless the caller may use a verb on all names with a prefix."""
    scopes = req.context.caller.scopes
    if scopes is not None:
        scopes.check_all(noun, verb, prefix)
