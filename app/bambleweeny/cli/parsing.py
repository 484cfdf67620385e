"""The parsers of verbs: options anywhere before `--`, and advice in usage errors."""

import re
import sys
from argparse import Action, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Collection, Iterable, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NoReturn

from bambleweeny.cli.connection.connection_options import add_connection_options
from bambleweeny.cli.escapes import visible
from bambleweeny.cli.suggestions import all_of, did_you_mean
from bambleweeny.cli.verb import AddOptions, Verb, examples_of

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

PROGRAM = "bambleweeny "
END = "--"
"""Ends the options: all words after it are arguments, even if they begin with `-`."""
_PLAIN = "\0"
"""Marks the words after END while they are parsed. No argument of a program can contain it."""
_DATA_DIR, _DATA_DIR_VARIABLE = "--data-dir", "BAMBLEWEENY_DATA_DIR"
_WIDTH = 78
"""The width of a help text in columns: that of argparse at a terminal with 80 columns."""
_IS_NUMBER = re.compile(r"-\d+|-\d*\.\d+").fullmatch


class Parser(ArgumentParser):
    """A parser whose usage errors are sentences, with the word that was probably meant."""

    verbs: Collection[str] = ()
    """The sub-verbs, for suggestions if the first word is misspelt."""
    takes_command = False
    """Whether the command of another program follows END."""

    def print_help(self, file: "SupportsWrite[str] | None" = None) -> None:
        """Print the help; argparse would ignore that the reader has exited."""
        print(self.format_help(), end="", file=file)

    def error(self, message: str) -> NoReturn:
        """Exit with status 2, after one line of usage and the message."""
        self.print_usage(sys.stderr)
        self.exit(2, visible(f"{self.prog}: {message}\n"))

    def parse(self, words: Sequence[str]) -> Namespace:
        """Parse words. Options are allowed anywhere before END."""
        at = words.index(END) if END in words else len(words)
        for index, word in enumerate(words[:at]):
            self._check_option(word, words[:index])
        plain = [_PLAIN + word for word in words[at + 1 :]]
        # NOTE: intermixed, so that a value may come after an option as well as before it.
        args, more = self.parse_known_intermixed_args([*words[:at], *plain])
        if more:
            self._refuse(more[0].removeprefix(_PLAIN), words)
        return args

    def expected_after(self, words: Iterable[str]) -> Action | None:
        """Return what the next word is: the value of the last option, or the next argument."""
        positionals = [action for action in self._actions if not action.option_strings]
        at, is_plain = 0, False
        expected: Action | None = None
        for word in words:
            if expected is not None:
                expected = None
            elif is_plain or not _is_option(word):
                at += at < len(positionals) and positionals[at].nargs not in ("+", "*")
            elif word == END:
                is_plain = True
            else:
                action = self._option_string_actions.get(word)
                expected = action if action and action.nargs is None else None
        return expected or (positionals[at] if at < len(positionals) else None)

    def valued_options(self) -> set[str]:
        """Return the options that take a value."""
        options = self._option_string_actions
        return {flag for flag, action in options.items() if action.nargs is None}

    def options(self) -> list[str]:
        """Return the long forms of all options."""
        return [flag for flag in self._option_string_actions if flag.startswith("--")]

    def _check_option(self, word: str, before: Sequence[str]) -> None:
        flag = word.partition("=")[0]
        if not _is_option(word) or flag in self._option_string_actions:
            return
        name = self.prog.removeprefix(PROGRAM)
        advice = self._advice_on(flag, word, before)
        self.error(f"The command '{name}' has no option '{flag}'.{advice}")

    def _advice_on(self, flag: str, word: str, before: Sequence[str]) -> str:
        """Return what to write in place of an unknown option; "" if nothing is known."""
        if near := did_you_mean(flag, self.options()):
            return near
        expected = self.expected_after(before)
        if expected is not None and f"--{expected.metavar}".lower() == flag:
            return f" Write the {expected.metavar} without {flag}."
        if flag == _DATA_DIR and "--url" in self._option_string_actions:
            return f" To ask the server on DIR, give its --url, or set {_DATA_DIR_VARIABLE}."
        if expected is None:
            return f" Its options: {self.prog} --help"
        return f" If it is the {expected.metavar}, write it after {END}, as in '{END} {word}'."

    def _refuse(self, word: str, words: Sequence[str]) -> NoReturn:
        """Exit because there is one word too many; it may be a misspelt sub-verb."""
        first = next((word for word in words if not _is_option(word)), word)
        advice = did_you_mean(first, self.verbs, f"{self.prog} ")
        if self.verbs and (advice or first == word):
            self.error(f"There is no verb '{first}'.{advice or all_of(self.verbs)}")
        advice = all_of(self.verbs) if self.verbs else ""
        if self.takes_command:
            advice = f" Write the command after {END}, as in '{END} {word}'."
        self.error(f"'{word}' is one word too many.{advice}")

    def _get_value(self, action: Action, arg_string: str) -> Any:
        return super()._get_value(action, arg_string.removeprefix(_PLAIN))


def _is_option(word: str) -> bool:
    """Return whether a word before END is an option, by the rules of argparse."""
    return len(word) > 1 and word[0] == "-" and " " not in word and not _IS_NUMBER(word)


def choose(
    name: str,
    verb: Verb,
    text: str,
    words: Sequence[str],
    *,
    add_options: AddOptions = add_connection_options,
    program: str = PROGRAM,
) -> tuple[Verb, Namespace]:
    """Find the sub-verb that words name, and parse the rest; SystemExit on a usage error."""

    def parser(name: str, verb: Verb, text: str) -> Parser:
        return parser_of(name, verb, text, add_options=add_options, program=program)

    chosen, made, rest = verb, parser(name, verb, text), list(words)
    made.verbs = verb.verbs
    before: list[str] = []
    if verb.verbs and rest and _is_option(rest[0]):
        parsers = (parser(name, child, text) for child in verb.verbs.values())
        before, rest = split_options(rest, set().union(*(p.valued_options() for p in parsers)))
    if rest and rest[0] in verb.verbs:
        chosen = verb.verbs[rest[0]]
        made = parser(f"{name} {rest[0]}", chosen, chosen.help)
        rest = rest[1:]
    rest = [*before, *rest]
    command: list[str] = []
    if chosen.takes_command:
        rest, command = _split_command(made, rest)
    args = made.parse(rest)
    args.command = command
    return chosen, args


def split_options(words: Sequence[str], valued: Collection[str]) -> tuple[list[str], list[str]]:
    """Split words into the leading options, with their values, and the rest."""
    options, rest = [], list(words)
    while rest and rest[0] != END and _is_option(rest[0]):
        options.append(rest.pop(0))
        if rest and options[-1] in valued:
            options.append(rest.pop(0))
    return options, rest


def _split_command(parser: Parser, words: list[str]) -> tuple[list[str], list[str]]:
    """Split off the command of another program, which follows END.

    If an argument is missing before END, that END is for the argument, and the command
    follows the next END.
    """
    if END not in words:
        return words, []
    at = words.index(END)
    if parser.expected_after(words[:at]) is not None and END in words[at + 1 :]:
        at = words.index(END, at + 1)
    return words[:at], words[at + 1 :]


def parser_of(
    name: str,
    verb: Verb,
    text: str,
    *,
    add_options: AddOptions = add_connection_options,
    program: str = PROGRAM,
    examples: Sequence[str] | None = None,
) -> Parser:
    """Return the parser of a verb. Its --help ends with `examples`, by default the verb's."""
    parser = Parser(
        prog=program + name,
        usage=" ".join([f"{program}{name}", *_arguments(verb)]).replace("%", "%%"),
        description=f"{text[0].upper()}{text[1:]}.",
        epilog=_epilog(name, verb, examples_of(verb) if examples is None else examples, program),
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.takes_command = verb.takes_command
    for names, more in verb.arguments:
        parser.add_argument(*names, **more)
    (verb.add_options or add_options)(parser)
    return parser


def _arguments(verb: Verb) -> list[str]:
    """Return the words of a usage line after the name of a verb."""
    forms = {None: "{}", "?": "[{}]", "+": "{} ...", "*": "[{} ...]"}
    shown = [
        forms[more.get("nargs")].format(more["metavar"])
        for names, more in verb.arguments
        if not names[0].startswith("-")
    ]
    first = ["[VERB]", "[OPTIONS]"] if verb.verbs else ["[OPTIONS]"]
    return [*first, *shown, *(["-- COMMAND ..."] if verb.takes_command else [])]


def _epilog(name: str, verb: Verb, examples: Sequence[str], program: str) -> str:
    lines = [verb.note, ""] if verb.note else []
    if verb.verbs:
        lines += ["verbs (the first is the default):"]
        for sub, child in verb.verbs.items():
            lines += [f"  {name} {sub:<6} {child.help}", *_options_of(name, verb, child)]
        lines += [f"'{program}help {name} VERB' describes a verb.", ""]
    return "\n".join([*lines, "examples:", *(f"  {line}" for line in examples)])


def _options_of(name: str, noun: Verb, verb: Verb) -> list[str]:
    """Return lines with the options of a sub-verb that its noun does not have."""
    known = {names for names, _ in noun.arguments}
    flags = [names[-1] for names, _ in verb.arguments if names not in known]
    text = " ".join(flag for flag in flags if flag.startswith("-"))
    margin = " " * (len(name) + 10)
    return wrap(
        text, _WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False
    )
