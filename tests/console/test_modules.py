"""The pure modules of the console: their own tests in Node, and that they stay pure."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from tools import need

ROOT = Path(__file__).parent.parent.parent
CONSOLE = ROOT / "app" / "bambleweeny" / "console"
MODULES = sorted(CONSOLE.rglob("*.js"))
PURE = [
    path for path in MODULES if re.search(r"^//.* Pure[.,]", path.read_text("utf-8"), re.MULTILINE)
]
"""Modules that say that they are pure."""
OF_TEXTS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|\beval\b|new Function|document\.write|createContextualFragment|srcdoc"
)
OF_A_PAGE = re.compile(
    r"\b(window|navigator|location|localStorage|sessionStorage|globalThis)\b|\bdocument\.[a-z]|\bfetch\(|\bset(Timeout|Interval)\(|\bXMLHttpRequest\b|\bimport\("
)
STRINGS = re.compile(r"`(?:[^`\\]|\\.)*`|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|//.*")


def test_the_modules_pass_their_tests_in_node(modules):
    [node] = need("node")
    tests = sorted(str(path) for path in (modules / "tests" / "console").glob("*.test.mjs"))
    done = subprocess.run(
        [node, "--test", *tests], cwd=modules, capture_output=True, text=True, timeout=300, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_pure_modules():
    names = {path.relative_to(CONSOLE / "parts").with_suffix("").as_posix() for path in PURE}
    assert names >= {
        "address",
        "format",
        "home/cards",
        "json_text",
        "merge",
        "request",
        "server/metrics",
        "snippets",
        "values",
    }


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(CONSOLE)))
def test_a_pure_module_needs_no_page_and_no_server(path):
    text = path.read_text("utf-8")
    imported = re.findall(r'^(?:import|export) .*from "(.+)";$', text, re.MULTILINE)
    assert {(path.parent / name).resolve() for name in imported} <= {*PURE}
    assert not OF_A_PAGE.search(STRINGS.sub("", text))


def test_an_installation_has_all_files():
    """The patterns of the package's data have each file, however deep it is."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["bambleweeny"]
    package = CONSOLE.parent
    found = {path for pattern in patterns for path in package.glob(pattern)}
    assert {path for path in CONSOLE.rglob("*") if path.is_file()} <= found


def test_only_one_module_knows_the_library():
    importers = [
        path.name for path in MODULES if re.search(r'["\'][./]*preact', path.read_text("utf-8"))
    ]
    assert importers == ["ui.js"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(CONSOLE)))
def test_a_module_is_short_and_makes_no_html_or_code_of_texts(path):
    text = path.read_text("utf-8")
    assert text.count("\n") <= 300
    assert not OF_TEXTS.findall(text)
    imported = re.findall(r"""^(?:import|export) .*from ["'](.+)["'];$""", text, re.MULTILINE)
    assert all(name.startswith((".", "..")) for name in imported)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(CONSOLE)))
def test_a_line_that_looks_like_a_comment_is_one(path):
    """Lines of comments are not sent, so no template may have a line that begins like one."""
    text = re.sub(r"\\.|/[^\n/]+/\.exec\(", "", path.read_text("utf-8"))
    for found in re.finditer(r"(?m)^[ \t]*//", text):
        before = re.sub(r"(?m)^[ \t]*//.*$", "", text[: found.start()])
        assert before.count("`") % 2 == 0, text[found.start() :][:80]


def test_each_page_has_its_module_and_its_sentences():
    main = (CONSOLE / "main.js").read_text("utf-8")
    pages = set(re.findall(r'^  \{ name: "(\w+)"', main, re.MULTILINE))
    assert pages == {path.stem for path in (CONSOLE / "pages").glob("*.js")}
    assert pages <= {path.stem for path in (CONSOLE / "en").glob("*.js")}


def test_each_sentence_is_used():
    """Whether a module names it, or a module that chooses among the sentences has that word."""
    codes = {path: path.read_text("utf-8") for path in MODULES}
    for path in (CONSOLE / "en").glob("*.js"):
        sentences = codes[path].partition("export const text = {")[2]
        users = [code for code in codes.values() if f'en/{path.name}";' in code]
        named = {name for code in users for name in re.findall(r"\.(\w+)", code)}
        chosen = {name for code in users if "text[" in code for name in re.findall(r"\w+", code)}
        names = set(re.findall(r"^  (\w+):", sentences, re.MULTILINE))
        assert names
        assert names - named - chosen == set(), path.name
