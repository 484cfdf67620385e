"""`bambleweeny licenses`: the licences of all components of the program.

A built program reads them from a file in the package, which the build writes with this module.
Otherwise, they are collected from the installed distributions that bambleweeny requires, with
those of its extra `server` if they are installed, and from the notices of the engine
(packaging/contents/engine_notices.py) and of the console's library.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

PACKAGE = Path(__file__).parents[3]
LICENSES_FILE = "licenses.txt"
ENGINE_FILE = "engine-licenses.json"
CONSOLE_FILE = "console-licenses.json"
_CONSOLE_PACKAGE = "datasette-preact"
_TEXT = re.compile(r"(licen[cs]e|copying|copyright|notice|authors)[^/]*", re.IGNORECASE)
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?")
_EXTRA = re.compile(r"""extra\s*==\s*["']([^"']+)["']""")
_IDS = {
    "BSD License": "BSD-3-Clause",  # or BSD-2-Clause, by its text
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "Zope Public License": "ZPL-2.1",
    "ZPL 2.1": "ZPL-2.1",
    "Python Software Foundation License": "PSF-2.0",
}
_LEFT_OUT = {"datasette", "flask"}
"""Requirements that the locks leave out: only files of two packages are used."""
_THIRD_CLAUSE = "Neither the name"
_UNKNOWN = "no licence named"


@dataclass(frozen=True)
class Notice:
    """A component, with the SPDX id or expression of its licence and the licence texts."""

    name: str
    version: str
    license: str
    texts: tuple[str, ...]

    @property
    def title(self) -> str:
        """The name and, if known, the version."""
        return f"{self.name} {self.version}".rstrip()


def print_licenses() -> int:
    """Write all licences to stdout; return 1 if a required distribution is missing, else 0."""
    try:
        text = all_licenses()
    except PackageNotFoundError as ex:
        print(
            f"bambleweeny: {ex.name} is not installed, so its licence is unknown.",
            file=sys.stderr,
        )
        return 1
    # NOTE: always UTF-8, whatever the encoding of the terminal; some names are not ASCII.
    sys.stdout.buffer.write(text.encode())
    return 0


def all_licenses() -> str:
    """Return the text that the build wrote, else that of the installed distributions.

    Raises PackageNotFoundError if one of them is missing.
    """
    try:
        return (PACKAGE / LICENSES_FILE).read_text("utf-8")
    except FileNotFoundError:
        required = map(notice_of, required_distributions())
        return render([*required, *notices_of_engine(), *notices_of_console()])


def notices_of_engine() -> list[Notice]:
    """Return the notices of the engine's parts, which its distribution does not contain."""
    return _read_notices(ENGINE_FILE)


def notices_of_console() -> list[Notice]:
    """Return the notices of Preact and htm, which are in one file of a distribution.

    The licence of that distribution is the text of htm's licence too. Without it there are none.
    """
    try:
        whole = notice_of(distribution(_CONSOLE_PACKAGE))
    except PackageNotFoundError:
        return []
    return [
        replace(part, texts=(*part.texts, *whole.texts)) if part.license == whole.license else part
        for part in _read_notices(CONSOLE_FILE)
    ]


def _read_notices(file: str) -> list[Notice]:
    parts = json.loads((PACKAGE / file).read_text("utf-8"))
    return [Notice(**{**part, "texts": tuple(part["texts"])}) for part in parts]


def required_distributions(name: str = "bambleweeny") -> Iterator[Distribution]:
    """Yield a distribution, then all that it requires, also indirectly, sorted by name."""
    found: dict[tuple[str, str], Distribution] = {}
    for extra in ("", "server"):
        _collect(name, extra, found)
    ours = found.pop((_normal(name), ""))
    yield ours
    named = {key[0]: one for key, one in found.items() if key[0] != _normal(name)}
    yield from (named[key] for key in sorted(named))


def _collect(name: str, extra: str, found: dict[tuple[str, str], Distribution]) -> None:
    found[_normal(name), extra] = one = distribution(name)
    for requirement in one.requires or ():
        wanted, _, marker = requirement.partition(";")
        named = _REQUIREMENT.match(wanted)
        needs = _EXTRA.search(marker)
        if named is None or (needs[1] if needs else "") != extra:
            continue
        for further in ("", *(part.strip() for part in (named[2] or "").split(",") if part)):
            if (_normal(named[1]), further) in found:
                continue
            try:
                _collect(named[1], further, found)
            except PackageNotFoundError:
                # NOTE: a requirement with a marker may be for other systems, and then is not
                # installed here; one without a marker must be installed.
                if not marker and _normal(named[1]) not in _LEFT_OUT:
                    raise


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def notice_of(one: Distribution) -> Notice:
    """Return the name, version, licence and licence texts of a distribution.

    The texts include those of vendored code.
    """
    texts = tuple(
        Path(str(file.locate())).read_text("utf-8", errors="replace")
        for file in sorted(one.files or ())
        if _TEXT.fullmatch(file.name) and file.suffix not in (".py", ".pyc")
    )
    return Notice(one.metadata["Name"], one.version, _license_of(one, texts), texts)


def _license_of(one: Distribution, texts: Iterable[str]) -> str:
    """Return the License-Expression of the metadata, else an SPDX id from older fields."""
    if expression := one.metadata["License-Expression"]:
        return str(expression)
    classifiers = one.metadata.get_all("Classifier") or ()
    named = [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License :: ")]
    name = next(iter(named), one.metadata["License"] or _UNKNOWN)
    if name == "BSD License" and not any(_THIRD_CLAUSE in text for text in texts):
        return "BSD-2-Clause"
    return _IDS.get(name, name)


def render(notices: Iterable[Notice]) -> str:
    """Return a list of all components, then each licence text once, with its components."""
    listed = tuple(notices)
    owners: dict[str, list[Notice]] = {}
    shown: dict[str, str] = {}
    for notice in listed:
        for text in notice.texts:
            key = " ".join(text.split())
            shown.setdefault(
                key, "\n".join(line.rstrip() for line in text.strip("\n").splitlines())
            )
            owners.setdefault(key, []).append(notice)
    width = max(len(notice.title) for notice in listed)
    contents = [f"{notice.title:{width}}  {notice.license}" for notice in listed]
    return "\n".join(contents) + "\n" + "".join(_section(owners[key], shown[key]) for key in shown)


def _section(owners: Iterable[Notice], text: str) -> str:
    heads = list(dict.fromkeys(f"{owner.title} ({owner.license})" for owner in owners))
    return "\n\n" + "\n".join(heads) + "\n" + "=" * max(map(len, heads)) + f"\n\n{text}\n"
