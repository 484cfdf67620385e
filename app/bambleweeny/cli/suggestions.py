"""Suggestions for an unknown word."""

from collections.abc import Collection, Iterable

_MOCKS = ("mock-apis", "mock")
_MOCKS_ELSEWHERE = ("coming-from", "mock-apis", "mock")
_ADDRESS = ("--listen 127.0.0.1:3000",)
_AT_MOST = ("--max", "--limit", "--last", "--lines")
_COMMON_NAMES: dict[str, tuple[str, ...]] = {
    "--address": _ADDRESS,
    "--bind": _ADDRESS,
    "--count": _AT_MOST,
    "--host": _ADDRESS,
    "--last": _AT_MOST,
    "--limit": _AT_MOST,
    "--lines": _AT_MOST,
    "--max": _AT_MOST,
    "--number": _AT_MOST,
    "--port": _ADDRESS,
    "-n": _AT_MOST,
    "-p": _ADDRESS,
    "-v": ("--version",),
    "add": ("push", "set"),
    "append": ("push",),
    "auth": ("login",),
    "change": ("set",),
    "create": ("add",),
    "cat": ("get",),
    "count": ("stats", "incr"),
    "decr": ("incr",),
    "delete": ("del",),
    "dequeue": ("pop",),
    "dump": ("backup", "export"),
    "enqueue": ("push",),
    "find": ("keys",),
    "length": ("stats",),
    "list": ("keys", "lists", "list"),
    "listen": ("follow",),
    "json-server": _MOCKS_ELSEWHERE,
    "load": ("restore", "import"),
    "ls": ("keys", "lists", "list"),
    "mocking": _MOCKS,
    "mockoon": _MOCKS_ELSEWHERE,
    "mocks": _MOCKS,
    "new": ("add",),
    "peek": ("items list",),
    "ping": ("health",),
    "prism": _MOCKS_ELSEWHERE,
    "pub": ("publish",),
    "put": ("set",),
    "quota": ("users set",),
    "quit": ("exit",),
    "read": ("get",),
    "redrive": ("items move",),
    "remove": ("del",),
    "rm": ("del",),
    "run": ("serve", "sandbox"),
    "show": ("get",),
    "server": ("serve",),
    "start": ("serve", "sandbox"),
    "status": ("info", "health"),
    "stub": _MOCKS,
    "stubs": _MOCKS,
    "subscribe": ("follow", "sub"),
    "tail": ("follow",),
    "ttl": ("expire",),
    "up": ("serve", "sandbox"),
    "update": ("set",),
    "whoami": ("token test",),
    "wiremock": _MOCKS_ELSEWHERE,
    "write": ("set",),
}
"""Names that other programs use, and the commands and pages of this one that match them."""
_MOST = 3
_LEAST_LIKE = 0.6
_ALMOST_THE_SAME = 0.8
"""The minimum similarity to a common name, if no known name is as similar."""
_AS_GOOD = 0.05
"""Names whose similarity is further than this below the best one are left out."""


def did_you_mean(word: str, known: Iterable[str], before: str = "") -> str:
    """Return ` Did you mean 'serve'?`, or an empty text if no known word is similar.

    `before` is a prefix of each word that is shown.
    """
    shown = [repr(before + name) for name in _near(word.lower(), list(known))]
    return f" Did you mean {' or '.join(shown)}?" if shown else ""


def all_of(known: Collection[str]) -> str:
    """Return ` The verbs are 'new' and 'test'.`, for use if none of them is similar."""
    *others, last = map(repr, known)
    return f" The verbs are {', '.join(others)} and {last}."


def _near(word: str, known: list[str]) -> list[str]:
    from difflib import SequenceMatcher, get_close_matches  # noqa: PLC0415  rarely needed

    if meant := _meant_by(word, known):
        return meant
    likeness = {name: SequenceMatcher(None, word, name).ratio() for name in known}
    best = max(likeness.values(), default=0.0)
    common = get_close_matches(word, _COMMON_NAMES, n=1, cutoff=_ALMOST_THE_SAME)
    if best < _ALMOST_THE_SAME and common and (meant := _meant_by(common[0], known)):
        return meant
    if best >= _LEAST_LIKE:
        near = [name for name in known if likeness[name] >= best - _AS_GOOD]
        return sorted(near, key=lambda name: -likeness[name])[:_MOST]
    return [name for name in known if len(word) > 1 and name.startswith(word)][:_MOST]


def _meant_by(word: str, known: list[str]) -> list[str]:
    return [name for name in _COMMON_NAMES.get(word, ()) if name.partition(" ")[0] in known]
