"""What a named token may do with other tokens: no more than it may do with its own rights."""

from typing import NamedTuple

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.scopes import scopes_of
from bambleweeny.core.auth.token_record import TokenRecord
from bambleweeny.errors import InsufficientScope
from bambleweeny.names import parse_rate


class NamedToken(NamedTuple):
    """A named token. `used` is the minute of its last use, in seconds since the epoch, or 0."""

    id: str
    record: TokenRecord
    used: int


def check_narrower(caller: Caller, known: list[NamedToken], wanted: TokenRecord) -> None:
    """Raise InsufficientScope unless the caller may make such a token.

    `known` are the tokens of the caller's user.
    """
    if reason := _why_not(caller, _own_of(caller, known), wanted):
        raise InsufficientScope(reason)


def _own_of(caller: Caller, known: list[NamedToken]) -> TokenRecord | None:
    """Return the record of the caller's token, None for a session.

    Raises InsufficientScope for a token that acts for another user: its record is elsewhere.
    """
    if caller.scopes is None:
        return None
    for one in known:
        if one.id == caller.token:
            return one.record
    raise InsufficientScope("A named token manages the tokens of its user alone.")


def _why_not(caller: Caller, own: TokenRecord | None, wanted: TokenRecord) -> str:
    """Return why a caller must not make or change such a token; '' if it may."""
    if caller.scopes is None or own is None:
        return ""
    if not caller.scopes.cover(scopes_of(wanted.scopes)):
        return "A token makes only tokens that may do no more than it."
    if own.expires and not 0 < wanted.expires <= own.expires:
        return "A token makes only tokens that expire no later than it."
    if own.rate and not (wanted.rate and _is_up_to(wanted.rate, own.rate)):
        return "A token makes only tokens with a rate that is no higher."
    return ""


def manageable_of(caller: Caller, known: list[NamedToken]) -> list[NamedToken]:
    """Return the tokens of a user that the caller may see and change.

    A named token sees those that may do no more than it, expire no later and have no higher rate.
    """
    own = _own_of(caller, known)
    return [one for one in known if not _why_not(caller, own, one.record)]


def _is_up_to(rate: str, most: str) -> bool:
    """Whether a rate is at most another one, in requests a second and in requests at once."""
    given, bound = parse_rate(rate), parse_rate(most)
    return (
        given.requests <= bound.requests
        and given.requests * bound.seconds <= bound.requests * given.seconds
    )
