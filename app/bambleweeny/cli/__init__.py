"""The command line: thin commands over the configuration and the server."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import fields

from bambleweeny import __version__
from bambleweeny.cli.health import check_health, url_of
from bambleweeny.config import PREFIX, Config, ConfigError, flag_of, load_config, option_of

_RUN_EXAMPLES = {
    "serve": """examples:
  bambleweeny serve
  bambleweeny serve --listen 127.0.0.1:0 --max-body 4mb
  BAMBLEWEENY_LOG_LEVEL=warning bambleweeny serve""",
    "sandbox": """examples:
  bambleweeny sandbox
  bambleweeny sandbox --listen 127.0.0.1:0""",
}
_HEALTH_EXAMPLES = """examples:
  bambleweeny health
  bambleweeny health http://127.0.0.1:8080/readyz
  BAMBLEWEENY_LISTEN=127.0.0.1:9000 bambleweeny health"""
_HEALTH_HELP = "ask a server whether it is well; exit 0 or 1, for a container's health check"
_RUN_HELP = {
    "serve": "run a server that keeps its data",
    "sandbox": "run a throw-away server: admin/changeme, no data kept, for prototyping",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; 0: it went well, 1: it failed, 2: it was asked wrongly."""
    args = vars(_parser().parse_args(argv))
    command = args.pop("command")
    try:
        if command == "health":
            return _health(args)
        config = load_config(args, os.environ, sandbox=command == "sandbox")
    except ConfigError as ex:
        print(f"bambleweeny: {ex}", file=sys.stderr)
        return 2
    from bambleweeny.server.serve import serve  # noqa: PLC0415  --help needs no server

    return serve(config, sandbox=command == "sandbox")


def _health(args: dict[str, str | None]) -> int:
    url = args.pop("url") or url_of(load_config(args, os.environ).listen)
    if not url.startswith(("http://", "https://")):
        raise ConfigError(f"'{url}' is not an http:// or https:// URL")
    return check_health(url)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bambleweeny",
        description="An HTTP key-value store and message broker in one program.",
        epilog="examples:\n  bambleweeny serve\n  bambleweeny sandbox\n  bambleweeny serve --help",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"bambleweeny {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in _RUN_HELP.items():
        command = commands.add_parser(
            name,
            help=text,
            description=text[0].upper() + text[1:] + ".",
            epilog=_RUN_EXAMPLES[name],
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        _add_options(command, sandbox=name == "sandbox")
    _add_health(commands)
    return parser


def _add_health(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "health",
        help=_HEALTH_HELP,
        description=_HEALTH_HELP[0].upper() + _HEALTH_HELP[1:] + ".",
        epilog=_HEALTH_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.add_argument(
        "url", nargs="?", metavar="URL", help="where to ask; without a path it is /healthz"
    )
    command.add_argument(
        "--listen",
        metavar="HOST:PORT",
        help="where the server listens, if there is no URL "
        f"[{PREFIX}LISTEN; default: 127.0.0.1:8080]",
    )


def _add_options(parser: argparse.ArgumentParser, *, sandbox: bool) -> None:
    for column in fields(Config):
        option = option_of(column)
        if sandbox and option.serve_only:
            continue
        names = f"{PREFIX}{column.name.upper()}" + (f", {option.legacy}" if option.legacy else "")
        default = option.sandbox if sandbox and option.sandbox else option.shown_default
        parser.add_argument(
            flag_of(column),
            metavar=option.metavar,
            help=f"{option.help} [{names}; default: {default}]".replace("%", "%%"),
        )
