"""The client's address: who is believed about it, and what of a list is."""

import json
import time

import pytest
import requests
from bambleweeny.options import parse_networks
from bambleweeny.server.http.trusted_proxies import TrustedProxies
from servers import over_the_wire, running

PROXIES = TrustedProxies(parse_networks("127.0.0.1, 10.0.0.0/8, fd00::/8"))
CLIENTS = [
    ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
    ("192.0.2.1", "203.0.113.7", "192.0.2.1"),
    ("127.0.0.2", "203.0.113.7", "127.0.0.2"),
    # Each proxy adds the address that it was called from; what stands in front is the client's own.
    ("127.0.0.1", "1.1.1.1, 203.0.113.7", "203.0.113.7"),
    ("127.0.0.1", "1.1.1.1,203.0.113.7 , 10.1.2.3", "203.0.113.7"),
    ("127.0.0.1", "10.9.9.9, 10.1.2.3", "10.9.9.9"),
    ("127.0.0.1", "127.0.0.1, 203.0.113.7, 127.0.0.1", "203.0.113.7"),
    # IPv6, ports, quotes
    ("fd00::1", "2001:db8::7", "2001:db8::7"),
    ("127.0.0.1", "2001:DB8:0:0::7, [fd12::1]:443", "2001:db8::7"),
    ("127.0.0.1", '"[2001:db8::7]:4711"', "2001:db8::7"),
    ("127.0.0.1", "203.0.113.7:4711, 10.1.2.3:80", "203.0.113.7"),
    ("127.0.0.1", "::ffff:203.0.113.7, ::ffff:10.1.2.3", "203.0.113.7"),
    ("::ffff:10.1.2.3", "203.0.113.7", "203.0.113.7"),
    # What is no address ends the list.
    ("127.0.0.1", "", "127.0.0.1"),
    ("127.0.0.1", " , ", "127.0.0.1"),
    ("127.0.0.1", "unknown", "127.0.0.1"),
    ("127.0.0.1", "203.0.113.7, unknown, 10.1.2.3", "10.1.2.3"),
    ("127.0.0.1", "203.0.113.7 200 1ms admin", "127.0.0.1"),
    ("127.0.0.1", "203.0.113.7, _hidden", "127.0.0.1"),
    ("127.0.0.1", "fe80::1%a b\x1b[2J", "fe80::1"),
    ("127.0.0.1", "1.2.3, 999.1.1.1", "127.0.0.1"),
    ("127.0.0.1", "203.0.113.7," + "10.0.0.1," * 100 + "10.0.0.2", "10.0.0.1"),
]


@pytest.mark.parametrize(("peer", "listed", "client"), CLIENTS)
def test_a_list_is_believed_as_far_as_trusted_proxies_wrote_it(peer, listed, client):
    assert PROXIES.client_of(peer, {"X_FORWARDED_FOR": listed}) == client


def test_without_a_list_the_address_is_that_of_the_connection():
    assert PROXIES.client_of("127.0.0.1", {}) == "127.0.0.1"


def test_a_long_list_takes_no_time():
    before = time.process_time()
    for _ in range(100):
        PROXIES.client_of("127.0.0.1", {"X_FORWARDED_FOR": "10.0.0.1," * 6000})
    assert time.process_time() - before < 0.5


def lines_of(server):
    """Return the lines of the log, without those of the audit trail."""
    lines = [json.loads(line) for line in server.log.splitlines()]
    return [
        line for line in lines if "audit" not in line.get("message", "") and "action" not in line
    ]


@pytest.mark.parametrize(
    ("options", "address"),
    [
        ((), "127.0.0.1"),
        (("--trusted-proxies", "10.0.0.0/8,::1"), "127.0.0.1"),
        (("--trusted-proxies", "10.0.0.0/8,127.0.0.0/8"), "203.0.113.7"),
    ],
)
def test_answers_refusals_and_logins_have_the_same_address_in_the_log(options, address):
    listed = "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 203.0.113.7, 10.1.2.3\r\n"
    with running("sandbox", "--log-format", "json", *options) as server:
        over_the_wire(
            server.url, f"GET /keys/a HTTP/1.1\r\nHost: localhost\r\n{listed}\r\n".encode()
        )
        over_the_wire(server.url, f"GET /keys/a HTTP/1.1\r\nHost: a b\r\n{listed}\r\n".encode())
        over_the_wire(
            server.url,
            f"PUT /keys/a HTTP/1.1\r\nHost: a\r\n{listed}Content-Length: 9999999\r\n\r\n".encode(),
        )
        requests.post(
            f"{server.url}/auth/token",
            json={"username": "ann", "password": "another"},
            headers={"X-Forwarded-For": "203.0.113.7", "Forwarded": "for=1.1.1.1", "X-Real-IP": "1.1.1.1"},
            timeout=10,
        )  # fmt: skip
        server.stop()
    lines = lines_of(server)
    assert len(lines) == 5
    assert {line["address"] for line in lines} == {address}
    [refused] = [line for line in lines if "ms" not in line]
    assert f"from {address} refused" in refused["message"]
