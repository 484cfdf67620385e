"""What the tests of queues share: time that passes at once, and what must always hold."""

from bambleweeny.core.lists.codec import COUNTERS_FIELD, pack_counters, unpack_counters, unpack_item

STATES = ("leased", "delayed", "dead")


def key(part, name="q", owner=1):
    return f"b9y:{{{owner}}}:{part}:{name}"


def ids_of(raw, part, name="q"):
    return [int(one) for one in raw.zrange(key(part, name), 0, -1)]


def ready_ids(raw, name="q"):
    return [unpack_item(item).id for item in raw.lrange(key("ready", name), 0, -1)]


def numbers_of(raw, name="q"):
    return unpack_counters(raw.hget(key("list", name), COUNTERS_FIELD))


def set_numbers(raw, name="q", **changes):
    numbers = numbers_of(raw, name)._replace(**changes)
    raw.hset(key("list", name), COUNTERS_FIELD, pack_counters(numbers))


def pass_time(raw, part, name="q"):
    """Let every lease or delay of a list end, or every item expire."""
    for one in raw.zrange(key(part, name), 0, -1):
        raw.zadd(key(part, name), {one: 1})
    if raw.exists(key("list", name)):
        set_numbers(raw, name, needs_slow_path=True)
        raw.hset(key("list", name), "due", 1)


def check(raw, name="q"):
    """Hold what is kept of a list against itself; give the bodies of its items."""
    ready = [unpack_item(item) for item in raw.lrange(key("ready", name), 0, -1)]
    held = {int(k): unpack_item(v) for k, v in raw.hgetall(key("held", name)).items()}
    record = raw.hgetall(key("list", name))
    ids = [item.id for item in ready]
    assert ids == sorted(set(ids))
    by_state = [one for state in STATES for one in ids_of(raw, state, name)]
    assert sorted(by_state) == sorted(held)
    assert not set(ids) & set(held)
    assert all(item.id == one for one, item in held.items())
    items = [*ready, *held.values()]
    expiring = {item.id for item in items if item.expires}
    assert set(ids_of(raw, "ending", name)) <= expiring
    dues = [
        score for part in ("leased", "delayed", "ending")
        for _, score in raw.zrange(key(part, name), 0, 0, withscores=True)
    ]  # fmt: skip
    is_listed = raw.zscore("b9y:{1}:lists", name) is not None
    assert is_listed == bool(items or b"policy" in record) == bool(record)
    if record:
        numbers = numbers_of(raw, name)
        assert numbers.bytes == sum(len(item.body) for item in items)
        assert int(record.get(b"due", 0)) == min(dues, default=0)
        assert numbers.needs_slow_path == bool(held or dues or b"policy" in record)
        assert not ids or numbers.last_id >= ids[-1]
    return sorted(item.body for item in items)
