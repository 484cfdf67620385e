"""The work of one import: its writes, and the lines that it skips."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import read_as, run_as
from bambleweeny.core.bins.bin_documents import BinDocuments
from bambleweeny.core.bins.bins import Bins
from bambleweeny.core.listing.selections import Selections
from bambleweeny.core.lists.items import Items
from bambleweeny.core.lists.lists import Lists
from bambleweeny.core.lists.policies import ListPolicies
from bambleweeny.core.public.route_documents import RouteDocuments
from bambleweeny.core.public.routes import Routes
from bambleweeny.core.topics import Message, Topics
from bambleweeny.core.transfer.export_records import (
    OwnBin,
    OwnItem,
    OwnKey,
    OwnList,
    OwnMessage,
    OwnRecord,
    OwnRoute,
)
from bambleweeny.core.transfer.public_imports import PublicImport
from bambleweeny.core.values import bytes_of
from bambleweeny.store import Store
from bambleweeny.store.scripts import PUT_KEYS_WITHIN_QUOTA


class Nouns(NamedTuple):
    """The services that an import uses."""

    selections: Selections
    lists: Lists
    items: Items
    list_policies: ListPolicies
    topics: Topics
    routes: Routes
    route_documents: RouteDocuments
    bins: Bins
    bin_documents: BinDocuments


class Imported:
    """The counts of an import: written lines of each kind, and skipped ones.

    `begun` is the list or the new topic of the last line, if it was written, such as `lists/a`:
    the next part of the same import may continue with it.
    """

    def __init__(self) -> None:
        self.keys = self.items = self.policies = self.messages = 0
        self.routes = self.bins = self.skipped = 0
        self.begun: str | None = None


class ImportJob:
    """The work of one import."""

    def __init__(
        self, store: Store, nouns: Nouns, caller: Caller, *, skips: bool, begun: str
    ) -> None:
        self.imported = Imported()
        self._store = store
        self._nouns = nouns
        self._caller = caller
        self._skips = skips
        self._was_there = {begun: False}
        self._routes = PublicImport(caller, nouns.routes, nouns.route_documents, skips=skips)
        self._bins = PublicImport(caller, nouns.bins, nouns.bin_documents, skips=skips)

    def put(self, records: Sequence[OwnRecord]) -> None:
        """Write keys, items of one list, messages of one topic, or one record of another kind."""
        first, done = records[0], self.imported
        done.begun = None
        match first:
            case OwnKey():
                written = self._put_keys(records)
                done.keys += written
            case OwnItem():
                written = self._put_items(first.list, records)
                done.items += written
            case OwnList():
                written = self._set_policy(first)
                done.policies += written
            case OwnMessage():
                written = self._put_messages(first.topic, records)
                done.messages += written
            case OwnRoute():
                written = int(self._routes.put(first))
                done.routes += written
            case OwnBin():
                written = int(self._bins.put(first))
                done.bins += written
        done.skipped += len(records) - written

    def _put_keys(self, records: Sequence[OwnRecord]) -> int:
        packed: list[str | bytes] = []
        for key in records:
            if isinstance(key, OwnKey):
                packed += [key.name, bytes_of(key.value), str(key.expires), key.content_type]
        written = run_as(
            self._store, self._caller, PUT_KEYS_WITHIN_QUOTA, int(self._skips), *packed
        )
        return int(written)

    def _put_items(self, name: str, records: Sequence[OwnRecord]) -> int:
        if self._stays(name):
            return 0
        self.imported.begun = f"lists/{name}"
        items = [item.found() for item in records if isinstance(item, OwnItem)]
        return self._nouns.items.put_all(self._caller, name, items)

    def _set_policy(self, record: OwnList) -> int:
        if self._stays(record.name):
            return 0
        self.imported.begun = f"lists/{record.name}"
        self._nouns.list_policies.set(self._caller, record.name, record.policy)
        return 1

    def _put_messages(self, name: str, records: Sequence[OwnRecord]) -> int:
        is_new = not self._stood("topics", name)
        if self._skips and not is_new:
            return 0
        self.imported.begun = f"topics/{name}" if is_new else None
        messages = [
            Message(message.id, bytes_of(message.value), message.type)
            for message in records
            if isinstance(message, OwnMessage)
        ]
        return self._nouns.topics.put_all(self._caller, name, messages, keeps_ids=is_new)

    def _stays(self, name: str) -> bool:
        """Return whether a list must stay unchanged."""
        return self._skips and self._stood("lists", name)

    def _stood(self, kind: Literal["lists", "topics"], name: str) -> bool:
        """Return whether a list or a topic existed before the import."""
        path = f"{kind}/{name}"
        if path not in self._was_there:
            tenant = self._store.schema.tenant(self._caller.id)
            index = tenant.lists if kind == "lists" else tenant.topics
            [score] = read_as(self._store, self._caller, ("ZSCORE", index, name))
            self._was_there[path] = score is not None
        return self._was_there[path]
