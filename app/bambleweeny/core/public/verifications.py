"""Verification: was a route called as expected? Its journal has the calls."""

from collections.abc import Callable
from typing import Any

from bambleweeny.core.auth.caller import Caller, check_name
from bambleweeny.core.auth.tenant_session import run_read_as
from bambleweeny.core.mocks.journal import decoded
from bambleweeny.core.mocks.verification import Expectation, Tally, Verdict
from bambleweeny.core.notify.long_polls import LongPolls
from bambleweeny.core.public.route_documents import RouteDocuments
from bambleweeny.core.topics import Bounds, id_in_order, message_of
from bambleweeny.core.values import MOST_BYTES_OF_A_PAGE
from bambleweeny.store import Store
from bambleweeny.store.scripts import READ_JOURNAL

_PAGE = 200


class Verifications:
    """Compares the recorded calls of routes with expectations."""

    def __init__(
        self, store: Store, waits: LongPolls, documents: RouteDocuments, bounds: Bounds
    ) -> None:
        self._store = store
        self._waits = waits
        self._documents = documents
        self._age = bounds.seconds * 1000

    def verify(
        self,
        caller: Caller,
        public_id: str,
        expectation: Expectation,
        *,
        after: str,
        seconds: float,
        is_connected: Callable[[], bool],
    ) -> Verdict:
        """Count the calls after a message's id that match; wait until they are as expected.

        Waits for `seconds` at most, and not at all if all wait slots are taken. Each call is read
        once; after a reset of the route counting begins anew. A miss raises NotFound, a route
        without a journal InvalidRequest. O(calls).
        """
        journal, since = self._documents.journal_of(caller, public_id)
        check_name(caller, "topics", "read", journal)
        reading = _Reading(expectation, max(after, since or after, key=id_in_order))

        def count_new() -> Verdict | None:
            is_read = False
            while not is_read:
                args = (journal, reading.after, _PAGE, MOST_BYTES_OF_A_PAGE, self._age)
                reply = run_read_as(self._store, caller, READ_JOURNAL, *args)
                is_read = reading.take(*reply)
            return verdict if (verdict := reading.verdict()).is_met else None

        channel = self._store.schema.tenant(caller.id).published(journal)
        met = self._waits.poll(
            count_new, channel, seconds, is_connected, caller=caller, for_all=True
        )
        return met or reading.verdict()


class _Reading:
    """Counts the calls of a journal page by page, and notices which ones it has no more."""

    def __init__(self, expectation: Expectation, start: str) -> None:
        self._expectation = expectation
        self._start = start
        self._begin()

    def _begin(self) -> None:
        self.after = self._start
        self._newest = ""
        self._is_complete = True
        self._tally = Tally(self._expectation)

    def take(self, page: list[Any], last: bytes, dropped: bytes, oldest: bytes) -> bool:
        """Count the calls of a page; return whether it was the last one.

        `dropped` is the id of the last call that the bounds have removed. What was counted and is
        neither there nor removed by them was forgotten by a reset.
        """
        is_gone = self._newest and (not oldest or _is_after(oldest, self._newest))
        if is_gone and not _is_after(dropped, self._newest, or_same=True):
            self._begin()
            return False
        if self.after and _is_after(dropped, self.after):
            self._is_complete = False
        messages = [message_of(entry) for entry in page]
        entries = (decoded(message.value) for message in messages)
        self._tally.add(entry for entry in entries if entry)
        self.after = last.decode()
        if messages:
            self._newest = messages[-1].id
        return not messages

    def verdict(self) -> Verdict:
        """Return the result so far."""
        return self._tally.verdict(is_complete=self._is_complete)


def _is_after(found: bytes, known: str, *, or_same: bool = False) -> bool:
    """Return whether there is an id, and whether it is later than a known one."""
    if not found:
        return False
    place, other = id_in_order(found.decode()), id_in_order(known)
    return place > other or (or_same and place == other)
