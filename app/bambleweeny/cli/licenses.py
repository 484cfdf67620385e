"""`bambleweeny licenses`: the licences of all that is in the program.

A built program has them in a file beside the code, which the build writes with what is
here; otherwise they are those of the installed distributions that bambleweeny requires,
its server's among them where they are installed.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

PACKAGE = Path(__file__).parent.parent
LICENSES_FILE = "licenses.txt"
_TEXT = re.compile(r"(licen[cs]e|copying|copyright|notice|authors)[^/]*", re.IGNORECASE)
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?")
_EXTRA = re.compile(r"""extra\s*==\s*["']([^"']+)["']""")
_IDS = {
    "BSD License": "BSD-3-Clause",  # told apart from the two-clause one by its text
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "Zope Public License": "ZPL-2.1",
    "ZPL 2.1": "ZPL-2.1",
    "Python Software Foundation License": "PSF-2.0",
}
_THIRD_CLAUSE = "Neither the name"
_UNKNOWN = "no licence named"


@dataclass(frozen=True)
class Notice:
    """A component, the SPDX id or expression of its licence, and the texts that go with it."""

    name: str
    version: str
    license: str
    texts: tuple[str, ...]

    @property
    def title(self) -> str:
        """Its name and, where it is known, its version."""
        return f"{self.name} {self.version}".rstrip()


def print_licenses() -> int:
    """Write all licences to standard output; 1 where nothing tells what is installed."""
    try:
        text = all_licenses()
    except PackageNotFoundError as ex:
        print(
            f"bambleweeny: {ex.name} is not installed, so nothing tells its licence.",
            file=sys.stderr,
        )
        return 1
    try:
        # NOTE: as UTF-8 whatever the terminal says, since names in it are not ASCII.
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
    except BrokenPipeError:
        # NOTE: who read the first page has seen enough; the interpreter would complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def all_licenses() -> str:
    """Give the text that the build wrote, or that of the installed distributions.

    Raises PackageNotFoundError where one of these is missing.
    """
    try:
        return (PACKAGE / LICENSES_FILE).read_text("utf-8")
    except FileNotFoundError:
        return render(notice_of(found) for found in required_distributions())


def required_distributions(name: str = "bambleweeny") -> Iterator[Distribution]:
    """Give a distribution, then all that it requires, directly or not, by their names."""
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
                # NOTE: the condition of a requirement for other systems does not hold here,
                # and so it is not installed; one without a condition must be.
                if not marker:
                    raise


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def notice_of(one: Distribution) -> Notice:
    """Read name, version, licence and licence texts of a distribution.

    The texts of what it has copied into itself are among them.
    """
    texts = tuple(
        Path(str(file.locate())).read_text("utf-8", errors="replace")
        for file in sorted(one.files or ())
        if _TEXT.fullmatch(file.name) and file.suffix not in (".py", ".pyc")
    )
    return Notice(one.metadata["Name"], one.version, _license_of(one, texts), texts)


def _license_of(one: Distribution, texts: Iterable[str]) -> str:
    """Give the expression of new metadata, or what the older fields mean."""
    if expression := one.metadata["License-Expression"]:
        return str(expression)
    classifiers = one.metadata.get_all("Classifier") or ()
    named = [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License :: ")]
    name = next(iter(named), one.metadata["License"] or _UNKNOWN)
    if name == "BSD License" and not any(_THIRD_CLAUSE in text for text in texts):
        return "BSD-2-Clause"
    return _IDS.get(name, name)


def render(notices: Iterable[Notice]) -> str:
    """Write a list of all components, then each text once, below all that it is for."""
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
