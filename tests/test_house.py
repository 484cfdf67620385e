"""What keeps the house in order: layers, exports, sizes, and papers that tell the truth."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import bambleweeny
import pytest
from bambleweeny import client, store

ROOT = Path(__file__).parent.parent
APP = ROOT / "app" / "bambleweeny"
ROOMS = ["store", "core", "api", "server", "cli"]
FLOOR = {"names", "errors", "options", "config", "running", "__init__"}
FOREIGN = {"redis": set(), "hiredis": {"store"}, "falcon": {"api"}, "waitress": {"server"}, "jwt": {"core"}, "prometheus_client": {"api"}, "urllib3": {"client"}, "markdown_it": {"guide", "cli"}}  # fmt: skip


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


def test_the_client_needs_errors_and_names_alone():
    for path in (APP / "client").glob("*.py"):
        ours = {name for name in imports(path) if name.startswith("bambleweeny.")}
        assert {name.split(".")[1] for name in ours} <= {"client", "errors", "names"}, path
    for path in APP.rglob("*.py"):
        if room_of(path) not in ("client", "cli", "__init__"):
            assert not any(name.startswith("bambleweeny.client") for name in imports(path)), path


def test_the_guide_needs_nothing_of_ours():
    for path in (APP / "guide").rglob("*.py"):
        ours = {name for name in imports(path) if name.startswith("bambleweeny.")}
        assert {name.split(".")[1] for name in ours} <= {"guide", "__version__"}, path


def test_an_import_of_the_package_is_cheap():
    heavy = "import bambleweeny, sys; print([m for m in ('urllib3', 'ssl', 'json') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


def test_foreign_names_stay_in_their_rooms():
    for path in APP.rglob("*.py"):
        for name in imports(path):
            allowed = FOREIGN.get(name.split(".")[0])
            assert allowed is None or room_of(path) in allowed, f"{path} imports {name}"


def test_names_and_errors_import_nothing_of_ours():
    for name in ("names", "errors"):
        assert not [i for i in imports(APP / f"{name}.py") if i.startswith("bambleweeny")]


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
    assert text.count("\n") <= 120
    assert "## Decisions" in text


def test_the_lock_files_have_hashes_and_no_host():
    for lock in (ROOT / "packaging").glob("*.lock"):
        text = lock.read_text("utf-8")
        assert text.count("--hash=sha256:") >= text.count("==") > 10
        assert "://" not in text
