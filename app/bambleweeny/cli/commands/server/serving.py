"""The commands that run a server; their options are from the server's table of options."""

import os
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial

from bambleweeny.cli.commands.server.unknown_variables import warnings_of
from bambleweeny.cli.connection.target import url_here
from bambleweeny.cli.connection.user_directories import registry
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.server_extra import needs_server
from bambleweeny.cli.verb import Verb, argument
from bambleweeny.config import Config, load_config
from bambleweeny.options import flag_of, given, option_of, variable_of

_ADDRESS = [column for column in fields(Config) if column.name in ("listen", "base_path")]
_FROM = "BAMBLEWEENY_FROM"
_TARGET = ("data_dir", "redis_url", "key_prefix")
# NOTE: an import has up to 16 MB; a longer one is refused by that bound, not by this one.
_MOCK_DEFAULTS = {"base_path": "/_b9y", "log_level": "warning", "max_body": "17mb"}
_OF_MOCK = (
    "listen", "base_path", "admin_password", "max_body", "max_memory", "workers", "allowed_hosts",
    "log_level",
)  # fmt: skip


@needs_server
def _serve(context: Context) -> int:
    from bambleweeny.server.serve import serve  # noqa: PLC0415

    return serve(_config(context), registry=registry(), warnings=warnings_of(os.environ))


@needs_server
def _sandbox(context: Context) -> int:
    from bambleweeny.server.serve import serve  # noqa: PLC0415

    return serve(
        _config(context, sandbox=True),
        sandbox=True,
        until_eof=context.args.until_eof,
        registry=registry(),
        warnings=warnings_of(os.environ),
    )


@needs_server
def _mock(context: Context) -> int:
    from bambleweeny.cli.commands.server.mock.publishing import FRONT  # noqa: PLC0415
    from bambleweeny.cli.commands.server.mock.run import run_mock  # noqa: PLC0415

    args = context.args
    flags = {**vars(args), "front": FRONT}
    config = load_config(flags, os.environ, sandbox=True, defaults=_MOCK_DEFAULTS)
    return run_mock(config, args.files, args.only, context.out)


@needs_server
def _backup(context: Context) -> int:
    from bambleweeny.cli.commands.server.backup import run_backup  # noqa: PLC0415

    return run_backup(_config(context), context.args.file)


@needs_server
def _restore(context: Context) -> int:
    from bambleweeny.cli.commands.server.backup import run_restore  # noqa: PLC0415

    return run_restore(_config(context), context.args.file, replace=context.args.replace)


@needs_server
def _import_original(context: Context) -> int:
    from bambleweeny.cli.commands.server.import_original import run_import_original  # noqa: PLC0415

    args = context.args
    url = args.source or os.environ.get(_FROM)
    if not url:
        raise WrongUse("Name the original's Redis, as in --from redis://127.0.0.1:6379/0.")
    return run_import_original(
        _config(context),
        url,
        context.out,
        passwords=args.passwords,
        is_dry=args.dry_run,
        replace=args.replace,
    )


def _health(context: Context) -> int:
    from bambleweeny.cli.commands.server.health import check_health  # noqa: PLC0415

    config = _config(context)
    asked = context.args.asked
    if asked:
        return check_health(asked, default_path=f"{config.base_path}/healthz")
    is_named = any(given(column, vars(context.args), os.environ) for column in _ADDRESS)
    url = None if is_named else url_here()
    return check_health(f"{url or config.url}/healthz")


def _licenses(_: Context) -> int:
    from bambleweeny.cli.commands.server.licenses import print_licenses  # noqa: PLC0415

    return print_licenses()


def _config(context: Context, *, sandbox: bool = False) -> Config:
    return load_config(vars(context.args), os.environ, sandbox=sandbox)


def _options(
    *names: str,
    sandbox: bool = False,
    every: bool = False,
    defaults: Mapping[str, str] | None = None,
) -> Callable[[ArgumentParser], None]:
    """Return a function that adds the named options of the server's table, or all of them.

    `defaults` differ from those of the table.
    """

    def add(parser: ArgumentParser) -> None:
        for column in fields(Config):
            option = option_of(column)
            if not (every or column.name in names) or (sandbox and option.serve_only):
                continue
            variables = variable_of(column) + (f", {option.legacy}" if option.legacy else "")
            default = option.sandbox if sandbox and option.sandbox else option.shown_default
            default = (defaults or {}).get(column.name, default)
            parser.add_argument(
                flag_of(column),
                metavar=option.metavar,
                help=f"{option.help} [{variables}; default: {default}]".replace("%", "%%"),
            )

    return add


_file = partial(argument, "file", metavar="FILE")

_REPLACE = argument("--replace", action="store_true", help="first delete existing data")
_ORIGINAL_NOTE = """Copies users with ids and quotas, keys, lists in order,
routes and bins with their URLs. Stop the original first, but not its Redis.
The target must be empty, and no server may use it meanwhile. The admin's
password is that of the target. All other users get new passwords, since the
original's hashes cannot be used. Each change and omission is a line on stderr;
a table counts what was found, imported and left out. The import is complete or
leaves nothing; after a kill, repeat it with --replace. Exit 0, or 1 if it
failed."""

_MOCK_NOTE = """A FILE is an OpenAPI document (3.0 or 3.1, JSON or YAML), a HAR, a db.json of
json-server or a route document; its content decides. Several FILEs make one
mock: their rules are tried in this order. A changed FILE is read again; if it
is broken, one line says so, and the mock stays as it was. Each call is a line:
method, path, status and rule. The server is a sandbox with its API below
--base-path; the other variables of 'sandbox' apply, too. Exit 0 after a signal
to stop, 1 if a FILE or the server fails, 2 for wrong use."""

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
        (
            argument(
                "--until-eof",
                action="store_true",
                help="stop at the end of standard input, as of a pipe from the program that "
                "starts the server",
            ),
        ),
        add_options=_options(every=True, sandbox=True),
    ),
    "mock": Verb(
        _mock,
        """bambleweeny mock petstore.yaml
        bambleweeny mock shop.json db.json --listen 127.0.0.1:0
        bambleweeny mock petstore.yaml --only /pets --base-path /api""",
        (
            argument("files", nargs="+", metavar="FILE", help="the files; - is standard input"),
            argument(
                "--only",
                metavar="PARTS",
                help="paths, tags or operation ids of OpenAPI and HAR, with commas",
            ),
        ),
        add_options=_options(*_OF_MOCK, sandbox=True, defaults=_MOCK_DEFAULTS),
        note=_MOCK_NOTE,
    ),
    "backup": Verb(
        _backup,
        """bambleweeny backup monday.ndjson
        bambleweeny backup - | gzip > monday.ndjson.gz
        bambleweeny backup --redis-url redis://127.0.0.1:6379/0 monday.ndjson""",
        (_file(help="the file to write; - is standard output"),),
        add_options=_options(*_TARGET),
    ),
    "restore": Verb(
        _restore,
        """bambleweeny restore monday.ndjson
        bambleweeny restore --redis-url redis://127.0.0.1:6379/0 monday.ndjson
        gunzip < monday.ndjson.gz | bambleweeny restore --replace -""",
        (
            _file(help="the backup; - is standard input"),
            _REPLACE,
        ),
        add_options=_options(*_TARGET, "max_memory"),
    ),
    "import-original": Verb(
        _import_original,
        """bambleweeny import-original --from redis://127.0.0.1:6379/0 --dry-run
        bambleweeny import-original --from redis://127.0.0.1:6379/0 --passwords new
        BAMBLEWEENY_FROM=rediss://:s3@redis.lan bambleweeny import-original --replace""",
        (
            argument(
                "--from",
                dest="source",
                metavar="URL",
                help=f"the original's Redis; it is only read [{_FROM}]",
            ),
            argument(
                "--passwords",
                metavar="FILE",
                default="",
                help="write the users' new passwords to a file, instead of printing them",
            ),
            argument(
                "--dry-run", action="store_true", help="read and check everything, write nothing"
            ),
            _REPLACE,
        ),
        add_options=_options(*_TARGET, "max_memory", "admin_password"),
        note=_ORIGINAL_NOTE,
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
                "server that commands find, or --listen and --base-path",
            ),
        ),
        add_options=_options("listen", "base_path"),
    ),
    "licenses": Verb(
        _licenses,
        """bambleweeny licenses
        bambleweeny licenses | less""",
        add_options=_options(),
    ),
}
