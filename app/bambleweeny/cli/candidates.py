"""What a word on the command line can become: verbs, options, and names of the server's."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from bambleweeny.cli.commands import Command, verb_of
from bambleweeny.cli.connection import add_connection_options
from bambleweeny.cli.failures import CommandFailed
from bambleweeny.cli.profiles import profile_names
from bambleweeny.cli.verb import AddOptions, Verb, parser_of
from bambleweeny.errors import BambleweenyError
from bambleweeny.guide.pages import contents

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from bambleweeny.client import Client
    from bambleweeny.client.listings import Listed

_FRESH_SECONDS = 2.0
_MOST = 1000


class Candidates:
    """Finds what completes a word; names are asked of the server and kept for two seconds."""

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
        self._kept: dict[tuple[str, str], tuple[float, list[str]]] = {}

    def of(self, words: list[str], last: str) -> list[str]:
        """Give what the last word can become, after these words. A server that fails has none."""
        found = self._all(words, last)
        return sorted({name for name in found if name.startswith(last)})[:_MOST]

    def _all(self, words: list[str], last: str) -> list[str]:
        if not words:
            return self._firsts
        name, *rest = words
        if name not in self._commands:
            return []
        verb = verb_of(name)
        if not rest and verb.verbs:
            return [*verb.verbs, *self._options(name, verb)]
        if rest and rest[0] in verb.verbs:
            verb = verb.verbs[rest.pop(0)]
        if last.startswith("-"):
            return self._options(name, verb)
        return self._values(self._metavar(self._parser(name, verb), rest), last)

    def _parser(self, name: str, verb: Verb) -> "ArgumentParser":
        text = self._commands[name].help
        return parser_of(name, verb, text, add_options=self._add_options)

    def _options(self, name: str, verb: Verb) -> list[str]:
        # NOTE: argparse has no public way to ask what a parser knows.
        actions = self._parser(name, verb)._actions
        return [flag for action in actions for flag in action.option_strings if flag[1] == "-"]

    @staticmethod
    def _metavar(parser: "ArgumentParser", words: list[str]) -> str:
        """Tell what stands next: the value of an option, or the next argument."""
        flags = {flag: action for action in parser._actions for flag in action.option_strings}
        positionals = [action for action in parser._actions if not action.option_strings]
        at, expected = 0, ""
        for word in words:
            action = flags.get(word)
            if expected:
                expected = ""
            elif action is not None:
                expected = str(action.metavar or "") if action.nargs is None else ""
            elif at < len(positionals) and positionals[at].nargs not in ("+", "*"):
                at += 1
        if expected:
            return expected
        return str(positionals[at].metavar) if at < len(positionals) else ""

    def _values(self, metavar: str, last: str) -> list[str]:
        finders: dict[str, Callable[[], list[str]]] = {
            "KEY": lambda: _names(self._client().keys, last),
            "LIST": lambda: _names(self._client().lists, last),
            "TOPIC": lambda: _names(self._client().topics, last),
            "ROUTE": lambda: [route.id for route in self._client().routes.list()],
            "BIN": lambda: [bin.id for bin in self._client().bins.list()],
            "USER": lambda: [user.username for user in self._client().users.list()],
            "PROFILE": profile_names,
            "PAGE": lambda: list(contents()),
        }
        found = finders.get(metavar)
        if found is None:
            return []
        due, names = self._kept.get((metavar, last), (0.0, []))
        if time.monotonic() >= due:
            try:
                names = found()
            except (BambleweenyError, CommandFailed):
                names = []
            self._kept[metavar, last] = (time.monotonic() + _FRESH_SECONDS, names)
        return names


def _names(of: "Listed", prefix: str) -> list[str]:
    return [entry.name for entry in of.list(prefix=prefix, limit=_MOST)]
