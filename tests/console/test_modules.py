"""The pure modules of the console: their own tests in Node, and that they stay pure."""

import re
import subprocess

import pytest
from tools import need

PURE = [
    "address", "json_text", "merge", "quoting", "request", "snippets", "snippets_calls", "snippets_inputs",
    "snippets_programs", "snippets_shell", "values",
]  # fmt: skip
OF_A_PAGE = re.compile(
    r"\b(window|navigator|location|localStorage|sessionStorage|globalThis)\b|\bdocument\.[a-z]|\bfetch\(|\bset(Timeout|Interval)\(|\bXMLHttpRequest\b"
)
STRINGS = re.compile(r"`(?:[^`\\]|\\.)*`|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|//.*")


def test_the_modules_pass_their_tests_in_node(modules):
    [node] = need("node")
    tests = sorted(str(path) for path in (modules / "tests" / "console").glob("*.test.mjs"))
    done = subprocess.run(
        [node, "--test", *tests], cwd=modules, capture_output=True, text=True, timeout=300, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_needs_no_page_and_no_server(name, modules):
    text = (modules / "app" / "bambleweeny" / "console" / "parts" / f"{name}.js").read_text("utf-8")
    imported = re.findall(r'^(?:import|export) .*from "(.+)";$', text, re.MULTILINE)
    assert {f"./{one}.js" for one in PURE} >= set(imported)
    assert "import(" not in text
    assert text.count("\n") <= 300
    assert not OF_A_PAGE.search(STRINGS.sub("", text))
    assert re.match(r"// .*Pure\.$", text, re.MULTILINE) or " Pure." in text[:900]
