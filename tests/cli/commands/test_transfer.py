"""`export` and `import`."""

import json

import pytest

pytestmark = pytest.mark.usefixtures("logged_in")


@pytest.fixture
def number(typed):
    """A user who owns something, by its number."""
    name = f"o-{len(json.loads(typed('users', 'list', '--json')))}"
    number = typed("users", "add", name, "secret").strip()
    typed("set", "a", "1", "--userid", number)
    typed("push", "q", "2", "--userid", number)
    typed("policy", "set", "q", "--max-attempts", "3", "--userid", number)
    return number


LINES = '{"key":{"name":"a","value":"1"}}\n{"item":{"list":"q","value":"2"}}\n'
POLICY = '{"list":{"name":"q","policy":{"max_attempts":3}}}\n'


def test_it_goes_to_a_file_and_comes_back(typed, number, alone):
    file = alone / "mine.ndjson"
    assert typed("export", str(file), "--userid", number) == ""
    assert typed.err == "Exported 3 lines.\n"
    assert file.read_text() == LINES + POLICY
    assert typed("import", str(file), "--mode", "replace", "--userid", number) == ""
    assert (
        typed.err == "Imported 1 key, 1 item, 1 policy, 0 messages, 0 routes, 0 bins; skipped 0.\n"
    )
    counts = json.loads(typed("import", str(file), "--mode", "skip", "--userid", number, "--json"))
    assert counts == {
        "keys": 0,
        "items": 0,
        "policies": 0,
        "messages": 0,
        "routes": 0,
        "bins": 0,
        "skipped": 3,
    }
    typed("import", str(file), "--userid", number)
    assert typed("export", "-", "--userid", number) == LINES + LINES.splitlines()[1] + "\n" + POLICY


def test_it_goes_through_pipes(typed, number, shell_of):
    line = f"bambleweeny export - --userid {number} | bambleweeny import - --userid {number}"
    done = shell_of(line)
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.startswith(b"Imported 1 key, 1 item")


def test_a_file_of_windows_is_taken(typed, alone, number):
    file = alone / "mine.ndjson"
    file.write_bytes(b"\xef\xbb\xbf" + LINES.replace("\n", "\r\n").encode())
    typed("import", str(file), "--userid", number)
    assert "1 key, 1 item" in typed.err


def test_a_file_is_there_whole_or_not_at_all(typed, alone):
    file = alone / "mine.ndjson"
    file.write_text("old")
    typed("export", str(file), "--userid", "999", status=1)
    assert file.read_text() == "old"
    typed("import", str(alone / "none"), status=1)
    file.write_text("{}\n")
    typed("import", str(file), status=1)
    assert "Line 1: It must have exactly one of" in typed.err


def test_a_dry_run_is_printed(typed, alone, number):
    file = alone / "mine.ndjson"
    typed("export", str(file), "--userid", number)
    words = ("import", str(file), "--dry-run", "--userid", number)
    assert typed(*words) == "keys\t0\t1\t0\nlists\t0\t1\t0\nitems\t1\t0\t0\npolicies\t0\t1\t0\n"
    replaced = typed(*words, "--mode", "replace")
    assert replaced.endswith("policies\t1\t0\t0\nDeleted first: 1 key, 1 list.\n")
    plan = json.loads(typed(*words, "--mode", "skip", "--json"))
    assert (plan["keys"]["skipped"], plan["names"], plan["deleted"]) == (1, 0, {})
    assert typed("export", "-", "--userid", number) == LINES + POLICY
    file.write_text(LINES + "{}\n")
    assert typed(*words, status=1) == ""
    assert "Line 3" in typed.err
