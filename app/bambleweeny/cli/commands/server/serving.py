"""The commands that run a server; their options are from the server's table of options."""

import os
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import fields
from functools import partial

from bambleweeny.cli.commands.server.unknown_variables import warnings_of
from bambleweeny.cli.connection.target import url_here
from bambleweeny.cli.connection.user_directories import registry
from bambleweeny.cli.context import Context
from bambleweeny.cli.verb import Verb, argument
from bambleweeny.config import (
    Config,
    flag_of,
    given,
    load_config,
    option_of,
    variable_of,
)

[_LISTEN] = [column for column in fields(Config) if column.name == "listen"]
_PLACE = ("data_dir", "redis_url", "key_prefix")


def _serve(context: Context) -> int:
    from bambleweeny.server.serve import serve  # noqa: PLC0415

    return serve(_config(context), registry=registry(), warnings=warnings_of(os.environ))


def _sandbox(context: Context) -> int:
    from bambleweeny.server.serve import serve  # noqa: PLC0415

    return serve(
        _config(context, sandbox=True),
        sandbox=True,
        registry=registry(),
        warnings=warnings_of(os.environ),
    )


def _backup(context: Context) -> int:
    from bambleweeny.cli.commands.server.backup import run_backup  # noqa: PLC0415

    return run_backup(_config(context), context.args.file)


def _restore(context: Context) -> int:
    from bambleweeny.cli.commands.server.backup import run_restore  # noqa: PLC0415

    return run_restore(_config(context), context.args.file, replace=context.args.replace)


def _health(context: Context) -> int:
    from bambleweeny.cli.commands.server.health import check_health  # noqa: PLC0415

    config = _config(context)
    is_named = context.args.asked or given(_LISTEN, vars(context.args), os.environ)
    url = None if is_named else url_here()
    return check_health(url or context.args.asked or config.listen.url)


def _licenses(_: Context) -> int:
    from bambleweeny.cli.commands.server.licenses import print_licenses  # noqa: PLC0415

    return print_licenses()


def _config(context: Context, *, sandbox: bool = False) -> Config:
    return load_config(vars(context.args), os.environ, sandbox=sandbox)


def _options(
    *names: str, sandbox: bool = False, every: bool = False
) -> Callable[[ArgumentParser], None]:
    """Return a function that adds the named options of the server's table, or all of them."""

    def add(parser: ArgumentParser) -> None:
        for column in fields(Config):
            option = option_of(column)
            if not (every or column.name in names) or (sandbox and option.serve_only):
                continue
            variables = variable_of(column) + (f", {option.legacy}" if option.legacy else "")
            default = option.sandbox if sandbox and option.sandbox else option.shown_default
            parser.add_argument(
                flag_of(column),
                metavar=option.metavar,
                help=f"{option.help} [{variables}; default: {default}]".replace("%", "%%"),
            )

    return add


_file = partial(argument, "file", metavar="FILE")

VERBS = {
    "serve": Verb(
        _serve,
        """bambleweeny serve
        bambleweeny serve --listen 127.0.0.1:0 --max-body 4mb
        BAMBLEWEENY_LOG_LEVEL=warning bambleweeny serve""",
        add_options=_options(every=True),
    ),
    "sandbox": Verb(
        _sandbox,
        """bambleweeny sandbox
        bambleweeny sandbox --listen 127.0.0.1:0""",
        add_options=_options(every=True, sandbox=True),
    ),
    "backup": Verb(
        _backup,
        """bambleweeny backup monday.ndjson
        bambleweeny backup - | gzip > monday.ndjson.gz
        bambleweeny backup --redis-url redis://127.0.0.1:6379/0 monday.ndjson""",
        (_file(help="the file to write; - is standard output"),),
        add_options=_options(*_PLACE),
    ),
    "restore": Verb(
        _restore,
        """bambleweeny restore monday.ndjson
        bambleweeny restore --redis-url redis://127.0.0.1:6379/0 monday.ndjson
        gunzip < monday.ndjson.gz | bambleweeny restore --replace -""",
        (
            _file(help="the backup; - is standard input"),
            argument("--replace", action="store_true", help="first delete existing data"),
        ),
        add_options=_options(*_PLACE, "max_memory"),
    ),
    "health": Verb(
        _health,
        """bambleweeny health
        bambleweeny health http://127.0.0.1:8080/readyz
        BAMBLEWEENY_LISTEN=127.0.0.1:9000 bambleweeny health""",
        (
            argument(
                "asked",
                nargs="?",
                metavar="URL",
                help="the URL to check, with /healthz if it has no path; the default is the "
                "server that commands find, or --listen",
            ),
        ),
        add_options=_options("listen"),
    ),
    "licenses": Verb(
        _licenses,
        """bambleweeny licenses
        bambleweeny licenses | less""",
        add_options=_options(),
    ),
}
