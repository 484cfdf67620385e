"""`completion`, in the shells themselves."""

import shutil

import pytest

pytestmark = pytest.mark.usefixtures("logged_in")

ASK = """source <(bambleweeny completion bash)
COMP_LINE=$LINE COMP_POINT=${#LINE} COMP_WORDBREAKS=$' \\t\\n"><=;|&(:'
_bambleweeny
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def completed(shell_of):
    def ask(line):
        done = shell_of(f"LINE={line!r}\n{ASK}")
        assert done.stderr == b""
        return done.stdout.decode().split()

    return ask


def test_bash_completes_commands_verbs_and_options(completed):
    assert completed("bambleweeny ke") == ["keys"]
    assert {"get", "set", "serve", "shell"} <= set(completed("bambleweeny "))
    assert {"list", "add", "del"} <= set(completed("bambleweeny route "))
    assert completed("bambleweeny route a") == ["add"]
    assert completed("bambleweeny keys --pre") == ["--prefix"]
    assert completed("bambleweeny serve --max-w") == ["--max-waits"]
    assert completed("bambleweeny nonsense ") == []


def test_bash_completes_names_of_the_server(completed, typed):
    for name in ("c-one", "c-two", "c:three", "c:two:x"):
        typed("set", name, "x")
    typed("push", "c-list", "x")
    assert completed("bambleweeny get c-") == ["c-one", "c-two"]
    assert completed("bambleweeny get c:t") == ["three", "two:x"]
    assert completed("bambleweeny get c:two:") == ["x"]
    assert completed("bambleweeny del c-one c-t") == ["c-two"]
    assert completed("bambleweeny set c-one c-t") == []
    assert completed("bambleweeny pop c-") == ["c-list"]
    assert completed("bambleweeny lists del c-") == ["c-list"]
    assert completed("bambleweeny pop --wait 3 c-") == ["c-list"]
    route = typed("route", "add", "c-one").strip().rpartition("/")[2]
    assert completed(f"bambleweeny route del {route[:8]}") == [route]
    made = typed("bin", "add", "c-list", "--name", "c-bin").strip()
    assert made.endswith("/bins/@admin/c-bin")
    assert completed("bambleweeny bin show c-") == ["c-bin"]
    bin = typed("bin", "add", "c-list").strip().rpartition("/")[2]
    assert completed(f"bambleweeny bin set --id {bin[:8]}") == [bin]
    assert completed("bambleweeny users get adm") == ["admin"]


def test_named_tokens_are_completed(completed, typed):
    typed("token", "add", "c-token", "--scope", "keys:read")
    assert completed("bambleweeny token revoke c-t") == ["c-token"]
    assert completed("bambleweeny token add --sc") == ["--scope"]
    assert {"add", "revoke", "rotate"} <= set(completed("bambleweeny token "))


def test_profiles_are_completed(completed, typed, sandbox):
    typed("login", sandbox.url, "--password", "changeme", "--profile", "work")
    assert completed("bambleweeny get --profile w") == ["work"]


def test_without_a_server_there_are_no_names_and_no_words(completed, monkeypatch):
    monkeypatch.setenv("BAMBLEWEENY_URL", "http://127.0.0.1:1")
    assert completed("bambleweeny get ") == []
    monkeypatch.delenv("BAMBLEWEENY_URL")
    assert completed("bambleweeny get ") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_that_its_shell_can_read(shell, typed, shell_of, tmp_path):
    script = typed("completion", shell)
    assert "bambleweeny completion candidates" in script
    if shutil.which(shell):
        (tmp_path / "script").write_text(script)
        done = shell_of(f"{shell} -n script", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, b"")


def test_another_shell_is_refused(typed):
    typed("completion", "tcsh", status=2)


def test_sandboxes_are_completed(completed, typed):
    typed("sandboxes", "add", "--name", "c-sandbox")
    [id] = [row.split("\t")[0] for row in typed("sandboxes").splitlines() if "c-sandbox" in row]
    assert completed(f"bambleweeny sandboxes reset {id[:5]}") == [id]
    assert completed("bambleweeny sandboxes sn") == ["snapshot"]
    typed("sandboxes", "del", id)
