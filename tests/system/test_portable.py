"""Calls that Windows lacks: what they return on Unix, and without the functions of Unix."""

import os

import pytest
from bambleweeny.cli.connection.profiles import profiles_file, warn_if_readable
from bambleweeny.system.portable import machine_name, try_lock, usable_cores, user_id
from bambleweeny.system.server_registry import running_servers
from bambleweeny.system.signals import stop_signals


@pytest.fixture
def windows(monkeypatch):
    for name in ("geteuid", "sched_getaffinity", "uname"):
        monkeypatch.delattr(os, name)
    for name in ("SIGHUP", "SIGQUIT"):
        monkeypatch.delattr(f"signal.{name}")


def test_on_unix_they_are_those_of_unix():
    assert user_id() == os.geteuid()
    assert machine_name() == os.uname().nodename
    assert usable_cores() == len(os.sched_getaffinity(0))
    assert {one.name for one in stop_signals()} >= {"SIGINT", "SIGTERM", "SIGQUIT"}


def test_elsewhere_they_do_without(windows, tmp_path):
    assert user_id() == 0
    assert machine_name() == ""
    assert usable_cores() == os.cpu_count()
    assert {one.name for one in stop_signals()} == {"SIGINT", "SIGTERM"}
    assert running_servers(tmp_path / "none") == []


def test_modes_of_files_say_nothing_elsewhere(request, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    profiles_file().parent.mkdir()
    profiles_file().touch(0o666)
    profiles_file().chmod(0o666)
    warnings = []
    warn_if_readable(warnings.append)
    assert len(warnings) == 1
    request.getfixturevalue("windows")
    warn_if_readable(warnings.append)
    assert len(warnings) == 1


def test_a_lock_excludes_others_unless_both_are_shared(tmp_path):
    with (tmp_path / "lock").open("w") as one, (tmp_path / "lock").open() as two:
        assert try_lock(one.fileno(), shared=True)
        assert try_lock(two.fileno(), shared=True)
        assert not try_lock(one.fileno(), shared=False)
