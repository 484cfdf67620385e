"""The logins that `bambleweeny login` stores, in a file that only its owner can read."""

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from bambleweeny.cli.connection.user_directories import home_of
from bambleweeny.cli.failures import CommandFailed
from bambleweeny.names import parse_server_url
from bambleweeny.system.portable import has_file_modes


class Profile(NamedTuple):
    """A stored login."""

    name: str
    url: str
    user: str
    token: str


def profiles_file() -> Path:
    """Return the path of the profiles."""
    return home_of("XDG_CONFIG_HOME", ".config") / "profiles.json"


def warn_if_readable(warn: Callable[[str], None]) -> None:
    """Warn if other users can read or change the stored tokens."""
    file = profiles_file()
    with suppress(OSError):
        mode = stat.S_IMODE(file.stat().st_mode)
        if has_file_modes() and mode & (stat.S_IRWXG | stat.S_IRWXO):
            warn(f"Others can use the logins in {file} (mode {mode:04o}); run: chmod 600 '{file}'")


def find_profile(name: str | None) -> Profile | None:
    """Return a profile by name, or the default profile; None if it does not exist."""
    stored = _read()
    name = name or stored["default"]
    found = stored["profiles"].get(name)
    return Profile(name, **found) if found else None


def profile_at(url: str, user: str | None) -> Profile | None:
    """Return the first profile of a server, and of a user unless that is None; or None."""
    profiles = (Profile(name, **stored) for name, stored in _read()["profiles"].items())
    return next((p for p in profiles if p.url == url and user in (None, p.user)), None)


def keep_profile(profile: Profile) -> None:
    """Store a profile under its name, and make it the default."""

    def change(stored: dict[str, Any]) -> None:
        stored["profiles"][profile.name] = {
            "url": profile.url,
            "user": profile.user,
            "token": profile.token,
        }
        stored["default"] = profile.name

    _change(change)


def renew_profile(profile: Profile, token: str) -> None:
    """Store a new token in a profile, if the profile still exists."""

    def change(stored: dict[str, Any]) -> None:
        if profile.name in stored["profiles"]:
            stored["profiles"][profile.name]["token"] = token

    _change(change)


def forget_profile(name: str) -> None:
    """Delete a profile. If it was the default, the first remaining profile becomes that."""

    def change(stored: dict[str, Any]) -> None:
        del stored["profiles"][name]
        if stored["default"] == name:
            stored["default"] = next(iter(stored["profiles"]), None)

    _change(change)


def profile_names() -> list[str]:
    """Return the names of all profiles, sorted."""
    return sorted(_read()["profiles"])


def _change(change: Callable[[dict[str, Any]], None]) -> None:
    import json  # noqa: PLC0415  rarely needed

    file = profiles_file()
    stored = _read()
    change(stored)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    number = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    unfinished.chmod(0o600)  # a file that a killed command left may have another mode
    with open(number, "w") as out:
        json.dump(stored, out, indent=1)
    unfinished.replace(file)


def _read() -> dict[str, Any]:
    file = profiles_file()
    try:
        text = file.read_text("utf-8-sig")
    except FileNotFoundError:
        return {"default": None, "profiles": {}}
    import json  # noqa: PLC0415

    try:
        stored: dict[str, Any] = json.loads(text)
        for name, profile in stored["profiles"].items():
            parse_server_url(Profile(name, **profile).url)
        stored["default"]
    except (ValueError, TypeError, KeyError, AttributeError) as ex:
        raise CommandFailed(
            f"The profiles in {file} cannot be read.", hint="Delete the file and log in again."
        ) from ex
    return stored
