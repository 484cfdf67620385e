"""What a word that nobody knows was probably meant to be."""

from collections.abc import Iterable

_COMMON_NAMES = {
    "add": ("push", "set"),
    "change": ("set",),
    "create": ("add",),
    "cat": ("get",),
    "delete": ("del",),
    "dump": ("backup", "export"),
    "enqueue": ("push",),
    "list": ("keys", "lists", "list"),
    "load": ("restore", "import"),
    "ls": ("keys", "lists", "list"),
    "new": ("add",),
    "ping": ("health",),
    "put": ("set",),
    "quit": ("exit",),
    "read": ("get",),
    "remove": ("del",),
    "rm": ("del",),
    "run": ("serve", "sandbox"),
    "show": ("get",),
    "server": ("serve",),
    "start": ("serve", "sandbox"),
    "status": ("info", "health"),
    "subscribe": ("follow", "sub"),
    "tail": ("follow",),
    "up": ("serve", "sandbox"),
    "update": ("set",),
    "whoami": ("token test",),
    "write": ("set",),
}
"""What other programs call commands that this one has."""
_MOST = 3
_LEAST_LIKE = 0.6
_AS_GOOD = 0.05
"""What is less like the word by more than this than the best is left out."""


def did_you_mean(word: str, known: Iterable[str], before: str = "") -> str:
    """Return ` Did you mean 'serve'?`, or nothing where nothing known comes near.

    `before` is put in front of each word that is shown.
    """
    shown = [repr(before + name) for name in _near(word.lower(), list(known))]
    return f" Did you mean {' or '.join(shown)}?" if shown else ""


def _near(word: str, known: list[str]) -> list[str]:
    from difflib import SequenceMatcher  # noqa: PLC0415  only who mistypes needs it

    meant = [name for name in _COMMON_NAMES.get(word, ()) if name.partition(" ")[0] in known]
    if meant:
        return meant
    likeness = {name: SequenceMatcher(None, word, name).ratio() for name in known}
    best = max(likeness.values(), default=0.0)
    if best >= _LEAST_LIKE:
        near = [name for name in known if likeness[name] >= best - _AS_GOOD]
        return sorted(near, key=lambda name: -likeness[name])[:_MOST]
    return [name for name in known if len(word) > 1 and name.startswith(word)][:_MOST]
