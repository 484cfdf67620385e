"""What a restore makes of the limits of users, and of the count of their bytes."""

import io
from random import Random

import pytest
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.limits import parse_limits
from bambleweeny.core.instance.instance import open_instance
from bambleweeny.core.transfer.backup import back_up
from bambleweeny.core.transfer.restore import restore
from bambleweeny.core.usage.byte_counts import recount, used_bytes
from bambleweeny.errors import MaxBytesExceeded
from bambleweeny.store import open_store
from faults.tenant_work import Work
from verbs import services_over

LIMITS = {"max_bytes": "50000", "rate": "9/s", "burst": "20", "max_value": "7", "max_tokens": "3"}


@pytest.fixture
def other(engine_url, store):
    """An empty store beside the first one, in the same engine."""
    opened = open_store(engine_url, prefix="other")
    yield opened
    opened.close()


def backed_up(store):
    file = io.BytesIO()
    back_up(store, file)
    file.seek(0)
    return file


def test_limits_come_along_and_bytes_are_counted(services, uli, store, other, raw):
    open_instance(store)
    work = Work(services, uli, raw, Random(5))
    for _ in range(400):
        work.step()
    services.users.change("1", limits=parse_limits(LIMITS))
    restore(other, backed_up(store))
    record = raw.hgetall("other:{1}:user")
    assert {field: record[field.encode()].decode() for field in LIMITS} == LIMITS
    assert record[b"version"].endswith(b"r")
    assert not raw.hget("other:{0}:user", "version").endswith(b"r")
    there = Caller("1", "uli", "")
    assert used_bytes(other, there) == recount(other, there) > 1000
    assert used_bytes(other, Caller("0", "", "")) == 0
    services_over(other).users.change("1", limits={"max_bytes": 1})
    with pytest.raises(MaxBytesExceeded):
        services_over(other).keys.set(there, "new", b"")


def test_a_restore_that_was_killed_while_it_counted_is_cleared(store, other, raw):
    open_instance(other)
    other.write(("SADD", other.schema.tenants, "7"))
    other.write(("HSET", "other:{7}:user", "version", "1", "room", "5"))
    restore(other, backed_up_empty(store), replace=True)
    assert not raw.exists("other:{7}:user")


def backed_up_empty(store):
    services_over(store).users.create_admin("changeme")
    return backed_up(store)
