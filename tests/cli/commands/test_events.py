"""`events`."""

import json
import threading

import pytest
from bambleweeny import Client

pytestmark = pytest.mark.usefixtures("logged_in")


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_what_happens_is_printed_as_it_happens(typed, sandbox, sandbox_token, more):
    told = threading.Event()

    def change():
        with Client(sandbox.url, token=sandbox_token) as client:
            while not told.wait(0.05):
                client.set("ev:a", "1")
                client.push("ev:q", "1")

    thread = threading.Thread(target=change)
    thread.start()
    printed = typed("events", "--lists", "ev:*", "--kinds", "list.push", "--max", "2", *more)
    told.set()
    thread.join()
    if more:
        rows = [json.loads(line) for line in printed.splitlines()]
        assert rows == [{"event": "list.push", "name": "ev:q"}] * 2
    else:
        assert printed == "list.push ev:q\n" * 2


def test_a_wrong_use_is_told(typed):
    typed("events", "--keys", "a b", status=1)
    typed("events", "--kinds", "key.pop", status=1)
    typed("events", "--max", "0", status=2)
