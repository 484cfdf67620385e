"""`login`, `logout`: stored tokens, of sessions or named ones; `console`: a login of a browser."""

import os

from bambleweeny.cli.arguments.inputs import STANDARD
from bambleweeny.cli.arguments.password_input import line_of
from bambleweeny.cli.browser import open_url
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
from bambleweeny.errors import BambleweenyError, InsufficientScope, NotInASandbox, Unauthorized

_DEFAULT_NAME = "default"
_LOGOUT_SECONDS = 10.0
"""How long `logout` waits for a server."""


def _login(context: Context) -> None:
    flags = vars(context.args) | {"profile": None}
    flags["url"] = flags["server"] or flags["url"]
    options = load_connection(flags, os.environ)
    if options.url is None:
        raise WrongUse("Name the server, as in 'bambleweeny login http://127.0.0.1:8080'.")
    if options.token:
        token = _given_token(context, options.token)
        user = _user_of(token, options.url)
    else:
        user = options.user or ADMIN
        token = _new_token(context, options, options.url, user)
    name = context.args.profile or options.profile or _DEFAULT_NAME
    keep_profile(Profile(name, options.url, user, token))
    context.out.say(
        f"Logged in to {options.url} as {user}. The token is in {profiles_file()}.",
        profile=name,
        url=options.url,
        user=user,
    )


def _given_token(context: Context, word: str) -> str:
    """Return the token that an option names; - reads a line, or prompts at a terminal."""
    if word != STANDARD:
        return word
    if context.stdin is not None and not context.stdin.isatty():
        return line_of(context.stdin, "token")
    return ask_password("Token: ", "it on standard input", "token")


def _user_of(token: str, url: str) -> str:
    """Return the name of a token's user; Unauthorized if the server refuses the token."""
    from bambleweeny.client import Client  # noqa: PLC0415  `logout` may not need it

    with Client(url, token=token) as client:
        who = client.tokens.test()
    if who["authenticated"] != "True":
        raise Unauthorized(f"The server refuses the token: {who['info']}")
    return str(who["user"])


def _new_token(context: Context, options: Connection, url: str, user: str) -> str:
    from bambleweeny.client import Client  # noqa: PLC0415  `logout` does not need it

    password = options.password
    if password is None and context.stdin is not None and not context.stdin.isatty():
        password = line_of(context.stdin)
    with Client(url, user, password or ask_password(f"Password of {user} at {url}: ")) as client:
        return client.tokens.create()


def _console(context: Context) -> None:
    client = context.client
    if "console" not in client.about():
        raise CommandFailed("The server has no console: it runs with --console off.")
    if context.target.password:
        client.tokens.create()  # so that the browser's session is not that of an old token
    url = f"{context.target.url.rstrip('/')}/console#code={client.login_code()}"
    context.out.line(url, url=url)
    if not context.args.print and not open_url(url):
        context.out.warn("No browser was found: open this URL in one within a minute.")


def _logout(context: Context) -> None:
    flags = vars(context.args) | {"url": None}
    wanted = load_connection(flags, os.environ).profile
    profile = find_profile(wanted)
    if profile is None:
        raise CommandFailed(f"There is no profile '{wanted or _DEFAULT_NAME}'.")
    outcome = _end(profile)
    forget_profile(profile.name)
    context.out.say(
        f"Forgot the token for {profile.url} as {profile.user}. {outcome}",
        profile=profile.name,
        url=profile.url,
        user=profile.user,
    )


def _end(profile: Profile) -> str:
    """End the session of a stored login, and return a sentence about its token."""
    from bambleweeny.client import Client  # noqa: PLC0415  `login` may not need it

    try:
        with Client(profile.url, token=profile.token, timeout=_LOGOUT_SECONDS) as client:
            client.logout()
    except InsufficientScope:
        return "It is a named token, which is valid until it is revoked or expires."
    except NotInASandbox:
        return "It is the token of a sandbox, which is valid until the sandbox ends."
    except Unauthorized:
        return "It was not valid any more."
    except BambleweenyError as ex:
        return f"Its session stays valid until it expires. {ex}"
    return "Its session is ended."


VERBS = {
    "login": Verb(
        _login,
        """bambleweeny login http://127.0.0.1:8080
        bambleweeny login http://127.0.0.1:8080 --user admin --profile work
        bambleweeny token | bambleweeny login http://127.0.0.1:8080 --token -
        bambleweeny token add ci --scope read > ci.token
        bambleweeny login http://127.0.0.1:8080 --token - < ci.token""",
        (argument("server", nargs="?", metavar="URL", help="the server, instead of --url"),),
        note="""The command asks for the password, or reads it from a pipe. The first start of
`serve` printed the admin's password; in a sandbox it is changeme. With --token
it stores that token instead, of a session or a named one; - reads a line.""",
    ),
    "console": Verb(
        _console,
        "bambleweeny console --print",
        (argument("--print", action="store_true", help="print the URL, and open no browser"),),
        note="""It prints the URL and opens it in the browser, or in the program that the
variable BROWSER names. The URL has a code, which logs in once, within a minute.
The session in the browser expires with the one that made the code. Other users
of this machine may see the URL while the browser starts: use --print there.""",
    ),
    "logout": Verb(
        _logout,
        "bambleweeny logout\nbambleweeny logout --profile work",
        note="""The server refuses the session from its next call on. A named token stays valid:
end that with `token revoke`. So does the token of a sandbox, until the sandbox
ends.""",
    ),
}
