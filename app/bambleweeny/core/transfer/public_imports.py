"""Imports of routes and bins; a document replaces that of the route or bin with its name."""

from functools import cached_property
from typing import Any, Literal

import msgspec

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.bins.bins import Bins
from bambleweeny.core.public.public_documents import HasName, PublicDocuments
from bambleweeny.core.public.public_ids import PublicId
from bambleweeny.core.public.routes import Routes
from bambleweeny.core.transfer.export_records import OwnBin, OwnRoute

Outcome = Literal["new", "replaced", "skipped"]


class PublicImport:
    """The routes or the bins of one import."""

    def __init__(
        self,
        caller: Caller,
        ids: Routes | Bins,
        documents: PublicDocuments[Any],
        *,
        skips: bool,
        is_alone: bool = False,
    ) -> None:
        self._caller = caller
        self._ids = ids
        self._documents = documents
        self._skips = skips
        self._is_alone = is_alone

    def put(self, record: OwnRoute | OwnBin) -> bool:
        """Create a route or a bin, or replace a document, unless an equal one exists."""
        outcome = self._outcome(record)
        if outcome == "skipped":
            return False
        if outcome == "replaced":
            public_id = self._named[_name_of(record)]
            self._documents.replace(self._caller, public_id, record.document.encode())
            self._forget(public_id)
        else:
            public_id = self._create(record)
        self._note(record, public_id)
        return True

    def plan(self, record: OwnRoute | OwnBin) -> Outcome:
        """Return what `put` would do, and remember it, but change nothing."""
        outcome = self._outcome(record)
        if outcome == "replaced":
            public_id = self._named[_name_of(record)]
            self._forget(public_id)
            self._note(record, public_id)
        elif outcome == "new":
            self._note(record, f"new {len(self._known)}")
        return outcome

    def _outcome(self, record: OwnRoute | OwnBin) -> Outcome:
        is_named = _name_of(record) in self._named
        if record in self._known or (is_named and self._skips):
            return "skipped"
        return "replaced" if is_named else "new"

    def _forget(self, public_id: str) -> None:
        """Forget the record that an id had. O(known ones)."""
        for known in [one for one, its_id in self._known.items() if its_id == public_id]:
            del self._known[known]

    def _note(self, record: OwnRoute | OwnBin, public_id: str) -> None:
        """Remember the record of an id."""
        self._known[record] = public_id
        if name := _name_of(record):
            self._named[name] = public_id

    @cached_property
    def _known(self) -> dict[OwnRoute | OwnBin, str]:
        """The ids of the existing ones; with `is_alone` they count as deleted."""
        if self._is_alone:
            return {}
        return {
            self._record_of(one, document): one.id
            for one, document in self._documents.all(self._caller)
        }

    @cached_property
    def _named(self) -> dict[str, str]:
        """The ids of the existing ones that have names."""
        named = ((_name_of(record), public_id) for record, public_id in self._known.items())
        return {name: public_id for name, public_id in named if name}

    def _record_of(self, one: PublicId, document: bytes | None) -> OwnRoute | OwnBin:
        text = (document or b"").decode()
        if isinstance(self._ids, Bins):
            return OwnBin(document=text) if text else OwnBin(one.target)
        return OwnRoute(document=text) if text else OwnRoute(one.target, one.content_type)

    def _create(self, record: OwnRoute | OwnBin) -> str:
        if record.document:
            return self._documents.create(self._caller, record.document.encode()).id
        if isinstance(self._ids, Bins):
            assert isinstance(record, OwnBin)
            return self._ids.create(self._caller, record.list).id
        assert isinstance(record, OwnRoute)
        return self._ids.create(self._caller, record.key, record.content_type).id


def _name_of(record: OwnRoute | OwnBin) -> str:
    if not record.document:
        return ""
    return msgspec.json.decode(record.document, type=HasName).name
