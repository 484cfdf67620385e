"""Scopes: what a named token may do, as `noun:verb:name`.

The name is exact, or a prefix that ends with `*`; without a name a scope stands for all names.
Scopes only add to each other, as in RFC 6749, section 3.3.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from bambleweeny.errors import InsufficientScope, InvalidRequest
from bambleweeny.names import is_part_of_name, is_user_id

MOST_SCOPES = 50
"""Scopes of one token."""

_VERBS = {
    "keys": ("read", "write", "incr"),
    "lists": ("read", "push", "pop", "write"),
    "topics": ("read", "publish", "write"),
    "routes": ("read", "write"),
    "bins": ("read", "write"),
    "sandboxes": ("read", "write"),
    "tokens": ("write",),
    "users": ("read", "write"),
    "audit": ("read",),
    "server": ("read", "write"),
}
_WITH_NAMES = ("keys", "lists", "topics")
_DATA = ("keys", "lists", "topics", "routes", "bins")
BUNDLES = {verb: tuple((noun, verb) for noun in _DATA) for verb in ("read", "write")}
"""The scopes, as nouns and verbs, that `read` and `write` alone stand for."""
_IMPLIED = {("keys", "incr"), ("lists", "push"), ("lists", "pop"), ("topics", "publish")}
"""What `write` of the noun allows too; it does not allow to read."""
_ACT = "act"
_FOR_URLS = {("keys", "read"), ("keys", "incr"), ("lists", "read"), ("topics", "read")} | {
    *(("lists", "push"), ("topics", "publish"), ("routes", "read"), ("bins", "read"))
}
"""What a token in a URL may do at most: a URL gets into logs and histories."""
_LONGEST = 300
_MOST_CHARACTERS = 4096


class Scopes:
    """A set of scopes. `texts` are the scopes as given, without duplicates."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = tuple(dict.fromkeys(texts))
        self._patterns: dict[tuple[str, str], tuple[str, ...]] = {}
        found: dict[tuple[str, str], list[str]] = {}
        for text in self.texts:
            for noun, verb, pattern in _parts(text):
                found.setdefault((noun, verb), []).append(pattern)
        for noun, verb in _IMPLIED:
            if patterns := found.get((noun, "write")):
                found.setdefault((noun, verb), []).extend(patterns)
        self._patterns = {key: tuple(dict.fromkeys(of)) for key, of in found.items()}

    def allows(self, noun: str, verb: str, name: str) -> bool:
        """Return whether the scopes allow a verb on one name; O(scopes)."""
        patterns = self._patterns.get((noun, verb), ())
        return any(_matches(pattern, name) for pattern in patterns)

    def allows_all(self, noun: str, verb: str, prefix: str = "") -> bool:
        """Return whether the scopes allow a verb on every name that begins with a prefix."""
        patterns = self._patterns.get((noun, verb), ())
        return any(of.endswith("*") and prefix.startswith(of[:-1]) for of in patterns)

    def check(self, noun: str, verb: str, name: str) -> None:
        """Raise InsufficientScope unless the scopes allow a verb on one name."""
        if not self.allows(noun, verb, name):
            raise self._refusal(name, noun, verb)

    def check_all(self, noun: str, verb: str, prefix: str = "") -> None:
        """Raise InsufficientScope unless the scopes allow a verb on all names with a prefix."""
        if not self.allows_all(noun, verb, prefix):
            raise self._refusal(prefix and f"{prefix}*", noun, verb)

    def check_any(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Raise InsufficientScope unless the scopes allow one of these verbs on some name."""
        if not any(pair in self._patterns for pair in wanted):
            noun, verb = next(iter(wanted))
            raise self._refusal("", noun, verb)

    def may_act_for(self, user_id: str) -> bool:
        """Return whether the scopes allow `?userid=` with this id."""
        return (_ACT, user_id) in self._patterns

    def cover(self, other: "Scopes") -> bool:
        """Return whether these scopes allow everything that the other ones allow."""
        return all(
            self._covers(noun, verb, pattern)
            for (noun, verb), patterns in other._patterns.items()
            for pattern in patterns
        )

    def fit_urls(self) -> bool:
        """Return whether a token with these scopes may be sent as `?token=`."""
        return self._patterns.keys() <= _FOR_URLS

    def _covers(self, noun: str, verb: str, pattern: str) -> bool:
        if pattern.endswith("*"):
            return self.allows_all(noun, verb, pattern[:-1])
        return self.allows(noun, verb, pattern)

    def _refusal(self, pattern: str, noun: str, verb: str) -> InsufficientScope:
        # NOTE: a text that is in no name is not repeated: the scope is in a header, too.
        is_possible = is_part_of_name(pattern.removesuffix("*"))
        wanted = f"{noun}:{verb}:{pattern}" if pattern and is_possible else f"{noun}:{verb}"
        allowed = [f"{noun}:{verb}:{pattern}" for pattern in self._patterns.get((noun, verb), ())]
        refused = InsufficientScope(f"The token's scopes do not allow {wanted}.")
        refused.scope = wanted
        if allowed:
            refused.hint = f"The token may {', '.join(allowed[:5])}."
        return refused


@lru_cache(maxsize=4096)
def scopes_of(texts: tuple[str, ...]) -> Scopes:
    """Return the scopes in texts that were validated before."""
    return Scopes(texts)


def parse_scopes(texts: Sequence[str]) -> Scopes:
    """Return the scopes of a new token; raise InvalidRequest with the first invalid one."""
    if not 1 <= len(texts) <= MOST_SCOPES:
        raise InvalidRequest(f"A token has 1 to {MOST_SCOPES} scopes.")
    if sum(map(len, texts)) > _MOST_CHARACTERS:
        raise InvalidRequest(f"The scopes of a token have up to {_MOST_CHARACTERS:,} characters.")
    return Scopes(texts)


def session_only() -> InsufficientScope:
    """Return the error for a named token at a call that needs a session."""
    hint = "Log in with POST /auth/token; no scope allows this."
    return InsufficientScope("A named token cannot do this.", hint=hint)


def _parts(text: str) -> list[tuple[str, str, str]]:
    """Return noun, verb and pattern of a scope, or several of a bundle.

    InvalidRequest if it is none.
    """
    if text in BUNDLES:
        return [(noun, verb, "*") for noun, verb in BUNDLES[text]]
    return [_part(text)]


def _part(text: str) -> tuple[str, str, str]:
    noun, _, rest = text.partition(":")
    verb, colon, name = rest.partition(":")
    if noun == _ACT and is_user_id(verb) and not colon:
        return noun, verb, "*"
    if noun not in _VERBS or verb not in _VERBS[noun]:
        raise _invalid(text, f"A {noun} scope is {_verbs_of(noun)}." if noun in _VERBS else "")
    if not colon:
        return noun, verb, "*"
    if noun not in _WITH_NAMES:
        raise _invalid(text, f"{noun}:{verb} has no name: it stands for all {noun}.")
    if name == "*" or is_part_of_name(name.removesuffix("*")):
        return noun, verb, name
    raise _invalid(text, "The name is exact, or a prefix that ends with *.")


def _verbs_of(noun: str) -> str:
    return " or ".join(f"{noun}:{verb}" for verb in _VERBS[noun])


def _invalid(text: str, hint: str) -> InvalidRequest:
    grammar = "Write noun:verb or noun:verb:name, such as keys:read:app:*, or read, or write."
    return InvalidRequest(f"'{text[:_LONGEST]}' is no scope.", hint=hint or grammar)


def _matches(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
