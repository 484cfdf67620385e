"""`help` (commands and the guide), `version`, and the answer to a call without a command."""

import sys
from typing import NoReturn

from bambleweeny.cli.command_table import COMMANDS, verb_of
from bambleweeny.cli.context import Context
from bambleweeny.cli.escapes import to_people
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.output import Output
from bambleweeny.cli.parsing import parser_of
from bambleweeny.cli.suggestions import all_of, did_you_mean
from bambleweeny.cli.verb import Verb, argument
from bambleweeny.cli.version import version_line
from bambleweeny.guide.pages import Page, contents, page_of, sections

USAGE = "usage: bambleweeny COMMAND [OPTIONS]"
WHERE = "'bambleweeny help' lists the commands."
_EXAMPLES = (
    "sandbox",
    "serve",
    "set foo bar",
    "get foo",
    "set --help",
    "help users add",
    "help quickstart",
)
_MOST_PAGES = 3
FIRST_STEPS = f"""{USAGE}

An HTTP key-value store and message broker in one program. The first steps:

  bambleweeny sandbox           run a server that keeps nothing, in one terminal
  bambleweeny set foo bar       write a key, in another terminal
  bambleweeny get foo           read it

{WHERE}
'bambleweeny help COMMAND' describes a command, 'help quickstart' is a tour.
"""


def overview() -> str:
    """Return a list of the commands and of the guide's pages, with examples."""
    lines = [
        f"{USAGE}\n",
        "An HTTP key-value store and message broker in one program.\n",
        "  -h, --help   show this help, or that of a command",
        "  --version    print the version\n",
    ]
    for group in dict.fromkeys(command.group for command in COMMANDS.values()):
        lines.append(f"{group}:")
        lines += [f"  {n:<16}{c.help}" for n, c in COMMANDS.items() if c.group == group]
        lines.append("")
    for section, pages in sections().items():
        lines.append(f"guide, '{section}': bambleweeny help PAGE")
        lines += [f"  {_topic_of(page):<24}{page.title}" for page in pages]
        lines.append("")
    lines += ["examples:", *(f"  bambleweeny {words}" for words in _EXAMPLES)]
    return "\n".join(lines)


def _topic_of(page: Page) -> str:
    """Return the words after `help` that show a page; a command of its name comes first."""
    return f"--guide {page.name}" if page.name in COMMANDS else page.name


def known_options() -> tuple[set[str], set[str]]:
    """Return the options of all commands, and the subset that takes a value."""
    parsers = [
        parser_of(name, verb, command.help)
        for name, command in COMMANDS.items()
        for verb in (verb_of(name), *verb_of(name).verbs.values())
    ]
    options = {"-h", "--version"}.union(*(parser.options() for parser in parsers))
    return options, set().union(*(parser.valued_options() for parser in parsers))


def end_without_command(options: list[str], rest: list[str]) -> NoReturn:
    """Exit from a call without a command, or with an unknown one."""
    if "--version" in options:
        print(version_line())
        raise SystemExit(0)
    if not rest and {"-h", "--help"} & {*options}:
        print(overview())
        raise SystemExit(0)
    if not options and not rest:
        sys.stderr.write(FIRST_STEPS)
        raise SystemExit(2)
    known = known_options()[0]
    flags = [flag for flag in (o.partition("=")[0] for o in options) if flag.startswith("-")]
    unknown = next((flag for flag in flags if flag not in known), None)
    if unknown:
        sentence = f"There is no option '{unknown}'.{did_you_mean(unknown, known)}"
    elif rest:
        sentence = f"There is no command '{rest[0]}'.{did_you_mean(rest[0], COMMANDS)}"
    else:
        sentence = "There is no command after the options."
    to_people(USAGE, f"bambleweeny: {sentence}", WHERE)
    raise SystemExit(2)


def _help(context: Context) -> None:
    words, out = context.args.words, context.out
    page = page_of(words[0].removesuffix(".md")) if words else None
    if page is not None and len(words) > 1:
        if context.args.guide or page.name not in COMMANDS:
            raise WrongUse(f"'{words[1]}' is one word too many after the page '{page.name}'.")
        page = None
    if page is not None and (context.args.guide or page.name not in COMMANDS):
        _show(page, out)
    elif context.args.guide:
        raise WrongUse(_no_page(" ".join(words)), hint=WHERE)
    else:
        out.line(_text_of(words))
        if page is not None and out.is_terminal:
            out.line(f"\nThe guide has a page of this name: bambleweeny help --guide {page.name}")


def _show(page: Page, out: Output) -> None:
    """Print a page, formatted at a terminal; a pipe gets its Markdown."""
    if not out.is_terminal:
        out.line(page.text.removesuffix("\n"))
        return
    from rich.console import Console  # noqa: PLC0415  only a page at a terminal needs it

    from bambleweeny.cli.guide_page import print_page  # noqa: PLC0415

    print_page(page.text, Console())


def _no_page(name: str) -> str:
    if not name:
        return "--guide needs the name of a page."
    return f"The guide has no page '{name}'.{did_you_mean(name, contents())}{_pages_with(name)}"


def _pages_with(text: str) -> str:
    """Return ` The guide has it in 'keys' and 'http'.`, or an empty text if it does not."""
    from bambleweeny.guide.search import search  # noqa: PLC0415  its index is rarely needed

    names = list(dict.fromkeys(found.page.name for found in search(text)))[:_MOST_PAGES]
    if not names:
        return ""
    *others, last = map(repr, names)
    return f" The guide has it in {', '.join(others)}{' and ' if others else ''}{last}."


def _text_of(words: list[str]) -> str:
    if not words:
        return overview()
    name, *verb_names = words
    if name not in COMMANDS:
        known = {**COMMANDS, **contents()}
        advice = f"{did_you_mean(name, known)}{_pages_with(name)}"
        sentence = f"There is no command and no page '{name}'.{advice}"
        raise WrongUse(sentence, hint=WHERE)
    verb, text = verb_of(name), COMMANDS[name].help
    for verb_name in verb_names:
        if verb_name not in verb.verbs:
            advice = did_you_mean(verb_name, verb.verbs, f"{name} ")
            more = advice or (all_of(verb.verbs) if verb.verbs else "")
            raise WrongUse(f"'{name}' has no verb '{verb_name}'.{more}")
        name, verb = f"{name} {verb_name}", verb.verbs[verb_name]
        text = verb.help
    return parser_of(name, verb, text).format_help().rstrip("\n")


def _version(context: Context) -> None:
    context.out.line(version_line())


def _no_options(_: object) -> None:
    """Add no options, because the command uses no server."""


VERBS = {
    "help": Verb(
        _help,
        """bambleweeny help
        bambleweeny help set
        bambleweeny help users add
        bambleweeny help queues
        bambleweeny help errors | grep 507
        bambleweeny help --guide backup""",
        (
            argument(
                "words",
                nargs="*",
                metavar="TOPIC",
                help="a command and its verb, or a page of the guide",
            ),
            argument("--guide", action="store_true", help="show the page, not the command"),
        ),
        add_options=_no_options,
    ),
    "version": Verb(_version, "bambleweeny version", add_options=_no_options),
}
