"""Completion of a word on the command line: verbs, options, and names from the server."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from bambleweeny.cli.command_table import HELP, Command, verb_of
from bambleweeny.cli.connection.connection_options import add_connection_options
from bambleweeny.cli.connection.profiles import profile_names
from bambleweeny.cli.failures import CommandFailed
from bambleweeny.cli.parsing import END, Parser, parser_of
from bambleweeny.cli.verb import AddOptions, Verb
from bambleweeny.errors import BambleweenyError
from bambleweeny.guide.pages import contents
from bambleweeny.options import ConfigError

if TYPE_CHECKING:
    from bambleweeny.client import Bin, Client, Route
    from bambleweeny.client.listings import Listed
    from bambleweeny.client.tokens import Tokens

_FRESH_SECONDS = 2.0
_MOST = 1000


class Candidates:
    """Completes words. Names come from the server and are cached for two seconds."""

    def __init__(
        self,
        client: "Callable[[], Client]",
        firsts: Iterable[str],
        commands: Mapping[str, Command],
        add_options: AddOptions = add_connection_options,
    ) -> None:
        self._client = client
        self._firsts = list(firsts)
        self._commands = commands
        self._add_options = add_options
        self._cached: dict[tuple[str, str], tuple[float, list[str]]] = {}

    def of(self, words: list[str], last: str) -> list[str]:
        """Return the completions of the word `last` after `words`; none if the server fails."""
        found = self._all(words, last)
        return sorted({name for name in found if name.startswith(last)})[:_MOST]

    def _all(self, words: list[str], last: str) -> list[str]:
        if not words:
            return self._firsts
        name, *rest = words
        if name == HELP:
            return self._helped(rest)
        if name not in self._commands:
            return []
        verb = verb_of(name)
        if not rest and verb.verbs:
            return [*verb.verbs, *self._parser(name, verb).options()]
        if rest and rest[0] in verb.verbs:
            verb = verb.verbs[rest.pop(0)]
        parser = self._parser(name, verb)
        if last.startswith("-") and END not in rest:
            return parser.options()
        expected = parser.expected_after(rest)
        return self._values(str(expected.metavar), last) if expected else []

    def _helped(self, words: list[str]) -> list[str]:
        if words in ([], ["--guide"]):
            return [*(() if words else self._firsts), *contents()]
        return list(verb_of(words[0]).verbs) if words in ([name] for name in self._commands) else []

    def _parser(self, name: str, verb: Verb) -> Parser:
        text = self._commands[name].help
        return parser_of(name, verb, text, add_options=self._add_options)

    def _values(self, metavar: str, last: str) -> list[str]:
        finders: dict[str, Callable[[], list[str]]] = {
            "KEY": lambda: _names(self._client().keys, last),
            "LIST": lambda: _names(self._client().lists, last),
            **dict.fromkeys(("FROM", "TO"), lambda: _names(self._client().lists, last)),
            "TOPIC": lambda: _names(self._client().topics, last),
            "ROUTE": lambda: _public(self._client().routes.list()),
            "BIN": lambda: _public(self._client().bins.list()),
            "SANDBOX": lambda: [sandbox.id for sandbox in self._client().sandboxes.list()],
            "USER": lambda: [user.username for user in self._client().users.list()],
            "PROFILE": profile_names,
            "ID|NAME": lambda: _tokens(self._client().tokens),
        }
        found = finders.get(metavar)
        if found is None:
            return []
        due, names = self._cached.get((metavar, last), (0.0, []))
        if time.monotonic() >= due:
            try:
                names = found()
            except (BambleweenyError, CommandFailed, ConfigError):
                names = []
            self._cached[metavar, last] = (time.monotonic() + _FRESH_SECONDS, names)
        return names


def _names(of: "Listed", prefix: str) -> list[str]:
    return [entry.name for entry in of.list(prefix=prefix, limit=_MOST)]


def _tokens(of: "Tokens") -> list[str]:
    return [word for token in of.list() for word in (token.id, token.name) if word.isascii()]


def _public(of: "Sequence[Route | Bin]") -> list[str]:
    return [word for one in of for word in (one.name, one.id) if word]
