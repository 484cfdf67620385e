"""`get`, `set`, `del`, `keys` and `incr`."""

import json
import os
import sys
from pathlib import Path

import pexpect
import pytest

pytestmark = pytest.mark.usefixtures("logged_in")


def test_a_value_comes_back_as_it_was_given(typed):
    assert typed("set", "k:a", "bar") == ""
    assert typed("get", "k:a") == "bar"
    typed("set", "k:a", given=b"from a pipe\n")
    assert typed("get", "k:a") == "from a pipe\n"
    typed("set", "k:a", "-", given=b"\x00\xff")
    assert typed("get", "k:a") == "\x00\udcff"
    typed("set", "k:a", "")
    assert typed("get", "k:a") == ""


def test_a_value_may_stand_in_a_file(typed, tmp_path):
    (tmp_path / "v").write_bytes(b"\x89PNG\n")
    typed("set", "k:file", f"@{tmp_path / 'v'}")
    assert typed("get", "k:file") == "\udc89PNG\n"
    typed("set", "k:file", f"@{tmp_path / 'none'}", status=1)
    assert typed.err == f"bambleweeny: Cannot use {tmp_path / 'none'}: No such file or directory.\n"


def test_bytes_of_the_command_line_stay_what_they_are(typed):
    typed("set", "k:b", os.fsdecode(b"\xff\xfe"))
    assert typed("get", "k:b") == "\udcff\udcfe"


def test_a_pipe_carries_any_bytes(shell_of, tmp_path):
    (tmp_path / "file").write_bytes(bytes(range(256)) * 100)
    done = shell_of(
        "tar c file | bambleweeny set k:tar && bambleweeny get k:tar | tar t", cwd=tmp_path
    )
    assert (done.stdout, done.stderr) == (b"file\n", b"")


def test_json_says_what_was_read(typed):
    typed("set", "k:j", "bär")
    assert json.loads(typed("get", "k:j", "--json")) == {"key": "k:j", "value": "bär"}
    typed("set", "k:j", "-", given=b"\xff")
    assert json.loads(typed("get", "k:j", "--json"))["value"] == {"base64": "/w=="}
    assert json.loads(typed("set", "k:j", "x", "--json")) == {"ok": True}
    assert json.loads(typed("incr", "k:jn", "--json")) == {"key": "k:jn", "value": 1}


def test_keys_are_listed_and_deleted(typed):
    for name in ("kl:a", "kl:b", "kl:ab"):
        typed("set", name, "x")
    assert typed("keys", "--prefix", "kl:") == "kl:a\nkl:ab\nkl:b\n"
    assert typed("keys", "--match", "^kl:.*b$") == "kl:ab\nkl:b\n"
    assert typed("keys", "--prefix", "kl:a", "--long") == "kl:a\t0\nkl:ab\t0\n"
    assert json.loads(typed("keys", "--prefix", "kl:ab", "--json")) == [{"key": "kl:ab"}]
    assert json.loads(typed("keys", "--prefix", "kl:ab", "--long", "--json")) == [
        {"key": "kl:ab", "owner": 0}
    ]
    assert typed("del", "kl:a", "kl:ab") == ""
    assert typed("keys", "--prefix", "kl:") == "kl:b\n"
    typed("keys", "--match", "(", status=2)
    assert typed.err.startswith("bambleweeny: --match: '(' is no regular expression")


def test_a_part_of_the_keys_is_listed(typed):
    for name in ("kp:a", "kp:b:1", "kp:b:2", "kp:c"):
        typed("set", name, "x")
    assert typed("keys", "--prefix", "kp:", "--limit", "2") == "kp:a\nkp:b:1\n"
    assert typed("keys", "--prefix", "kp:", "--after", "kp:b:1") == "kp:b:2\nkp:c\n"
    assert typed("keys", "--prefix", "kp:", "--count") == "4\n"
    assert json.loads(typed("keys", "--prefix", "kp:b", "--count", "--json")) == {"count": 2}
    assert typed("keys", "--prefix", "kp:", "--delimiter", ":") == "kp:a\nkp:b:\nkp:c\n"
    assert typed("keys", "--prefix", "kp:", "--delimiter", ":", "--limit", "2") == "kp:a\nkp:b:\n"
    etag = '"11f6ad8ec52a2984abaafd7c3b516503785c2072"'
    assert typed("keys", "--prefix", "kp:c", "--meta") == f"kp:c\t1\t\t\t{etag}\n"
    typed("keys", "--limit", "0", status=2)


def test_what_does_not_match_counts_for_nothing(typed):
    for name in ("km:a", "km:b:1", "km:b:2", "km:c"):
        typed("set", name, "x")
    asked = ("keys", "--prefix", "km:", "--match", "b|c", "--limit", "2")
    assert typed(*asked) == "km:b:1\nkm:b:2\n"
    assert typed(*asked, "--delimiter", ":") == "km:b:\nkm:c\n"
    assert [row.split("\t")[0] for row in typed(*asked, "--meta").splitlines()] == [
        "km:b:1", "km:b:2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "option", [["--match", "b"], ["--after", "b"], ["--limit", "2"], ["--long"]]
)
@pytest.mark.parametrize("noun", ["keys", "lists"])
def test_what_a_count_cannot_heed_is_refused(typed, noun, option):
    typed(noun, "--count", *option, status=2)


@pytest.mark.parametrize("option", [["--long"], ["--delimiter", ":"], ["--count"]])
def test_a_listing_of_what_is_known_is_that_alone(typed, option):
    typed("keys", "--meta", *option, status=2)


def test_a_key_is_waited_for(typed):
    typed("set", "kw", "there")
    assert typed("get", "kw", "--wait", "20s") == "there"
    typed("set", "kw:json", '{"a":[7]}')
    assert typed("get", "kw:json", "--wait", "20s", "--path", "a.0") == "7"
    assert json.loads(typed("get", "kw:json", "--wait", "20s", "--touch", "1h", "--meta"))["ttl"]
    typed("get", "kw:none", "--wait", "0s", status=1)
    typed("get", "kw", "--wait", "31", status=1)


def test_keys_are_deleted_by_prefix(typed):
    for name in ("kd:a", "kd:b", "ke"):
        typed("set", name, "x")
    for words in (["--prefix", "kd:"], ["--prefix", "kd:", "--confirm", "ke"], []):
        typed("del", *words, status=2)
    assert json.loads(typed("del", "--prefix", "kd:", "--confirm", "--json")) == {"deleted": 2}
    assert typed("keys", "--prefix", "k").count("kd:") == 0
    assert typed("del", "--prefix", "ke", "--confirm") == ""
    assert typed.err == "Deleted 1 key.\n"


def test_counting(typed):
    assert [typed("incr", "k:n"), typed("incr", "k:n")] == ["1\n", "2\n"]


def test_the_admin_acts_for_a_user(typed):
    number = typed("users", "add", "k-user", "secret").strip()
    typed("set", "k:of", "theirs", "--userid", number)
    assert typed("get", "k:of", "--userid", number) == "theirs"
    assert typed("keys", "--userid", number) == "k:of\n"
    typed("get", "k:of", status=1)


def test_a_terminal_gets_a_line_end_and_a_table(typed):
    typed("set", "k:t", "no end")
    command = str(Path(sys.executable).parent / "bambleweeny")
    assert pexpect.run(f"{command} get k:t") == b"no end\r\n"
    plain = {**os.environ, "TERM": "dumb"}
    table = pexpect.run(f"{command} keys --match ^k:t$ --long", encoding="utf-8", env=plain)
    assert [line.split() for line in table.splitlines()] == [["KEY", "OWNER"], ["k:t", "0"]]
    record = pexpect.run(f"{command} get k:t --json", encoding="utf-8")
    assert record == '{\r\n  "key": "k:t",\r\n  "value": "no end"\r\n}\r\n'


def test_who_stops_reading_ends_the_command_in_silence(typed, shell_of):
    typed("set", "k:big", "-", given=b"x" * 500_000)
    done = shell_of("bambleweeny get k:big | head -c 5")
    assert (done.stdout, done.stderr) == (b"xxxxx", b"")


def test_a_key_ends_and_has_a_type(typed):
    typed("set", "k:e", "v", "--ttl", "10m", "--type", "text/html")
    told = json.loads(typed("get", "k:e", "--meta"))
    assert told.pop("etag").strip('"').isalnum()
    assert told == {"key": "k:e", "value": "v", "ttl": 600, "type": "text/html"}
    typed("set", "k:e", "w", "--keep-ttl")
    assert json.loads(typed("get", "k:e", "--meta", "--touch", "1h"))["ttl"] == 3600
    typed("expire", "k:e", "none")
    assert json.loads(typed("get", "k:e", "--meta"))["ttl"] is None
    typed("expire", "k:none", "5", status=1)
    typed("expire", "k:e", "soon", status=2)
    assert "'soon' is not a duration; write 30, 30s, 5m, 2h or 7d, or none" in typed.err


def test_a_lock_is_taken_once_and_freed_by_its_holder(typed):
    typed("set", "k:lock", "me", "--if-none-match", "*", "--ttl", "30s")
    typed("set", "k:lock", "you", "--if-none-match", "*", "--ttl", "30s", status=1)
    assert typed.err.startswith(
        "bambleweeny: The key does not meet the condition. (precondition_failed)"
    )
    etag = json.loads(typed("get", "k:lock", "--meta"))["etag"]
    typed("del", "k:lock", "--if-match", '"other"', status=1)
    typed("expire", "k:lock", "1m", "--if-match", etag)
    typed("del", "k:lock", "--if-match", etag)


def test_json_is_read_and_changed_in_part(typed):
    typed("patch", "k:json", '{"a": {"b": [1.50]}, "c": 1}')
    typed("patch", "k:json", "-", "--ttl", "1m", given=b'{"c": null, "d": {}}')
    assert typed("get", "k:json") == '{"a":{"b":[1.50]},"d":{}}'
    assert typed("get", "k:json", "--path", "a.b.0") == "1.50"
    assert json.loads(typed("get", "k:json", "--meta"))["ttl"] == 60
    typed("patch", "k:json", "{}", "--ttl", "none", "--if-match", '"other"', status=1)
    typed("patch", "k:json", "-", given=b"{", status=1)
    assert "not valid JSON" in typed.err
    assert "truncated" in typed.err


def test_a_patch_that_is_a_file_without_its_sign_is_refused(typed, alone, monkeypatch):
    monkeypatch.chdir(alone)
    typed("patch", "k:json", "no.json", status=2)
    assert "value: line 1 column 1" in typed.err
    assert "Did you mean @no.json? There is no such file." in typed.err
    (alone / "change").write_text('{"a": 1}')
    typed("patch", "k:json", "change", status=2)
    assert "Did you mean @change?" in typed.err
    typed("patch", "k:json", '{"a": 1,}', status=2)
    assert "The value is not valid JSON: " in typed.err
    assert "line 1 column 9" in typed.err
    assert "cmd.exe" not in typed.err
    typed("patch", "k:json", "'{\"a\":1}'", status=2)
    assert "cmd.exe" in typed.err
    typed("patch", "k:json", '{"n": ' + "1" * 5000 + "}")


def test_counting_within_bounds(typed):
    assert typed("incr", "k:c", "--by", "5", "--max", "6", "--ttl", "1m") == "5\n"
    typed("incr", "k:c", "--by", "2", "--max", "6", status=1)
    assert typed.err == "bambleweeny: The counter has reached its limit. (limit_reached)\n"
    assert typed("incr", "k:c", "--by", "-5", "--min", "0") == "0\n"
