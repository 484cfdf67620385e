"""Sandboxes on the command line."""

import json
import re

import pytest

SEED = b'{"key": {"name": "color", "value": "blue"}}\n'


@pytest.fixture
def admin(typed, logged_in):
    """Type as an admin who has no sandboxes."""
    for row in json.loads(typed("sandboxes", "--json")):
        typed("sandboxes", "del", row["id"])
    return typed


@pytest.fixture
def bad_seed(alone, monkeypatch):
    """A file in the current directory with a line that is refused."""
    monkeypatch.chdir(alone)
    (alone / "seed.ndjson").write_text("{}")


def test_the_token_alone_goes_to_standard_output(admin):
    token = admin("sandboxes", "add", "--name", "ci", "--ttl", "30m")
    assert re.fullmatch(r"b9y_0~[a-z0-9]{6}_\S+\n", token)
    [id] = re.findall(
        r"^Sandbox (\w{6}) \(ci\) ends 20\S+Z\. Its token is shown this once\.\n$", admin.err
    )
    fields = admin("sandboxes").rstrip("\n").split("\t")
    assert [fields[0], fields[1], *fields[4:]] == [id, "ci", "0", "0", ""]
    [row] = json.loads(admin("sandboxes", "list", "--json"))
    assert {"id": id, "name": "ci", "snapshots": []}.items() <= row.items()
    assert json.loads(admin("sandboxes", "show", id, "--json")) == row
    made = json.loads(admin("sandboxes", "add", "--json"))
    assert made["token"].startswith(f"b9y_0~{made['id']}_")
    admin("sandboxes", "del", id, made["id"])
    assert admin("sandboxes") == ""


def test_a_seed_is_loaded_reset_and_copied(admin, alone):
    (alone / "seed.ndjson").write_bytes(SEED)
    made = json.loads(admin("sandboxes", "add", alone / "seed.ndjson", "--json"))
    inside = ("--token", made["token"])
    assert admin("get", "color", *inside) == "blue"
    admin("set", "color", "green", *inside)
    admin("sandboxes", "snapshot", made["id"], "paid")
    admin("sandboxes", "reset", made["id"])
    assert admin("get", "color", *inside) == "blue"
    admin("sandboxes", "reset", "self", "--to", "paid", *inside)
    assert admin("get", "color", *inside) == "green"
    assert admin("sandboxes").rstrip("\n").endswith("\tpaid")
    copy = admin("sandboxes", "add", "--from", f"{made['id']}/paid").strip()
    assert admin("get", "color", "--token", copy) == "green"
    admin("sandboxes", "snapshot", made["id"], "paid", "--delete")
    admin("sandboxes", "reset", made["id"], "--to", "paid", status=1)
    assert "not_found" in admin.err


def test_the_token_names_the_sandbox(admin):
    made = json.loads(admin("sandboxes", "add", "--name", "ci", "--json"))
    inside = ("--token", made["token"])
    admin("set", "color", "green", *inside)
    admin("sandboxes", "snapshot", "paid", *inside)
    admin("sandboxes", "reset", *inside)
    admin("get", "color", *inside, status=1)
    assert json.loads(admin("sandboxes", "show", *inside, "--json"))["snapshots"] == ["paid"]
    admin("sandboxes", "reset", "--delete-snapshots", *inside)
    assert json.loads(admin("sandboxes", "show", *inside, "--json"))["snapshots"] == []
    admin("sandboxes", "extend", "2h", *inside)


def test_a_name_deletes_its_sandboxes_and_no_other(admin):
    for name in ("ci", "ci", "of-a-colleague"):
        admin("sandboxes", "add", "--name", name)
    admin("sandboxes", "del", "--name", "ci")
    [left] = json.loads(admin("sandboxes", "--json"))
    assert left["name"] == "of-a-colleague"


def test_an_import_names_the_file_of_a_bad_line(admin, alone):
    (alone / "bad.ndjson").write_bytes(SEED + b"{}\n")
    for more in ((), ("--dry-run",)):
        admin("import", alone / "bad.ndjson", *more, status=1)
        assert "bad.ndjson: Line 2: It must have exactly one of" in admin.err


def test_the_usage_has_no_objects(admin):
    admin("sandboxes", "add")
    rows = dict(line.split("\t") for line in admin("usage").splitlines() if line.count("\t") == 1)
    assert (rows["sandboxes: count"], rows["sandboxes: bytes"]) == ("1", str(16 << 20))


def test_an_end_is_moved(admin):
    made = json.loads(admin("sandboxes", "add", "--json"))
    admin("sandboxes", "extend", made["id"], "2h")
    [moved] = re.findall(rf"^Sandbox {made['id']} ends (20\S+Z)\.\n$", admin.err)
    assert moved > made["ends"]


def test_the_admin_acts_for_a_user(admin):
    user = json.loads(admin("users", "add", "sandboxer", "secret", "--json"))
    who = ("--userid", user["id"])
    made = json.loads(admin("sandboxes", "add", "--json", *who))
    assert admin("sandboxes") == ""
    assert admin("sandboxes", *who).startswith(made["id"])
    for words in (["show"], ["reset"], ["extend", "2h"], ["snapshot", "a"], ["del"]):
        verb, *more = words
        admin("sandboxes", verb, made["id"], *more, *who)
    assert admin("sandboxes", *who) == ""
    admin("users", "del", user["id"])


@pytest.mark.usefixtures("bad_seed")
@pytest.mark.parametrize(
    ("words", "status", "error"),
    [
        (["add", "seed.ndjson", "--from", "k3x9q2"], 2, "Give a file or --from, not both."),
        (["add", "nothing.ndjson"], 1, "nothing.ndjson"),
        (["add", "--ttl", "soon"], 2, "--ttl"),
        (["add", "--ttl", "73h"], 1, "72h"),
        (["show", "k3x9q2"], 1, "There is no such sandbox."),
        (["reset"], 1, "Only with the token of a sandbox is 'self' its id"),
        (["add", "seed.ndjson"], 1, "seed.ndjson: Line 1: It must have exactly one of"),
        (["del"], 2, "Give ids of sandboxes, or --name."),
        (["del", "k3x9q2", "--name", "ci"], 2, "Give ids of sandboxes, or --name."),
        (["del", "--name", "nobody"], 1, "No sandbox has the name 'nobody'."),
        (["extend", "k3x9q2"], 2, "DURATION"),
        (["snapshot", "k3x9q2", "a/b"], 1, "a/b"),
        (["delete", "k3x9q2"], 2, "del"),
    ],
)  # fmt: skip
def test_wrong_use_is_explained(admin, words, status, error):
    admin("sandboxes", *words, status=status)
    assert error in admin.err


@pytest.mark.usefixtures("admin")
def test_a_seed_comes_from_a_pipe(shell_of):
    line = "bambleweeny get color --token $(bambleweeny sandboxes add -)"
    assert shell_of(line, input=SEED).stdout == b"blue"


def test_the_token_of_a_sandbox_that_was_stored_is_only_forgotten(admin, sandbox, monkeypatch):
    made = json.loads(admin("sandboxes", "add", "--json"))
    with monkeypatch.context() as patch:
        patch.delenv("BAMBLEWEENY_TOKEN")
        admin("login", sandbox.url, "--token", "-", given=f"{made['token']}\n".encode())
        admin("logout")
    ends = "It is the token of a sandbox, which is valid until the sandbox ends.\n"
    assert admin.err.endswith(ends)
    assert admin("keys", "--token", made["token"]) == ""
    admin("sandboxes", "del", made["id"])
