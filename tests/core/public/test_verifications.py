"""Verification against the journal in the engine: calls that its age hides."""

import json
import time

import pytest
from bambleweeny.core.mocks.verification import read_expectation
from bambleweeny.core.topics import BEGINNING, id_before

CALL = json.dumps({"time": "2026-01-01T00:00:00.000Z", "method": "GET", "path": "/a"})


@pytest.fixture
def verify(services, uli):
    made = services.mocks.documents.create(uli, b'{"name":"a","journal":"j","rules":[{}]}')

    def ask(count, after=BEGINNING):
        return services.mocks.verifications.verify(
            uli, made.id, read_expectation(json.dumps({"count": count}).encode()),
            after=after, seconds=0, is_connected=lambda: True,
        )  # fmt: skip

    return ask


@pytest.mark.parametrize("others", [0, 1])
def test_calls_that_are_too_old_are_dropped_whether_or_not_they_are_removed(
    services, uli, verify, raw, others
):
    now = int(time.time() * 1000)
    old = now - 2 * 3_600_000
    raw.zadd("b9y:{1}:topics", {"j": 0})
    raw.hset("b9y:{1}:topic_bytes", "j", len(CALL))
    raw.xadd("b9y:{1}:topic:j", {"v": CALL}, id=f"{old}-0")
    for _ in range(others):
        services.topics.publish(uli, "j", CALL.encode())
    assert raw.xlen("b9y:{1}:topic:j") == 1
    found = verify(others)
    assert (found.matching, found.is_met, found.depends_on_dropped) == (others, False, True)
    assert verify({"min": others}).is_met
    assert verify(others, id_before(old + 1)).is_met
    assert verify(others, id_before(now - 60_000)).is_met
    services.topics.delete(uli, "j")
    assert verify(0).is_met
