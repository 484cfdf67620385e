"""Commands that need the server: what they say where it is not installed."""

import sys

import pytest
from bambleweeny.cli.failures import CommandFailed
from bambleweeny.cli.server_extra import needs_server


def command_without(module):
    @needs_server
    def run(_):
        raise ModuleNotFoundError(f"No module named '{module}'", name=module)

    return run


def test_the_missing_module_is_named_and_what_to_install():
    with pytest.raises(
        CommandFailed, match=r"'waitress'\); in a clone: pip install '\.\[server\]'$"
    ):
        command_without("waitress.task")(None)


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_than_on_linux_nothing_could_be_installed(monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(CommandFailed, match="which runs on Linux"):
        command_without("fcntl")(None)


@pytest.mark.parametrize("module", ["bambleweeny.gone", "bambleweeny"])
def test_a_missing_module_of_ours_is_a_fault_and_not_advice(module):
    with pytest.raises(ModuleNotFoundError):
        command_without(module)(None)


def test_a_command_that_misses_nothing_ends_as_it_ends():
    assert needs_server(lambda status: status)(7) == 7
