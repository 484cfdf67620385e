"""An imported key space of the original: the original's clients and URLs work on it."""

import random
import re
import subprocess
import sys
import time
from pathlib import Path

import bambleweeny
import pexpect
import pytest
import requests
from b9y import B9y
from engines import LOCAL, RedisServer
from original import fill, uuid
from servers import running

USERS, KEYS = 50, 1000
GUIDE = Path(bambleweeny.__path__[0]) / "guide" / "import-original.md"


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """A server on the data of an original with 1,000 keys and 50 users, and their passwords."""
    place = tmp_path_factory.mktemp("original")
    engine = RedisServer(place)
    with engine.client() as client:
        fill(client, users=USERS, keys=KEYS)
    began = time.monotonic()
    done = subprocess.run(
        [
            sys.executable, "-m", "bambleweeny", "import-original", "--from", f"redis://{LOCAL}:{engine.port}",
            "--data-dir", place / "data", "--admin-password", "changeme",
        ],
        capture_output=True, text=True, timeout=110, check=True,
    )  # fmt: skip
    print(f"{KEYS} keys and {USERS} users: {time.monotonic() - began:.1f} s")
    engine.stop()
    table = re.search(r"^```text\n(.*)^Nothing was", GUIDE.read_text("utf-8"), re.M | re.S)
    assert done.stderr.startswith(table[1]), "the guide shows the real numbers"
    passwords = {row.split("\t")[1]: row.split("\t")[2] for row in done.stdout.splitlines()}
    with running("serve", "--data-dir", str(place / "data")) as server:
        yield server.url, {"admin": "changeme", **passwords}


def test_every_user_reads_its_keys_with_b9y(imported):
    url, passwords = imported
    names = ["admin", *(f"user.{number}@example.org" for number in range(1, USERS))]
    clients = [B9y(url, name, passwords[name]) for name in names]
    values = random.Random(36)
    for number in range(KEYS):
        client, key = clients[number % USERS], f"key:{number}"
        if number % 2:
            expected = values.randbytes(values.randrange(1, 300))
            headers = {"Authorization": f"Bearer:{client.get_token()}"}
            assert (
                requests.get(f"{url}/keys/{key}", headers=headers, timeout=10).content == expected
            )
        else:
            assert client.get(key) == f"wörld {number}"


def test_a_user_goes_on_with_b9y(imported):
    url, passwords = imported
    name = "user.7@example.org"
    client = B9y(url, name, passwords[name])
    assert len(client.keys()) == 22
    assert client.incr("counter") == "2"
    headers = {"Authorization": f"Bearer {client.get_token()}"}
    items = [
        requests.get(f"{url}/lists/jobs", headers=headers, timeout=10).content for _ in range(20)
    ]
    assert items == [b"%d\x00\xff" % number for number in range(20)]
    assert client.pop("jobs") is None
    assert client.push("jobs", "new") is True
    assert client.pop("jobs") == "new"
    assert client.set("new", "value") is True
    assert client.delete("page") is True


def test_the_public_urls_are_the_same(imported):
    url, _ = imported
    for number in (0, 3, 49):
        answer = requests.get(f"{url}/routes/{uuid(number)}", timeout=10)
        assert answer.content == b'{"number": "1"}'
        assert answer.headers["Content-Type"].startswith("application/json")
        assert requests.post(f"{url}/bins/{uuid(number)}", data=b"hook 2", timeout=10).text == "OK"


def test_the_admin_sees_all_users_with_b9y(imported):
    url, passwords = imported
    users = B9y(url, "admin", passwords["admin"]).list_users()["users"]
    assert [(user["id"], user["quota"]) for user in users] == [
        (str(number), str(number * 100)) for number in range(USERS)
    ]


def test_b9y_cli_works_on_it(imported):
    url, passwords = imported
    command = str(Path(sys.executable).parent / "b9y-cli")
    name = "user.8@example.org"
    with pexpect.spawn(
        command, ["-h", url, "-u", name, "-p", passwords[name]], encoding="utf-8", timeout=30
    ) as terminal:
        prompt = r"b9y v1\.1> "
        terminal.expect(prompt)
        assert re.search(rf"Connected to [0-9a-f]{{8}} as {re.escape(name)}", terminal.before)
        for line, answer in [
            ("get key:8", "wörld 8"),
            ("incr counter", "2"),
            ("set a b", "OK"),
            ("get a", "b"),
        ]:
            terminal.sendline(line)
            terminal.expect(prompt)
            assert answer in terminal.before
        terminal.sendline("exit")
        terminal.expect(pexpect.EOF)
