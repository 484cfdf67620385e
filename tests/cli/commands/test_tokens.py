"""Named tokens on the command line: made, listed, changed, rotated, revoked, and used to log in."""

import json
import re
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest
import yaml
from servers import Http, running

DOCUMENT = yaml.safe_load((files("bambleweeny") / "openapi.yaml").read_text("utf-8"))
TEXT = r"b9y_0_[a-z0-9]{6}_[A-Za-z0-9]{48}"
READ = ("--scope", "keys:read:app:*")


@pytest.fixture
def admin(typed, logged_in):
    """Type as an admin who has no named tokens."""
    typed("token", "revoke", "--all")
    return typed


@pytest.fixture
def reader(admin, monkeypatch):
    """Type with a named token that reads names with the prefix `app:`; has its `text` and `id`."""
    admin("set", "app:x", "1")
    made = json.loads(admin("token", "add", "ann", *READ, "--json"))

    def typed(*words, **more):
        with monkeypatch.context() as patch:
            patch.setenv("BAMBLEWEENY_TOKEN", typed.text)
            out = admin(*words, **more)
        typed.err = admin.err
        return out

    typed.text, typed.id = made["token"], made["id"]
    return typed


def test_the_text_alone_goes_to_standard_output(admin):
    out = admin("token", "add", "ann", *READ, "--scope", "lists:push:jobs", "--ttl", "7d")
    assert re.fullmatch(f"{TEXT}\n", out)
    [id] = re.findall(r"^Token (\w{6}) \(ann\) is valid until 20\S+Z\. It is shown this", admin.err)
    [row] = json.loads(admin("token", "list", "--json"))
    assert (row["id"], row["name"], row["used"]) == (id, "ann", None)
    assert row["scopes"] == ["keys:read:app:*", "lists:push:jobs"]
    listed = admin("token", "list").rstrip("\n").split("\t")
    assert listed[:3] == [id, "ann", "keys:read:app:* lists:push:jobs"]
    assert out.strip() not in admin("token", "list", "--json")


def test_commands_work_with_a_named_token_and_show_what_it_may_do(reader):
    assert reader("get", "app:x") == "1"
    assert "It may keys:read:app:*." in reader("token", "test")
    assert reader("token") == f"{reader.text}\n"
    reader("get", "other", status=1)
    assert reader.err == (
        "bambleweeny: The token's scopes do not allow keys:read:other. (insufficient_scope)\n"
        "The token may keys:read:app:*.\n"
    )
    for words in (("set", "app:x", "2"), ("token", "list"), ("users",), ("keys",)):
        reader(*words, status=1)
        assert "(insufficient_scope)" in reader.err, words


def test_an_admin_manages_the_tokens_of_another_user(admin):
    admin("users", "add", "s-holder", "-", given=b"secret\n")
    [holder] = [
        row for row in json.loads(admin("users", "--json")) if row["username"] == "s-holder"
    ]
    of_user = ("--userid", holder["id"])
    text = admin("token", "add", "ci", *READ, *of_user).strip()
    assert text.startswith(f"b9y_{holder['id']}_")
    assert admin("token", "list") == ""
    admin("token", "set", "ci", "--name", "cd", *of_user)
    text = admin("token", "rotate", "cd", *of_user).strip()
    assert "s-holder" in admin("token", "test", "--token", text)
    assert admin("token", "list", *of_user).split("\t")[1] == "cd"
    admin("token", "add", "mine", *READ)
    admin("token", "revoke", "cd", *of_user)
    admin("token", "add", "ci", *READ, *of_user)
    assert json.loads(admin("token", "revoke", "--all", "--json", *of_user)) == {"revoked": 1}
    assert admin("token", "list").split("\t")[1] == "mine"
    admin("users", "del", "s-holder")


def test_the_help_names_every_scope(typed):
    scopes = {
        scope
        for item in DOCUMENT["paths"].values()
        for operation in item.values()
        if "x-scopes" in operation
        for scope in operation["x-scopes"]
    }
    shown = typed("token", "add", "--help")
    assert {scope for scope in scopes - {"any", "session"} if scope not in shown} == set()


def test_a_rotation_shows_until_when_the_text_before_is_valid(admin):
    admin("token", "add", "ann", *READ)
    before = datetime.now(UTC)
    admin("token", "rotate", "ann", "--overlap", "1h")
    pattern = r"Token \w{6} \(ann\) is valid until it is revoked\. "
    pattern += r"The text before it is valid until (20\S+Z)\.\n"
    ends = datetime.fromisoformat(re.fullmatch(pattern, admin.err)[1])
    assert before <= ends - timedelta(minutes=59) <= before + timedelta(minutes=30)
    admin("token", "set", "ann", "--ttl", "1m")
    assert re.search(r" may keys:read:app:\* from now on, and is valid until 20\S+Z\.", admin.err)
    admin("token", "rotate", "ann", "--overlap", "1h")
    [ends, old_ends] = re.findall(r"valid until (20\S+Z)\.", admin.err)
    assert old_ends == ends


def test_a_token_is_narrowed_rotated_and_revoked_by_its_name_or_id(admin, reader):
    admin("token", "set", "ann", "--scope", "keys:read:app:public:*", "--name", "bob")
    assert (
        admin.err
        == f"Token {reader.id} (bob) may keys:read:app:public:* from now on, and is valid until it is revoked.\n"
    )
    reader("get", "app:x", status=1)
    admin("token", "set", reader.id, *READ, "--ttl", "1h")
    old = reader.text
    second = admin("token", "rotate", "bob", "--overlap", "1h").strip()
    [ends, old_ends] = re.findall(r"valid until (20\S+Z)\.", admin.err)
    assert old_ends <= ends
    for text in (old, second):
        assert admin("get", "app:x", "--token", text) == "1"
    admin("token", "rotate", reader.id)
    assert re.fullmatch(r"Token \w{6} \(bob\) is valid until 20\S+Z\.\n", admin.err)
    for text in (old, second):
        admin("get", "app:x", "--token", text, status=1)
        assert "has been rotated. (unauthorized)" in admin.err
    admin("token", "revoke", "bob")
    assert admin.err == f"Revoked token {reader.id} (bob).\n"
    admin("token", "revoke", "bob", status=1)
    assert "There is no token 'bob'" in admin.err


def test_a_name_of_several_tokens_is_refused(admin):
    ids = [json.loads(admin("token", "add", "ci", *READ, "--json"))["id"] for _ in range(2)]
    admin("token", "revoke", "ci", status=2)
    assert all(id in admin.err for id in ids)
    assert json.loads(admin("token", "revoke", "--all", "--json")) == {"revoked": 2}


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("add", "x"), 2, "Give --scope"),
        (("add", "x", "--scope", "keys:fly"), 1, "keys:read or keys:write or keys:incr"),
        (("add", "x", *READ, "--ttl", "soon"), 2, "--ttl"),
        (("add", "x" * 65, *READ), 1, "1 to 64"),
        (("set", "x"), 2, "Give --scope, --ttl, --rate or --name"),
        (("revoke",), 2, "give --all"),
        (("revoke", "x", "--all"), 2, "not both"),
        (("rotate", "x", "--overlap", "1h"), 1, "There is no token 'x'"),
        (("revok",), 2, "revoke"),
    ],
)
def test_wrong_use_is_a_sentence(admin, words, status, said):
    admin("token", *words, status=status)
    assert said in admin.err


def test_a_named_token_is_stored_by_a_login_and_stays_valid_after_a_logout(
    typed, reader, sandbox, alone, monkeypatch
):
    monkeypatch.delenv("BAMBLEWEENY_TOKEN")
    typed("login", sandbox.url, "--token", "-", given=f"{reader.text}\n".encode())
    assert f"Logged in to {sandbox.url} as admin." in typed.err
    assert typed("get", "app:x") == "1"
    typed("set", "app:x", "2", status=1)
    typed("logout")
    assert "It is a named token, which is valid until it is revoked" in typed.err
    assert typed("get", "app:x", "--token", reader.text) == "1"
    assert reader.text not in (alone / "config/bambleweeny/profiles.json").read_text()


def test_a_refused_token_is_not_replaced_by_the_admins_login(typed, alone):
    """A user that runs a server needs no login there; a stored named token still stays what it is."""
    with running("serve", XDG_DATA_HOME=str(alone / "data")) as server:
        made = json.loads(typed("token", "add", "ann", *READ, "--json"))
        typed("login", server.url, "--token", made["token"])
        typed("set", "app:x", "1", status=1)
        assert "(insufficient_scope)" in typed.err
        with Http(server.url) as http:
            assert http.post("/auth/revoke", json={"token": made["token"]}).ok
        for words in (("get", "app:x"), ("token",), ("set", "app:x", "1")):
            typed(*words, status=1)
            assert "(unauthorized)" in typed.err, words
            assert f"run 'bambleweeny login {server.url} --token - --profile default'" in typed.err
        assert typed("token", "test", status=1).startswith("Nobody. ")
        typed("logout")
        assert typed.err.endswith("It was not valid any more.\n")


def test_a_token_that_is_not_valid_is_not_stored(typed, sandbox, alone):
    typed("login", sandbox.url, "--token", "b9y_0_k3x9q2_" + "0" * 48, status=1)
    assert "The server refuses the token" in typed.err
    typed("login", sandbox.url, "--token", "-", given=b"", status=2)
    assert "There is no token on standard input" in typed.err
    assert not (alone / "config").exists()


def test_a_logout_ends_the_session(typed, alone, sandbox):
    typed("login", sandbox.url, "--password", "changeme")
    token = typed("token").strip()
    typed("logout")
    assert typed.err.endswith("Its session is ended.\n")
    with Http(sandbox.url, token) as http:
        assert http.get("/keys/a").status_code == 401
    typed("login", sandbox.url, "--password", "changeme")
    token = typed("token").strip()
    with Http(sandbox.url) as http:
        assert http.post("/auth/revoke", data={"token": token}).ok
    typed("logout")
    assert typed.err.endswith("It was not valid any more.\n")
