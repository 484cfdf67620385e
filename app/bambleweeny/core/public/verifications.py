"""Verification: was a route called as expected? Its journal has the calls."""

from collections.abc import Callable

from bambleweeny.core.auth.tokens import Caller
from bambleweeny.core.mocks.journal import decoded
from bambleweeny.core.mocks.verification import Expectation, Tally, Verdict
from bambleweeny.core.notify.long_polls import LongPolls
from bambleweeny.core.public.route_documents import RouteDocuments
from bambleweeny.core.topics import Topics, id_in_order
from bambleweeny.store import Store

_PAGE = 200


class Verifications:
    """Compares the recorded calls of routes with expectations."""

    def __init__(
        self, store: Store, topics: Topics, waits: LongPolls, documents: RouteDocuments
    ) -> None:
        self._schema = store.schema
        self._topics = topics
        self._waits = waits
        self._documents = documents

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
        once. A miss raises NotFound, a route without a journal InvalidRequest. O(calls).
        """
        journal, since = self._documents.journal_of(caller, public_id)
        after = max(after, since or after, key=id_in_order)
        tally = Tally(expectation)

        def count_new() -> Verdict | None:
            nonlocal after
            while True:
                found, after = self._topics.read(caller, journal, after, _PAGE)
                entries = (decoded(message.value) for message in found)
                tally.add(entry for entry in entries if entry)
                if len(found) < _PAGE:
                    return verdict if (verdict := tally.verdict()).is_met else None

        channel = self._schema.tenant(caller.id).published(journal)
        met = self._waits.poll(count_new, channel, seconds, is_connected, for_all=True)
        return met or tally.verdict()
