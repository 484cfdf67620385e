"""Entries of the audit trail: their fields, their stored form, and which actions to read."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, get_args

import msgspec

from bambleweeny.core.texts import without_tokens
from bambleweeny.errors import InvalidRequest

OK = "ok"
"""The outcome of what succeeded; any other outcome is the code of an error."""

_LONGEST = 256
"""In characters, of a field. An action and a target have no secrets and no values."""
_LONGEST_READ = 1024
"""In characters: more of a field is not searched for tokens."""
_MOST_ACTIONS = 20
Action = Literal[
    "login", "login.refused", "code.created", "logout",
    "user.created", "user.invited", "user.changed", "user.reset", "user.deleted",
    "password.changed", "code.refused", "token.created", "token.changed", "token.rotated",
    "token.revoked", "sandbox.created", "sandbox.deleted", "act_as", "export", "import",
    "forbidden", "rate_limited",
]  # fmt: skip
ACTIONS: tuple[str, ...] = get_args(Action)
"""All actions that entries have."""
_GROUPS = frozenset(action.partition(".")[0] for action in ACTIONS)


class Act(NamedTuple):
    """Who did what: what the server knows of an entry before the engine has it.

    `actor` is the name of a user, and of a refused login the name that was sent; `actor_id` is ""
    if there is no such user. `token` is the id of a named token, `target` what was acted on.
    """

    action: Action
    outcome: str = OK
    actor: str = ""
    actor_id: str = ""
    token: str = ""
    address: str = ""
    request_id: str = ""
    target: str = ""

    @property
    def is_failure(self) -> bool:
        """Whether it failed or was refused."""
        return self.outcome != OK

    def cut(self) -> "Act":
        """Return the act with fields of at most 256 characters of UTF-8, without tokens."""
        return Act(self.action, *(_cut(field) for field in self[1:]))


class Entry(NamedTuple):
    """An act in an audit trail; `id` is `<milliseconds since 1970>-<number>`."""

    id: str
    act: Act


class Actions:
    """A selection of actions: each name stands for itself and for those below it.

    `login` selects `login` and `login.refused`. No name selects all actions; InvalidRequest for an
    unknown one.
    """

    def __init__(self, names: Sequence[str] = ()) -> None:
        if len(names) > _MOST_ACTIONS:
            raise InvalidRequest(f"The parameter 'action' takes up to {_MOST_ACTIONS} names.")
        for name in names:
            if name not in _GROUPS and name not in ACTIONS:
                raise InvalidRequest(
                    f"The parameter 'action' takes names of actions, and '{_cut(name)}' is none.",
                    hint=f"The actions are {', '.join(ACTIONS)}; 'user' selects all of users.",
                )
        self._names = frozenset(names)
        self._beginnings = tuple(f"{name}." for name in names)

    @property
    def has_all(self) -> bool:
        """Whether it selects all actions."""
        return not self._names

    def __contains__(self, action: str) -> bool:
        if self.has_all:
            return True
        return action in self._names or action.startswith(self._beginnings)


def packed(act: Act) -> bytes:
    """Return the stored form of an act."""
    return msgspec.json.encode(tuple(act))


def entry_of(found: Any) -> Entry:
    """Return the entry in an entry of a Redis stream."""
    number, fields = found
    return Entry(number.decode(), Act(*msgspec.json.decode(fields[1])))


def _cut(text: str) -> str:
    text = without_tokens(text[:_LONGEST_READ])
    # NOTE: JSON can carry a lone surrogate, which UTF-8 cannot.
    cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
    return cut.encode("utf-8", "replace").decode()
