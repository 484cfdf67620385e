"""Wait slots are shared: no tenant holds more than a quarter of them."""

import time
from contextlib import ExitStack

import pytest
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.notify.long_polls import LongPolls
from bambleweeny.errors import Busy
from servers import Http, running

LINES = {"Accept": "application/x-ndjson"}


def stream(stack, http):
    """Open a stream over a connection that is its alone; return the answer."""
    one = stack.enter_context(Http(http.url, http.token))
    answer = one.get("/topics/t", headers=LINES, stream=True)
    stack.callback(answer.close)
    return answer


def test_a_tenant_with_140_streams_leaves_room_for_another():
    with (
        running("sandbox", "--workers", "1", "--log-level", "warning") as server,
        ExitStack() as stack,
    ):
        admin = Http(server.url, server.token())
        admin.post("/users", json={"username": "ann", "password": "secret"})
        statuses = [stream(stack, admin).status_code for _ in range(140)]
        assert statuses == [200] * 16 + [503] * 124
        refused = stream(stack, admin)
        assert refused.json()["code"] == "busy"
        assert "share of the wait slots, 16" in refused.json()["hint"]
        assert refused.headers["Retry-After"] == "1"
        ann = Http(server.url, server.token("ann", "secret"))
        assert stream(stack, ann).status_code == 200
        began = time.monotonic()
        assert admin.get("/lists/q?wait=20").status_code == 204
        assert time.monotonic() - began < 10


def test_slots_come_back_after_errors_and_disconnects(store):
    waits, caller = LongPolls(store, 8), Caller("1", "uli", "")

    def fail():
        raise ValueError

    for _ in range(5):
        with pytest.raises(ValueError), waits.wait_slot("1"):
            fail()
        assert waits.poll(lambda: None, "c", 5, lambda: False, caller=caller) is None
    assert not waits._slots._taken
    assert waits._slots._free == 8


def test_a_share_is_at_least_one_and_all_shares_are_bounded(store):
    waits = LongPolls(store, 2)
    with waits.wait_slot("1"), waits.wait_slot("2"):
        for tenant in ("1", "2", "3"):
            with pytest.raises(Busy), waits.wait_slot(tenant):
                pass
    with waits.wait_slot("3"):
        pass
