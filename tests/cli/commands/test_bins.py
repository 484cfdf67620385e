"""`bin`: plain bins, and those with documents."""

import json
import re
import sys
from pathlib import Path

import pexpect
import pytest
import requests
from bambleweeny.cli.arguments.bin_options import CHALLENGE_SECRET, VERIFY_SECRET
from bambleweeny.core.bins.schemes import Scheme, sign

pytestmark = pytest.mark.usefixtures("logged_in")

COMMAND = str(Path(sys.executable).parent / "bambleweeny")
GITHUB = Scheme("github")


@pytest.fixture
def bins(typed):
    """Lists the bins by their names, and deletes them at the end."""

    def listed():
        return {row["name"] or row["url"]: row for row in json.loads(typed("bin", "--json"))}

    yield listed
    for row in listed().values():
        typed("bin", "del", row["url"])


def post(url, body=b"x", secret=None, **more):
    headers = sign(GITHUB, secret, {}, body, 0) if secret else {}
    return requests.post(url, data=body, headers=headers, timeout=10, **more)


def shown(typed, word):
    return json.loads(typed("bin", "show", word))


def test_a_bin_collects_until_it_is_deleted(typed, bins):
    url = json.loads(typed("bin", "add", "s:hooks", "--json"))["url"]
    assert post(url, "hello").text == "OK"
    assert typed("pop", "s:hooks") == "hello"
    assert f"s:hooks\t{url}\t\t\t\t\n" in typed("bin")
    assert typed("bin", "list") == typed("bin")
    assert bins()[url] == {
        "list": "s:hooks", "url": url, "name": "", "topic": "", "keep": "", "ends_at": None
    }  # fmt: skip
    assert shown(typed, url) == {"list": "s:hooks"}
    typed("bin", "del", url)
    assert post(url).status_code == 404


def test_a_bin_has_a_name_and_its_document_a_file(typed, bins, alone, monkeypatch):
    monkeypatch.chdir(alone)
    hook = {"list": "hooks", "name": "b1", "verify": {"scheme": "github", "secrets": ["s3"]}}
    Path("b1.json").write_text(json.dumps(hook))
    typed("bin", "set", "b1.json", status=2)
    assert "Did you mean @b1.json?" in typed.err
    typed("bin", "set", "[1]", status=2)
    url = typed("bin", "set", "@b1.json").strip()
    assert url.endswith("/bins/@admin/b1")
    document = shown(typed, "b1")
    assert document["verify"]["secrets"] == ["[secret]"]
    assert json.loads(typed("bin", "show", url, "--json")) == document
    changed = json.dumps({**document, "keep": "request"})
    assert typed("bin", "set", given=changed.encode()).strip() == url
    assert (post(url).status_code, post(url, secret="s3").status_code) == (401, 200)
    assert json.loads(typed("pop", "hooks"))["verified"] is True
    record = json.loads(typed("bin", "set", "@b1.json", "--id", "@admin/b1", "--json"))
    assert record == {"name": "b1", "url": url}
    typed("bin", "set", "@b1.json", "--id", "b2", status=1)
    assert "You have no bin 'b2'." in typed.err
    assert len(bins()) == 1
    typed("bin", "del", "b1")
    typed("bin", "show", "b1", status=1)
    assert bins() == {}


def test_a_document_is_yaml_too(typed, bins, alone, monkeypatch):
    monkeypatch.chdir(alone)
    text = "topic: news\nname: feed\nrate: 5/m\nmax_body: 1000\n"
    Path("feed.yaml").write_text(text)
    typed("bin", "set", "@feed.yaml")
    assert shown(typed, "feed") == {
        "topic": "news", "name": "feed", "rate": "5/m", "max_body": 1000
    }  # fmt: skip
    typed("bin", "set", "-", given=text.replace("5/m", "6/m").encode())
    assert shown(typed, "feed")["rate"] == "6/m"
    typed("bin", "set", text, status=2)
    assert "not valid JSON" in typed.err
    assert bins()["feed"]["topic"] == "news"
    rules = "name: yaml\nrules: [{path: /ping, answers: [{text: pong}]}]\n"
    Path("route.yaml").write_text(rules)
    url = typed("route", "set", "@route.yaml").strip()
    assert requests.get(f"{url}/ping", timeout=10).text == "pong"
    typed("route", "del", "yaml")


def test_options_make_a_document(typed, bins):
    words = ("--name", "o1", "--keep-request", "--once", "header X-Id", "--max-body", "1kb")
    url = typed("bin", "add", "s:o", *words, "--rate", "1000/m", "--ends", "7d").strip()
    assert url.endswith("/bins/@admin/o1")
    document = shown(typed, "o1")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}Z", document.pop("ends_at"))
    assert document == {
        "name": "o1", "keep": "request", "once": "header X-Id", "max_body": "1kb",
        "rate": "1000/m", "list": "s:o",
    }  # fmt: skip
    assert bins()["o1"]["ends_at"]
    assert post(f"{url}/a", b"x" * 1025).status_code == 413
    for _ in range(2):
        assert requests.put(f"{url}/a", headers={"X-Id": "1"}, timeout=10).status_code == 200
    assert json.loads(typed("pop", "s:o"))["path"] == "/a"
    assert typed("pop", "s:o", status=1) == ""


def test_a_name_that_is_taken_stays_as_it_is(typed, bins):
    typed("bin", "set", '{"list": "a", "name": "n1", "rate": "5/m"}')
    typed("bin", "add", "b", "--name", "n1", status=1)
    assert "(bin_name_taken)" in typed.err
    assert "'bin show n1'" in typed.err
    assert shown(typed, "n1")["rate"] == "5/m"
    typed("bin", "add", "b", "--rate", "often", status=1)
    assert "(invalid_bin)" in typed.err
    assert len(bins()) == 1


def test_a_secret_is_a_text_a_file_a_line_or_a_variable(typed, bins, alone, monkeypatch):
    (alone / "old").write_text("old\r\n")
    words = ("--verify", "github:new", "--verify", f"github:@{alone}/old")
    url = typed("bin", "add", "hooks", *words, "--verify", "github:-", given=b"li:ne\n").strip()
    sent = [post(url, secret=one).status_code for one in ("new", "old", "li:ne", "other")]
    assert sent == [200, 200, 200, 401]
    monkeypatch.setenv(VERIFY_SECRET, "of env")
    url = typed("bin", "add", "hooks", "--verify", "github", "--verify", "github:@@x").strip()
    assert [post(url, secret=one).status_code for one in ("of env", "@x", "x")] == [200, 200, 401]
    assert "of env" not in typed("bin", "show", url)
    typed("lists", "del", "hooks")


def test_a_challenge_has_a_secret_where_its_provider_has_one(typed, bins, monkeypatch):
    query = {"hub.mode": "subscribe", "hub.challenge": "c4", "hub.verify_token": "t0"}
    typed("bin", "add", "hooks", "--challenge", "slack", "--challenge", "dropbox", status=2)
    typed("bin", "add", "hooks", "--challenge", "meta", status=1)
    assert "needs a secret" in typed.err
    urls = [typed("bin", "add", "hooks", "--challenge", "meta:t0").strip()]
    monkeypatch.setenv(CHALLENGE_SECRET, "t0")
    urls += [typed("bin", "add", "hooks", "--challenge", "meta").strip()]
    for url in urls:
        assert requests.get(url, query, timeout=10).text == "c4"
        assert shown(typed, url)["challenge"] == {"provider": "meta", "secret": "[secret]"}
    monkeypatch.delenv(CHALLENGE_SECRET)
    url = typed("bin", "add", "hooks", "--challenge", "slack").strip()
    answer = post(url, b'{"type": "url_verification", "challenge": "c5"}')
    assert answer.text == "c5"
    typed("bin", "add", "hooks", "--challenge", "slcak", status=1)
    assert "(invalid_bin)" in typed.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--verify", "s3cr3t"), "--verify is SCHEME:SECRET; a scheme is one of github, stripe,"),
        (("--verify", "s3cr3t:x"), "--verify is SCHEME:SECRET"),
        (("--verify", "hmac:s3cr3t"), "needs a document: write one for 'bin set'"),
        (("--verify", "github:s3cr3t", "--verify", "slack:s3cr3t"), "have one scheme"),
        (("--verify", "github:"), "The secret after 'github:' is empty."),
        (("--challenge", "meta:"), "The secret after 'meta:' is empty."),
        (("--verify", "github"), f"no secret; give it as in github:@FILE, or in {VERIFY_SECRET}"),
        (("--verify", "github:-"), "There is no secret on standard input."),
        (("--verify", "github:@{}/empty"), "/empty."),
        (("--verify", "github:@{}/binary"), "The secret is not text in UTF-8."),
        (("--challenge", "meta:@{}/empty"), "There is no secret in"),
    ],
)
def test_a_secret_that_cannot_be_used_is_not_shown(typed, bins, alone, words, says):
    (alone / "empty").write_text("\n")
    (alone / "binary").write_bytes(b"\xff")
    typed("bin", "add", "hooks", *(word.format(alone) for word in words), status=2)
    assert says in typed.err
    assert "s3cr3t" not in typed.err
    assert bins() == {}


def test_a_secret_in_a_file_that_does_not_exist(typed, alone):
    typed("bin", "add", "hooks", "--verify", f"github:@{alone}/none", status=1)
    assert f"{alone}/none" in typed.err


def test_at_a_terminal_a_secret_is_asked_for(typed, bins):
    words = ["bin", "add", "hooks", "--verify", "github"]
    child = pexpect.spawn(COMMAND, words, encoding="utf-8", timeout=20)
    child.expect("Secret of github: ")
    child.waitnoecho()
    child.sendline("typed")
    child.expect(r"http\S+")
    url = child.after
    assert "typed" not in child.before
    child.expect(pexpect.EOF)
    child.close()
    assert post(url, secret="typed").status_code == 200
    typed("lists", "del", "hooks")


def test_the_shell_sets_and_shows_bins(typed, bins, alone):
    (alone / "secret").write_text("s3")
    script = f"""bin add sh:l --name s1 --keep-request --verify github:@{alone}/secret
bin set '{{"list": "sh:l", "name": "s2", "keep": "request"}}'
bin sh:l
bin show s1 --json
"""
    first, second, plain, document = typed("shell", given=script.encode()).splitlines()
    assert json.loads(document)["keep"] == "request"
    assert {first, second, plain} == {row["url"] for row in bins().values()}
    typed("shell", given=b"bin add sh:l --verify github:-\n", status=1)
    assert "There is no secret; give it as @FILE." in typed.err


def test_refused_requests_are_printed_with_the_reason(typed, bins, alone):
    (alone / "secret").write_text("s3")
    url = typed("bin", "add", "re:q", "--name", "re", "--verify", f"github:@{alone}/secret").strip()
    assert post(f"{url}?a=b").status_code == 401
    assert post(url).status_code == 401
    first, second = typed("bin", "refused", "re").splitlines()
    reason = "401 invalid_signature The request has no header X-Hub-Signature-256."
    assert first.split(" ", 1)[1] == f"POST ?a=b 127.0.0.1 {reason}"
    assert second.split(" ", 1)[1] == f"POST / 127.0.0.1 {reason}"
    row = json.loads(typed("bin", "refused", "re", "--json").splitlines()[0])
    assert (row["code"], row["status"]) == ("invalid_signature", 401)
