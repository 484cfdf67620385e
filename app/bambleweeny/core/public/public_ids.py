"""Public ids: the common part of routes and bins.

A public id is valid while it is in its owner's index. Its record is stored under the id and
never changes, so a process may cache it.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeVar
from uuid import uuid4

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import read_as, run_as
from bambleweeny.errors import (
    BinNameTaken,
    InvalidRequest,
    NotFound,
    NotInASandbox,
    QuotaExceeded,
    RouteNameTaken,
    StoreFull,
    Unauthorized,
)
from bambleweeny.names import is_public_id
from bambleweeny.store import Store
from bambleweeny.store.client.link import Command
from bambleweeny.store.schema import Tenant
from bambleweeny.store.scripts import ADD_PUBLIC_ID_WITHIN_QUOTA, FIND_UNUSED_IDS, REMOVE_PUBLIC_ID

_T = TypeVar("_T")

_REMEMBERED = 10_000
_REFUSALS = (
    QuotaExceeded, StoreFull, RouteNameTaken, BinNameTaken, Unauthorized, NotInASandbox,
)  # fmt: skip
_UNFINISHED_SECONDS = 3600


class PublicId(NamedTuple):
    """The record of a public id: `target` is the name of a key or of a list.

    With `has_document` it is a route or bin whose document has all that matters instead.
    """

    id: str
    owner: str
    target: str
    content_type: str = ""
    has_document: bool = False

    @property
    def as_owner(self) -> Caller:
        """The owner as a caller without a token."""
        return Caller(self.owner, "", "")


class PublicIds:
    """The public ids of one noun, of all tenants."""

    def __init__(
        self,
        store: Store,
        record_of: Callable[[str], str],
        noun: Literal["routes", "bins"],
    ) -> None:
        self._store = store
        self._record_of = record_of
        self.noun = noun
        self._known: dict[str, PublicId] = {}

    def index(self, tenant: Tenant) -> str:
        """Return the name of the sorted set with a tenant's ids."""
        return tenant.routes if self.noun == "routes" else tenant.bins

    def add(self, owner: str, add_to_index: Callable[[str], _T]) -> tuple[PublicId, _T]:
        """Create an id with a document; `add_to_index` stores it, and returns a result."""
        made = PublicId(str(uuid4()), owner, "", "", has_document=True)
        return made, self._add(made, lambda: add_to_index(made.id))

    def find(self, public_id: str) -> PublicId:
        """Return the record of an id, without a check that the id is still valid.

        One round trip, and none once this process has cached it. An unknown id raises NotFound.
        """
        known = self._known.get(public_id)
        if known is None:
            if not is_public_id(public_id):
                raise NotFound()
            [found] = self._fetch([public_id])
            if found is None:
                raise NotFound()
            known = self._remember(found)
        return known

    def known(self, public_id: str) -> PublicId | None:
        """Return the record of an id if this process has cached it; no round trip."""
        return self._known.get(public_id)

    def known_owner(self, public_id: str) -> str:
        """Return the owner of an id as this process has cached it, else ""; no round trip."""
        known = self.known(public_id)
        return known.owner if known else ""

    def delete(self, caller: Caller, public_id: str) -> None:
        """Delete one of the caller's ids, with immediate effect; a miss raises NotFound."""
        if not is_public_id(public_id):
            raise InvalidRequest(
                "The id is invalid.", hint="The id is the last segment of the path."
            )
        if not run_as(self._store, caller, REMOVE_PUBLIC_ID, public_id, self.noun, ""):
            raise NotFound()
        self.forget_record(caller, public_id)

    def forget_record(self, caller: Caller, public_id: str) -> None:
        """Delete the record of an id that has been removed from the caller's index.

        In a sandbox it stays while a saved set has the id. O(1), in a sandbox O(dropped ids).
        """
        if caller.is_in_sandbox:
            self.forget_dropped(caller)
        else:
            self._store.write(("UNLINK", self._record_of(public_id)))

    def forget_dropped(self, caller: Caller) -> None:
        """Delete the records of ids that neither a sandbox nor one of its saved sets has."""
        unused = run_as(self._store, caller.unchecked, FIND_UNUSED_IDS, self.noun)
        if unused:
            tenant = self._store.schema.tenant(caller.id)
            dropped = tenant.dropped_routes if self.noun == "routes" else tenant.dropped_bins
            self._store.write(*(("UNLINK", self._record_of(one.decode())) for one in unused))
            self._store.write(("ZREM", dropped, *unused))

    def make_copies(self, source: str, owner: str) -> list[tuple[str, str]]:
        """Make new ids, with records, for a copy of what a tenant or a saved set has.

        Returns the earlier ids and those for `owner`. The records expire within an hour, unless
        `keep_records` keeps them. O(ids), three round trips, one without ids.
        """
        [members] = self._store.read(
            ("ZRANGE", self.index(self._store.schema.tenant(source)), 0, -1)
        )
        ids = [member.decode() for member in members]
        if not ids:
            return []
        pairs = []
        commands: list[Command] = []
        for earlier, found in zip(ids, self._fetch(ids), strict=True):
            # NOTE: an interrupted creation may have left an id without a record.
            made = (found or PublicId(earlier, owner, ""))._replace(id=str(uuid4()), owner=owner)
            commands += self._creating(made)
            pairs.append((earlier, made.id))
        self._store.write(*commands)
        return pairs

    def keep_records(self, ids: list[str]) -> None:
        """Keep the records of new ids, which have been added to an index."""
        if ids:
            self._store.write(*(("PERSIST", self._record_of(one)) for one in ids))

    def forget_copies(self, ids: list[str]) -> None:
        """Delete the records of ids that were made in vain."""
        if ids:
            self._store.write(*(("UNLINK", self._record_of(one)) for one in ids))

    def owned_by(self, caller: Caller) -> list[PublicId]:
        """Return the records of the caller's ids. O(n), two round trips.

        An id without a record, left by an interrupted creation, is removed from the index.
        """
        index = self.index(self._store.schema.tenant(caller.id))
        [members] = read_as(self._store, caller, ("ZRANGE", index, 0, -1))
        ids = [member.decode() for member in members]
        rows = self._fetch(ids)
        lost = [i for i, row in zip(ids, rows, strict=True) if row is None]
        for public_id in lost:
            run_as(self._store, caller, REMOVE_PUBLIC_ID, public_id, self.noun, "")
        return [row for row in rows if row]

    def _remember(self, found: PublicId) -> PublicId:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[found.id] = found
        return found

    def _publish(self, caller: Caller, target: str, content_type: str = "") -> PublicId:
        """Create a public id. It counts against the quota."""
        made = PublicId(str(uuid4()), caller.id, target, content_type)
        self._add(
            made,
            lambda: run_as(self._store, caller, ADD_PUBLIC_ID_WITHIN_QUOTA, made.id, self.noun),
        )
        return made

    def _add(self, made: PublicId, add_to_index: Callable[[], _T]) -> _T:
        """Write the record of a new public id, and return what `add_to_index` returns.

        Three round trips, since the record may be in another slot than the owner. If the creation
        is interrupted, the record expires within an hour, and the next listing frees its place in
        the quota.
        """
        record = self._record_of(made.id)
        self._store.write(*self._creating(made))
        try:
            added = add_to_index()
        except _REFUSALS:
            self._store.write(("UNLINK", record))
            raise
        self._store.write(("PERSIST", record))
        return added

    def _creating(self, made: PublicId) -> list[Command]:
        """Return the commands that write the record of a new public id, which expires."""
        record = self._record_of(made.id)
        fields = ["owner", made.owner, "target", made.target, "content_type", made.content_type]
        fields += ["document", "1"] if made.has_document else []
        return [("HSET", record, *fields), ("EXPIRE", record, _UNFINISHED_SECONDS)]

    def _fetch(self, ids: list[str]) -> list[PublicId | None]:
        fields = ("owner", "target", "content_type", "document")
        rows = self._store.read(*(("HMGET", self._record_of(i), *fields) for i in ids))
        return [
            PublicId(i, owner.decode(), target.decode(), kind.decode(), document is not None)
            if owner is not None
            else None
            for i, (owner, target, kind, document) in zip(ids, rows, strict=True)
        ]
