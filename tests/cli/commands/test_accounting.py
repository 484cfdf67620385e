"""The commands `usage` and `audit`."""

import json

import pytest
from bambleweeny import Client

NOUNS = ("keys", "lists", "topics", "routes", "bins")

pytestmark = pytest.mark.usefixtures("logged_in")


def test_the_usage_is_a_table_or_json(typed):
    typed("set", "accounting", "1")
    assert "quota\tnone" in typed("usage")
    used = json.loads(typed("--json", "usage"))
    assert used["keys"] >= 1
    assert used["limits"]["quota"] == 0


def test_the_trail_is_printed(typed):
    typed("export", "-")
    [line] = typed("audit", "--last", "1", "--action", "export").splitlines()
    assert line.split("\t")[1:4] == ["export", "ok", "admin"]
    assert line in typed("audit", "--since", "1h", "--action", "export").splitlines()
    [row] = map(
        json.loads,
        typed(
            "--json", "audit", "--follow", "--last", "1", "--action", "export", "--max", "1"
        ).splitlines(),
    )
    assert (row["action"], row["actor_id"]) == ("export", "0")
    typed("audit", "--last", "1", "--since", "1h", status=2)
    typed("audit", "--max", "1", status=2)


def test_an_unknown_action_is_an_error_that_names_the_known_ones(typed):
    for more in ((), ("--follow",)):
        assert typed("audit", "--action", "foo", *more, status=1) == ""
        assert "and 'foo' is none." in typed.err
        assert "login.refused" in typed.err


def test_a_user_that_does_not_exist_is_named(typed):
    typed("usage", "--userid", "99", status=1)
    assert typed.err.startswith("bambleweeny: There is no user '99'. (not_found)")
    typed("usage", "--userid", "cat", status=2)
    assert "'cat' is not the id of a user; 'users' lists names and ids" in typed.err
    typed("incr", "n", "--by", "x", status=2)
    assert "'x' is not an integer" in typed.err


def test_a_line_ends_with_the_id_of_a_named_token(typed, sandbox, sandbox_token):
    with Client(sandbox.url, token=sandbox_token) as admin:
        made = admin.tokens.add("a:ci", [f"{noun}:read" for noun in NOUNS])
        with Client(sandbox.url, token=made.text) as ci:
            list(ci.export())
        admin.tokens.revoke(made.token.id)
    [line] = typed("audit", "--last", "1", "--action", "export").splitlines()
    assert line.split("\t")[1:4] == ["export", "ok", "admin"]
    assert line.split("\t")[5:] == ["", made.token.id]
    [line] = typed("audit", "--last", "1", "--action", "token.revoked").splitlines()
    assert len(line.split("\t")) == 6
