"""The kinds of events, and what a stream of events is to contain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bambleweeny.errors import InvalidRequest
from bambleweeny.names import is_name, is_part_of_name

KINDS = {
    "keys": ("key.set", "key.del", "key.expire", "key.change"),
    "lists": ("list.push", "list.pop", "list.lease", "list.ack", "list.dead", "list.change"),
    "topics": ("topic.publish",),
    "routes": ("route.call",),
    "bins": ("bin.call", "bin.refuse"),
}
"""The kinds by noun; the name of an event is that of a key, list or topic, or a public id."""
BASIC_KINDS = frozenset({"key.set", "key.del", "list.push"})
"""The kinds that a stream gets without `kinds`, and that scripts publish for each subscriber."""
EXPIRY = "key.expire"

_NOUN_OF = {kind: noun for noun, kinds in KINDS.items() for kind in kinds}
_BASIC_NOUNS = ("keys", "lists")


class Names:
    """A set of names and of prefixes that end with `*`."""

    def __init__(self, patterns: Sequence[str]) -> None:
        for pattern in patterns:
            beginning = pattern.removesuffix("*")
            is_possible = is_name if beginning == pattern else is_part_of_name
            if pattern != "*" and not is_possible(beginning):
                raise InvalidRequest(
                    f"'{pattern}' is no name.",
                    hint="Write foo, or app:* for all names with that beginning.",
                )
        self.patterns = tuple(patterns)
        self._whole = {pattern for pattern in patterns if not pattern.endswith("*")}
        self._beginnings = tuple(pattern[:-1] for pattern in patterns if pattern.endswith("*"))

    def __contains__(self, name: str) -> bool:
        return name in self._whole or name.startswith(self._beginnings)


class Event(NamedTuple):
    """An event and the name of its key, list or topic, or the public id of its route or bin."""

    kind: str
    name: str


@dataclass(frozen=True)
class Wanted:
    """What a stream is to contain: kinds, and the names by noun."""

    kinds: frozenset[str]
    names: Mapping[str, Names]

    def __contains__(self, event: Event) -> bool:
        return event.kind in self.kinds and event.name in self.names[_NOUN_OF[event.kind]]

    @property
    def is_basic(self) -> bool:
        """Whether all kinds are among those that scripts publish for each subscriber."""
        return self.kinds <= BASIC_KINDS


def wanted_events(kinds: str | None, names: Mapping[str, str]) -> Wanted:
    """Return what the parameters of a stream select; raise InvalidRequest if they contradict.

    `kinds` are separated by commas, or `*`; None stands for the basic kinds, and for those of
    the topics, routes and bins that are named. `names` are those of the nouns that are given;
    without any, all names of each kind are.
    """
    if kinds is None:
        nouns = tuple(names) or _BASIC_NOUNS
        chosen = {kind for noun in nouns for kind in KINDS[noun] if _is_default(kind, noun)}
    elif kinds == "*":
        nouns = tuple(names) or tuple(KINDS)
        chosen = {kind for noun in nouns for kind in KINDS[noun]}
    else:
        chosen = set(_parsed(kinds))
        nouns = tuple(dict.fromkeys(_NOUN_OF[kind] for kind in sorted(chosen)))
        if names:
            _check_fit(chosen, names)
    return Wanted(frozenset(chosen), {noun: _names(noun, names.get(noun, "*")) for noun in nouns})


def _is_default(kind: str, noun: str) -> bool:
    return kind in BASIC_KINDS or noun not in _BASIC_NOUNS


def _parsed(kinds: str) -> list[str]:
    found = kinds.split(",")
    for kind in found:
        if kind not in _NOUN_OF:
            raise InvalidRequest(
                f"The parameter 'kinds': '{kind}' is no kind of event.",
                hint=f"Write * for all kinds, or some of {', '.join(_NOUN_OF)}.",
            )
    return found


def _check_fit(kinds: set[str], names: Mapping[str, str]) -> None:
    """Raise InvalidRequest for a kind without names, or for names without a kind."""
    for kind in sorted(kinds):
        if _NOUN_OF[kind] not in names:
            raise InvalidRequest(
                f"The kind '{kind}' needs the parameter '{_NOUN_OF[kind]}'.",
                hint=f"Add {_NOUN_OF[kind]}=*, or leave out all names.",
            )
    nouns = {_NOUN_OF[kind] for kind in kinds}
    for noun in names:
        if noun not in nouns:
            raise InvalidRequest(
                f"The parameter '{noun}' needs a kind of {noun} in 'kinds'.",
                hint=f"Kinds of {noun} are {', '.join(KINDS[noun])}.",
            )


def _names(noun: str, text: str) -> Names:
    try:
        return Names(text.split(","))
    except InvalidRequest as ex:
        raise InvalidRequest(f"The parameter '{noun}': {ex.info}", hint=ex.hint) from ex
