"""All that a build bundles, found once for its licences and for its bill of materials."""

import argparse
import re
import sys
import sysconfig
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

from bambleweeny import __version__
from bambleweeny.cli.commands.server.licenses import Notice, notice_of, notices_of_console
from component import Component, MissingLicense
from cyclonedx.spdx import is_expression, is_supported_id
from engine_parts import components_of_engine
from packageurl import PackageURL
from system_libraries import components_of_libraries
from tree import Tree

# What the launcher and the engine are linked with, which leaves no file in the tree.
LINKED = ("libc.a", "libzstd.a")
# Libraries that are compiled into the packages that bring them: a file that tells of one,
# and its name, licence and notices.
_INSIDE = {
    "_argon2_cffi_bindings/_ffi.*": ("libargon2", "CC0-1.0 OR Apache-2.0", ["libargon2.txt"]),
    "_cffi_backend.*": ("libffi", "MIT", ["libffi.txt"]),
    "hiredis/hiredis.*": ("hiredis", "BSD-3-Clause", ["hiredis.txt"]),
    "flask_swagger_ui/dist/swagger-ui-bundle.js": (
        "swagger-ui",
        "Apache-2.0",
        ["apache-2.0.txt", "swagger-ui.txt"],
    ),
    "yaml/_yaml.*": ("libyaml", "MIT", ["libyaml.txt"]),
}
_NOTICES = Path(__file__).parent / "notices"


def components_of(tree: Tree, redis_source: Path, linked: tuple[str, ...]) -> list[Component]:
    """Give all parts of a build, ours first.

    Raises MissingLicense where anything in the tree is of no known part.
    """
    bundled = [one for one in distributions() if tree.has_of(one)]
    if strange := tree.modules_besides(bundled):
        raise MissingLicense(f"Of no installed package, and in the build: {', '.join(strange)}.")
    libraries = [*tree.libraries_besides(bundled), *linked]
    return [
        Component(notice_of(distribution("bambleweeny")), f"pkg:generic/bambleweeny@{__version__}"),
        *sorted(map(_component_of, bundled), key=lambda part: part.url),
        *_inside(tree),
        *map(_of_npm, notices_of_console()),
        _python(),
        _bootloader(),
        *components_of_engine(redis_source),
        *_without_doubles(components_of_libraries(libraries)),
    ]


def _component_of(one: Distribution) -> Component:
    notice = notice_of(one)
    if not notice.texts:
        raise MissingLicense(f"{notice.title} brings no text of its licence.")
    if not (is_supported_id(notice.license) or is_expression(notice.license)):
        raise MissingLicense(
            f"{notice.title} names its licence '{notice.license}': give its SPDX id in "
            f"app/bambleweeny/cli/commands/server/licenses.py, or leave it out."
        )
    name = re.sub(r"[-_.]+", "-", notice.name).lower()
    return Component(notice, PackageURL("pypi", None, name, notice.version).to_string())


def _inside(tree: Tree) -> Iterator[Component]:
    for pattern, (name, license_, files) in _INSIDE.items():
        if any(fnmatch(path, pattern) for path in tree.files):
            texts = tuple((_NOTICES / file).read_text("utf-8") for file in files)
            yield Component(Notice(name, "", license_, texts), f"pkg:generic/{name}")


def _of_npm(notice: Notice) -> Component:
    version = notice.version or None
    return Component(notice, PackageURL("npm", None, notice.name, version).to_string())


def _python() -> Component:
    version = ".".join(map(str, sys.version_info[:3]))
    file = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    if not file.exists():
        raise MissingLicense(f"{file} is not there: install Python with its licence.")
    notice = Notice("CPython", version, "Python-2.0", (file.read_text("utf-8"),))
    return Component(notice, f"pkg:generic/cpython@{version}")


def _bootloader() -> Component:
    notice = notice_of(distribution("pyinstaller"))
    license_ = "GPL-2.0-or-later WITH Bootloader-exception"
    # NOTE: the text of the GPL follows, of which the exception frees what is built.
    texts = tuple(text.partition("GNU GENERAL PUBLIC LICENSE")[0] for text in notice.texts)
    named = Notice("PyInstaller bootloader", notice.version, license_, texts)
    return Component(named, f"pkg:pypi/pyinstaller@{notice.version}")


def _without_doubles(parts: list[Component]) -> list[Component]:
    """Leave out a package of the same library: one has it to run, another to link."""
    return list({part.notice.title: part for part in reversed(parts)}.values())[::-1]


def read_arguments(what: str) -> argparse.Namespace:
    """Read what both scripts are told: a built tree, Redis's source, and where to write."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--tree", type=Path, required=True, help="the builder's folder")
    parser.add_argument("--redis-source", type=Path, required=True, help="with COPYING in it")
    parser.add_argument(
        "--linked",
        nargs="*",
        default=LINKED,
        metavar="FILE",
        help="names of the system's libraries that are linked into the launcher and the engine",
    )
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    return parser.parse_args()
