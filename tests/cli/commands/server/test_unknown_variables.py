"""Misspelt variables are named in the log of a server."""

import json

import pytest
from bambleweeny.cli.commands.server.unknown_variables import warnings_of
from servers import running


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("BAMBLEWEENY_MAX_BDOY", "BAMBLEWEENY_MAX_BODY"),
        ("BAMBLEWEENY_MAXBODY", "BAMBLEWEENY_MAX_BODY"),
        ("BAMBLEWEENY_max_body", "BAMBLEWEENY_MAX_BODY"),
        ("Bambleweeny_Workers", "BAMBLEWEENY_WORKERS"),
        ("BAMBLEWEENY_TOKEN_EXPIRE", "BAMBLEWEENY_TOKEN_EXPIRY"),
        ("BAMBLEWEENY_PROFIL", "BAMBLEWEENY_PROFILE"),
        ("BAMBLEWEENY_ADMIN_PASSWROD", "BAMBLEWEENY_ADMIN_PASSWORD"),
    ],
)
def test_a_misspelt_variable_is_named_with_the_nearest_one(name, meant):
    [warning] = warnings_of({name: "x"})
    assert warning == (
        f"the variable {name} is unknown and has no effect; the nearest known one is {meant}"
    )


def test_what_is_like_none_is_named_alone():
    [warning] = warnings_of({"BAMBLEWEENY_\x1bqqq" + "q" * 100: "secret"})
    assert warning.startswith(r"the variable BAMBLEWEENY_\x1bqqq")
    assert warning.endswith("q is unknown and has no effect")
    assert len(warning) < 110


def test_known_variables_and_those_of_others_pass():
    known = ("URL", "TOKEN", "PROFILE", "USER", "PASSWORD", "LISTEN", "MAX_BODY", "DATA_DIR")
    theirs = ("LIST", "ATTEMPT", "FROM", "SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP")
    more = ("PORT_8080_TCP", "PORT_8080_TCP_ADDR", "IMAGE")
    env = dict.fromkeys((f"BAMBLEWEENY_{name}" for name in (*known, *theirs, *more)), "x")
    env |= dict.fromkeys(("PATH", "redis_host", "BAMBLE_X"), "x")
    assert list(warnings_of({**env, "BAMBLEWEENY_PORT": "tcp://10.0.0.1:8080"})) == []
    assert list(warnings_of({**env, "BAMBLEWEENY_PORT": "9000"}))


@pytest.mark.parametrize("command", ["serve", "sandbox"])
def test_the_log_of_a_server_names_them(command, tmp_path):
    more = {"BAMBLEWEENY_DATA_DIR": str(tmp_path / "d"), "BAMBLEWEENY_LOG_FORMAT": "json"}
    with running(command, BAMBLEWEENY_MAX_BDOY="4mb", **more) as server:
        server.stop()
        logged = [json.loads(line) for line in server.log.splitlines()]
    assert [line["level"] for line in logged if "BAMBLEWEENY_MAX_BDOY" in str(line)] == ["warning"]
    assert not [line for line in logged if "is unknown" in str(line) and "DATA_DIR" in str(line)]
