"""The leader-follower loop, led by the test: without threads, with a scheduler that records."""

import pytest
from bambleweeny.server.http.event_loop import EventLoop
from bambleweeny.server.http.leader_follower import LeaderFollower, OneByOne


class Request:
    """A connection with one request, which has no socket."""

    _fileno = -1

    def __init__(self, service):
        self.service = service


class ByHand(OneByOne):
    """A loop with two followers, and its scheduler, which records the size of each run."""

    def __init__(self, most_together=3, *, short_requests=True):
        self.most_together = most_together
        self.log, self.leads = [], []
        self.loop = LeaderFollower(EventLoop({}), self, short_requests=short_requests)
        self.loop.start(1, lambda: None, lambda lead, name: self.leads.insert(0, lead))

    def run(self, jobs):
        for number, job in enumerate(jobs, 1):
            job()
            last = number
        self.log.append(last)

    def let_others_end(self):
        self.log.append("others have ended")

    def add(self, word, do=lambda: None):
        def service():
            do()
            self.log.append(word)

        self.loop.add_task(Request(service))

    def end(self):
        self.loop.shutdown(timeout=0)

    def lead(self, number):
        """Lead in this thread until another one should; return whether that one exists."""
        return self.leads[number]()


@pytest.fixture
def by_hand():
    return ByHand()


def test_a_scheduler_gets_what_waits_up_to_its_maximum(by_hand):
    for word in "abcd":
        by_hand.add(word)
    by_hand.add("e", by_hand.end)
    assert not by_hand.lead(0)
    assert by_hand.log == ["a", "b", "c", 3, "d", "e", 2]


def test_a_short_request_alone_needs_no_scheduler(by_hand):
    by_hand.add("a", by_hand.end)
    assert not by_hand.lead(0)
    assert by_hand.log == ["a"]


def test_without_short_requests_another_thread_leads_once_all_have_begun():
    by_hand = ByHand(short_requests=False)
    by_hand.add("a")
    assert by_hand.lead(0)
    by_hand.add("b", by_hand.end)
    assert not by_hand.lead(1)
    assert by_hand.log == ["a", 1, "b", 1]


def test_who_yields_leadership_leaves_the_rest_to_the_next_leader(by_hand):
    by_hand.add("slow", by_hand.loop.yield_leadership)
    by_hand.add("fast")
    assert by_hand.lead(0)
    assert by_hand.log == ["others have ended", "slow", 1]
    by_hand.add("last", by_hand.end)
    assert not by_hand.lead(1)
    assert by_hand.log[3:] == ["fast", "last", 2]


def test_a_leader_whose_request_takes_longer_than_a_tick_is_replaced(by_hand):
    by_hand.add("slow", lambda: by_hand.loop.watch(0.006))
    by_hand.add("fast")
    assert by_hand.lead(0)
    assert by_hand.log == ["slow", 1]
    by_hand.add("last", by_hand.end)
    assert not by_hand.lead(1)


def test_a_request_that_fails_stops_neither_its_thread_nor_the_others(by_hand, caplog):
    by_hand.add("never", lambda: 1 / 0)
    by_hand.add("last", by_hand.end)
    assert not by_hand.lead(0)
    assert by_hand.log == ["last", 2]
    assert "ZeroDivisionError" in caplog.text
