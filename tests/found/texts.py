"""Kind C: text that real programs send."""

import sys

import pexpect
from found.rows import Place, row

BOM = b"\xef\xbb\xbf"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@row(
    "C1",
    "`one\\r\\ntwo\\r\\n` with a BOM in front to `?split=lines` and to `push --lines`",
    before='`"one\\r"`; BOM in the item',
    right="one CR before LF and a leading BOM are dropped",
)
def lines_of_windows(place: Place) -> str:
    text = BOM + b"one\r\ntwo\r\n"
    assert place.admin.post("/lists/c1?split=lines", data=text).json().get("items") == 2
    popped = place.admin.get("/lists/c1?max=9").json()
    assert popped == ["one", "two"], popped
    assert place.type("push", "c1", "--lines", given=text).status == 0
    assert place.admin.get("/lists/c1?max=9").json() == popped
    return str(popped)


@row(
    "C1",
    "an import of NDJSON with a BOM and `\\r\\n`",
    before="400",
    right="imported",
)
def an_import_of_windows(place: Place) -> str:
    line = b'{"key":{"name":"c1","value":"x"}}\r\n'
    answer = place.admin.post("/import", data=BOM + line)
    assert answer.json().get("keys") == 1, answer.text
    return f"{answer.json()['keys']} key imported"


@row("C2", "JSON body with a BOM", before="400", right="BOM skipped; UTF-16 is 400")
def json_with_a_bom(place: Place) -> str:
    answer = place.admin.post("/batch", data=BOM + b'[["set","c2","x"]]')
    assert answer.status_code == 200, answer.text
    assert place.admin.post("/routes", data=BOM + b'{"key":"c2","content_type":"a/b"}').ok
    spoilt = place.admin.post("/routes", data='{"key":"c2"}'.encode("utf-16"))
    assert "UTF-16" in spoilt.json()["hint"], spoilt.text
    return f"{answer.status_code}; UTF-16: {spoilt.json()['hint']}"


@row(
    "C2",
    "on /auth/token, cmd.exe-quoted JSON with curl's form type",
    before="`unsupported_grant_type`",
    right="'this is not valid JSON'",
)
def json_with_the_quotes_of_a_shell(place: Place) -> str:
    body = b"'{username:admin,password:changeme}'"
    answer = place.admin.post("/auth/token", data=body, headers=FORM)
    assert answer.json()["code"] == "invalid_request", answer.text
    assert "not valid JSON" in answer.json()["info"], answer.text
    return str(answer.json()["info"])


@row(
    "C3",
    "`bambleweeny get -- -dash`",
    before="usage error",
    right="`--` ends options",
)
def names_with_a_dash(place: Place) -> str:
    place.admin.put("/keys/-dash", data=b"-value")
    place.admin.put("/keys/--json", data=b"{}")
    typed = place.type("get", "--", "-dash")
    assert (typed.status, typed.out, typed.err) == (0, "-value", ""), typed
    for words, out in (
        (("get", "--", "--json"), "{}"),
        (("get", "--json", "--", "-dash"), '{"key": "-dash", "value": "-value"}\n'),
        (("set", "--ttl", "1h", "--", "-c3", "--ttl"), ""),
        (("get", "--", "-c3"), "--ttl"),
        (("push", "--", "-c3", "--"), ""),
        (("pop", "--", "-c3"), "--"),
        (("incr", "--by", "2", "--", "-n"), "2\n"),
        (("route", "add", "--", "-dash"), f"{place.server.url}/routes/"),
        (("bin", "add", "--", "-c3"), f"{place.server.url}/bins/"),
        (("del", "--", "-c3", "-n", "--json"), ""),
    ):
        done = place.type(*words)
        is_right = done.out.startswith(out) if "add" in words else done.out == out
        assert (done.status, is_right, done.err) == (0, True, ""), (words, done)
    refused = place.type("get", "-dash")
    assert refused.status == 2, refused
    assert "-- -dash" in refused.err, refused.err
    return f"{typed.out}; without it: {refused.err.splitlines()[-1]}"


@row(
    "C3",
    "`get -- -dash` in the interactive shell",
    before="usage error",
    right="`--` ends options, in the shell too",
)
def names_with_a_dash_in_the_shell(place: Place) -> str:
    variables = {**place.environment, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    shell = pexpect.spawn(
        sys.executable, ["-m", "bambleweeny", "shell"], env=variables, encoding="utf-8",
        timeout=10, echo=False,
    )  # fmt: skip
    for line, out in (
        ("", "b9y>"),
        ("set -- -dash -in-the-shell", "b9y>"),
        ("get -- -dash", "-in-the-shell\r\n"),
        ("push -- -q --json", "b9y>"),
        ("pop -- -q", "--json\r\n"),
        ("exit", pexpect.EOF),
    ):
        if line:
            shell.send(f"{line}\r")
        found = shell.expect([out, "usage: ", pexpect.TIMEOUT])
        assert found == 0, (line, shell.before)
    shell.close()
    assert shell.exitstatus == 0, shell.exitstatus
    piped = place.type("shell", given="get -- -dash\nkeys -- ^-da\n")
    assert piped == (0, "-in-the-shell\n-dash\n", ""), piped
    return piped.out.splitlines()[0]


@row(
    "C4",
    "JSON answers and NDJSON streams at a terminal",
    before="no newline at the end; a blank line first",
    right="JSON ends with a newline; no blank first line (or documented as a keep-alive)",
)
def json_at_a_terminal(place: Place) -> str:
    place.admin.put("/keys/c4", data=b'{"a":1}')
    for path in ("/", "/keys", "/keys?limit=1", "/lists/c4/stats", "/nothing", "/openapi.json"):
        answer = place.admin.get(path, headers={"Accept-Encoding": "identity"})
        assert answer.content.endswith(b"}\n"), (path, answer.content[-20:])
        assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert place.admin.get("/keys/c4").content == b'{"a":1}'
    described = place.admin.get("/openapi.json").json()["paths"]
    assert "keep-alive" in described["/events"]["get"]["description"]
    assert "keep-alive" in described["/topics/{name}"]["get"]["description"]
    return "a newline at the end of each; empty lines of a stream are documented as keep-alives"
