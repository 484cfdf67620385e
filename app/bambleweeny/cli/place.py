"""Which server a command asks, and as whom."""

import os
import sys
from pathlib import Path
from typing import NamedTuple

from bambleweeny.cli.connection import Connection
from bambleweeny.cli.failures import CommandFailed, WrongUse
from bambleweeny.cli.profiles import Profile, find_profile, profile_at, profiles_file
from bambleweeny.config import data_dir_of
from bambleweeny.running import SERVER, is_in_use, noted_url

ADMIN = "admin"
_PASSWORD_FILE = "admin-password"


class Place(NamedTuple):
    """A server and who asks it: by a token, or by name and password."""

    url: str
    user: str | None = None
    password: str | None = None
    token: str | None = None


def find_place(said: Connection) -> Place:
    """Find the server and a login for it.

    The first of these that names a server counts: `--url` or `--profile`, their variables,
    the profile that is the default, the server that runs on the data directory. CommandFailed
    where there is none; WrongUse where a login lacks its password.
    """
    if said.url:
        return _with_login(said, said.url, profile_at(said.url, said.user))
    profile = find_profile(said.profile)
    if profile:
        is_same = said.user in (None, profile.user)
        return _with_login(said, profile.url, profile if is_same else None)
    if said.profile:
        raise CommandFailed(
            f"There is no profile '{said.profile}' in {profiles_file()}.",
            hint=f"Make it with 'bambleweeny login URL --profile {said.profile}'.",
        )
    return _with_login(said, _url_here(data_dir_of(os.environ)), None)


def _with_login(said: Connection, url: str, profile: Profile | None) -> Place:
    if said.token:
        return Place(url, token=said.token)
    if said.password:
        return Place(url, said.user or ADMIN, said.password)
    if profile:
        return Place(url, token=profile.token)
    if said.user in (None, ADMIN) and (password := _admin_password(url)):
        return Place(url, ADMIN, password)
    if said.user is None:
        return Place(url)
    return Place(url, said.user, ask_password(f"Password of {said.user} at {url}: "))


def ask_password(question: str, otherwise: str = "--password or BAMBLEWEENY_PASSWORD") -> str:
    """Ask for a password at a terminal; WrongUse says what to give `otherwise`."""
    if not sys.stdin.isatty():
        raise WrongUse(f"There is no password; give {otherwise}.")
    from getpass import getpass  # noqa: PLC0415  only who is asked needs it

    if password := getpass(question):
        return password
    raise WrongUse("A password has at least one character.")


def _url_here(data_dir: Path) -> str:
    profiles = profiles_file()
    looked = f"Looked for --url, BAMBLEWEENY_URL, a profile in {profiles}, a server on {data_dir}."
    try:
        if is_in_use(data_dir) and (url := noted_url(data_dir, SERVER)):
            return url
    except OSError as ex:
        looked += f" That directory cannot be read: {ex.strerror}."
    raise CommandFailed(
        f"No server is known. {looked}",
        hint="Start one with 'bambleweeny serve', or log in to one with 'bambleweeny login URL'.",
    )


def _admin_password(url: str) -> str | None:
    """Give the admin's password of the server that runs on the data directory, if it is this."""
    data_dir = data_dir_of(os.environ)
    try:
        if is_in_use(data_dir) and noted_url(data_dir, SERVER) == url:
            return (data_dir / _PASSWORD_FILE).read_text().strip()
    except OSError:
        return None
    return None
