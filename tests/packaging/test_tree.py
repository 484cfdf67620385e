"""Reading a tree that the builder really made."""

import subprocess
import sys
from importlib.metadata import distribution

import pytest
from tree import Tree, read_tree


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Tree:
    place = tmp_path_factory.mktemp("build")
    (place / "bambleweeny.py").write_text("import hiredis, waitress, zlib\n")
    unwanted = ["setuptools", "readline", "curses", "ssl", "sqlite3"]
    builder = [sys.executable, "-m", "PyInstaller", "--log-level", "ERROR", "--onedir"]
    subprocess.run(
        [*builder, *(f"--exclude-module={name}" for name in unwanted), "bambleweeny.py"],
        cwd=place, check=True, capture_output=True,
    )  # fmt: skip
    return read_tree(place / "dist" / "bambleweeny")


def test_what_was_imported_is_in_it_and_nothing_else(tree):
    assert tree.has_of(distribution("waitress"))
    assert tree.has_of(distribution("hiredis"))
    assert not tree.has_of(distribution("falcon"))
    assert not tree.has_of(distribution("pytest"))


def test_libraries_of_packages_and_of_python_are_not_the_systems(tree):
    found = tree.libraries_besides([distribution("hiredis")])
    assert not [name for name in found if "cpython" in name or "libpython" in name]
    assert [name for name in tree.libraries_besides([]) if name.startswith("hiredis.")]


def test_a_module_of_no_package_is_told(tree):
    known = [distribution("hiredis"), distribution("waitress")]
    assert tree.modules_besides(known) == []
    assert tree.modules_besides(known[:1]) == ["waitress"]
