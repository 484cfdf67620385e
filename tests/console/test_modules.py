"""The pure modules of the console: their own tests in Node, and that they stay pure."""

import re
import subprocess

import pytest
from conftest_console import PURE
from tools import need


def test_the_modules_pass_their_tests_in_node(modules):
    [node] = need("node")
    tests = sorted(str(path) for path in (modules / "tests" / "console").glob("*.test.mjs"))
    done = subprocess.run([node, "--test", *tests], cwd=modules, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
