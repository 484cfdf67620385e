"""Work that is repeated in a thread."""

import logging
import threading

import pytest
from bambleweeny.errors import StoreUnavailable
from bambleweeny.server.periodic import Periodic


@pytest.mark.parametrize(("error", "level"), [(RuntimeError, "ERROR"), (StoreUnavailable, "DEBUG")])
def test_calls_go_on_after_one_that_fails(caplog, error, level):
    caplog.set_level(logging.DEBUG)
    calls, called_twice = [], threading.Event()

    def call():
        calls.append(1)
        if len(calls) == 1:
            raise error
        called_twice.set()

    with Periodic("sweeper", call, 0.001):
        assert called_twice.wait(20)
    [record] = caplog.records
    assert (record.levelname, record.message.partition(":")[0]) == (level, "sweeper")


def test_the_end_waits_for_the_call_that_runs():
    begun, may_end, calls = threading.Event(), threading.Event(), []

    def call():
        begun.set()
        assert may_end.wait(20)
        calls.append(threading.current_thread())

    with Periodic("sweeper", call, 0.001):
        assert begun.wait(20)
        threading.Timer(0.02, may_end.set).start()
    [thread] = {*calls}
    assert not thread.is_alive()


def test_nothing_is_called_before_its_time():
    with Periodic("sweeper", pytest.fail, 60):
        pass
