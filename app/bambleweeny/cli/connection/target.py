"""The server and the login that a command uses."""

import os
import sys
from contextlib import suppress
from typing import NamedTuple

from bambleweeny.cli.connection.connection_options import Connection
from bambleweeny.cli.connection.local_servers import (
    SANDBOX,
    LocalServer,
    local_server_at,
    local_servers,
)
from bambleweeny.cli.connection.profiles import (
    Profile,
    find_profile,
    profile_at,
    profiles_file,
    renew_profile,
)
from bambleweeny.cli.escapes import to_people
from bambleweeny.cli.failures import CommandFailed, WrongUse
from bambleweeny.config import data_dir_of
from bambleweeny.errors import BambleweenyError, InvalidCode, Unauthorized, Unreachable
from bambleweeny.names import TOKEN_PREFIX

ADMIN = "admin"
_DATA_DIR = "BAMBLEWEENY_DATA_DIR"


class SeveralRun(CommandFailed):
    """Several servers run, and none was chosen."""


class Target(NamedTuple):
    """A server and a login: a token, a name and password, or both; the token is tried first.

    `profile` is the stored login that has the token. `local` is the server, if this user runs it.
    `given_url` is the URL that the user gave, if commands ask the same server at another one.
    """

    url: str
    user: str | None = None
    password: str | None = None
    token: str | None = None
    profile: Profile | None = None
    local: LocalServer | None = None
    given_url: str = ""

    def shown(self, url: str) -> str:
        """Return a URL of the server in the form in which the user named the server."""
        if self.given_url and url.startswith(self.url):
            return self.given_url + url.removeprefix(self.url)
        return url


def find_target(options: Connection) -> Target:
    """Return the server and a login for it.

    The server is taken from the first of: `--url` or `--profile`, their variables, the default
    profile, the running server on the data directory, a running sandbox. CommandFailed if
    none is found; WrongUse if a login needs a password and there is no terminal.
    """
    if options.url:
        return _with_login(options, options.url, profile_at(options.url, options.user))
    profile = find_profile(options.profile)
    if profile:
        is_same = options.user in (None, profile.user)
        return _with_login(options, profile.url, profile if is_same else None)
    if options.profile:
        raise CommandFailed(
            f"There is no profile '{options.profile}' in {profiles_file()}.",
            hint=f"Make it with 'bambleweeny login URL --profile {options.profile}'.",
        )
    return _with_login(options, _server_here().url, None)


def _with_login(options: Connection, url: str, profile: Profile | None) -> Target:
    local = local_server_at(url)
    if local:
        # NOTE: a name such as localhost may resolve to an address of another server.
        return _with_login_at(options, local.url, profile, local)._replace(given_url=url)
    return _with_login_at(options, url, profile, None)


def _with_login_at(
    options: Connection, url: str, profile: Profile | None, local: LocalServer | None
) -> Target:
    if options.token:
        return Target(url, token=options.token, local=local)
    if options.password:
        return Target(url, options.user or ADMIN, options.password, local=local)
    user = options.user or (profile.user if profile else ADMIN)
    password = local.admin_password() if local and user == ADMIN else None
    admin = ADMIN if password else None
    if profile:
        return Target(url, admin, password, profile.token, profile, local)
    if password or options.user is None:
        return Target(url, admin, password, local=local)
    asked = ask_password(f"Password of {options.user} at {url}: ")
    return Target(url, options.user, asked, local=local)


def ask_password(
    question: str,
    otherwise: str = "--password or BAMBLEWEENY_PASSWORD",
    what: str = "password",
) -> str:
    """Prompt for a password at a terminal. Else WrongUse, which suggests `otherwise`."""
    if not sys.stdin.isatty():
        raise WrongUse(f"There is no {what}; give {otherwise}.")
    from getpass import getpass  # noqa: PLC0415  rarely needed

    if password := getpass(question):
        return password
    raise WrongUse(f"A {what} has at least one character.")


def _server_here() -> LocalServer:
    data_dir = data_dir_of(os.environ)
    looked = (
        f"Looked for --url, BAMBLEWEENY_URL, a profile in {profiles_file()}, a server on "
        f"{data_dir}, a sandbox."
    )
    found: list[LocalServer] = []
    try:
        found = local_servers()
    except OSError as ex:
        looked += f" That directory cannot be read: {ex.strerror}."
    if found and found[0].data_dir == data_dir:
        return found[0]
    sandboxes = [server for server in found if server.command == SANDBOX]
    if len(sandboxes) > 1:
        urls = ", ".join(server.url for server in sandboxes)
        raise SeveralRun(
            f"Several sandbox servers run: {urls}.",
            hint=f"Name one, as in '--url {sandboxes[0].url}'.",
        )
    if sandboxes:
        if os.environ.get(_DATA_DIR):
            asked = f"No server runs on {data_dir} ({_DATA_DIR}); asking the sandbox at"
            to_people(f"bambleweeny: {asked} {sandboxes[0].url}.")
        return sandboxes[0]
    raise CommandFailed(f"No server is known. {looked}", hint=_what_to_start(found))


def url_here() -> str | None:
    """Return the URL of this user's server that commands use by default, or None.

    SeveralRun if there are several sandboxes.
    """
    try:
        return _server_here().url
    except SeveralRun:
        raise
    except CommandFailed:
        return None


def _what_to_start(others: list[LocalServer]) -> str:
    if others:
        return f"Give one of these that run as --url: {', '.join(map(str, others))}."
    return "Start one with 'bambleweeny serve', or log in to one with 'bambleweeny login URL'."


def keep_renewed(target: Target, token: str | None) -> None:
    """Store the current token of a client in its profile, if the client renewed it."""
    if target.profile and token and token != target.profile.token:
        with suppress(OSError):  # the next command renews it again
            renew_profile(target.profile, token)


def advice_for(error: BambleweenyError, target: Target | None) -> str | None:
    """Return advice about an error; None if there is nothing better than its hint."""
    if target is None or isinstance(error, InvalidCode):
        return None
    profile = target.profile
    if isinstance(error, Unauthorized) and (profile or not target.token):
        return _advice_to_log_in(target)
    if isinstance(error, Unreachable) and profile:
        return (
            f"The profile '{profile.name}' names that server. Start it, name another one with "
            f"--url, or forget the login with 'bambleweeny logout --profile {profile.name}'."
        )
    return None


def _advice_to_log_in(target: Target) -> str:
    profile = target.profile
    if profile:
        who = "--token -" if profile.token.startswith(TOKEN_PREFIX) else f"--user {profile.user}"
        login = f"'bambleweeny login {profile.url} {who} --profile {profile.name}'"
        return f"The stored login '{profile.name}' is no longer valid: run {login}."
    login = f"'bambleweeny login {target.shown(target.url)}'"
    if target.local and target.password and target.password == target.local.admin_password():
        return f"The admin's password has changed: log in with {login}."
    return f"Log in with {login}, or give --token, or --user and --password."
