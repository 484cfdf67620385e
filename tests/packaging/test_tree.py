"""Reading the tree that a build really made."""

from importlib.metadata import distribution, distributions
from pathlib import Path

import pytest
from tree import Tree, read_tree

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def tree(binary_file) -> Tree:
    return read_tree(Path(__file__).parents[2] / "build" / "tree")


def test_what_is_imported_is_in_it_and_nothing_else(tree):
    assert all(tree.has_of(distribution(name)) for name in ("falcon", "hiredis", "waitress"))
    assert not any(tree.has_of(distribution(name)) for name in ("pytest", "redis", "setuptools"))


def test_libraries_of_packages_and_of_python_are_not_the_systems(tree):
    known = [one for one in distributions() if tree.has_of(one)]
    found = tree.libraries_besides(known)
    assert {"libc.so.6", "libcrypto.so.3"} <= set(found)
    assert not [name for name in found if "cpython" in name or "libpython" in name]
    assert [name for name in tree.libraries_besides([]) if name.startswith("hiredis.")]


def test_a_module_of_no_package_is_told(tree):
    known = [one for one in distributions() if tree.has_of(one)]
    assert tree.modules_besides(known) == []
    without = [one for one in known if one.name != "waitress"]
    assert tree.modules_besides(without) == ["waitress"]
