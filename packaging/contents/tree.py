"""What a built tree holds: its files, and the modules in its archive."""

import sys
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path, PurePath, PurePosixPath

INTERNAL = "_internal"
PROGRAM = "bambleweeny"
ARCHIVE = f"{PROGRAM}.pkg"
_MODULES = "PYZ.pyz"
# What the builder adds, the program itself, and a module of CPython that is named for its system.
_KNOWN = ("pyi", "_pyi", PROGRAM, "_sysconfigdata")


@dataclass(frozen=True)
class Tree:
    """Files by their path below `_internal`, and modules by their dotted names."""

    files: frozenset[str]
    modules: frozenset[str]

    def has_of(self, one: Distribution) -> bool:
        """Tell whether anything but the metadata of a distribution is in the tree."""
        return any(
            _module_of(file) in self.modules or str(file) in self.files for file in _code(one)
        )

    def libraries_besides(self, distributions: list[Distribution]) -> list[str]:
        """Give the names of shared libraries that are neither theirs nor CPython's."""
        owned = {str(file) for one in distributions for file in _code(one)}
        return sorted(
            path.name
            for path in map(PurePosixPath, self.files - owned)
            if ".so" in path.suffixes
            and "lib-dynload" not in path.parts
            and not path.name.startswith("libpython")
        )

    def modules_besides(self, distributions: list[Distribution]) -> list[str]:
        """Give the top names of modules that are neither theirs, CPython's nor ours."""
        owned = {_module_of(file) for one in distributions for file in _code(one)}
        owned |= {name.partition(".")[0] for name in owned}
        tops = {name.partition(".")[0] for name in self.modules - owned}
        return sorted(
            top for top in tops - owned - sys.stdlib_module_names if not top.startswith(_KNOWN)
        )


def read_tree(root: Path) -> Tree:
    """Read a tree as the builder leaves it: an archive of modules, and `_internal` beside it."""
    from PyInstaller.archive.readers import CArchiveReader  # noqa: PLC0415  it takes 0.3 s

    internal = root / INTERNAL
    files = (
        path.relative_to(internal).as_posix() for path in internal.rglob("*") if path.is_file()
    )
    archive = CArchiveReader(str(root / ARCHIVE)).open_embedded_archive(_MODULES)
    return Tree(frozenset(files), frozenset(archive.toc))


def _code(one: Distribution) -> list[PurePath]:
    return [
        file
        for file in one.files or ()
        if ".." not in file.parts and not file.parts[0].endswith(".dist-info")
    ]


def _module_of(file: PurePath) -> str:
    if file.suffix != ".py":
        return ""
    return ".".join(file.with_suffix("").parts).removesuffix(".__init__")
