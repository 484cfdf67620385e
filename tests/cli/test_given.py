"""What is given to commands: text with @, kept logins, directories that are none."""

import json
import os
import subprocess
import sys

import pytest
from bambleweeny.system.data_directory import make_data_dir


@pytest.mark.parametrize("words", [("set", "g:k"), ("push", "g:l"), ("publish", "g:t")])
def test_two_at_signs_are_one_in_a_text(words, typed, logged_in, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").write_text("of a file")
    read = {"set": ("get", "g:k"), "push": ("pop", "g:l"),
            "publish": ("topics", "read", "g:t")}[words[0]]  # fmt: skip
    for given, kept in (("@@x", "@x"), ("@@@x", "@@x"), ("@@", "@"), ("@x", "of a file")):
        typed(*words, "--", given)
        assert typed(*read).rstrip("\n") == kept
        if words[0] == "publish":
            typed("topics", "del", "g:t")
        typed(*words, given)
        assert typed(*read).rstrip("\n") == kept
        if words[0] == "publish":
            typed("topics", "del", "g:t")


def test_logins_that_others_can_read_are_warned_of_once(typed, alone, sandbox):
    typed("login", sandbox.url, given=b"changeme\n")
    file = alone / "config" / "bambleweeny" / "profiles.json"
    assert file.stat().st_mode & 0o777 == 0o600
    typed("keys")
    assert "warning" not in typed.err
    for mode in (0o644, 0o640, 0o620, 0o604):
        file.chmod(mode)
        typed("keys")
        assert typed.err == (
            f"bambleweeny: warning: Others can use the logins in {file} (mode {mode:04o}); "
            f"run: chmod 600 '{file}'\n"
        )
    typed("login", sandbox.url, given=b"changeme\n")
    assert file.stat().st_mode & 0o777 == 0o600
    left = file.with_name(f"{file.name}.{os.getpid()}")
    left.write_text("{}")
    left.chmod(0o644)
    typed("login", sandbox.url, "--profile", "other", given=b"changeme\n")
    assert file.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(file.read_text())["profiles"]) == {"default", "other"}


def test_what_is_no_directory_is_called_what_it_is(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    (tmp_path / "file").write_text("x")
    for name, what in (
        ("link", f"is a symbolic link to {tmp_path / 'gone'}, which does not exist"),
        ("link/below", f"is a symbolic link to {tmp_path / 'gone'}, which does not exist"),
        ("file", "is not a directory"),
    ):
        with pytest.raises(OSError, match=what):
            make_data_dir(tmp_path / name)
    command = [sys.executable, "-m", "bambleweeny", "serve", "--data-dir", str(tmp_path / "link")]
    ended = subprocess.run(
        [*command, "--listen", "127.0.0.1:0"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "File exists" not in ended.stderr
    assert f"{tmp_path / 'link'} is a symbolic link to {tmp_path / 'gone'}" in ended.stderr
    assert not (tmp_path / "gone").exists()
