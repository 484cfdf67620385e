"""`login` and `logout`: stored tokens."""

import os

from bambleweeny.cli.arguments.password_input import line_of
from bambleweeny.cli.connection.connection_options import Connection, load_connection
from bambleweeny.cli.connection.profiles import (
    Profile,
    find_profile,
    forget_profile,
    keep_profile,
    profiles_file,
)
from bambleweeny.cli.connection.target import ADMIN, ask_password
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import CommandFailed, WrongUse
from bambleweeny.cli.verb import Verb, argument

_DEFAULT_NAME = "default"


def _login(context: Context) -> None:
    flags = vars(context.args) | {"profile": None}
    flags["url"] = flags["server"] or flags["url"]
    options = load_connection(flags, os.environ)
    if options.url is None:
        raise WrongUse("Name the server, as in 'bambleweeny login http://127.0.0.1:8080'.")
    user = options.user or ADMIN
    token = options.token or _new_token(context, options, options.url, user)
    name = context.args.profile or options.profile or _DEFAULT_NAME
    keep_profile(Profile(name, options.url, user, token))
    context.out.say(
        f"Logged in to {options.url} as {user}. The token is in {profiles_file()}.",
        profile=name,
        url=options.url,
        user=user,
    )


def _new_token(context: Context, options: Connection, url: str, user: str) -> str:
    from bambleweeny.client import Client  # noqa: PLC0415  `logout` does not need it

    password = options.password
    if password is None and context.stdin is not None and not context.stdin.isatty():
        password = line_of(context.stdin)
    with Client(url, user, password or ask_password(f"Password of {user} at {url}: ")) as client:
        return client.tokens.create()


def _logout(context: Context) -> None:
    flags = vars(context.args) | {"url": None}
    wanted = load_connection(flags, os.environ).profile
    profile = find_profile(wanted)
    if profile is None:
        raise CommandFailed(f"There is no profile '{wanted or _DEFAULT_NAME}'.")
    forget_profile(profile.name)
    context.out.say(
        f"Forgot the token for {profile.url} as {profile.user}.",
        profile=profile.name,
        url=profile.url,
        user=profile.user,
    )


VERBS = {
    "login": Verb(
        _login,
        """bambleweeny login http://127.0.0.1:8080
        bambleweeny login http://127.0.0.1:8080 --user admin --profile work
        bambleweeny login http://127.0.0.1:8080 --token $(bambleweeny token)""",
        (argument("server", nargs="?", metavar="URL", help="the server, instead of --url"),),
        note="""The command asks for the password, or reads it from a pipe. The first start of
`serve` printed the admin's password; in a sandbox it is changeme.""",
    ),
    "logout": Verb(_logout, "bambleweeny logout\nbambleweeny logout --profile work"),
}
