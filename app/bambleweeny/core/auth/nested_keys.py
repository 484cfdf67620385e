"""Values that nest other keys: a named token may nest only keys that it may read.

A route shows the values of nested keys to anyone, with the rights of their owner.
"""

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.nesting import nested_sources
from bambleweeny.errors import ExpansionTooLarge, InsufficientScope
from bambleweeny.names import is_name


def check_nested(caller: Caller, value: bytes) -> None:
    """Raise InsufficientScope unless the caller may read all keys that a value may nest.

    No cost without scopes, nor for a token that may read all keys. Else O(length), and the value
    may have up to 1,000 `!@[`.
    """
    scopes = caller.scopes
    if scopes is None or scopes.allows_all("keys", "read"):
        return
    try:
        sources = nested_sources(value)
    except ExpansionTooLarge as ex:
        raise InsufficientScope("The value nests too many keys to check them.") from ex
    for source in sources:
        literal, has_variable, _ = source.partition("$")
        if has_variable:
            is_allowed = not literal or scopes.allows_all("keys", "read", literal)
        else:
            is_allowed = not is_name(source) or scopes.allows("keys", "read", source)
        if not is_allowed:
            raise _refusal(literal, "*" if has_variable else "")


def _refusal(name: str, rest: str) -> InsufficientScope:
    name = name if is_name(name) else ""
    refused = InsufficientScope(
        f"The value nests the key '{name}{rest}', which the token may not read."
    )
    refused.scope = f"keys:read:{name}{rest}"
    return refused
