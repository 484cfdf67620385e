"""The audit trail of the instance, and one for each user."""

import json
import logging
from collections.abc import Callable, Generator, Iterable
from typing import Any

from bambleweeny.core.audit.entries import Act, Actions, Entry, entry_of, packed
from bambleweeny.core.audit.first_a_minute import FirstAMinute
from bambleweeny.core.notify.streams import Reader, Streams
from bambleweeny.errors import BambleweenyError
from bambleweeny.names import owner_of
from bambleweeny.store import Store
from bambleweeny.store.scripts import ADD_AUDIT_ENTRY, READ_AUDIT

MOST_OF_USER = 1000
"""How many entries of what succeeded a user's trail keeps, and how many of what failed."""
MOST_OF_INSTANCE = 10_000
"""The same for the trail of the instance."""
ALL = ""
"""Stands for the trail of the instance in place of a user's id."""
BEGINNING = "0-0"
"""The id before that of every entry."""

_STEP = 500
_log = logging.getLogger("bambleweeny.audit")


class AuditTrail:
    """Adds and reads entries. Successes and failures have separate bounds: MOST_OF_USER each, and
    MOST_OF_INSTANCE each; beyond them the oldest are dropped.
    """

    def __init__(
        self,
        store: Store,
        streams: Streams,
        *,
        most_of_user: int = MOST_OF_USER,
        most_of_instance: int = MOST_OF_INSTANCE,
        first_a_minute: Callable[[], FirstAMinute] = FirstAMinute,
    ) -> None:
        self._store = store
        self._schema = store.schema
        self._streams = streams
        self._most_of_user = most_of_user
        self._most_of_instance = most_of_instance
        # NOTE: strangers are remembered apart, so that a flood of them hides no user.
        self._users, self._strangers = first_a_minute(), first_a_minute()

    def note(self, act: Act, user_ids: Iterable[str] = ()) -> None:
        """Add an entry to the trail of the instance and of these users, and a line to the log.

        Never fails: if the engine is away or full, only the log has the entry. What concerns a
        sandbox is in the trail of its owner. One round trip, O(1). A user that does not exist gets
        no entry.
        """
        act = act.cut()
        _log.info("%s", _text_of(act), extra=_fields_of(act))
        entry, failed = packed(act), int(act.is_failure)
        whole = (failed, self._most_of_instance, self._schema.audited, entry)
        calls: list[Any] = [(self._schema.audit_streams, whole)]
        for user_id in dict.fromkeys(map(owner_of, filter(None, user_ids))):
            tenant = self._schema.tenant(user_id)
            keys = (*tenant.audit_streams, tenant.user)
            calls.append((keys, (failed, self._most_of_user, tenant.audited, entry)))
        try:
            replies = self._store.run_each(ADD_AUDIT_ENTRY, calls)
        except BambleweenyError as ex:
            replies = [ex]
        for reply in replies:
            if isinstance(reply, BambleweenyError):
                _log.warning("an audit entry is only in the log: %s", reply.code)
                return

    def note_first(self, act: Act, user_ids: Iterable[str], event: str, *, is_user: bool) -> None:
        """Add the first entry of an event in a minute, as this process sees it.

        `is_user` is whether the event is one of a user, not one of a stranger.
        """
        if (self._users if is_user else self._strangers).is_first(event):
            self.note(act, user_ids)

    def note_of_name(self, act: Act) -> None:
        """Add an entry about the user that has the name of the actor, if there is one.

        One round trip more than `note`.
        """
        try:
            name = act.actor.encode("utf-8", "surrogatepass")
            [found] = self._store.read(("HGET", self._schema.users, name))
        except BambleweenyError:
            found = None
        user_id = found.decode() if found else ""
        self.note(act._replace(actor_id=user_id), [user_id])

    def read(
        self, user_id: str, after: str, limit: int, actions: Actions
    ) -> tuple[list[Entry], str]:
        """Return up to `limit` entries after an id, oldest first, and the id to continue after.

        `user_id` may be ALL. Without selected actions one round trip and O(log n + limit), else
        O(entries) and one for each 500 of them.
        """
        found: list[Entry] = []
        while True:
            step = min(limit, _STEP) if actions.has_all else _STEP
            page, is_last = self._page(user_id, (after, "+"), step, is_newest=False)
            for entry in page:
                after = entry.id
                found += [entry] if entry.act.action in actions else []
                if len(found) == limit:
                    return found, after
            if is_last:
                return found, after

    def read_newest(self, user_id: str, limit: int, actions: Actions) -> list[Entry]:
        """Return the newest entries, up to `limit`, oldest first. Its cost is that of `read`."""
        found: list[Entry] = []
        before, is_last = "+", False
        while len(found) < limit and not is_last:
            step = min(limit, _STEP) if actions.has_all else _STEP
            page, is_last = self._page(user_id, (BEGINNING, before), step, is_newest=True)
            found += [entry for entry in page if entry.act.action in actions]
            before = page[-1].id if page else before
        return found[:limit][::-1]

    def newest_id(self, user_id: str) -> str:
        """Return the id of the newest entry, or BEGINNING without entries. One round trip."""
        _, _, *newest = self._read(user_id, (BEGINNING, "+"), 1, is_newest=True)
        ids: list[str] = [one.decode() for one in newest]
        return max(ids, key=_in_order)

    def follow(self, user_id: str, after: str, actions: Actions, reader: Reader) -> Generator[Any]:
        """Yield the entries after an id, then each new one; see `Streams.follow`."""
        last = after

        def read(_: list[bytes]) -> list[Entry]:
            nonlocal last
            found, last = self.read(user_id, last, _STEP, actions)
            return found

        schema = self._schema
        channel = schema.tenant(user_id).audited if user_id else schema.audited
        return self._streams.follow(channel, read, reader)

    def _page(
        self, user_id: str, bounds: tuple[str, str], limit: int, *, is_newest: bool
    ) -> tuple[list[Entry], bool]:
        """Return the next entries of both streams in order, and whether they are the last."""
        successes, failures, *_ = self._read(user_id, bounds, limit, is_newest=is_newest)
        found = [entry_of(one) for one in (*successes, *failures)]
        found.sort(key=lambda entry: _in_order(entry.id), reverse=is_newest)
        is_last = len(successes) < limit and len(failures) < limit
        # NOTE: beyond the first `limit` there may be gaps, which the next page fills.
        return found if is_last else found[:limit], is_last

    def _read(self, user_id: str, bounds: tuple[str, str], limit: int, *, is_newest: bool) -> Any:
        schema = self._schema
        keys = schema.tenant(user_id).audit_streams if user_id else schema.audit_streams
        return self._store.read_with(READ_AUDIT, keys, *bounds, limit, int(is_newest))


def _in_order(entry_id: str) -> tuple[int, int]:
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number)


def _text_of(act: Act) -> str:
    """Return an act as a log line; texts are in JSON, since some are untrusted."""
    target = f" of {json.dumps(act.target)}" if act.target else ""
    by = f" by {json.dumps(act.actor)}" if act.actor else ""
    return f"audit: {act.action}{target}{by} from {act.address or '-'}: {act.outcome}"


def _fields_of(act: Act) -> dict[str, str]:
    """Return an act as fields of a log line in JSON."""
    fields = act._asdict()
    user, user_id = fields.pop("actor"), fields.pop("actor_id")
    fields |= {"user": user, "user_id": user_id}
    return {name: value for name, value in fields.items() if value}
