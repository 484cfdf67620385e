"""Kind C: text that real programs send."""

import subprocess
import sys

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
    subprocess.run(
        [sys.executable, "-m", "bambleweeny", "push", "c1", "--lines",
         "--url", place.server.url, "--token", str(place.admin.token)],
        input=text, check=True, timeout=30,
    )  # fmt: skip
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
    "C4",
    "JSON answers and NDJSON streams at a terminal",
    before="no newline at the end; a blank line first",
    right="JSON ends with a newline; no blank first line (or documented as a keep-alive)",
)
def json_at_a_terminal(place: Place) -> str:
    place.admin.put("/keys/c4", data=b'{"a":1}')
    for path in ("/", "/keys", "/keys?limit=1", "/lists/c4/stats", "/nothing", "/openapi.json"):
        answer = place.admin.get(path)
        assert answer.content.endswith(b"}\n"), (path, answer.content[-20:])
        assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert place.admin.get("/keys/c4").content == b'{"a":1}'
    described = place.admin.get("/openapi.json").json()["paths"]
    assert "keep-alive" in described["/events"]["get"]["description"]
    assert "keep-alive" in described["/topics/{name}"]["get"]["description"]
    return "a newline at the end of each; empty lines of a stream are documented as keep-alives"


@row(
    "C3",
    "`bambleweeny get -- -dash`, the same in the shell, and with two options behind `--`",
    before="usage error",
    right="`--` ends options, in the shell too",
)
def names_that_look_like_options(place: Place) -> str:
    place.admin.put("/keys/-dash", data=b"found")
    place.admin.put("/keys/--raw", data=b"raw")
    known = ["--url", place.server.url, "--token", str(place.admin.token)]

    def typed(*words: str, given: str = "") -> str:
        return subprocess.run(
            [sys.executable, "-m", "bambleweeny", *words], input=given, capture_output=True,
            check=True, text=True, timeout=30,
        ).stdout.strip()  # fmt: skip

    assert typed("get", *known, "--", "-dash") == "found"
    assert typed("get", *known, "--", "--raw") == "raw"
    typed("set", *known, "--", "-c3", "--value")
    assert place.admin.get("/keys/-c3").content == b"--value"
    shown = typed("shell", *known, given="get -- -dash\nset -- -c3 -v\nget -- -c3\n").split()
    assert shown == ["found", "-v"], shown
    return "found, in both"
