"""Batches through the client."""

import pytest
from bambleweeny.client import Value
from bambleweeny.errors import (
    BodyTooLarge,
    InvalidName,
    NotAnInteger,
    NotFound,
    QuotaExceeded,
    TooMuchAtOnce,
)


def test_each_operation_has_its_result(client):
    client.push("jobs", "wash")
    with client.batch() as batch:
        batch.set("a", "ä")
        batch.set("raw", b"\xff")
        batch.set("doc", json={"x": 1})
        text, raw, doc = batch.get("a"), batch.get("raw"), batch.get("doc")
        number, further = batch.incr("n"), batch.incr("n", -5)
        pushed = batch.push("jobs", json=[2])
        items = [batch.pop("jobs") for _ in range(3)]
        gone = batch.delete("a")
    assert (text.value.text(), raw.value, doc.value.json()) == ("ä", b"\xff", {"x": 1})
    assert isinstance(text.value, Value)
    assert text.value.content_type == "text/plain; charset=utf-8"
    assert (number.value, further.value) == (1, -4)
    assert [item.value for item in items] == [b"wash", b"[2]", None]
    assert pushed.value is gone.value is pushed.error is None


def test_an_operation_that_fails_has_the_error_of_the_single_call(client):
    client.set("text", "x")
    with client.batch() as batch:
        missing, wrong, fine = batch.get("nothing"), batch.incr("text"), batch.incr("n")
    with pytest.raises(NotFound):
        _ = missing.value
    with pytest.raises(NotAnInteger):
        _ = wrong.value
    assert fine.value == 1


def test_what_cannot_be_understood_is_raised_with_its_place_among_all(client):
    with pytest.raises(InvalidName) as caught:
        with client.batch() as batch:
            done = [batch.incr("n") for _ in range(10_000)]
            batch.set("fine", "x")
            batch.set("a/b", "x")
    assert caught.value.index == 10_001
    assert done[-1].value == 10_000
    assert list(client.keys) == ["n"]


def test_an_atomic_batch_does_all_or_nothing_and_says_what_failed(client):
    client.set("text", "x")
    with pytest.raises(NotAnInteger) as caught:
        with client.batch(atomic=True) as batch:
            first = batch.incr("n")
            batch.incr("text")
    assert caught.value.index == 1
    assert first.error is caught.value
    with pytest.raises(NotFound):
        client.get("n")
    with client.batch(atomic=True) as batch:
        first = batch.incr("n")
    assert first.value == 1


def test_nothing_is_sent_where_the_with_is_left_by_an_error(client):
    with pytest.raises(KeyError):
        with client.batch() as batch:
            result = batch.incr("n")
            raise KeyError
    assert list(client.keys) == []
    with pytest.raises(RuntimeError, match="has not been sent"):
        _ = result.value


def test_an_empty_batch_sends_nothing(client):
    with client.batch():
        pass


def test_more_than_one_request_takes_go_in_several(client):
    with client.batch() as batch:
        results = [batch.incr("n") for _ in range(25_001)]
    assert [result.value for result in results] == list(range(1, 25_002))


def test_large_operations_go_in_several_requests(client):
    data = bytes(range(256)) * 2000
    with client.batch() as batch:
        for number in range(8):
            batch.set(f"k{number}", data)
        results = [batch.get(f"k{number}") for number in range(8)]
    assert {result.value for result in results} == {data}


def test_where_a_request_fails_the_earlier_ones_are_done(client):
    with pytest.raises(BodyTooLarge) as caught:
        with client.batch() as batch:
            first = batch.incr("n")
            second = batch.set("large", bytes(2 << 20))
            third = batch.incr("n")
    assert first.value == 1
    assert second.error is third.error is caught.value
    assert client.get("n") == b"1"


def test_an_atomic_batch_is_never_split(client):
    with pytest.raises(Exception, match="10000"):
        with client.batch(atomic=True) as batch:
            for _ in range(10_001):
                batch.incr("n")
    assert list(client.keys) == []


def test_answers_past_the_bound_are_errors_of_their_own(client):
    client.set("large", bytes(1 << 20))
    with client.batch() as batch:
        results = [batch.get("large") for _ in range(20)]
    assert len(results[0].value) == 1 << 20
    assert isinstance(results[-1].error, TooMuchAtOnce)


def test_the_admin_acts_for_another_user(client, ulis, uli):
    client.users.update(int(uli.id), quota=1)
    with client.batch(userid=int(uli.id)) as batch:
        batch.set("a", "1")
        over = batch.set("b", "1")
    assert isinstance(over.error, QuotaExceeded)
    assert list(ulis.keys) == ["a"]
