"""The bounds of the cache of answers."""

import time
from types import SimpleNamespace

import pytest
from bambleweeny.api.middleware.access_log import AccessLog
from bambleweeny.core.instance.metrics import Metrics
from bambleweeny.core.instance.shared_counters import SharedCounters
from bambleweeny.core.public.freshness import Fresh
from bambleweeny.server.http import answer_cache
from bambleweeny.server.http.answer_cache import AnswerCache
from bambleweeny.store.changes import SharedChanges

USER = "b9y:{1}:user"
REQUEST = SimpleNamespace(command="GET", headers={})


@pytest.fixture
def changes():
    return SharedChanges(1).of(0)


@pytest.fixture
def cache(changes):
    metrics = Metrics(SharedCounters().part(0))
    return AnswerCache(SimpleNamespace(snapshot=changes.snapshot), AccessLog(metrics))


def draft_of(cache, whole):
    """Return a draft for a request that has come often enough."""
    for _ in range(10):
        draft = cache.begin(whole)
        if draft:
            return draft
    return None


def keep(cache, changes, whole, body=b"body", seconds=60.0):
    draft = draft_of(cache, whole)
    unchanged = changes.unchanged(draft.snapshot, USER)
    draft.keep(
        Fresh(time.monotonic() + seconds, unchanged), "/routes/{public_id}", "/routes/x", "1"
    )
    cache.keep(draft, REQUEST, "200 OK", ["X-Request-Id: old\r\n", "A: b\r\n"], body)


def test_an_answer_is_given_again_with_a_date_and_an_id_of_its_own(cache, changes):
    keep(cache, changes, b"a")
    texts = {cache.answer(cache.find(b"a"), "::1").decode() for _ in range(3)}
    assert len(texts) == 3
    for text in texts:
        head, _, body = text.partition("\r\n\r\n")
        lines = head.split("\r\n")
        assert (lines[0], lines[-1], body) == ("HTTP/1.1 200 OK", "A: b", "body")
        names = [line.partition(":")[0] for line in lines[1:]]
        assert names == ["Date", "X-Request-Id", "A"]
        assert "old" not in head
    assert cache.find(b"b") is None


def test_an_answer_is_forgotten_when_it_is_old_or_its_data_change(cache, changes):
    keep(cache, changes, b"a", seconds=0.0)
    assert cache.find(b"a") is None
    # It came often, so that the next answer is kept at once.
    assert cache.begin(b"a") is not None
    keep(cache, changes, b"a")
    changes.end(changes.begin(USER))
    assert cache.find(b"a") is None
    # NOTE: to keep answers about data that change often would cost more than it saves.
    assert cache.begin(b"a") is None


def test_nothing_is_kept_of_what_comes_seldom_or_is_long_or_came_in_pieces(cache):
    assert [cache.begin(b"a") is not None for _ in range(5)] == [False, False, False, True, True]
    assert draft_of(cache, b"x" * 4097) is None
    assert draft_of(cache, b"") is None
    assert draft_of(cache, b"x" * 4096).most_bytes == 32 << 10


def test_an_answer_that_was_not_declared_fresh_is_not_kept(cache):
    draft = draft_of(cache, b"a")
    cache.keep(draft, REQUEST, "200 OK", [], b"body")
    draft.keep(None, "", "", "")
    cache.keep(draft, REQUEST, "200 OK", [], b"body")
    assert cache.find(b"a") is None


def test_it_has_up_to_1024_answers_of_8_mb(cache, changes):
    for number in range(3000):
        keep(cache, changes, b"%d" % number)
        assert len(cache._entries) <= 1024
    assert cache.find(b"2999") and not cache.find(b"0")
    for number in range(400):
        keep(cache, changes, b"large %d" % number, b"x" * (32 << 10))
        assert sum(len(one.rest) for one in cache._entries.values()) <= 8 << 20
    assert cache.find(b"large 399") and not cache.find(b"2999")
    assert len(cache._entries) > 150


def test_it_counts_up_to_8192_requests(cache):
    for number in range(30_000):
        cache.begin(b"%d" % number)
        assert len(cache._counts) <= answer_cache._MOST_COUNTED
