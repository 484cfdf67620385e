"""Lists: order, bounds and quota."""

import pytest
from bambleweeny.core.lists.lists import Lists
from bambleweeny.errors import InvalidName, InvalidRequest, ListFull, NotFound, QuotaExceeded
from queues import numbers_of, set_numbers


@pytest.mark.parametrize("body", [b"", b"bar", bytes(1 << 20), b"\x89PNG\r\n\xff", "ü€😀".encode()])
def test_bytes_come_back_identical(services, uli, body):
    services.lists.push(uli, "q", body)
    assert services.lists.pop(uli, "q") == body


def test_first_in_is_first_out(services, uli):
    for body in (b"1", b"2", b"3"):
        services.lists.push(uli, "q", body)
    assert [services.lists.pop(uli, "q") for _ in range(4)] == [b"1", b"2", b"3", None]


def test_empty_items_are_items_among_others(services, uli):
    for body in (b"", b"", b"1", b""):
        services.lists.push(uli, "q", body)
    assert [services.lists.pop(uli, "q") for _ in range(5)] == [b"", b"", b"1", b"", None]


def test_an_empty_list_leaves_nothing_behind(services, uli, raw):
    services.lists.push(uli, "q", b"1")
    services.lists.pop(uli, "q")
    assert raw.keys("b9y:{1}:*") == [b"b9y:{1}:user"]


def test_a_deleted_list_leaves_nothing_behind(services, uli, raw):
    services.lists.push(uli, "q", b"1")
    services.lists.delete(uli, "q")
    assert raw.keys("b9y:{1}:*") == [b"b9y:{1}:user"]
    with pytest.raises(NotFound):
        services.lists.delete(uli, "q")


def test_items_carry_ids_that_grow(services, uli, raw):
    for _ in range(500):
        services.lists.push(uli, "q", b"x")
    ids = [int.from_bytes(item[:8]) for item in raw.lrange("b9y:{1}:ready:q", 0, -1)]
    assert ids == sorted(set(ids))


def test_ids_grow_even_where_the_clock_goes_back(services, uli, raw):
    tomorrow = 2_000_000_000_000_000
    raw.rpush("b9y:{1}:ready:q", tomorrow.to_bytes(8) + b"x")
    set_numbers(raw, last_id=tomorrow)
    services.lists.push(uli, "q", b"y")
    assert int.from_bytes(raw.lindex("b9y:{1}:ready:q", -1)[:8]) == tomorrow + 1


def test_a_list_is_bounded_by_items(services, uli):
    for number in range(1000):
        services.lists.push(uli, "q", b"%d" % number)
    with pytest.raises(ListFull):
        services.lists.push(uli, "q", b"one too many")
    assert services.lists.pop(uli, "q") == b"0"
    services.lists.push(uli, "q", b"fits again")


def test_a_list_is_bounded_by_bytes(services, uli, raw):
    megabyte = bytes(1 << 20)
    for _ in range(4):
        services.lists.push(uli, "q", megabyte)
    with pytest.raises(ListFull):
        services.lists.push(uli, "q", b"x")
    assert numbers_of(raw).bytes == 4 << 20
    services.lists.pop(uli, "q")
    services.lists.push(uli, "q", b"x")
    assert numbers_of(raw).bytes == (3 << 20) + 1


@pytest.mark.parametrize(
    ("text", "lines"),
    [(b"a\nb\n", [b"a", b"b"]), (b"a\nb", [b"a", b"b"]), (b"a\n\nb\n\n", [b"a", b"", b"b", b""]), (b"", []),
     (b"\n", [b""]), (b"a\r\nb", [b"a", b"b"]), (b"a\r\r\nb\r", [b"a\r", b"b\r"]),
     (b"\xef\xbb\xbfa\n\xef\xbb\xbfb", [b"a", b"\xef\xbb\xbfb"]), (b"\xef\xbb\xbf", []), (b"\r\n", [b""]), (b"\xff\n\x00", [b"\xff", b"\x00"])],
)  # fmt: skip
def test_each_line_is_an_item(services, uli, raw, text, lines):
    assert services.lists.push_lines(uli, "q", text) == len(lines)
    ids = [item[:8] for item in raw.lrange("b9y:{1}:ready:q", 0, -1)]
    assert ids == sorted(set(ids))
    assert [services.lists.pop(uli, "q") for _ in lines] == lines
    assert services.lists.pop(uli, "q") is None
    assert raw.keys("b9y:{1}:*") == [b"b9y:{1}:user"]


def test_lines_are_added_all_or_none(services, uli, raw):
    services.lists.push_lines(uli, "q", b"x\n" * 998)
    with pytest.raises(ListFull):
        services.lists.push_lines(uli, "q", b"1\n2\n3\n")
    assert raw.llen("b9y:{1}:ready:q") == 998
    assert services.lists.push_lines(uli, "q", b"1\n2\n") == 2
    services.lists.push_lines(uli, "bytes", bytes(4 << 20))
    with pytest.raises(ListFull):
        services.lists.push_lines(uli, "bytes", b"\nx")
    assert raw.llen("b9y:{1}:ready:bytes") == 1
    assert services.lists.push_lines(uli, "bytes", b"\n\n") == 2
    services.users.change("1", quota=2)
    with pytest.raises(QuotaExceeded):
        services.lists.push_lines(uli, "other", b"1\n2")
    assert services.lists.push_lines(uli, "other", b"") == 0


def test_up_to_ten_thousand_lines(services, uli, store):
    lists = Lists(store, services.waits, max_items=10_000, max_bytes=1 << 20)
    with pytest.raises(InvalidRequest, match="10001"):
        lists.push_lines(uli, "q", b"\n" * 10_001)
    assert lists.push_lines(uli, "q", b"\n" * 10_000) == 10_000
    with pytest.raises(ListFull):
        lists.push(uli, "q", b"")


def test_a_new_list_counts_against_the_quota_and_an_empty_one_does_not(services, uli):
    services.users.change("1", quota=1)
    services.lists.push(uli, "q", b"1")
    services.lists.push(uli, "q", b"2")
    with pytest.raises(QuotaExceeded):
        services.lists.push(uli, "other", b"")
    assert services.lists.pop(uli, "other") is None
    services.lists.pop(uli, "q")
    services.lists.pop(uli, "q")
    services.lists.push(uli, "other", b"")


@pytest.mark.parametrize("name", ["", "a b", "x" * 256])
def test_a_bad_name_is_refused_by_every_verb(services, uli, name):
    for verb in (services.lists.pop, services.lists.delete):
        with pytest.raises(InvalidName, match=r"List name is invalid\."):
            verb(uli, name)
    with pytest.raises(InvalidName):
        services.lists.push(uli, name, b"")
