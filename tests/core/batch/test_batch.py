"""Batches: what became of each operation, and all or nothing, held against a model."""

import copy
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

import pytest
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.batch.batch import Batch
from bambleweeny.core.batch.operations import Del, Get, Incr, Pop, Push, Set
from bambleweeny.core.topics import Bounds
from bambleweeny.core.values import Base64, bytes_of
from bambleweeny.errors import (
    BambleweenyError,
    CounterOverflow,
    InvalidName,
    InvalidRequest,
    ListFull,
    NotAnInteger,
    NotFound,
    QuotaExceeded,
    StoreFull,
    StoreUnavailable,
    TooMuchAtOnce,
    Unauthorized,
)
from bambleweeny.store import open_store
from bambleweeny.store.engine.embedded import EmbeddedEngine
from queues import numbers_of

MOST_ITEMS, MOST_BYTES = 4, 30
TOPICS = Bounds(messages=3, seconds=60, bytes=100)
MEGABYTE = bytes(1 << 20)


@dataclass
class Model:
    """What a tenant owns, by the rules as the README tells them."""

    quota: int
    keys: dict[str, bytes] = field(default_factory=dict)
    lists: dict[str, list[bytes]] = field(default_factory=dict)

    def do(self, operation):
        """Give what an operation answers, an error as its class."""
        return getattr(self, type(operation).__name__)(operation)

    def is_full(self, name, nouns):
        owned = len(self.keys) + len(self.lists)
        return name not in nouns and self.quota and owned >= self.quota

    def Get(self, operation):  # noqa: N802
        return self.keys.get(operation.name, NotFound)

    def Set(self, operation):  # noqa: N802
        if self.is_full(operation.name, self.keys):
            return QuotaExceeded
        self.keys[operation.name] = bytes_of(operation.value)
        return True

    def Del(self, operation):  # noqa: N802
        return NotFound if self.keys.pop(operation.name, None) is None else True

    def Incr(self, operation):  # noqa: N802
        if self.is_full(operation.name, self.keys):
            return QuotaExceeded
        text = self.keys.get(operation.name, b"0").decode(errors="replace")
        number = int(text) if text.lstrip("-").isdigit() else 2**63
        if str(number) != text or number == 2**63:
            return NotAnInteger
        if not -(2**63) <= number + operation.step < 2**63:
            return CounterOverflow
        self.keys[operation.name] = b"%d" % (number + operation.step)
        return number + operation.step

    def Push(self, operation):  # noqa: N802
        items, body = self.lists.get(operation.name, []), bytes_of(operation.value)
        if len(items) >= MOST_ITEMS or sum(map(len, items)) + len(body) > MOST_BYTES:
            return ListFull
        if self.is_full(operation.name, self.lists):
            return QuotaExceeded
        self.lists[operation.name] = [*items, body]
        return True

    def Pop(self, operation):  # noqa: N802
        items = self.lists.get(operation.name)
        if not items:
            return None
        item = items.pop(0)
        if not items:
            del self.lists[operation.name]
        return item


def some_operation(chance: random.Random):
    key, name = chance.choice("abcd"), chance.choice("pq")
    text = chance.choice(
        ["", "1", "-7", "x", "9223372036854775807", "12 letters..", Base64(b"\xff")]
    )
    step = chance.choice([1, -1, 0, 5, 2**62, -(2**63), 2**53 + 1])
    return chance.choice(
        [Get(key), Set(key, text), Set(key, text), Del(key), Incr(key, step), Incr(key, step),
         Push(name, text), Push(name, text), Pop(name)]
    )  # fmt: skip


def everything(raw):
    """All that the engine holds of uli, bit for bit."""
    read = {
        b"string": raw.get,
        b"hash": raw.hgetall,
        b"list": lambda key: raw.lrange(key, 0, -1),
        b"zset": lambda key: raw.zrange(key, 0, -1, withscores=True),
    }
    return {key: read[raw.type(key)](key) for key in raw.scan_iter("b9y:{1}:*")}


def owned(raw):
    """The same as a model sees it."""
    found = everything(raw)
    keys = {name.decode() for name, _ in found.get(b"b9y:{1}:keys", [])}
    lists = {name.decode() for name, _ in found.get(b"b9y:{1}:lists", [])}
    model = Model(
        int(found[b"b9y:{1}:user"][b"quota"]),
        {name: found[f"b9y:{{1}}:key:{name}".encode()] for name in keys},
        {name: [i[8:] for i in found[f"b9y:{{1}}:ready:{name}".encode()]] for name in lists},
    )
    for name, items in model.lists.items():
        assert numbers_of(raw, name).bytes == sum(map(len, items))
        ids = [item[:8] for item in found[f"b9y:{{1}}:ready:{name}".encode()]]
        assert ids == sorted(set(ids))
    records = 1 + bool(keys) + bool(lists)
    assert len(found) == records + len(keys) + 2 * len(lists)
    return model


def told(outcomes):
    return [type(o) if isinstance(o, BambleweenyError) else o for o in outcomes]


@pytest.fixture
def batch(store):
    return Batch(store, max_items=MOST_ITEMS, max_bytes=MOST_BYTES, topic_bounds=TOPICS)


@pytest.mark.parametrize("seed", range(8))
def test_random_batches_do_what_the_model_does(services, uli, raw, batch, seed):
    chance = random.Random(seed)
    model, seen = Model(0), Counter()
    for _ in range(60):
        model.quota = chance.choice([0, 0, 1, 2, 3, 4, 5])
        services.users.change("1", quota=model.quota)
        operations = [some_operation(chance) for _ in range(chance.randrange(12))]
        before, after = everything(raw), copy.deepcopy(model)
        expected = [after.do(operation) for operation in operations]
        failed = [i for i, o in enumerate(expected)
                  if isinstance(o, type) and o is not NotFound]  # fmt: skip
        if chance.random() < 0.3:
            assert told(batch.run(uli, operations)) == expected
            model = after
        elif failed:
            first = failed[0]
            with pytest.raises(expected[first]) as caught:
                batch.run_atomic(uli, operations)
            assert caught.value.index == first
            assert everything(raw) == before
            seen[expected[first]] += 1
        else:
            assert told(batch.run_atomic(uli, operations)) == expected
            model = after
            seen["done"] += 1
        assert owned(raw) == model
    assert {QuotaExceeded, NotAnInteger, ListFull, "done"} <= set(seen)
    assert set(seen) <= {QuotaExceeded, NotAnInteger, CounterOverflow, ListFull, "done"}


def test_values_are_bytes(services, uli):
    values = ["", "ü€😀", Base64(b"\x89PNG\r\n\x00\xff"), "\x00"]
    operations = [
        each for value in values for each in (Set("k", value), Get("k"), Push("q", value))
    ]
    outcomes = services.batch.run(uli, operations)
    assert outcomes[1::3] == [bytes_of(value) for value in values]
    assert services.batch.run_atomic(uli, [Pop("q")] * 5) == [*outcomes[1::3], None]


@pytest.mark.parametrize("is_atomic", [False, True])
def test_a_round_trip_is_enough_for_a_thousand(services, uli, store, monkeypatch, is_atomic):
    run = services.batch.run_atomic if is_atomic else services.batch.run
    run(uli, [Set("k", "v")])
    run(uli, [Get("k")])
    trips, ask = [], store._exchange
    monkeypatch.setattr(
        store, "_exchange", lambda commands: trips.append(commands) or ask(commands)
    )
    for operation, count, expected in (
        (Set("k", "v"), 1000, 1), (Get("k"), 1000, 1), (Set("k", "v"), 10_000, 1 if is_atomic else 10),
        (Get("k"), 10_000, 1 if is_atomic else 10),
    ):  # fmt: skip
        trips.clear()
        assert len(run(uli, [operation] * count)) == count
        assert len(trips) == expected


@pytest.mark.parametrize("is_atomic", [False, True])
def test_gets_alone_are_tried_again_and_nothing_else_is(
    services, uli, store, monkeypatch, is_atomic
):
    run = services.batch.run_atomic if is_atomic else services.batch.run
    ask = store._exchange

    def break_once(commands):
        monkeypatch.setattr(store, "_exchange", ask)
        raise StoreUnavailable

    monkeypatch.setattr(store, "_exchange", break_once)
    assert told(run(uli, [Get("k")])) == [NotFound]
    for writing in (Set("k", "v"), Del("k"), Incr("n"), Push("q", "v"), Pop("q")):
        monkeypatch.setattr(store, "_exchange", break_once)
        with pytest.raises(StoreUnavailable):
            run(uli, [Get("k")] * 1500 + [writing])
        assert store._exchange == ask


@pytest.mark.parametrize("is_atomic", [False, True])
def test_a_token_that_has_ended_does_nothing(services, uli, raw, is_atomic):
    run = services.batch.run_atomic if is_atomic else services.batch.run
    services.users.change("1", password="other")
    before = everything(raw)
    for operations in ([Get("k")], [Set("k", "v")], []):
        with pytest.raises(Unauthorized):
            run(uli, operations)
    assert everything(raw) == before


def test_nobody_elses_keys_are_seen(services, uli, admin):
    services.batch.run(admin, [Set("k", "the admin's"), Push("q", "the admin's")])
    assert told(services.batch.run(uli, [Get("k"), Pop("q"), Del("k")])) == [
        NotFound,
        None,
        NotFound,
    ]


def test_a_bad_name_names_its_operation_and_nothing_is_done(services, uli, raw):
    before = everything(raw)
    for bad, noun in ((Set("a b", "v"), "Key"), (Push("", "v"), "List"), (Get("a\nb"), "Key"), (Pop("x" * 256), "List")):  # fmt: skip
        for run in (services.batch.run, services.batch.run_atomic):
            with pytest.raises(
                InvalidName, match=rf"^Operation 1: {noun} name is invalid\.$"
            ) as caught:
                run(uli, [Set("k", "v"), bad])
            assert caught.value.index == 1
    assert everything(raw) == before


def test_up_to_ten_thousand_operations(services, uli):
    assert len(services.batch.run(uli, [Incr("n")] * 10_000)) == 10_000
    with pytest.raises(InvalidRequest, match="10000"):
        services.batch.run(uli, [Incr("n")] * 10_001)
    assert services.keys.get(uli, "n") == b"10000"


def test_a_quota_is_exact_under_many_batches_at_once(services, uli, raw):
    services.users.change("1", quota=100)

    def fill(number):
        run = services.batch.run_atomic if number % 2 else services.batch.run
        done = 0
        for part in range(0, 40, 8):
            with suppress(QuotaExceeded):
                done += told(run(uli, [Set(f"k{number}-{part + i}", "") for i in range(8)])).count(
                    True
                )
        return done

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(fill, range(8))) == raw.zcard("b9y:{1}:keys")
    services.batch.run(uli, [Set(f"more{i}", "") for i in range(10)])
    assert raw.zcard("b9y:{1}:keys") == len(raw.keys("b9y:{1}:key:*")) == 100


def test_counting_in_batches_has_no_gap_and_no_double(services, uli):
    def count(number):
        run = services.batch.run_atomic if number % 2 else services.batch.run
        return run(uli, [Incr("n")] * 100)

    with ThreadPoolExecutor(8) as pool:
        numbers = [number for part in pool.map(count, range(16)) for number in part]
    assert sorted(numbers) == list(range(1, 1601))


def test_an_atomic_batch_is_of_one_moment(services, uli):
    services.keys.set(uli, "a", b"1")
    services.keys.set(uli, "b", b"1")

    def move(number):
        pair = services.batch.run_atomic(uli, [Get("a"), Get("b")])
        with suppress(NotAnInteger):
            services.batch.run_atomic(uli, [Incr("a"), Incr("b", 1 if number % 3 else 2**63 - 1)])
        return pair[0] == pair[1]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(move, range(1, 300, 1)))
    assert services.keys.get(uli, "a") == services.keys.get(uli, "b")


@pytest.fixture
def full(raw):
    before = raw.config_get("maxmemory")["maxmemory"]
    yield lambda: raw.config_set("maxmemory", "1")
    raw.config_set("maxmemory", before)


def test_a_full_store_takes_no_more_and_gives_what_it_has(services, uli, raw, full):
    services.batch.run(uli, [Set("k", "v"), Set("n", "1"), Push("q", "item")])
    full()
    growing = [Set("k", "w"), Set("new", ""), Incr("n"), Push("q", ""), Push("new", "")]
    assert told(services.batch.run(uli, [Del("none"), *growing])) == [NotFound] + [StoreFull] * 5
    before = everything(raw)
    for operation in growing:
        with pytest.raises(StoreFull) as caught:
            services.batch.run_atomic(uli, [Get("k"), Pop("q"), Del("k"), operation])
        assert caught.value.index == 3
        assert everything(raw) == before
    expected = [b"v", b"item", None, True, NotFound]
    assert (
        told(services.batch.run_atomic(uli, [Get("k"), Pop("q"), Pop("q"), Del("k"), Get("k")]))
        == expected
    )
    assert raw.zrange("b9y:{1}:keys", 0, -1) == [b"n"]


ALL = [Set("fresh", "1"), Incr("fresh"), Push("p", "x"), Pop("q"), Push("q", "x"), Del("k")]


@pytest.mark.parametrize(
    "refused",
    [("rpush", ALL), ("incrby", ALL), ("lpop", ALL), ("publish", [*ALL, Incr("k2"), Set("k2", ""), Incr("k2")]),
     ("hset", [Push("p", "x")]), ("set", [Set("fresh", "1")]), ("unlink", [Del("k")]), ("zrem", [Del("k")])],
)  # fmt: skip
def test_what_an_engine_refuses_in_the_middle_leaves_nothing_of_an_atomic_batch(
    services, uli, raw, engine_url, refused
):
    command, operations = refused
    services.batch.run(uli, [Set("k", "v"), Push("q", "1"), Push("q", "2")])
    before = everything(raw)
    raw.acl_setuser("weak", enabled=True, nopass=True, keys=["*"], channels=["*"],
                    commands=["+@all", f"-{command}"])  # fmt: skip
    with closing(open_store(engine_url.replace("unix://", "unix://weak:x@"))) as weak:
        with pytest.raises(BambleweenyError) as caught:
            Batch(weak, max_items=MOST_ITEMS, max_bytes=MOST_BYTES, topic_bounds=TOPICS).run_atomic(
                uli, operations
            )
    raw.acl_deluser("weak")
    assert caught.value.index is not None
    assert everything(raw) == before


def test_sixteen_megabytes_of_values_are_enough(services, uli, raw):
    for number in range(20):
        services.keys.set(uli, f"k{number}", MEGABYTE)
    gets = [Get(f"k{number}") for number in range(20)]
    for more in ([], [Set("x", "")]):
        outcomes = services.batch.run(uli, gets + more)
        assert outcomes[:17] == [MEGABYTE] * 17
        assert told(outcomes[17:20]) == [TooMuchAtOnce] * 3
        with pytest.raises(TooMuchAtOnce) as caught:
            services.batch.run_atomic(uli, gets + more)
        assert caught.value.index == 17
    assert raw.exists("b9y:{1}:key:x") == 1
    assert told(services.batch.run(uli, [Get("k0")] * 1000 + [Get("k0")])).count(MEGABYTE) == 17


def test_a_pop_that_finds_no_room_takes_nothing(services, uli):
    for _ in range(5):
        services.lists.push(uli, "q", bytes(512 << 10))
    services.keys.set(uli, "k", MEGABYTE)
    outcomes = services.batch.run(uli, [Get("k")] * 17 + [Pop("q"), Set("after", "")])
    assert told(outcomes[17:]) == [TooMuchAtOnce, True]
    assert len(services.batch.run(uli, [Pop("q")] * 5)[-1]) == 512 << 10


def test_what_an_atomic_batch_replaces_is_bounded(services, uli, raw):
    for number in range(18):
        services.keys.set(uli, f"k{number}", MEGABYTE)
    before = everything(raw)
    with pytest.raises(TooMuchAtOnce) as caught:
        services.batch.run_atomic(uli, [Set(f"k{number}", "") for number in range(18)])
    assert caught.value.index == 16
    assert everything(raw) == before
    assert services.batch.run(uli, [Del(f"k{number}") for number in range(18)]) == [True] * 18


@contextmanager
def engine_in(place):
    engine = EmbeddedEngine(place, max_memory=16 << 20)
    engine.start()
    engine.wait_until_ready()
    with closing(open_store(engine.url)) as store:
        yield store
    engine.stop()


def test_a_batch_that_was_cut_off_in_the_file_leaves_nothing(tmp_path):
    file, caller = tmp_path / "appendonly.aof", Caller("1", "", "")
    with engine_in(tmp_path) as store:
        store.write(
            ("HSET", store.schema.tenant("1").user, "version", "1", "quota", "0", "room", "9999")
        )
        batch = Batch(store, max_items=MOST_ITEMS, max_bytes=MOST_BYTES, topic_bounds=TOPICS)
        batch.run(caller, [Set("k", "before"), Push("q", "before")])
        begin = file.stat().st_size
        batch.run_atomic(caller, [Set("k", "after"), Pop("q"), Incr("n"), Push("p", "after"), Set("m", "after")])  # fmt: skip
    whole = file.read_bytes()
    assert b"after" in whole[begin:]
    look = [Get("k"), Get("n"), Get("m"), Pop("q"), Pop("p")]
    size = len(whole) - begin
    for cut in (*range(1, size, size // 6), 0):
        file.write_bytes(whole[: len(whole) - cut])
        with engine_in(tmp_path) as store:
            seen = Batch(
                store, max_items=MOST_ITEMS, max_bytes=MOST_BYTES, topic_bounds=TOPICS
            ).run(caller, look)
        done = [b"after", b"1", b"after", None, b"after"]
        assert told(seen) == ([b"before", NotFound, NotFound, b"before", None] if cut else done)
