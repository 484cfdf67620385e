"""Where files of the user are kept."""

import os
import pwd
from pathlib import Path

from bambleweeny.cli.connection.user_directories import home_of


def test_a_variable_names_the_place_unless_it_is_relative(monkeypatch):
    monkeypatch.setenv("HOME", "/home/uli")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/elsewhere")
    assert home_of("XDG_CONFIG_HOME", ".config") == Path("/elsewhere/bambleweeny")
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert home_of("XDG_CONFIG_HOME", ".config") == Path("/home/uli/.config/bambleweeny")


def test_who_has_no_home_has_a_place_all_the_same(monkeypatch):
    def nobody(_):
        raise KeyError

    monkeypatch.delenv("HOME")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    assert home_of("XDG_CONFIG_HOME", ".config") == Path("/.config/bambleweeny")
