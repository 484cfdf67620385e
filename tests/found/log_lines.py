"""Kind I: the lines of the log."""

import json
import re
from datetime import UTC, datetime, timedelta

import requests
from found.rows import Place, row
from servers import Server, over_the_wire, running, start

LINE = re.compile(
    r"(?P<time>\S+) INFO (?P<method>\S+) (?P<path>\S+) (?P<status>\d{3}) "
    r"[0-9.]+ms (?P<user>\S+) [0-9a-f]{16} (?P<address>\S+)(?: \w+)?"
)


@row(
    "I2",
    "`TZ=America/New_York`, and zones with half and quarter hours",
    before="local time without offset in the text log",
    right="RFC 3339 with offset, as JSON has",
)
def times_of_the_log(place: Place) -> str:
    shown = []
    for zone, hours in (("EST5", -5), ("<+0530>-5:30", 5.5), ("<+0845>-8:45", 8.75), ("UTC", 0)):
        server = start("sandbox", TZ=zone)
        requests.get(f"{server.url}/keys/i2", timeout=10)
        # NOTE: a login that is refused is a warning: another kind of line.
        requests.post(
            f"{server.url}/auth/token", json={"username": "a", "password": "b"}, timeout=10
        )
        assert server.stop() == 0
        lines = [line for line in server.log.splitlines() if " audit: " not in line]
        times = [line.split()[0] for line in lines]
        assert len(times) == 3, times
        for text in times:
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d", text), text
            moment = datetime.fromisoformat(text)
            assert moment.utcoffset() == timedelta(hours=hours), (zone, text)
            assert abs(datetime.now(UTC) - moment) < timedelta(seconds=20), (zone, text)
        shown.append(times[0])
    return ", ".join(shown[:2])


FORGED = [
    "/a%20200%201ms%20admin%20zz",
    "/a%0A2026-11-22T17:05:44.120Z%20INFO%20GET%20/b%20200",
    "/a%0D%1B%5B2J%00%07b",
    "/a%E2%80%A8b%C2%85c%C2%A0d%C3%A4",
    "/%FF%FE",
    "/a%22,%22user%22:%22admin",
    "/keys/a?name=b%20200%0Ac",
    "/" + "x" * 60_000,
    "/" + "%0A" * 20_000,
]


def _sent(server: Server) -> None:
    """Send what would forge lines: paths, a method, headers, the name of a login."""
    for path in FORGED:
        over_the_wire(server.url, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    over_the_wire(server.url, b"G{20T /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
    over_the_wire(
        server.url,
        b"GET /x HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: a 200 1ms\r\n"
        b"User-Agent: \x1b[2J a\r\nX-Forwarded-For: 1.1.1.1 x\r\n\r\n",
    )
    for name in ("a\n2026 INFO GET /b 200", "\x1b[2J\u2028\u0085", "x" * 5000, 'a" from 1.1.1.1'):
        answer = requests.post(
            f"{server.url}/auth/token", json={"username": name, "password": "b"}, timeout=10
        )
        assert answer.status_code >= 400


@row(
    "I3",
    "`GET /a%20200%201ms%20admin%20zz`; line ends, controls, %FF, 60 kB paths, names of logins",
    before="forges fields of a log line; 60 kB paths whole",
    right="quoted, cut at 1 kB",
)
def forged_lines(place: Place) -> str:
    server = start("sandbox")
    _sent(server)
    assert server.stop() == 0
    lines = [
        line
        for line in server.log.splitlines()
        if line.split()[1] == "INFO" and " audit: " not in line
    ]
    assert len(lines) == len(FORGED) + 2 + 4, len(lines)
    for line in lines:
        found = LINE.fullmatch(line)
        assert found, line
        assert found["user"] == "-", line
        assert len(found["path"]) <= 1024, line
    for line in server.log.splitlines():
        assert re.match(r"\d{4}-\d\d-\d\dT\S+ (INFO|WARNING) ", line), line
        assert line.isascii(), line
        assert line.isprintable(), line
        assert len(line) < 1300, line
    shown = LINE.fullmatch(lines[0])
    return shown["path"] if shown else ""


@row(
    "I3",
    "the same with `--log-format json`",
    before="60 kB paths whole",
    right="a line is one JSON text, cut at 1 kB",
)
def forged_lines_of_json(place: Place) -> str:
    server = start("sandbox", "--log-format", "json")
    _sent(server)
    assert server.stop() == 0
    lines = server.log.splitlines()
    of_requests = [one for one in map(json.loads, lines) if "path" in one]
    assert len(of_requests) == len(FORGED) + 2 + 4, len(of_requests)
    assert {one.get("user") for one in of_requests} == {None}
    assert max(len(one["path"]) for one in of_requests) <= 1024
    assert max(map(len, lines)) < 2600
    return (
        f"{len(lines)} lines of JSON, the longest path {max(len(o['path']) for o in of_requests)}"
    )


def _addresses(*options: str, listed: str, listen: str = "127.0.0.1:0") -> set[str]:
    """Return the addresses in the log of a request, a refused login and a refused head."""
    with running("sandbox", *options, listen=listen) as server:
        headers = {"X-Forwarded-For": listed}
        login = {"username": "a", "password": "b"}
        requests.get(f"{server.url}/keys/i4", headers=headers, timeout=10)
        requests.post(f"{server.url}/auth/token", json=login, headers=headers, timeout=10)
        head = f"GET /x HTTP/1.1\r\nHost: a b\r\nX-Forwarded-For: {listed}\r\n\r\n"
        over_the_wire(server.url, head.encode())
        server.stop()
    lines = [line for line in server.log.splitlines() if " audit: " not in line]
    [login_line] = [line for line in lines if line.split()[1] == "WARNING"]
    found = [LINE.fullmatch(line) for line in lines if line.split()[1] == "INFO"]
    assert len(found) == 3, lines
    named = re.search(r"from (\S+) refused", login_line)
    assert named, login_line
    return {named[1], *(one["address"] for one in found if one)}


@row(
    "I4",
    "log of a request, of a refused one and of a refused login, with `X-Forwarded-For`",
    before="no client address",
    right="address, from `X-Forwarded-For` only behind `--trusted-proxies`",
)
def addresses_of_clients(place: Place) -> str:
    listed = "1.1.1.1, 203.0.113.7, 10.1.2.3"
    trusted = ("--trusted-proxies", "127.0.0.1,10.0.0.0/8")
    assert _addresses(listed=listed) == {"127.0.0.1"}
    assert _addresses("--trusted-proxies", "10.0.0.0/8", listed=listed) == {"127.0.0.1"}
    assert _addresses(*trusted, listed=listed) == {"203.0.113.7"}
    assert _addresses(*trusted, listed="[2001:DB8::7]:4711") == {"2001:db8::7"}
    assert _addresses(*trusted, listed="203.0.113.7 200 1ms admin") == {"127.0.0.1"}
    return "127.0.0.1; behind a trusted proxy 203.0.113.7, of IPv6 2001:db8::7"
