"""Options in batches: each operation does what the single call does, and all is taken back."""

import random

import msgspec
import pytest
from bambleweeny.core.batch.operation_options import DelOptions, IncrOptions, SetOptions
from bambleweeny.core.batch.operations import Del, Get, Incr, Operation, Set
from bambleweeny.core.keys.conditions import ANY, UNBOUNDED
from bambleweeny.core.values import bytes_of, etag_of
from bambleweeny.errors import (
    BambleweenyError,
    LimitReached,
    NotFound,
    PreconditionFailed,
    QuotaExceeded,
    StoreFull,
)

TEXTS = ["", "1", "-7", "text"]
TAGS = ["*", *(etag_of(text.encode()) for text in TEXTS), f'"x", {etag_of(b"1")}']


def some_operation(chance):
    name = chance.choice("abc")
    tags = {
        key: chance.choice(TAGS) for key in ("if_match", "if_none_match") if chance.random() < 0.3
    }
    lasting = chance.choice([{}, {"ttl": 60}, {"ttl": "1h"}, {"keepttl": True}])
    bounds = {
        key: chance.choice([-5, 0, 3, 2**53]) for key in ("min", "max") if chance.random() < 0.3
    }
    if bounds.get("min", -5) > bounds.get("max", 2**53):
        bounds = dict(zip(bounds, reversed(bounds.values()), strict=True))
    ttl = {} if chance.random() < 0.5 else {"ttl": "5m"}
    return chance.choice([
        Get(name),
        Set(name, chance.choice(TEXTS)),
        Set(name, chance.choice(TEXTS), SetOptions(**tags, **lasting, type=chance.choice(["", "a/b"]))),
        Del(name),
        Del(name, DelOptions(**tags)),
        Incr(name, chance.choice([1, -2, 2**53]), IncrOptions(**bounds, **ttl)),
    ])  # fmt: skip


def singly(services, caller, operation):
    """Do an operation by its single call and give what becomes of it."""
    keys, changes, name = services.keys, services.key_changes, operation.name
    options = operation.options or None
    try:
        match operation:
            case Get():
                return keys.get(caller, name)
            case Set() if options:
                changes.set_with_options(
                    caller,
                    name,
                    bytes_of(operation.value),
                    options.write_options(),
                    options.precondition(),
                )
            case Set():
                keys.set(caller, name, bytes_of(operation.value))
            case Del():
                changes.take(caller, name, options.precondition() if options else ANY)
            case Incr():
                bounds = options.bounds() if options else UNBOUNDED
                return changes.incr_within(caller, name, operation.step, bounds)
    except BambleweenyError as ex:
        return type(ex)
    return True


def told(outcomes):
    return [type(o) if isinstance(o, BambleweenyError) else o for o in outcomes]


def owned(services, raw, user_id):
    """What a user has: each key with its type and whether it ends, and the indexes."""
    names = [name.decode() for name in raw.zrange(f"b9y:{{{user_id}}}:keys", 0, -1)]
    ending = raw.zrange(f"b9y:{{{user_id}}}:expiring", 0, -1)
    keys = {}
    for name in names:
        key, meta = f"b9y:{{{user_id}}}:key:{name}", f"b9y:{{{user_id}}}:meta:{name}"
        kind = (raw.get(meta) or b" ").partition(b" ")[2]
        keys[name] = raw.get(key), kind, round(raw.pttl(key), -4), round(raw.pttl(meta), -4)
        assert (raw.pttl(key) > 0) == (name.encode() in ending)
    assert len(raw.keys(f"b9y:{{{user_id}}}:key:*")) == len(names)
    return keys


def exactly(raw):
    """Everything of uli, bit for bit, and whether it ends."""
    read = {b"string": raw.get, b"hash": raw.hgetall, b"zset": lambda k: raw.zrange(k, 0, -1, withscores=True)}  # fmt: skip
    return {k: (read[raw.type(k)](k), raw.pttl(k) > 0) for k in raw.scan_iter("b9y:{1}:*")}


@pytest.mark.parametrize("seed", range(6))
def test_a_batch_does_what_single_calls_do(services, uli, raw, seed):
    chance = random.Random(seed)
    services.users.create("ann", "secret")
    ann = services.logins.log_in("ann", "secret")
    failures = set()
    for _ in range(60):
        quota = chance.choice([0, 1, 2])
        for user_id in ("1", "2"):
            services.users.change(user_id, quota=quota)
        operations = [some_operation(chance) for _ in range(chance.randrange(1, 10))]
        before = exactly(raw)
        if chance.random() < 0.5:
            try:
                outcomes = services.batch.run_atomic(uli, operations)
            except BambleweenyError as ex:
                failures.add(type(ex))
                assert exactly(raw) == before
                continue
        else:
            outcomes = services.batch.run(uli, operations)
        assert told(outcomes) == [singly(services, ann, operation) for operation in operations]
        assert owned(services, raw, "1") == owned(services, raw, "2")
    assert {PreconditionFailed, LimitReached} <= failures | {QuotaExceeded}


def test_options_that_say_nothing_cost_nothing():
    plain = {Set: ("set", "v"), Del: ("del", ""), Incr: ("incr", "1")}
    for operation in (
        Set("k", "v", SetOptions()),
        Del("k", DelOptions()),
        Incr("k", IncrOptions()),
    ):
        verb, argument = plain[type(operation)]
        assert operation.packed() == (verb, "k", argument)


def test_bytes_and_long_values_keep_their_length(services, uli):
    value = bytes(range(256)) * 4096
    text = msgspec.json.encode([["set", "k", {"base64": value}, {"ttl": 60, "type": "a/b"}]])
    services.batch.run(uli, msgspec.json.decode(text, type=list[Operation]))
    held = services.keys.read(uli, "k")
    assert (held.value, held.content_type, held.seconds_left()) == (value, "a/b", 60)


def test_a_full_store_refuses_what_grows(services, uli, raw):
    services.keys.set(uli, "k", b"1")
    before = raw.config_get("maxmemory")["maxmemory"]
    try:
        raw.config_set("maxmemory", "1")
        outcomes = services.batch.run(uli, [
            Set("k", "2", SetOptions(ttl=60)), Incr("k", 1, IncrOptions(max=5)),
            Del("none", DelOptions(if_match="*")), Del("k", DelOptions(if_match="*")),
        ])  # fmt: skip
    finally:
        raw.config_set("maxmemory", before)
    assert told(outcomes) == [StoreFull, StoreFull, NotFound, True]
