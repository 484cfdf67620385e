"""A cache of answers to public routes, in front of the WSGI application.

A request that is byte for byte one of before gets the same answer, if it depends on nothing
but the request and data that have not changed. Date, request id, log line and counts are new.
"""

import time
from typing import Any, NamedTuple

from bambleweeny.api.middleware.access_log import AccessLog, RepeatedRequest, valid_id
from bambleweeny.core.public.freshness import Fresh, Freshness
from bambleweeny.server.http.task import date_text

_MOST_ENTRIES = 1024
_MOST_BYTES = 8 << 20
_MOST_REQUEST_BYTES = 4 << 10
_MOST_ANSWER_BYTES = 32 << 10
_MOST_COUNTED = 8192
_OFTEN = 4
"""How many times the same request comes, since its answer last changed, before it is kept."""


class Entry(NamedTuple):
    """A kept answer: `head` ends before the value of Date, `rest` begins after the request id."""

    fresh: Fresh
    request: RepeatedRequest
    headers: dict[str, str]
    """Of the request, by their upper-case names."""
    head: bytes
    rest: bytes


class Draft:
    """The answer to a request that comes often, while the application makes it.

    `snapshot` is what `Freshness.since` takes. The application calls `keep` if the answer may be
    repeated; `most_bytes` is the largest body that it may have then.
    """

    most_bytes = _MOST_ANSWER_BYTES

    def __init__(self, whole: bytes, snapshot: bytes) -> None:
        self.whole = whole
        self.snapshot = snapshot
        self.fresh: Fresh | None = None
        self.template = self.path = self.owner = ""

    def keep(self, fresh: Fresh | None, template: str, path: str, owner: str) -> None:
        """Let the answer be repeated while it is fresh; the rest is for log and counts."""
        self.fresh, self.template, self.path, self.owner = fresh, template, path, owner


class AnswerCache:
    """Up to 1,024 answers, of up to 8 MB with their requests. For one worker, thread-safe."""

    def __init__(self, freshness: Freshness, access_log: AccessLog) -> None:
        self._freshness = freshness
        self._access_log = access_log
        self._entries: dict[bytes, Entry] = {}
        self._bytes = 0
        self._counts: dict[int, int] = {}

    def find(self, whole: bytes) -> Entry | None:
        """Return the kept answer to a request, if it is fresh. No round trip."""
        entry = self._entries.get(whole)
        if entry is None or entry.fresh.holds():
            return entry
        self._drop(whole)
        if not entry.fresh.unchanged.holds():
            # NOTE: to keep an answer costs a round trip, so data that change often are not kept.
            self._counts.pop(hash(whole), None)
        return None

    def answer(self, entry: Entry, address: str) -> bytes:
        """Return a kept answer with a new date and request id; count and log the request."""
        started = time.perf_counter()
        date = date_text(int(time.time()))
        request_id = self._access_log.note_repeat(entry.request, address, started)
        return b"%b%b\r\nX-Request-Id: %b\r\n%b" % (
            entry.head, date.encode(), request_id.encode(), entry.rest,
        )  # fmt: skip

    def begin(self, whole: bytes) -> Draft | None:
        """Count a request that is not kept; return a draft of its answer if it comes often."""
        if not whole or len(whole) > _MOST_REQUEST_BYTES:
            return None
        number = hash(whole)
        count = self._counts.get(number, 0) + 1
        if len(self._counts) >= _MOST_COUNTED:
            self._counts.clear()
        self._counts[number] = count
        if count < _OFTEN:
            return None
        snapshot = self._freshness.snapshot()
        return None if snapshot is None else Draft(whole, snapshot)

    def keep(self, draft: Draft, request: Any, status: str, lines: list[str], body: bytes) -> None:
        """Keep the answer of a draft; `lines` are its headers without Date, each with CR LF."""
        if draft.fresh is None:
            return
        given_id = valid_id(request.headers.get("X_REQUEST_ID", ""))
        shown = RepeatedRequest(
            request.command, draft.path, draft.template, int(status[:3]), given_id,
            draft.owner, len(body),
        )  # fmt: skip
        kept = [line for line in lines if not line.startswith("X-Request-Id:")]
        rest = "".join([*kept, "\r\n"]).encode("latin-1") + body
        head = f"HTTP/1.1 {status}\r\nDate: ".encode("latin-1")
        entry = Entry(draft.fresh, shown, request.headers, head, rest)
        self._drop(draft.whole)
        # NOTE: the bounds are not exact if two threads keep an answer at the same time.
        size = _size_of(draft.whole, entry)
        while self._entries and (
            len(self._entries) >= _MOST_ENTRIES or self._bytes + size > _MOST_BYTES
        ):
            for oldest in list(self._entries)[: len(self._entries) // 4 + 1]:
                self._drop(oldest)
        self._entries[draft.whole] = entry
        self._bytes += size

    def _drop(self, whole: bytes) -> None:
        entry = self._entries.pop(whole, None)
        if entry is not None:
            self._bytes -= _size_of(whole, entry)


def _size_of(whole: bytes, entry: Entry) -> int:
    return 2 * len(whole) + len(entry.rest)
