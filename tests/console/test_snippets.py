"""The snippets of the console, run against a server: each repeats what its request does."""

import base64
import json
import os
import re
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from itertools import count
from pathlib import Path

import pytest
import requests
from bambleweeny.cli import main
from servers import Http, running
from tools import need

TEXTS = [
    "'; touch x #", "a\nb\n", "@file", "@@x", "-x", "-", "--url", "ä€😀", "$HOME `id` $(id) !!", "back\\slash\\n",
    "", " ", "'", '"', "%s%d", "tab\tand\r\nbell\x07", "nul\x00end", "\ufeffbom", "\x1b[31m\x9b\u202e", "x" * 5000,
]  # fmt: skip
CLIENTS = ("curl", "cli", "python", "javascript")
VOLATILE = {
    "id",
    "time",
    "enqueued",
    "ttl",
    "made",
    "expires",
    "ends",
    "until",
    "at",
    "due",
    "died",
    "used",
}
"""What differs each time; only whether it is set is compared."""
RULES = {
    "name": "shop",
    "journal": "calls",
    "rules": [{"path": "/ping", "answers": [{"text": "it's"}]}],
}


PASSWORD = "known to eva"
PARSED = 'bambleweeny() {{ printf \'%s\\0\' "$BAMBLEWEENY_TOKEN" "$@" >{}; cat; }}; '
"""A function in place of the command: it writes its words, and prints its input."""
ALL_PROGRAMS = """
import { createInterface } from "node:readline";
import { format } from "node:util";

let lines;
console.log = (...words) => lines.push(format(...words));
for await (const name of createInterface({ input: process.stdin })) {
  let error = null;
  lines = [];
  await import(`./${name}`).catch((ex) => (error = String(ex.stack)));
  process.stdout.write(JSON.stringify({ error, printed: lines.map((line) => `${line}\\n`).join("") }) + "\\n");
}
"""


@pytest.fixture(scope="module")
def server():
    with running("sandbox", BAMBLEWEENY_LOG_LEVEL="warning") as started:
        yield started


@pytest.fixture(scope="module")
def http(server):
    with Http(server.url, server.token()) as session:
        yield session


@pytest.fixture(scope="module")
def place(server, tmp_path_factory):
    """The directory where the snippets run."""
    place = tmp_path_factory.mktemp("here")
    module = requests.get(f"{server.url}/bambleweeny.js", timeout=10)
    (place / "bambleweeny.mjs").write_bytes(module.content)
    return place


@pytest.fixture(scope="module")
def javascript(place, http):
    """Run a program in one Node for all programs, which is quicker; gives what it prints."""
    (place / "all.mjs").write_text(ALL_PROGRAMS, "utf-8")
    known = {"TOKEN": http.token, "PASSWORD": PASSWORD}
    with subprocess.Popen(
        [*need("node"), "all.mjs"], cwd=place, env={**os.environ, **known},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        numbers = count()

        def run(snippet):
            name = f"program-{next(numbers)}.mjs"
            (place / name).write_text(snippet, "utf-8")
            process.stdin.write(f"{name}\n")
            process.stdin.flush()
            done = json.loads(process.stdout.readline())
            (place / name).unlink()
            assert done["error"] is None, (snippet, done)
            return done["printed"].encode()

        yield run
        process.stdin.close()


@pytest.fixture
def runs(http, javascript, place, tmp_path, monkeypatch):
    """What runs a snippet of each client in the directory, and gives what it prints."""
    need("curl", "bash")
    for name in [name for name in os.environ if name.startswith("BAMBLEWEENY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("TOKEN", http.token)
    monkeypatch.setenv("PASSWORD", PASSWORD)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    monkeypatch.chdir(place)

    def command(snippet):
        """Let the shell parse the words of a command, and run it in this process."""
        words_file, given, printed = (tmp_path / name for name in ("words", "given", "printed"))
        given.write_bytes(_in_bash(f"{PARSED.format(words_file)}{snippet}"))
        token, *words = words_file.read_bytes().decode(errors="surrogateescape").split("\0")[:-1]
        with (
            monkeypatch.context() as own,
            given.open() as stdin,
            printed.open("w", encoding="utf-8", errors="surrogateescape") as out,
            redirect_stdout(out),
        ):
            own.setenv("BAMBLEWEENY_TOKEN", token)
            own.setattr(sys, "stdin", stdin)
            status = main(words)
        assert status == 0, snippet
        return printed.read_bytes()

    return {"curl": _in_bash, "cli": command, "python": _executed, "javascript": javascript}


@pytest.fixture
def repeated(server, http, node, place, runs):
    """Check that every snippet of a request leaves what the request leaves; gives what they print."""

    def asked(prepare):
        _forget(http)
        fields = {"url": server.url, **prepare(http)}
        data = _bytes_of(fields)
        (place / "body.bin").write_bytes(data or b"")
        return node(**fields), fields["method"], data

    def check(prepare, able):
        found, method, data = asked(prepare)
        before = _state(http)
        answer = http.request(
            method, found["path"], data=data, headers={"Content-Type": None, **found["headers"]}
        )
        assert answer.ok, (found["path"], answer.text)
        wanted, printed = _state(http), {}
        assert tuple(name for name in CLIENTS if name in found["snippets"]) == able
        for client in able:
            if wanted != before:
                found, _, _ = asked(prepare)
            printed[client] = runs[client](found["snippets"][client])
            if client == "curl":
                assert not IS_ERROR(printed[client]), printed[client]
            assert _state(http) == wanted, found["snippets"][client]
        assert {path.name for path in place.iterdir()} == {"all.mjs", "bambleweeny.mjs", "body.bin"}
        return printed

    return check


def _bytes_of(fields):
    if "base64" in fields:
        return base64.b64decode(fields["base64"])
    body = fields.get("body")
    if body is None:
        return None
    text = json.dumps(body["json"], separators=(",", ":")) if isinstance(body, dict) else body
    return text.encode()


def _in_bash(snippet):
    done = subprocess.run(
        ["bash", "-c", snippet], capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL
    )  # fmt: skip
    assert done.returncode == 0, (snippet, done.stderr.decode())
    return done.stdout


def _executed(snippet):
    """Run a program in this process, which is quicker than another one."""
    names = {}
    with redirect_stdout(StringIO()) as out:
        exec(snippet, names)
    names["client"].close()
    return out.getvalue().encode()


def _forget(http):
    """Leave nothing of what an earlier snippet did."""
    assert http.post("/import?mode=replace", data=b"").ok
    assert http.delete("/tokens?confirm=1").ok
    for sandbox in http.get("/sandboxes").json()["sandboxes"]:
        assert http.delete(f"/sandboxes/{sandbox['id']}").ok
    for user in http.get("/users").json()["users"]:
        if user["username"] != "admin":
            http.delete(f"/users/{user['id']}")


def _state(http):
    """Return all that a request can change, without what differs each time."""
    rows = [json.loads(line) for line in http.get("/export").text.splitlines()]
    tokens, users = http.get("/tokens").json()["tokens"], http.get("/users").json()["users"]
    items = [
        http.get(f"/lists/{row['key']}/items?state={state}").json()["items"]
        for row in http.get("/lists?stats=1").json()["lists"]
        for state in ("ready", "leased", "delayed", "dead")
        if row[state]
    ]
    sandboxes = [
        {**one, "url": bool(one["url"])} for one in http.get("/sandboxes").json()["sandboxes"]
    ]
    return _stable([rows, tokens, users, items, sandboxes, http.get("/keys?meta=1").json()])


def _stable(value):
    if isinstance(value, dict):
        return {
            name: bool(one) if name in VOLATILE else _stable(one) for name, one in value.items()
        }
    if isinstance(value, str) and value.startswith(("{", "[")):
        return json.loads(value)
    return [_stable(one) for one in value] if isinstance(value, list) else value


def call(method, path, body=None, *, before=(), **fields):
    """A request after others, each of them a method, a path and perhaps a body."""

    def prepare(http):
        for earlier in before:
            sent = earlier[2] if len(earlier) > 2 else None
            data = json.dumps(sent) if isinstance(sent, dict) else sent
            assert http.request(earlier[0], _named(http, earlier[1]), data=data).ok, earlier
        text = _named(http, json.dumps({"segments": path.split("/"), "body": body, **fields}))
        given = json.loads(text)
        return {"method": method, **{name: one for name, one in given.items() if one is not None}}

    return prepare


def _named(http, text):
    """Put the ids of what the earlier requests made into a text."""
    known = {
        "ITEM": lambda: http.get("/lists/jobs/items").json()["items"][0]["id"],
        "DELAYED": lambda: http.get("/lists/jobs/items?state=delayed").json()["items"][0]["id"],
        "LEASE": lambda: http.post("/lists/jobs/lease").json()["items"][0]["lease"],
        "TOKENID": lambda: http.get("/tokens").json()["tokens"][0]["id"],
        "SANDBOX": lambda: http.get("/sandboxes").json()["sandboxes"][0]["id"],
        "EVA": lambda: str(http.get("/users").json()["users"][-1]["id"]),
    }
    for word, find in known.items():
        if word in text:
            text = text.replace(word, find())
    return text


ALL, NO_JS, NO_CLI = CLIENTS, CLIENTS[:3], ("curl", "python", "javascript")
KEY = [("PUT", "/keys/a:b", b"5")]
JSON_KEY = [("PUT", "/keys/a:b", {"a": 1})]
JOBS = [("POST", "/lists/jobs", b"one"), ("POST", "/lists/jobs", b"two")]
LATER = [("POST", "/lists/jobs?delay=600", b"one")]
POLICY = [("PUT", "/lists/jobs/policy", {"lease": 60})]
NEWS = [("POST", "/topics/news", b"one")]
ROUTE = [("POST", "/routes", RULES)]
BIN = [("POST", "/bins", {"list": "hooks", "name": "gh", "keep": "request"})]
TOKEN = [("POST", "/tokens", {"name": "ci", "scopes": ["keys:read"]})]
SANDBOX = [("POST", "/sandboxes?name=ci", b'{"key": {"name": "a", "value": "1"}}')]
PAID = [*SANDBOX, ("PUT", "/sandboxes/SANDBOX/snapshots/paid")]
EVA = [("POST", "/users", {"username": "eva", "password": "known to eva"})]
DB = '{"pets":[{"id":1}]}'
IS_ERROR = re.compile(rb'\{"info":"[^"]*","code":"(?!b9y_)').match

OPERATIONS = [
    (ALL, call("GET", "keys/a:b", before=KEY)),
    (ALL, call("GET", "keys/a:b", before=KEY, query={"touch": "5m", "userid": 0})),
    (ALL, call("GET", "keys/a:b", before=JSON_KEY, query={"path": "a"})),
    (ALL, call("PUT", "keys/a:b", "x", before=KEY, query={"keepttl": 1}, type="text/html; charset=utf-8")),
    (ALL, call("PUT", "keys/a:b", "x", headers={"If-None-Match": "*"}, query={"ttl": "5m"})),
    (NO_CLI, call("PUT", "keys/a:b", "x", before=KEY, query={"return": "old"})),
    (NO_JS, call("PATCH", "keys/a:b", '{"b": 1.50, "ä": "\'"}', before=JSON_KEY, type="application/merge-patch+json")),
    (ALL, call("PATCH", "keys/a:b", before=KEY, query={"ttl": "1h"})),
    (ALL, call("PATCH", "keys/a:b", before=KEY, query={"ttl": "none"})),
    (ALL, call("DELETE", "keys/a:b", before=KEY)),
    (NO_CLI, call("DELETE", "keys/a:b", before=KEY, query={"return": "old"})),
    (NO_JS, call("DELETE", "keys", before=KEY, query={"prefix": "a:", "confirm": 1})),
    (ALL, call("GET", "keys", before=KEY, query={"prefix": "a", "limit": 5, "after": "a"})),
    (ALL, call("GET", "keys", before=KEY, query={"count": 1, "prefix": "a"})),
    (NO_JS, call("GET", "keys", before=KEY, query={"meta": 1, "limit": 10})),
    (NO_JS, call("GET", "keys", before=KEY, query={"delimiter": ":"})),
    (("curl", "python"), call("GET", "keys", before=KEY, query={"values": 1, "limit": 10})),
    (NO_CLI, call("GET", "keys", before=KEY, query={"names": "a:b,c", "values": 1})),
    (ALL, call("POST", "incr/n", query={"by": -5, "min": -9, "ttl": "1h"})),
    (ALL, call("POST", "lists/jobs", "x", before=JOBS, query={"front": 1, "ttl": "1h"})),
    (ALL, call("POST", "lists/jobs", "x", query={"delay": 60}, headers={"Idempotency-Key": "k y"})),
    (ALL, call("POST", "lists/jobs", {"json": {"a": [1, None]}})),
    (ALL, call("POST", "lists/jobs", "x\ny\n", query={"split": "lines"})),
    (ALL, call("POST", "lists/jobs/pop", before=JOBS)),
    (ALL, call("POST", "lists/jobs/pop", before=JOBS, query={"max": 5, "wait": 1})),
    (NO_JS, call("POST", "lists/jobs/lease", before=JOBS, query={"max": 2, "for": "5m", "wait": 1})),
    (NO_JS, call("DELETE", "lists/jobs/leases/LEASE", before=JOBS)),
    (NO_JS, call("PATCH", "lists/jobs/leases/LEASE", before=JOBS, query={"for": 0})),
    (NO_JS, call("PATCH", "lists/jobs/leases/LEASE", before=JOBS, query={"for": "5m"})),
    (("curl", "python"), call("PATCH", "lists/jobs/leases/LEASE", before=JOBS)),
    (NO_JS, call("POST", "lists/jobs/ack", {"json": {"ack": ["LEASE"]}}, before=JOBS)),
    (NO_JS, call("POST", "lists/jobs/ack", {"json": {"retry": [{"lease": "LEASE", "delay": 60}]}}, before=JOBS)),
    (NO_JS, call("POST", "lists/jobs/ack", {"json": {"extend": [{"lease": "LEASE", "for": 60}]}}, before=JOBS)),
    (NO_JS, call("POST", "lists/jobs/ack", {"json": {"bury": [{"lease": "LEASE", "reason": "-x it's"}]}}, before=JOBS)),
    (("curl", "python"), call("POST", "lists/jobs/ack", {"json": {"retry": ["LEASE"]}}, before=JOBS)),
    (ALL, call("GET", "lists/jobs/items", before=JOBS, query={"order": "newest", "limit": 5, "state": "ready"})),
    (NO_JS, call("DELETE", "lists/jobs/items", before=JOBS, query={"state": "ready"})),
    (NO_JS, call("GET", "lists/jobs/items/ITEM", before=JOBS)),
    (ALL, call("GET", "lists/jobs/items", before=JOBS, query={"preview": 2, "limit": 5})),
    (NO_JS, call("GET", "lists/jobs/items/ITEM", before=JOBS, query={"raw": 1})),
    (ALL, call("PATCH", "lists/jobs/items/DELAYED", before=LATER, query={"state": "ready"})),
    (ALL, call("PATCH", "lists/jobs/items/ITEM", before=JOBS, query={"state": "dead"})),
    (ALL, call("PATCH", "lists/jobs/items/ITEM", before=JOBS, query={"state": "dead", "reason": "-x it's"})),
    (NO_JS, call("DELETE", "lists/jobs/items/ITEM", before=JOBS)),
    (NO_JS, call("POST", "lists/jobs/move", {"json": {"to": "more", "state": "ready", "max": 1}}, before=JOBS)),
    (NO_JS, call("GET", "lists/jobs/stats", before=JOBS)),
    (NO_JS, call("GET", "lists/jobs/policy", before=POLICY)),
    (NO_JS, call("PUT", "lists/jobs/policy", {"json": {"max_attempts": 3, "paused": True, "ttl": None, "dead_letter": "-d", "lease": "5m"}})),
    (NO_JS, call("DELETE", "lists/jobs/policy", before=POLICY)),
    (ALL, call("DELETE", "lists/jobs", before=JOBS)),
    (ALL, call("GET", "lists", before=JOBS)),
    (ALL, call("GET", "lists", before=JOBS, query={"stats": 1, "prefix": "j", "limit": 5})),
    (ALL, call("POST", "topics/news", "x", type="text/html")),
    (ALL, call("POST", "topics/news", "x")),
    (ALL, call("GET", "topics/news", before=NEWS, query={"since": "all", "limit": 1})),
    (ALL, call("GET", "topics/news", before=NEWS, query={"last": 1})),
    (NO_CLI, call("GET", "topics/news", before=NEWS)),
    (ALL, call("DELETE", "topics/news", before=NEWS)),
    (ALL, call("GET", "topics", before=NEWS, query={"count": 1})),
    (ALL, call("POST", "routes", {"json": {"key": "a", "content_type": "text/html"}})),
    (ALL, call("POST", "routes", {"json": RULES})),
    (ALL, call("POST", "routes", DB, query={"from": "db", "name": "pets", "journal": "calls"}, type="application/json")),
    (NO_JS, call("PUT", "routes", DB, before=ROUTE, query={"from": "db", "id": "@admin/shop", "name": "shop"}, type="application/json")),
    (ALL, call("PUT", "routes", {"json": {**RULES, "journal": "more"}}, before=ROUTE, query={"id": "@admin/shop"})),
    (ALL, call("GET", "routes", before=ROUTE)),
    (ALL, call("GET", "routes", before=ROUTE, query={"id": "@admin/shop"})),
    (ALL, call("POST", "routes/verify", {"json": {"path": "/ping", "count": 0}}, before=ROUTE, query={"id": "@admin/shop"})),
    (ALL, call("POST", "routes/reset", before=ROUTE, query={"id": "@admin/shop"})),
    (ALL, call("DELETE", "routes", before=ROUTE, query={"id": "@admin/shop"})),
    (NO_CLI, call("GET", "routes/@admin/public", before=[("PUT", "/keys/p", b"x"), ("POST", "/routes", {"name": "public", "key": "p"})], isPublic=True)),
    (ALL, call("POST", "bins", {"json": {"list": "hooks"}})),
    (ALL, call("POST", "bins", {"json": {"list": "hooks", "name": "gh", "keep": "request"}})),
    (ALL, call("PUT", "bins", {"json": {"list": "others", "name": "gh"}}, before=BIN, query={"id": "gh"})),
    (ALL, call("GET", "bins", before=BIN)),
    (ALL, call("GET", "bins", before=BIN, query={"id": "gh"})),
    (ALL, call("DELETE", "bins", before=BIN, query={"id": "gh"})),
    (NO_CLI, call("POST", "bins/@admin/plain", "x", before=[("POST", "/bins", {"list": "hooks", "name": "plain", "keep": "body"})], isPublic=True)),
    (ALL, call("POST", "tokens", {"json": {"name": "my ci", "scopes": ["keys:read:app:*", "lists:push"], "ttl": "7d", "rate": "10/s"}})),
    (ALL, call("GET", "tokens", before=TOKEN)),
    (ALL, call("PATCH", "tokens/TOKENID", {"json": {"name": "other", "scopes": ["keys:write"]}}, before=TOKEN)),
    (ALL, call("POST", "tokens/TOKENID/rotate", before=TOKEN, query={"overlap": "1h"})),
    (ALL, call("DELETE", "tokens/TOKENID", before=TOKEN)),
    (ALL, call("DELETE", "tokens", before=TOKEN, query={"confirm": 1})),
    (ALL, call("POST", "sandboxes", query={"ttl": "30m", "name": "it's"})),
    (ALL, call("POST", "sandboxes", '{"key": {"name": "a", "value": "it\'s"}}\n', query={"ttl": 600, "userid": 0}, type="application/x-ndjson")),
    (ALL, call("POST", "sandboxes", before=PAID, query={"from": "SANDBOX/paid"})),
    (ALL, call("GET", "sandboxes", before=SANDBOX)),
    (ALL, call("GET", "sandboxes/SANDBOX", before=SANDBOX)),
    (ALL, call("PATCH", "sandboxes/SANDBOX", before=SANDBOX, query={"ttl": "8h"})),
    (ALL, call("DELETE", "sandboxes/SANDBOX", before=SANDBOX)),
    (ALL, call("POST", "sandboxes/SANDBOX/reset", before=SANDBOX)),
    (ALL, call("POST", "sandboxes/SANDBOX/reset", before=PAID, query={"to": "paid"})),
    (ALL, call("PUT", "sandboxes/SANDBOX/snapshots/-p", before=SANDBOX)),
    (ALL, call("DELETE", "sandboxes/SANDBOX/snapshots/paid", before=PAID)),
    (ALL, call("GET", "auth/test")),
    (NO_JS, call("POST", "auth/code")),
    (NO_JS, call("GET", "users", before=EVA)),
    (NO_JS, call("GET", "users/EVA", before=EVA)),
    (NO_JS, call("POST", "users", {"json": {"username": "eva", "password": "known to eva", "quota": 5, "rate": "10/s"}})),
    (NO_JS, call("POST", "users", {"json": {"username": "eva", "invite": True, "ttl": "1h"}})),
    (NO_JS, call("PUT", "users/EVA", {"json": {"quota": 7, "role": "admin"}}, before=EVA)),
    (NO_JS, call("PUT", "users/EVA", {"json": {"quota": 7, "password": "known to eva"}}, before=EVA)),
    (NO_JS, call("DELETE", "users/EVA", before=EVA)),
    (NO_JS, call("POST", "users/EVA/reset", before=EVA, query={"ttl": "1h"})),
    (ALL, call("GET", "usage", query={"userid": 0})),
    (ALL, call("GET", "audit", query={"last": 2, "action": "login"})),
    (NO_JS, call("GET", "export", before=KEY)),
    (NO_JS, call("GET", "info")),
    (NO_JS, call("GET", "save")),
    (NO_CLI, call("GET", "", isPublic=True)),
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_every_text_arrives_byte_for_byte(text, repeated):
    repeated(lambda http: {"method": "PUT", "segments": ["keys", "a:b"], "body": text}, ALL)


def test_every_byte_arrives(repeated):
    data = base64.b64encode(bytes(range(256))).decode()
    repeated(lambda http: {"method": "PUT", "segments": ["keys", "a:b"], "base64": data}, ALL)
    repeated(lambda http: {"method": "POST", "segments": ["lists", "-l"], "base64": data}, ALL)


@pytest.mark.parametrize("name", ["-dash", "a:b:c", "-", "--url", "-5", "x.y_z"])
def test_every_name_arrives(name, repeated):
    repeated(
        lambda http: {
            "method": "PUT",
            "segments": ["keys", name],
            "body": "-v",
            "query": {"ttl": 60},
        },
        ALL,
    )
    repeated(call("DELETE", f"lists/{name}", before=[("POST", f"/lists/{name}", b"x")]), ALL)


@pytest.mark.parametrize(("clients", "prepare"), OPERATIONS, ids=range(len(OPERATIONS)))
def test_a_snippet_repeats_its_request(clients, prepare, repeated):
    repeated(prepare, clients)


@pytest.mark.parametrize("query", [{"mode": "skip"}, {"mode": "replace", "dry_run": 1}])
def test_an_import_is_repeated(query, repeated, http):
    assert http.put("/keys/a:b", data="it's\n").ok
    lines = http.get("/export").text
    sent = {"body": lines, "type": "application/x-ndjson", "query": query}
    repeated(lambda http: {"method": "POST", "segments": ["import"], **sent}, NO_JS)


def test_long_documents_are_read_from_a_file(repeated):
    long = {**RULES, "rules": [{"path": f"/{number:04}"} for number in range(200)]}
    repeated(call("POST", "routes", {"json": long}), ALL)


def test_a_read_prints_what_it_reads(repeated):
    printed = repeated(call("GET", "keys/a:b", before=[("PUT", "/keys/a:b", "ä\n".encode())]), ALL)
    assert printed["curl"] == "ä\n".encode()
    assert printed["cli"].rstrip() == printed["javascript"].rstrip() == "ä".encode()


def test_the_command_runs_in_a_shell(server, http, node, runs):
    found = node(url=server.url, method="PUT", segments=["keys", "a:b"], body="it's\n")
    _in_bash(found["snippets"]["cli"])
    assert http.get("/keys/a:b").text == "it's\n"
