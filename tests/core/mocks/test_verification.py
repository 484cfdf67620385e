"""Was a route called as expected?"""

import json

import pytest
from bambleweeny.core.mocks import verification
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.journal import entry_of
from bambleweeny.core.mocks.verification import Tally, not_as_called, read_expectation
from bambleweeny.errors import BambleweenyError


def entries(*calls):
    found = []
    for n, (method, path, query, body) in enumerate(calls):
        entry = entry_of(Call(method, path, query, {"x-n": str(n)}, body))
        entry.rule, entry.status = f"rule {n}", 200 + n
        found.append(entry)
    return found


CALLS = entries(("POST", "/orders/7/pay", "", b'{"total":5}'), ("POST", "/orders/8/pay", "dry=1", b'{"total":4}'), ("GET", "/orders/7", "", b""),
                ("GET", "/users", "", b""), ("POST", "/orders/7/pay", "", b'{"total":9}'))  # fmt: skip


def verdict(**expected):
    return verdict_of(read_expectation(json.dumps(expected).encode()), CALLS)


def verdict_of(expectation, entries):
    tally = Tally(expectation)
    tally.add(entries)
    return tally.verdict()


@pytest.mark.parametrize(
    ("expected", "matching", "is_met"),
    [
        ({}, 5, True),
        ({"count": 5}, 5, True),
        ({"count": 4}, 5, False),
        ({"count": 0}, 5, False),
        ({"method": "DELETE"}, 0, False),
        ({"method": "DELETE", "count": 0}, 0, True),
        ({"method": ["GET"], "count": {"min": 1, "max": 2}}, 2, True),
        ({"method": "GET", "count": {"max": 1}}, 2, False),
        ({"path": "/orders/{id:int}/pay", "count": {"min": 3}}, 3, True),
        (
            {
                "path": "/orders/7/pay",
                "when": {"body": {"total": {"gte": 5}}, "query": {"dry": False}},
            },
            2,
            True,
        ),
        ({"path": "/orders/*/pay", "when": {"query": {"dry": "1"}}, "count": 1}, 1, True),
        ({"rule": "rule 2", "status": 202}, 1, True),
        ({"rule": "rule 2", "status": 200}, 0, False),
    ],
)
def test_calls_are_counted(expected, matching, is_met):
    found = verdict(**expected)
    assert (found.matching, found.is_met) == (matching, is_met)


def test_the_nearest_calls_say_what_fails():
    found = verdict(
        method="POST", path="/orders/7/pay", when={"body": {"total": 6}, "header": {"x-n": True}}
    )
    assert [near.failed for near in found.nearest] == [
        ["body.total"],
        ["body.total"],
        ["path", "body.total"],
        ["method", "path", "body.total"],
        ["method", "path", "body.total"],
    ]
    assert [near.entry.headers["x-n"] for near in found.nearest] == ["4", "0", "1", "2", "3"]


def test_five_of_many_are_kept():
    many = entries(
        *([("GET", f"/a/{n}", "", b"") for n in range(1000)] + [("POST", "/a/b", "", b"")])
    )
    found = verdict_of(read_expectation(b'{"method":"GET","path":"/a/b"}'), many)
    assert len(found.nearest) == 5
    assert found.nearest[0].failed == ["method"]
    assert [near.entry.path for near in found.nearest[1:]] == [
        "/a/999",
        "/a/998",
        "/a/997",
        "/a/996",
    ]


def test_the_error_says_how_many_were_expected():
    for count, text in (
        (1, "0 calls match; 1 is expected."),
        ({"min": 1}, "0 calls match; 1 or more are expected."),
        ({"min": 1, "max": 2}, "0 calls match; 1 to 2 are expected."),
    ):
        expectation = read_expectation(json.dumps({"path": "/none", "count": count}).encode())
        error = not_as_called(verdict_of(expectation, CALLS), expectation)
        assert (error.code, error.status, error.info) == ("not_as_called", 409, text)


@pytest.mark.parametrize(
    ("expected", "code", "place"),
    [({"when": {"key": {"a": 1}}}, "invalid_condition", ""), ({"count": -1}, "invalid_route", ""), ({"method": "get", "count": 0}, "invalid_route", ""), ({"method": ["GET", ""], "count": 0}, "invalid_route", ""), ({"status": 99, "count": 0}, "invalid_route", ""), ({"status": 600}, "invalid_route", ""),
     ({"count": {"min": 2, "max": 1}}, "invalid_route", ""),
     ({"counts": 1}, "invalid_route", "counts"), ({"path": "x"}, "invalid_path", "`$.path`"), ({"when": {"query": {"a": {"x": 1}}}}, "invalid_condition", "`$.when.query.a`"),
     ({"answers": []}, "invalid_route", "answers"), ([], "invalid_route", "")],
)  # fmt: skip
def test_what_cannot_be_verified_is_refused(expected, code, place):
    with pytest.raises(BambleweenyError) as refused:
        read_expectation(json.dumps(expected).encode())
    assert refused.value.code == code
    assert place in refused.value.info


def test_an_expectation_has_its_bound():
    for body, code in ((b"{", "invalid_route"), (b" " * 300_000, "document_too_large")):
        with pytest.raises(BambleweenyError) as refused:
            read_expectation(body)
        assert refused.value.code == code


def test_too_many_calls_are_shown_newest_first():
    expectation = read_expectation(b'{"method":"POST","count":{"max":1}}')
    found = verdict_of(expectation, CALLS)
    assert (found.matching, found.is_met) == (3, False)
    assert [near.entry.headers["x-n"] for near in found.nearest] == ["4", "1", "0"]
    assert [near.failed for near in found.nearest] == [[], [], []]
    error = not_as_called(found, expectation)
    assert error.info == "3 calls match; 0 to 1 are expected."
    many = verdict_of(read_expectation(b'{"count":0}'), CALLS * 3)
    assert [near.entry.headers["x-n"] for near in many.nearest] == ["4", "3", "2", "1", "0"]
    one = read_expectation(b'{"path":"/users","count":0}')
    assert not_as_called(verdict_of(one, CALLS), one).info == "1 call matches; 0 are expected."


@pytest.mark.parametrize(
    ("count", "matching", "code"),
    [(3, 3, "calls_dropped"), (4, 3, "calls_dropped"), (2, 3, "not_as_called"), (0, 3, "not_as_called"), ({"min": 3}, 3, None), ({"min": 4}, 3, "calls_dropped"),
     ({"min": 1, "max": 3}, 3, "calls_dropped"), ({"min": 1, "max": 2}, 3, "not_as_called"), ({"max": 9}, 3, "calls_dropped"), ({"min": 0}, 3, None)],
)  # fmt: skip
def test_calls_that_are_gone_never_decide(count, matching, code):
    expectation = read_expectation(json.dumps({"method": "POST", "count": count}).encode())
    tally = Tally(expectation)
    tally.add(CALLS)
    found = tally.verdict(is_complete=False)
    assert (found.matching, found.is_met) == (matching, code is None)
    if code:
        error = not_as_called(found, expectation)
        assert (error.code, error.status) == (code, 409)
        assert error.details["matching"] == 3


def test_a_verification_has_its_bound(monkeypatch):
    monkeypatch.setattr(verification, "_MOST_COMPARISONS", 1_000_000)
    expectation = read_expectation(json.dumps({"when": {"query": {"q": [f"*{n}*" for n in range(1000)]}}}).encode())  # fmt: skip
    many = entries(*[("GET", "/", "&".join(["q=x"] * 900), b"")] * 2)
    with pytest.raises(BambleweenyError) as refused:
        verdict_of(expectation, many)
    assert (refused.value.code, refused.value.status) == ("too_many_comparisons", 422)


@pytest.mark.parametrize(
    ("expected", "says"),
    [
        ({"counts": 1}, "Did you mean 'count'?"),
        ({"count": {"minimum": 1}}, "Did you mean 'min'?"),
        ({"when": {"headers": {}}}, "Did you mean 'header'?"),
        ({"query": {}}, "'query' is a field of 'when'."),
        ({"zzz": {}}, ""),
    ],
)
def test_a_refusal_names_the_nearest_field_of_what_is_expected(expected, says):
    with pytest.raises(BambleweenyError) as refused:
        read_expectation(json.dumps(expected).encode())
    assert refused.value.hint == f"{says} See /docs/mock-reference.".lstrip()
