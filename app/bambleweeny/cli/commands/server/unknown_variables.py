"""Warnings about unknown BAMBLEWEENY_ variables, which are probably misspelt."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields

from bambleweeny.cli.connection.connection_options import Connection
from bambleweeny.cli.escapes import visible
from bambleweeny.config import Config
from bambleweeny.options import PREFIX, variable_of

_OTHERS = ("LIST", "ATTEMPT", "IMAGE", "FROM", "VERIFY_SECRET", "CHALLENGE_SECRET")
"""Variables that `sub` sets for its command, or that `compose.yaml`, `import-original` or `bin add`
reads."""
_IS_OF_A_SERVICE = re.compile(
    r"SERVICE_HOST=.*|SERVICE_PORT(_\w+)?=.*|PORT=\w+://.*|PORT_[0-9]+_(TCP|UDP|SCTP)(_\w+)?=.*"
).fullmatch
"""Matches variables that Kubernetes sets for a service with the name bambleweeny."""
_LONGEST_SHOWN = 64


def warnings_of(env: Mapping[str, str]) -> Iterator[str]:
    """Yield a warning for each unknown variable that begins with the program's prefix."""
    known = [variable_of(column) for table in (Config, Connection) for column in fields(table)]
    known += [PREFIX + name for name in _OTHERS]
    for name, text in sorted(env.items()):
        is_ours = name.upper().startswith(PREFIX) and name not in known
        if is_ours and not _IS_OF_A_SERVICE(f"{name[len(PREFIX) :]}={text}"):
            yield _warning(name, known)


def _warning(name: str, known: list[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  rarely needed

    shown = visible(name[:_LONGEST_SHOWN], keep="")
    parts = {one[len(PREFIX) :]: one for one in known}
    near = get_close_matches(name[len(PREFIX) :][:_LONGEST_SHOWN].upper(), parts, 1)
    guess = f"; the nearest known one is {parts[near[0]]}" if near else ""
    return f"the variable {shown} is unknown and has no effect{guess}"
