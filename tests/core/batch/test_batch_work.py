"""The work of a batch: what each script of it reads and settles is bounded. Counted, not timed."""

import pytest
from bambleweeny.core.batch.operation_options import DelOptions, IncrOptions, SetOptions
from bambleweeny.core.batch.operations import Del, Get, Incr, Set
from bambleweeny.core.values import etag_of
from bambleweeny.errors import (
    LimitReached,
    NotAnInteger,
    NotFound,
    PreconditionFailed,
    TooMuchAtOnce,
)

MEGABYTE = bytes(1 << 20)
TAG = etag_of(MEGABYTE)
OTHER = etag_of(b"other")


def calls(raw, command):
    return raw.info("commandstats").get(f"cmdstat_{command}", {"calls": 0})["calls"]


def classes(outcomes):
    return [type(one) if isinstance(one, Exception) else one for one in outcomes]


@pytest.mark.parametrize(
    "operation",
    [
        Set("k", "v", SetOptions(if_match=OTHER)),
        Set("k", "v", SetOptions(if_none_match=TAG)),
        Del("k", DelOptions(if_match=OTHER)),
        Del("k", DelOptions(if_none_match=f"{OTHER}, {TAG}")),
    ],
)
def test_conditions_read_a_value_once_in_each_thousand(services, uli, raw, operation):
    services.keys.set(uli, "k", MEGABYTE)
    raw.config_resetstat()
    outcomes = services.batch.run(uli, [operation] * 2500)
    assert classes(outcomes) == [PreconditionFailed] * 2500
    assert calls(raw, "mget") == 3


@pytest.mark.parametrize(
    "operation",
    [Set("k", "v", SetOptions(if_none_match="*")), Del("k", DelOptions(if_none_match="*"))],
)
def test_a_condition_of_any_value_reads_none(services, uli, raw, operation):
    services.keys.set(uli, "k", MEGABYTE)
    raw.config_resetstat()
    assert classes(services.batch.run(uli, [operation] * 10)) == [PreconditionFailed] * 10
    assert (calls(raw, "mget"), calls(raw, "get")) == (0, 10), "the metadata alone"


def test_values_that_conditions_hash_are_bounded_in_each_thousand(services, uli, raw):
    for number in range(20):
        services.keys.set(uli, f"k{number}", MEGABYTE)
    failing = [Set(f"k{number}", "v", SetOptions(if_match=OTHER)) for number in range(20)]
    others = [Set("k19", "v", SetOptions(ttl=60)), Set("k18", "v", SetOptions(if_match="*"))]
    known = [Del("k0", DelOptions(if_match=TAG))]
    outcomes = classes(services.batch.run(uli, failing + others + known))
    assert outcomes[:17] == [PreconditionFailed] * 17
    assert outcomes[17:20] == [TooMuchAtOnce] * 3
    assert outcomes[20:] == [True] * 3, "what needs no further value is done"
    assert services.keys.get(uli, "k17") == MEGABYTE
    padding = [Get("none")] * 1000
    outcomes = classes(services.batch.run(uli, [*failing[:17], *padding, failing[17]]))
    assert outcomes[-1] is PreconditionFailed


def test_deletes_on_conditions_are_bounded_as_well(services, uli, raw):
    for number in range(18):
        services.keys.set(uli, f"k{number}", MEGABYTE)
    outcomes = classes(
        services.batch.run(
            uli, [Del(f"k{number}", DelOptions(if_match=TAG)) for number in range(18)]
        )
    )
    assert outcomes == [True] * 17 + [TooMuchAtOnce]
    assert raw.exists("b9y:{1}:key:k17") == 1


@pytest.mark.parametrize("is_atomic", [False, True])
def test_a_written_value_is_hashed_anew(services, uli, is_atomic):
    run = services.batch.run_atomic if is_atomic else services.batch.run

    def on(value):
        return SetOptions(if_match=etag_of(value))

    assert run(uli, [
        Set("k", "1"), Set("k", "2", on(b"1")), Set("k", "5", on(b"2")), Incr("k", 2),
        Set("k", "3", on(b"7")), Incr("k", 1, IncrOptions(max=9)), Set("k", "a", on(b"4")),
        Set("k", "b"), Del("k", DelOptions(if_match=etag_of(b"b"))), Set("k", "c"),
        Set("k", "d", on(b"c")), Del("k"), Set("k", "e"), Del("k", DelOptions(if_match=etag_of(b"e"))),
    ]) == [True, True, True, 7, True, 4, True, True, True, True, True, True, True, True]  # fmt: skip
    with pytest.raises(NotFound):
        services.keys.get(uli, "k")


def test_bounds_of_a_counter_do_not_read_a_long_text(services, uli, raw):
    services.keys.set(uli, "k", MEGABYTE)
    services.keys.set(uli, "empty", b"")
    raw.config_resetstat()
    bounded = IncrOptions(max=0)
    outcomes = classes(services.batch.run(uli, [
        *[Incr("k", 1, bounded)] * 100, Incr("empty", 1, bounded), Incr("new", 1, bounded),
        Set("long", "1" * 21), Incr("long", 1, bounded),
        Set("most", "-9223372036854775808"), Incr("most", 1, bounded),
    ]))  # fmt: skip
    assert outcomes == [
        *[NotAnInteger] * 101, LimitReached, True, NotAnInteger, True, -(2**63) + 1,
    ]  # fmt: skip
    assert calls(raw, "get") <= 1, "of the counter that was new"
