"""The command line: thin commands over the configuration and the server."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields

from bambleweeny.cli.version import ShowVersion
from bambleweeny.config import PREFIX, Config, ConfigError, flag_of, load_config, option_of


@dataclass(frozen=True)
class _Command:
    """What --help says of a command, and the options that it has; None: all of them."""

    help: str
    examples: str
    options: tuple[str, ...] | None = None
    file: str = ""


_PLACE = ("data_dir", "redis_url", "key_prefix")
_COMMANDS = {
    "serve": _Command(
        "run a server that keeps its data",
        """examples:
  bambleweeny serve
  bambleweeny serve --listen 127.0.0.1:0 --max-body 4mb
  BAMBLEWEENY_LOG_LEVEL=warning bambleweeny serve""",
    ),
    "sandbox": _Command(
        "run a throw-away server: admin/changeme, no data kept, for prototyping",
        """examples:
  bambleweeny sandbox
  bambleweeny sandbox --listen 127.0.0.1:0""",
    ),
    "backup": _Command(
        "write all users and what they own to a file, while a server runs or not",
        """examples:
  bambleweeny backup monday.ndjson
  bambleweeny backup - | gzip > monday.ndjson.gz
  bambleweeny backup --redis-url redis://127.0.0.1:6379/0 monday.ndjson""",
        _PLACE,
        "where to write; - is standard output",
    ),
    "restore": _Command(
        "put a backup into an empty place; no server may use it meanwhile",
        """examples:
  bambleweeny restore monday.ndjson
  bambleweeny restore --redis-url redis://127.0.0.1:6379/0 monday.ndjson
  gunzip < monday.ndjson.gz | bambleweeny restore --replace -""",
        (*_PLACE, "max_memory"),
        "the backup; - is standard input",
    ),
    "health": _Command(
        "ask a server whether it is well; exit 0 or 1, for a container's health check",
        """examples:
  bambleweeny health
  bambleweeny health http://127.0.0.1:8080/readyz
  BAMBLEWEENY_LISTEN=127.0.0.1:9000 bambleweeny health""",
        ("listen",),
    ),
    "licenses": _Command(
        "print the licences of all that is in the program",
        """examples:
  bambleweeny licenses
  bambleweeny licenses | less""",
        (),
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; 0: it went well, 1: it failed, 2: it was asked wrongly."""
    args = vars(_parser().parse_args(argv))
    command = args.pop("command")
    file, replace = args.pop("file", ""), args.pop("replace", False)
    url = args.pop("url", None)
    # NOTE: what a command needs is imported here, since --help needs none of it.
    if command == "licenses":
        from bambleweeny.cli.licenses import print_licenses  # noqa: PLC0415

        return print_licenses()
    try:
        config = load_config(args, os.environ, sandbox=command == "sandbox")
    except ConfigError as ex:
        print(f"bambleweeny: {ex}", file=sys.stderr)
        return 2
    if command == "backup":
        from bambleweeny.cli.backup import run_backup  # noqa: PLC0415

        return run_backup(config, file)
    if command == "restore":
        from bambleweeny.cli.backup import run_restore  # noqa: PLC0415

        return run_restore(config, file, replace=replace)
    if command == "health":
        from bambleweeny.cli.health import check_health  # noqa: PLC0415

        return check_health(url or config.listen.url)
    from bambleweeny.server.serve import serve  # noqa: PLC0415

    return serve(config, sandbox=command == "sandbox")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bambleweeny",
        description="An HTTP key-value store and message broker in one program.",
        epilog="examples:\n  bambleweeny serve\n  bambleweeny sandbox\n"
        "  bambleweeny backup monday.ndjson\n  bambleweeny serve --help",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=ShowVersion)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in _COMMANDS.items():
        _add_options(
            commands.add_parser(
                name,
                help=command.help,
                description=command.help[0].upper() + command.help[1:] + ".",
                epilog=command.examples,
                formatter_class=argparse.RawDescriptionHelpFormatter,
                allow_abbrev=False,
            ),
            name,
            command,
        )
    return parser


def _add_options(parser: argparse.ArgumentParser, name: str, command: _Command) -> None:
    if command.file:
        parser.add_argument("file", metavar="FILE", help=command.file)
    if name == "restore":
        parser.add_argument(
            "--replace", action="store_true", help="delete first what is there already"
        )
    if name == "health":
        parser.add_argument(
            "url", nargs="?", metavar="URL", help="where to ask; without a path it is /healthz"
        )
    sandbox = name == "sandbox"
    for column in fields(Config):
        option = option_of(column)
        is_known = command.options is None or column.name in command.options
        if not is_known or (sandbox and option.serve_only):
            continue
        names = f"{PREFIX}{column.name.upper()}" + (f", {option.legacy}" if option.legacy else "")
        default = option.sandbox if sandbox and option.sandbox else option.shown_default
        parser.add_argument(
            flag_of(column),
            metavar=option.metavar,
            help=f"{option.help} [{names}; default: {default}]".replace("%", "%%"),
        )
