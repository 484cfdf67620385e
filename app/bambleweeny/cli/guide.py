"""`bambleweeny help`: the topics of the guide, or a page of it at the terminal."""

import sys
from collections.abc import Iterator
from difflib import get_close_matches

from bambleweeny.cli.commands import COMMANDS, verb_of
from bambleweeny.cli.context import Context
from bambleweeny.cli.verb import Verb, argument, parser_of
from bambleweeny.guide.pages import contents, page_of, sections


def _help(context: Context) -> int:
    topic = context.args.topic
    if topic is None:
        print("\n".join(_overview()))
    elif (page := page_of(topic)) is not None:
        _print_page(page.text)
        if topic in COMMANDS and sys.stdout.isatty():
            print(f"\nOf the command of this name: bambleweeny {topic} --help")
    elif topic in COMMANDS:
        verb = verb_of(topic)
        parser_of(topic, verb, COMMANDS[topic].help).print_help()
    else:
        close = get_close_matches(topic, [*contents(), *COMMANDS], n=1)
        guess = f" Did you mean '{close[0]}'?" if close else ""
        sentence = f"there is no topic '{topic}'.{guess} `bambleweeny help` lists all."
        print(f"bambleweeny: {sentence}", file=sys.stderr)
        return 2
    return 0


def _overview() -> Iterator[str]:
    yield "topics: bambleweeny help TOPIC"
    for section, pages in sections().items():
        yield f"\n{section}"
        yield from (f"  {page.name:<19}{page.summary}" for page in pages)
    yield "\ncommands: bambleweeny COMMAND --help\n"
    yield from (f"  {name:<19}{command.help}" for name, command in COMMANDS.items())


def _print_page(text: str) -> None:
    """Print a page, rendered at a terminal; a pipe gets its Markdown."""
    if not sys.stdout.isatty():
        sys.stdout.write(text)
        return
    from rich.console import Console  # noqa: PLC0415  only a reader at a terminal waits for it

    from bambleweeny.cli.guide_page import print_page  # noqa: PLC0415

    print_page(text, Console())


VERBS = {
    "help": Verb(
        _help,
        """bambleweeny help
        bambleweeny help queues
        bambleweeny help errors | grep 507""",
        (argument("topic", nargs="?", metavar="PAGE", help="a topic of the guide, or a command"),),
        add_options=lambda _: None,
    ),
}
