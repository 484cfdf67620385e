"""The unit: systemd has nothing to say against it, and the program lives within its bounds."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from bambleweeny.config import Config
from bambleweeny.options import PREFIX
from servers import Http, running
from tools import need

ADMIN = ("--admin-password", "changeme")
UNIT = Path(__file__).parents[2] / "packaging" / "bambleweeny.service"
MOST_EXPOSED = 12
"""Tenths of systemd's points; the network and the sockets that the program is for make eight, the one call of @resources two."""
CALL = re.compile(r"^\d+ +(?:<\.\.\. )?([a-z]\w*)[( ]", re.MULTILINE)


def settings() -> dict[str, list[str]]:
    """Give each setting of the unit with its values."""
    found: dict[str, list[str]] = {}
    for name, text in re.findall(r"^(\w+)=(.*)$", UNIT.read_text("utf-8"), re.MULTILINE):
        found.setdefault(name, []).append(text)
    return found


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    need("systemd-analyze")
    return subprocess.run(
        ["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def groups_of_calls() -> dict[str, set[str]]:
    """Give what stands in each of systemd's groups of system calls."""
    text = re.sub(r" *#.*", "", analyze("syscall-filter").stdout)
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        if line.startswith("@"):
            found[line.strip()] = members = set()
        elif line.startswith(" "):
            members.add(line.strip())
    return found


def expand(names: str, groups: dict[str, set[str]]) -> set[str]:
    """Give the system calls that the names of calls and groups stand for."""
    calls: set[str] = set()
    for name in names.split():
        calls |= expand(" ".join(groups[name]), groups) if name.startswith("@") else {name}
    return calls


def allowed_calls() -> set[str]:
    groups = groups_of_calls()
    calls: set[str] = set()
    for names in settings()["SystemCallFilter"]:
        taken = expand(names.lstrip("~"), groups)
        calls = calls - taken if names.startswith("~") else calls | taken
    return calls


@pytest.fixture(scope="module")
def trace(tmp_path_factory) -> str:
    """What the program asks of the system from its start to its end, its engine's among it."""
    need("strace")
    place = tmp_path_factory.mktemp("traced")
    # NOTE: with -D the program is our child, and strace its; its end closes their pipes.
    under = ["strace", "-D", "-f", "-qq", "-e", "signal=none", "-o", str(place / "calls")]
    with (
        running("serve", "--data-dir", str(place / "data"), *ADMIN, under=under) as server,
        Http(server.url, server.token()) as http,
    ):
        for path in ("/save", "/metrics", "/docs", "/openapi.json", "/lists/jobs?wait=1", "/info"):
            assert http.get(path).ok
        assert http.put("/keys/foo", data=bytes(1 << 20)).ok
    return (place / "calls").read_text(errors="replace")


def test_systemd_reads_the_unit_without_a_warning(tmp_path):
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text("utf-8").replace("/usr/local/bin/bambleweeny", sys.executable))
    done = analyze("verify", "--man=no", str(unit))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_wrong_setting_would_be_told(tmp_path):
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text("utf-8").replace("ProtectHome=", "ProtectHomes="))
    assert "ProtectHomes" in analyze("verify", "--man=no", str(unit)).stderr


def test_the_unit_exposes_next_to_nothing():
    done = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(UNIT))
    assert done.returncode == 0, done.stdout
    assert "Overall exposure level" in done.stdout


def test_every_system_call_of_the_program_is_allowed(trace):
    called = set(CALL.findall(trace))
    assert {"execve", "accept4", "fallocate", "prctl", "fsync", "setsockopt", "prlimit64"} <= called
    assert called <= allowed_calls()


def test_no_memory_is_both_written_and_run(trace):
    mapped = re.findall(r"\b(?:mmap|mprotect)\(.*(PROT_\S+)", trace)
    assert len(mapped) > 100
    assert not [flags for flags in mapped if "PROT_WRITE" in flags and "PROT_EXEC" in flags]
    assert not re.findall(r"\b(?:pkey_)?mprotect\(.*PROT_EXEC", trace)


def test_the_sockets_are_of_the_allowed_families(trace):
    [allowed] = settings()["RestrictAddressFamilies"]
    assert set(re.findall(r"\bsocket\((AF_\w+)", trace)) <= set(allowed.split())


def test_the_unit_names_real_options_and_lets_the_server_end():
    text = UNIT.read_text("utf-8")
    names = {PREFIX + column.name.upper() for column in fields(Config)}
    assert set(re.findall(rf"{PREFIX}\w+", text)) <= names
    [exec_start] = settings()["ExecStart"]
    assert exec_start == "/usr/local/bin/bambleweeny serve"
    assert int(settings()["TimeoutStopSec"][0]) > 12
    assert settings()["KillMode"] == ["mixed"]
